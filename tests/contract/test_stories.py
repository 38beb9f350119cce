"""The figures of the office read the same from every store: cases from their arrival on, and who came."""

from datetime import date
from pathlib import Path

import pytest

from server.appointments.arrivals import Arrivals
from server.appointments.bookings import Bookings
from server.appointments.offers import Offer, Offers
from server.appointments.visits import given_up_between, visits_between
from server.projection.projection import Projection
from sync.events import sign_event
from sync.store import Store
from tests.sealed_items import NOW, OfficeKeys, new_keys, seal_pair

KEYS = OfficeKeys()
DAY = 86400
TALU = "13.12.03.2004"


@pytest.mark.anyio
async def test_cases_are_told_from_their_arrival_on(store: Store, tmp_path: Path) -> None:
    times = [NOW]
    code, projection = (
        new_keys(),
        Projection(tmp_path / "projection.sqlite", store, lambda: times[0], time_zone="Asia/Jakarta"),
    )
    await projection.caught_up()
    version, _ = seal_pair(KEYS, code, at=NOW - 2 * DAY, area=TALU, device="d-9f2c01ab")
    await store.bulk_docs([version])
    for n, step in enumerate(("berkas_lengkap", "pesan", "terjadwal"), 1):
        on = [version["_id"][-20:]]
        event = sign_event(case=code.case, n=n, step=step, at=NOW + n, on=on, note=None, kid="o1", private=KEYS.office)
        await store.bulk_docs([event | {"claim": ["taken", "x", NOW + n]}])
    await projection.caught_up()
    [story] = await projection.stories()
    assert (story.kind, story.area, story.made, story.received) == ("app", TALU, NOW - 2 * DAY, NOW)
    assert story.steps == (("berkas_lengkap", NOW + 1), ("terjadwal", NOW + 3))
    assert (story.way, story.newest) == (2 * DAY, NOW)

    times[0] = NOW + DAY
    message, _ = seal_pair(KEYS, code, type="message", at=NOW + DAY)
    await store.bulk_docs([message])
    await projection.caught_up()
    [story] = await projection.stories()
    assert (story.received, story.newest) == (NOW, NOW + DAY), "what is written counts as a word"
    # Under another code it is the same case: its last step is the one that it took before.
    after, old = new_keys(), code.case
    version, _ = seal_pair(KEYS, after, at=NOW + DAY)
    await store.bulk_docs([version, {"_id": f"code.{old}", "type": "code", "to": after.case}])
    await projection.caught_up()
    assert await projection.stepped([old, after.case]) == NOW + 3
    assert await projection.stepped([after.case]) is None
    [story] = await projection.stories()
    assert (story.case, story.way) == (after.case, 2 * DAY)
    await projection.stop()

    anew = Projection(tmp_path / "anew.sqlite", store, lambda: NOW + 2 * DAY, time_zone="Asia/Jakarta")
    await anew.caught_up()
    [story] = await anew.stories()
    await anew.stop()
    assert (story.received, story.way) == (NOW - 2 * DAY, None), "a phone's clock does not tell how long it took"


@pytest.mark.anyio
async def test_places_are_told_with_who_came_and_who_gave_theirs_back(store: Store) -> None:
    offers = Offers(store, "s1", KEYS.server)
    days = [hour("261125-aaaa", NOW + 3600), hour("261126-bbbb", NOW + DAY), hour("261130-cccc", NOW + 5 * DAY)]
    await offers.publish(days)
    bookings, arrivals = Bookings(store, NOW), Arrivals(store, NOW)
    came, absent, gave_back, moved = [new_keys().case for _ in range(4)]
    for case in (came, absent, gave_back):
        await bookings.take(case, days[0], why=("online",))
    await bookings.take(moved, days[1], why=("online",))
    for case, mark in ((came, "arrived"), (absent, "absent")):
        booking = await bookings.of(case)
        assert booking is not None
        await arrivals.mark(booking, mark)  # type: ignore[arg-type]
    await bookings.cancel(gave_back)
    await bookings.take(moved, days[2], why=("online",), move=True)
    # A server that ended in between left a place half claimed, and another one that no case's record names.
    for number, state in (("05", "held"), ("04", "taken")):
        left = {"_id": f"bk.261125-aaaa.{number}", "type": "booking", "case": came, "claim": [state, "x", NOW]}
        await store.bulk_docs([left])

    found = await visits_between(offers, store, date(2026, 11, 25), date(2026, 11, 26))
    told = [(visit.offer.id, len(visit.taken), len(visit.arrived), len(visit.absent)) for visit in found]
    assert told == [("261125-aaaa", 2, 1, 1), ("261126-bbbb", 0, 0, 0)]
    assert await given_up_between(store, NOW, NOW + 1) == 1, "who moved gave nothing up"
    assert await given_up_between(store, NOW + 1, NOW + DAY) == 0


@pytest.mark.anyio
async def test_who_did_not_come_and_books_again_is_told_of_the_hour_that_is_over_too(store: Store) -> None:
    offers = Offers(store, "s1", KEYS.server)
    days = [hour("261125-aaaa", NOW + 3600), hour("261126-bbbb", NOW + DAY), hour("261130-cccc", NOW + 5 * DAY)]
    await offers.publish(days)
    case = new_keys().case
    for now, day in ((NOW, days[0]), (days[0].ends, days[1]), (days[1].ends, days[2])):
        await Bookings(store, now).take(case, day, why=("online",))
    found = await visits_between(offers, store, date(2026, 11, 25), date(2026, 11, 30))
    assert [(visit.offer.id, len(visit.taken), len(visit.absent)) for visit in found] == [
        ("261125-aaaa", 1, 0), ("261126-bbbb", 1, 0), ("261130-cccc", 1, 0)
    ]  # fmt: skip


def hour(name: str, begins: int) -> Offer:
    return Offer(
        id=name, kind="office", place="Kantor", area=None, begins=begins, ends=begins + 3600, places=5, kept=0,
        priority=0, at=NOW - DAY,
    )  # fmt: skip
