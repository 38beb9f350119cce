"""Wishes arrive, wait, and are drawn; who lost is not forgotten, and who waits longest moves up."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from server.appointments.arrivals import Arrivals
from server.appointments.booking_record import Booking, place_id, record_id
from server.appointments.bookings import Bookings, NotBooked
from server.appointments.offers import DRAW, RELEASE, Offer
from server.appointments.waiting import Queue
from sync.claim import STALE
from sync.sqlite_store import open_sqlite
from sync.store import Store
from tests.sealed_items import OfficeKeys, new_keys, seal_pair
from tests.stores import Died, FailingStore

NOW = 1_795_564_800
DAY = 24 * 3600
FIRST = Offer(
    id="261210-aaaa", kind="office", place="Kantor", area=None, begins=NOW + 9 * DAY, ends=NOW + 9 * DAY + 3600,
    places=4, kept=2, priority=1, at=NOW,
)  # fmt: skip
SECOND = replace(FIRST, id="261211-bbbb", begins=NOW + 10 * DAY, ends=NOW + 10 * DAY + 3600)
GROUP = replace(FIRST, id="261211-gggg", kind="group")
OFFERS = {offer.id: offer for offer in (FIRST, SECOND, GROUP)}
CASES = [letter * 24 for letter in "abcdefghij"]
KEYS = OfficeKeys()


def queue(cases: Store, now: int = NOW + DRAW) -> Queue:
    return Queue(cases, OFFERS, now)


async def places(cases: Store) -> dict[str, tuple[str, int]]:
    held = [one for offer in (FIRST, SECOND) for one in await Bookings(cases, NOW).of_offer(offer.id)]
    return {one.case: (one.offer, one.number) for one in held}


@pytest.mark.anyio
async def test_a_round_gives_the_kept_places_by_wish_and_notes_who_lost(cases: Store) -> None:
    for case in CASES[:6]:
        await queue(cases, NOW).wish(case, [FIRST.id, SECOND.id])
    assert await queue(cases, NOW + DRAW - 1).round("261127") == []  # not all who exchange in three days could say so
    given = await queue(cases).round("261128")
    # Three of each offer are for anybody in a round: the two that are kept, and the one that nobody has booked.
    assert sorted(booking.offer for booking, _ in given) == [FIRST.id] * 3 + [SECOND.id] * 3
    assert {booking.why[4] for booking, _ in given if booking.offer == FIRST.id} == {1}
    assert all(booking.why[:2] == ("round", 261128) and booking.why[3] == 6 for booking, _ in given)
    assert await queue(cases).waiting() == {}


@pytest.mark.anyio
async def test_who_found_everything_full_has_asked_too(cases: Store) -> None:
    only = replace(FIRST, places=1, kept=0, priority=0)
    await Bookings(cases, NOW).take(CASES[0], only, why=("online",))
    with pytest.raises(NotBooked, match="full"):
        await Bookings(cases, NOW).take(CASES[1], only, why=("online",))
    await queue(cases, NOW).wish(CASES[2], [FIRST.id])
    assert await queue(cases, NOW).asked_lately() == (1, 2)


@pytest.mark.anyio
async def test_who_lost_a_round_comes_first_in_the_next(cases: Store) -> None:
    for case in CASES[:4]:
        await queue(cases, NOW).wish(case, [FIRST.id])
    assert len(await queue(cases).round("261128")) == 3
    [loser] = (await queue(cases).waiting()).values()
    assert loser.lost == 1
    await queue(cases).round("261128")  # the same day's again counts for nothing
    assert (await queue(cases).waiting())[loser.case].lost == 1
    for case in CASES[4:8]:
        await queue(cases).wish(case, [SECOND.id])
    await queue(cases).wish(loser.case, [SECOND.id])
    given = await queue(cases, NOW + DRAW + DAY).round("261129")
    assert given[0][0].case == loser.case


@pytest.mark.anyio
async def test_a_wish_has_the_number_that_its_holder_gave_it_whatever_was_closed(cases: Store) -> None:
    past = "261124-aaaa"  # was over before the phone had a signal
    closed = replace(FIRST, id="261209-cccc")
    open_ = {closed.id: closed, FIRST.id: FIRST, SECOND.id: SECOND}
    early, late = CASES[:2]
    await Queue(cases, open_, NOW).wish(early, [past, closed.id, FIRST.id])
    shut = open_ | {closed.id: replace(closed, is_closed=True)}
    assert await Queue(cases, shut, NOW).wish(late, [closed.id, SECOND.id]) == [closed.id, SECOND.id]
    given = await Queue(cases, shut, NOW + DRAW).round("261128")
    assert {(booking.case, booking.offer, booking.why[4]) for booking, _ in given} == {
        (early, FIRST.id, 3), (late, SECOND.id, 2)
    }  # fmt: skip


@pytest.mark.anyio
async def test_a_round_that_was_cut_goes_on_in_its_order_and_gives_nobody_two(tmp_path: Path) -> None:
    n, over = 0, False
    outcomes = set()
    while not over:
        store = open_sqlite(tmp_path / str(n), "cases")
        for case in CASES[:5]:
            await queue(store, NOW).wish(case, [FIRST.id, SECOND.id])
        failing = FailingStore(store, n, "dies after")
        try:
            await Queue(failing, OFFERS, NOW + DRAW).round("261128")  # type: ignore[arg-type]
        except Died:
            await queue(store, NOW + DRAW + STALE + 1).round("261128")  # what it only held is free by then
        over = not failing.has_failed
        later = Bookings(store, NOW + DRAW + 3600)
        for offer in (FIRST, SECOND):
            await later.sweep(offer)
        taken = await later.taken([FIRST.id, SECOND.id])
        held = await places(store)
        assert {(offer, number) for offer, numbers in taken.items() for number in numbers} == set(held.values()), n
        outcomes.add(tuple(sorted(held)))
        await store.close()
        n += 7
    assert outcomes == {tuple(CASES[:5])}


@pytest.mark.anyio
async def test_a_place_that_is_given_up_goes_to_who_waited_longest(cases: Store) -> None:
    one = replace(FIRST, places=1, kept=0, priority=0)
    here = Queue(cases, {one.id: one}, NOW)
    await Bookings(cases, NOW).take(CASES[0], one, why=("online",))
    for n, case in enumerate(CASES[2:0:-1]):
        await replace(here, now=NOW + n).wish(case, [one.id])
    await Bookings(cases, NOW).cancel(CASES[0])
    moved = await here.move_up(one)
    assert moved is not None
    assert (moved.case, moved.why) == (CASES[2], ("moved-up",))
    assert list(await here.waiting()) == [CASES[1]]
    assert await here.move_up(one) is None


@pytest.mark.anyio
async def test_a_place_that_is_not_for_whoever_waits_costs_them_no_turn(cases: Store) -> None:
    one = replace(FIRST, places=2, kept=0, priority=1)
    here = Queue(cases, {one.id: one}, NOW)
    await Bookings(cases, NOW).take(CASES[0], one, why=("online",))
    declared = await Bookings(cases, NOW).take(CASES[1], one, why=("online",), priority=True)
    assert declared.number == 2
    await here.wish(CASES[2], [one.id])
    await Bookings(cases, NOW).cancel(CASES[1])
    assert await here.move_up(one) is None
    with pytest.raises(NotBooked, match="full"):
        await Bookings(cases, NOW).take(CASES[2], one, why=("round", 261128, 1, 1, 1))
    assert [each.has_tried for each in (await here.waiting()).values()] == [False]


@pytest.mark.anyio
async def test_a_wish_of_a_version_is_taken_in_once_and_the_holder_s_later_word_stands(cases: Store) -> None:
    code, other, group = new_keys(), new_keys(), new_keys()
    versions = [
        seal_pair(KEYS, code, wish=[SECOND.id, "of.1", FIRST.id])[0], seal_pair(KEYS, other)[0],
        seal_pair(KEYS, group, wish=[GROUP.id])[0],
    ]  # fmt: skip
    await cases.bulk_docs(versions)
    assert await queue(cases, NOW).take_in() == 1
    assert (await queue(cases, NOW).waiting())[code.case].wish == (SECOND.id, FIRST.id)
    await queue(cases, NOW).withdraw(code.case)
    assert await queue(cases, NOW).take_in() == 0
    assert await queue(cases, NOW).waiting() == {}


@pytest.mark.anyio
async def test_of_an_erased_case_nothing_is_left_however_long_ago_its_day_was(cases: Store) -> None:
    booking = await Bookings(cases, NOW).take(CASES[0], FIRST, why=("online",))
    await Arrivals(cases, NOW).mark(booking, "arrived")
    await queue(cases, NOW).wish(CASES[1], [FIRST.id])
    other = await Bookings(cases, NOW).take(CASES[2], FIRST, why=("online",), drawn=True)
    await cases.bulk_docs([{"_id": f"gone.{case}", "type": "gone"} for case in CASES[:2]])
    await Queue(cases, {}, FIRST.ends + 90 * DAY).take_in()
    left = [row.id for row in await cases.all_docs(start="bk.", end="bk/")]
    assert left == [place_id(FIRST.id, other.number), record_id(CASES[2])]


@pytest.mark.anyio
async def test_who_has_a_place_wishes_for_none_and_what_is_over_is_forgotten(cases: Store) -> None:
    await Bookings(cases, NOW).take(CASES[0], FIRST, why=("online",))
    with pytest.raises(NotBooked, match="has-one"):
        await queue(cases, NOW).wish(CASES[0], [SECOND.id])
    with pytest.raises(NotBooked, match="closed"):
        await queue(cases, NOW).wish(CASES[1], ["261210-zzzz"])
    await queue(cases, NOW).wish(CASES[1], [FIRST.id])
    assert await queue(cases, FIRST.begins).waiting() == {}
    assert await queue(cases, NOW).wished(CASES[1]) is None


@pytest.mark.anyio
async def test_what_no_round_gave_is_for_everybody_a_day_before(cases: Store) -> None:
    late = Bookings(cases, FIRST.begins - RELEASE)
    booked = await asyncio.gather(*(late.take(case, FIRST, why=("online",)) for case in CASES[:4]))
    assert {one.number for one in booked if isinstance(one, Booking)} == {1, 2, 3, 4}
    assert await cases.get(place_id(FIRST.id, 4))
