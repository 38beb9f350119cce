"""The figures of the office read the same from every store: cases from their arrival on, and who came."""

from datetime import date
from pathlib import Path

import pytest

from server.arrivals import Arrivals
from server.bookings import Bookings
from server.offers import Offer, Offers
from server.projection import Projection
from server.visits import given_up_between, visits_between
from sync.events import sign_event
from sync.store import Store
from tests.sealed_items import NOW, OfficeKeys, new_keys, seal_pair

KEYS = OfficeKeys()
DAY = 86400
TALU = "13.12.03.2004"


@pytest.mark.anyio
async def test_cases_are_told_from_their_arrival_on(store: Store, tmp_path: Path) -> None:
    code, projection = new_keys(), Projection(tmp_path / "projection.sqlite", store, lambda: NOW)
    await projection.caught_up()
    version, _ = seal_pair(KEYS, code, at=NOW - 2 * DAY, area=TALU, device="d-9f2c01ab")
    await store.bulk_docs([version])
    for n, step in enumerate(("berkas_lengkap", "pesan", "terjadwal"), 1):
        on = [version["_id"][-20:]]
        event = sign_event(case=code.case, n=n, step=step, at=NOW + n, on=on, note=None, kid="o1", private=KEYS.office)
        await store.bulk_docs([event | {"claim": ["taken", "x", NOW + n]}])
    await projection.caught_up()
    [story] = await projection.stories()
    await projection.stop()
    assert (story.kind, story.area, story.made, story.received) == ("app", TALU, NOW - 2 * DAY, NOW)
    assert story.steps == (("berkas_lengkap", NOW + 1), ("terjadwal", NOW + 3))


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

    found = await visits_between(offers, store, date(2026, 11, 25), date(2026, 11, 26))
    told = [(visit.offer.id, len(visit.taken), len(visit.arrived), len(visit.absent)) for visit in found]
    assert told == [("261125-aaaa", 2, 1, 1), ("261126-bbbb", 0, 0, 0)]
    assert await given_up_between(store, NOW, NOW + 1) == 1, "who moved gave nothing up"
    assert await given_up_between(store, NOW + 1, NOW + DAY) == 0


def hour(name: str, begins: int) -> Offer:
    return Offer(
        id=name, kind="office", place="Kantor", area=None, begins=begins, ends=begins + 3600, places=5, kept=0,
        priority=0, at=NOW - DAY,
    )  # fmt: skip
