"""No place is given twice, none is lost, and a case has one: on either store, whatever is asked at once."""

import asyncio
import contextlib
import random
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from server.appointments.arrivals import Arrivals
from server.appointments.booking_record import Booking, place_id, record_id
from server.appointments.bookings import UNFINISHED, Bookings, NotBooked
from server.appointments.offers import RELEASE, Offer
from server.appointments.visits import given_up_between
from sync.errors import Unavailable
from sync.sqlite_store import open_sqlite
from sync.store import Store
from tests.stores import Died, FailingStore

NOW = 1_795_564_800
DAY = 24 * 3600
FIRST = Offer(
    id="261210-aaaa", kind="office", place="Kantor", area=None, begins=NOW + 9 * DAY, ends=NOW + 9 * DAY + 3600,
    places=8, kept=0, priority=0, at=NOW,
)  # fmt: skip
SECOND = replace(FIRST, id="261211-bbbb", begins=NOW + 10 * DAY, ends=NOW + 10 * DAY + 3600)
CASES = [chr(ord("a") + n % 26) * 23 + "234567a"[n // 26] for n in range(26 * 2)]


async def outcome(cases: Store, case: str, offer: Offer, **how: bool) -> Booking | str:
    while True:
        try:
            return await Bookings(cases, NOW).take(case, offer, why=("online",), **how)
        except NotBooked as refused:
            return refused.reason
        except Unavailable:
            continue


@pytest.mark.anyio
async def test_of_many_at_once_as_many_have_one_as_there_are_places(cases: Store) -> None:
    wanted = [(case, random.choice([FIRST, SECOND])) for case in CASES[:30] for _ in range(2)]
    outcomes = await asyncio.gather(*(outcome(cases, case, offer) for case, offer in wanted))
    # Who asked twice at once gives one of two places back, and somebody may have found it full just then.
    outcomes += [await outcome(cases, case, offer) for case in CASES[:30] for offer in (FIRST, SECOND)]
    booked = {found for found in outcomes if isinstance(found, Booking)}
    assert {found for found in outcomes if isinstance(found, str)} == {"full", "has-one"}
    assert len({(one.offer, one.number) for one in booked}) == len({one.case for one in booked}) == 16
    held = [one for offer in (FIRST, SECOND) for one in await Bookings(cases, NOW).of_offer(offer.id)]
    assert {(one.case, one.offer, one.number) for one in held} == {(one.case, one.offer, one.number) for one in booked}
    taken = await Bookings(cases, NOW).taken([FIRST.id, SECOND.id])
    assert taken == {FIRST.id: set(range(1, 9)), SECOND.id: set(range(1, 9))}


@pytest.mark.anyio
async def test_who_asks_everywhere_at_once_has_one_place(cases: Store) -> None:
    outcomes = await asyncio.gather(*(outcome(cases, CASES[0], offer) for offer in (FIRST, SECOND) * 4))
    assert len({(one.offer, one.number) for one in outcomes if isinstance(one, Booking)}) == 1
    taken = await Bookings(cases, NOW).taken([FIRST.id, SECOND.id])
    assert sum(map(len, taken.values())) == 1


@pytest.mark.anyio
async def test_who_asks_again_is_told_the_same_place_and_no_other(cases: Store) -> None:
    first = await outcome(cases, CASES[0], FIRST)
    assert await outcome(cases, CASES[0], FIRST) == first
    assert await outcome(cases, CASES[0], SECOND) == "has-one"


@pytest.mark.anyio
async def test_moving_goes_once_and_gives_the_old_place_to_others(cases: Store) -> None:
    await outcome(cases, CASES[0], FIRST)
    moved = await outcome(cases, CASES[0], SECOND, move=True)
    assert isinstance(moved, Booking)
    assert (moved.offer, moved.moves) == (SECOND.id, 1)
    assert await Bookings(cases, NOW).taken([FIRST.id]) == {FIRST.id: set()}
    assert await outcome(cases, CASES[0], FIRST, move=True) == "moved-before"


@pytest.mark.anyio
async def test_a_move_to_a_full_day_costs_nothing(cases: Store) -> None:
    full = replace(SECOND, places=1)
    await outcome(cases, CASES[1], full)
    first = await outcome(cases, CASES[0], FIRST)
    assert await outcome(cases, CASES[0], full, move=True) == "full"
    kept = await Bookings(cases, NOW).of(CASES[0])
    assert kept == first


@pytest.mark.anyio
async def test_what_is_given_up_is_free_and_its_case_may_book_again(cases: Store) -> None:
    one = replace(FIRST, places=1)
    await outcome(cases, CASES[0], one)
    await Bookings(cases, NOW).cancel(CASES[0])
    with pytest.raises(NotBooked, match="none"):
        await Bookings(cases, NOW).cancel(CASES[0])
    assert isinstance(await outcome(cases, CASES[1], one), Booking)
    assert await outcome(cases, CASES[0], one) == "full"
    assert isinstance(await outcome(cases, CASES[0], SECOND), Booking)


@pytest.mark.anyio
async def test_a_server_that_dies_at_any_call_leaves_no_place_with_nobody_in_it(tmp_path: Path) -> None:
    """Whoever asks again has one place, wherever the first try ended; what is left over is swept up."""
    n, over = 0, False
    while not over:
        for how in ("dies before", "dies after"):
            store = open_sqlite(tmp_path / f"{n}-{how[5:]}", "cases")
            failing = FailingStore(store, n, how)
            with contextlib.suppress(Died):
                await Bookings(failing, NOW).take(CASES[0], FIRST, why=("online",))  # type: ignore[arg-type]
            over = not failing.has_failed
            again = await outcome(store, CASES[0], SECOND, move=True)
            later = Bookings(store, NOW + UNFINISHED + 61)
            await later.sweep(FIRST)
            await later.sweep(SECOND)
            taken = await later.taken([FIRST.id, SECOND.id])
            assert isinstance(again, Booking)
            assert taken == {FIRST.id: set(), SECOND.id: {again.number}}, (n, how)
            await store.close()
        n += 1
    assert n > 5


@pytest.mark.anyio
async def test_a_sweep_leaves_alone_who_has_a_place_and_who_is_just_taking_one(cases: Store) -> None:
    booked = await outcome(cases, CASES[0], FIRST)
    assert isinstance(booked, Booking)
    other = booked.number % FIRST.places + 1
    taken = {"type": "booking", "case": CASES[1], "claim": ["taken", "a" * 16, NOW]}
    await cases.bulk_docs([taken | {"_id": place_id(FIRST.id, other)}])
    assert await Bookings(cases, NOW + UNFINISHED).sweep(FIRST) == []
    assert await Bookings(cases, NOW + UNFINISHED + 1).sweep(FIRST) == [other]
    assert await Bookings(cases, NOW).of(CASES[0]) == booked


@pytest.mark.anyio
async def test_an_erased_case_leaves_its_place_and_a_replaced_code_takes_it_along(cases: Store) -> None:
    one = replace(FIRST, places=2)
    for case in CASES[:2]:
        await outcome(cases, case, one)
    await cases.bulk_docs([
        {"_id": f"gone.{CASES[0]}", "type": "gone"}, {"_id": f"code.{CASES[1]}", "type": "code", "to": CASES[2]},
    ])  # fmt: skip
    await Bookings(cases, NOW).sweep(one)
    [held] = await Bookings(cases, NOW).of_offer(one.id)
    assert (held.case, held.why) == (CASES[2], ("online",))
    assert len((await Bookings(cases, NOW).taken([one.id]))[one.id]) == 1
    rows = await cases.all_docs(start="bk.c.", end="bk.c/")
    assert [row.id for row in rows] == [record_id(CASES[2])]


THIRD = replace(FIRST, id="261213-cccc", begins=NOW + 12 * DAY, ends=NOW + 12 * DAY + 3600)


async def book_after_each_hour(cases: Store, case: str) -> list[Booking]:
    """Take a place, and another whenever the hour is over; nobody notes whether the case came."""
    had = []
    for now, offer in ((NOW, FIRST), (FIRST.ends, SECOND), (SECOND.ends, THIRD)):
        had.append(await Bookings(cases, now).take(case, offer, why=("online",)))
    return had


@pytest.mark.anyio
async def test_who_books_again_when_an_hour_is_over_had_the_place_of_it_still(cases: Store) -> None:
    had = await book_after_each_hour(cases, CASES[0])
    later = Bookings(cases, SECOND.ends + UNFINISHED + 1)
    for one, offer in zip(had, (FIRST, SECOND, THIRD), strict=True):
        assert await later.sweep(offer) == []
        [told] = await later.of_offer(offer.id)
        assert (told.number, told.at, told.why) == (one.number, one.at, one.why)
    assert await later.of(CASES[0]) == had[2]
    await later.cancel(CASES[0])
    left = [len(await later.of_offer(offer.id)) for offer in (FIRST, SECOND, THIRD)]
    assert left == [1, 1, 0], "only the last is free"


@pytest.mark.anyio
async def test_of_an_erased_case_none_of_the_places_is_left_that_it_had(cases: Store) -> None:
    had = await book_after_each_hour(cases, CASES[0])
    other = await Bookings(cases, NOW).take(CASES[1], FIRST, why=("online",))
    await Arrivals(cases, NOW).mark(had[0], "absent")
    await Bookings(cases, THIRD.ends).forget(CASES[0])
    left = {row.id for row in await cases.all_docs(start="bk.", end="bk/")}
    assert left == {place_id(FIRST.id, other.number), record_id(CASES[1])}


@pytest.mark.anyio
async def test_a_replaced_code_takes_along_the_place_to_come_and_leaves_those_that_are_over(cases: Store) -> None:
    old, new = CASES[:2]
    *over, last = await book_after_each_hour(cases, old)
    await cases.bulk_docs([{"_id": f"code.{old}", "type": "code", "to": new}])
    later = Bookings(cases, SECOND.ends + 1)
    await later.sweep(THIRD)
    told = [(one.case, one.offer) for offer in (FIRST, SECOND, THIRD) for one in await later.of_offer(offer.id)]
    assert told == [*((old, one.offer) for one in over), (new, last.offer)]


@pytest.mark.anyio
async def test_a_replaced_code_keeps_number_and_arrival_and_gives_nothing_back(cases: Store) -> None:
    old, new = CASES[:2]
    *_, last = await book_after_each_hour(cases, old)
    await Arrivals(cases, THIRD.begins - 60).mark(last, "arrived")
    await cases.bulk_docs([{"_id": f"code.{old}", "type": "code", "to": new}])
    later = Bookings(cases, THIRD.begins - 1)
    await later.sweep(THIRD)
    [held] = await later.of_offer(THIRD.id)
    assert (held.case, held.number, held.why) == (new, last.number, last.why)
    assert await given_up_between(cases, NOW, THIRD.ends) == 0
    await later.forget(new)
    assert await Arrivals(cases, THIRD.ends).of(THIRD.id) == {}, "who came goes with the case that has it"


@pytest.mark.anyio
@pytest.mark.parametrize("had_before", [False, True])
@pytest.mark.parametrize("chose", [False, True])
async def test_a_server_that_dies_as_a_place_goes_over_to_a_new_code_loses_it_to_nobody(
    tmp_path: Path, *, had_before: bool, chose: bool
) -> None:
    (old, new, other), now = CASES[:3], FIRST.ends if had_before else NOW
    only, n, how, over = replace(THIRD, places=1), 0, "dies before", False
    while not over:
        store = open_sqlite(tmp_path / f"{n}-{how[5:]}", "cases")
        if had_before:
            await Bookings(store, NOW).take(old, FIRST, why=("online",))
        bookings = Bookings(store, now)
        await bookings.take(old, only, why=("online",))
        own = [await bookings.take(new, SECOND, why=("online",))] if chose else []
        await store.bulk_docs([{"_id": f"code.{old}", "type": "code", "to": new}])
        failing = FailingStore(store, n, how)
        with contextlib.suppress(Died):
            await Bookings(failing, now + UNFINISHED + 61).sweep(only)  # type: ignore[arg-type]
        if not chose:
            with pytest.raises(NotBooked, match="full"):
                await Bookings(store, now + UNFINISHED + 62).take(other, only, why=("online",))
        swept = Bookings(store, now + 2 * UNFINISHED)
        await swept.sweep(only)
        live = [(one.case, one.offer) for offer in (only, SECOND) for one in await swept.of_offer(offer.id)]
        assert live == [(new, own[0].offer if own else only.id)], (n, how)
        assert (await swept.taken([only.id]))[only.id] == (set() if chose else {1}), (n, how)
        last = await swept.of(old)
        assert last is None, (n, how)
        over = not failing.has_failed
        n, how = (n + 1, "dies before") if how == "dies after" else (n, "dies after")
        await store.close()
    assert n > 4


@pytest.mark.anyio
async def test_a_server_that_dies_as_somebody_books_again_loses_neither_place(tmp_path: Path) -> None:
    n, over = 0, False
    while not over:
        store = open_sqlite(tmp_path / str(n), "cases")
        had = await Bookings(store, NOW).take(CASES[0], FIRST, why=("online",))
        failing = FailingStore(store, n, "dies after")
        with contextlib.suppress(Died):
            await Bookings(failing, FIRST.ends).take(CASES[0], SECOND, why=("online",))  # type: ignore[arg-type]
        over = not failing.has_failed
        later = Bookings(store, FIRST.ends + 61)
        again = await later.take(CASES[0], SECOND, why=("online",))
        swept = Bookings(store, FIRST.ends + UNFINISHED + 61)
        await swept.sweep(SECOND)
        assert await swept.taken([FIRST.id, SECOND.id]) == {FIRST.id: {had.number}, SECOND.id: {again.number}}, n
        assert [one.number for one in await swept.of_offer(FIRST.id)] == [had.number], n
        await store.close()
        n += 1
    assert n > 4


@pytest.mark.anyio
async def test_shares_are_kept_until_a_day_before(cases: Store) -> None:
    shared = replace(FIRST, places=4, kept=2, priority=1)
    outcomes = [await outcome(cases, case, shared) for case in CASES[:2]]
    assert [isinstance(one, Booking) for one in outcomes] == [True, False]
    declared = await outcome(cases, CASES[2], shared, priority=True)
    assert isinstance(declared, Booking)
    drawn = await outcome(cases, CASES[3], shared, drawn=True)
    assert isinstance(drawn, Booking)
    assert await outcome(cases, CASES[4], shared) == "full"
    late = Bookings(cases, shared.begins - RELEASE)
    assert (await late.take(CASES[4], shared, why=("online",))).offer == shared.id
    with pytest.raises(NotBooked, match="closed"):
        await Bookings(cases, shared.begins).take(CASES[5], shared, why=("online",))


@pytest.mark.anyio
async def test_nothing_of_a_booking_says_who_needs_priority(cases: Store) -> None:
    await outcome(cases, CASES[0], replace(FIRST, priority=2), priority=True)
    await outcome(cases, CASES[1], replace(FIRST, priority=2))
    one, other = [await cases.get(record_id(case)) for case in CASES[:2]]
    assert Counter(one.keys()) == Counter(other.keys())
    assert not any("priority" in str(doc) for doc in (one, other))
