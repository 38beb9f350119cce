"""An hour at a place is on offer once, whoever publishes it and however often, until the office closes it."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import pytest

from server.appointments.offers import Offer, Offers, is_offer
from sync.key_pair import new_key_pair
from sync.store import Store

HOUR = 3600
MONDAY = date(2026, 12, 7)
BEGINS = 1_796_605_200  # at 08:00 in Jakarta
EIGHT = Offer(
    id="261207-wxyz", kind="outreach", place="Balai Nagari", area=None, begins=BEGINS, ends=BEGINS + HOUR, places=8,
    kept=0, priority=0, at=BEGINS - 480 * HOUR,
)  # fmt: skip
NINE = replace(EIGHT, begins=BEGINS + HOUR, ends=BEGINS + 2 * HOUR)
KEY = new_key_pair()


@pytest.fixture
def offers(cases: Store) -> Offers:
    return Offers(cases, "s1", KEY)


async def publish(offers: Offers, wanted: Sequence[Offer]) -> list[Offer]:
    """Publish as the page does; give what somebody else was faster with."""
    missing = await offers.missing(wanted)
    return await offers.publish(missing) if missing else []


async def hours(offers: Offers) -> list[tuple[int, bool]]:
    return [((offer.begins - BEGINS) // HOUR, offer.is_closed) for offer in await offers.since(MONDAY)]


@pytest.mark.anyio
async def test_two_who_publish_the_same_hours_at_once_publish_them_once(offers: Offers) -> None:
    seen = [await offers.missing([EIGHT, NINE]) for _ in range(2)]  # neither has written when the other looks
    late = [hour.begins for found in await asyncio.gather(*map(offers.publish, seen)) for hour in found]
    assert sorted(late) == [EIGHT.begins, NINE.begins], "of each hour one of the two is told"
    assert await hours(offers) == [(0, False), (1, False)]
    assert await offers.missing([EIGHT, NINE]) == []


@pytest.mark.anyio
async def test_an_hour_that_has_a_name_of_before_is_on_offer_too(offers: Offers) -> None:
    await offers.publish([EIGHT])
    [missing] = await offers.missing([replace(EIGHT, id="261207-aaaa", places=20), NINE])
    assert (missing.begins, is_offer(missing.id)) == (NINE.begins, True)
    elsewhere = replace(EIGHT, place="Kantor")
    group = replace(EIGHT, kind="group")
    assert [offer.hour for offer in await offers.missing([elsewhere, group])] == [elsewhere.hour, group.hour]


@pytest.mark.anyio
async def test_an_hour_that_was_closed_is_offered_again_as_often_as_one_likes(offers: Offers) -> None:
    for _ in range(3):
        assert await publish(offers, [EIGHT]) == []
        [open_] = [offer for offer in await offers.since(MONDAY) if not offer.is_closed]
        await offers.close(open_.id)
    assert await publish(offers, [EIGHT]) == []
    assert sorted(await hours(offers)) == [(0, False)] + [(0, True)] * 3
