"""Whoever tries the demo finds days to come, on whatever day it is started."""

from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path

import pytest

from server.databases import Databases, open_databases
from server.demo_offers import AHEAD, offer_days
from server.founding import DEMO
from server.offers import Offer, Offers
from server.server_key import read_server_key
from server.settings import Settings, load_settings
from tests.founded_office import found
from tests.serving import RunningOffice

DAY = 86_400
MONDAY = 1_795_996_800  # 2026-11-30, 07:00 at the office


@pytest.fixture
async def settings(tmp_path: Path) -> Settings:
    settings = load_settings({"RANTAU_DATA": str(tmp_path / "data")})
    await found(settings, DEMO, now=MONDAY)
    return settings


@pytest.fixture
async def databases(settings: Settings) -> AsyncIterator[Databases]:
    async with open_databases(settings) as databases:
        yield databases


async def start(settings: Settings, databases: Databases, now: int) -> list[Offer]:
    """Start the demo at some moment; what one may book then."""
    key = read_server_key(settings.data)
    await offer_days(settings, databases, key, now=now)
    offers = await Offers(databases.public, key.kid, key.pair).since(date(2026, 11, 30))
    return [offer for offer in offers if offer.is_open(now)]


@pytest.mark.anyio
@pytest.mark.parametrize("weekday", range(7))
async def test_there_are_hours_an_event_and_one_for_a_group(
    settings: Settings, databases: Databases, weekday: int
) -> None:
    now = MONDAY + weekday * DAY
    offers = await start(settings, databases, now)
    assert {offer.kind for offer in offers} == {"office", "outreach", "group"}
    assert min(offer.begins for offer in offers) < now + 3 * DAY
    assert all(offer.numbers(priority=False, drawn=False, now=now) for offer in offers)
    assert {offer.place for offer in offers if offer.kind == "office"} == {settings.office.name}


@pytest.mark.anyio
async def test_a_start_adds_only_the_days_that_have_none_yet(settings: Settings, databases: Databases) -> None:
    first = await start(settings, databases, MONDAY)
    assert await start(settings, databases, MONDAY) == first
    key = read_server_key(settings.data)
    await Offers(databases.public, key.kid, key.pair).close(first[0].id)
    later = await start(settings, databases, MONDAY + DAY)
    assert first[0].id not in {offer.id for offer in later}  # what an officer closed stays closed
    years = await start(settings, databases, MONDAY + 800 * DAY)
    assert len(years) == len(first)
    assert max(offer.begins for offer in years) < MONDAY + (800 + AHEAD + 1) * DAY


def test_the_demo_is_served_with_days_to_come(tmp_path: Path) -> None:
    office = RunningOffice(tmp_path / "office")
    office.command.remove("--bare")
    with office:
        kinds = {offer["kind"] for offer in office.ask("GET", "/offers.json").json()["offers"]}
    assert kinds == {"office", "outreach", "group"}
