"""Whoever tries the demo finds days to come and people to practise on, on whatever day it is started."""

from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path

import pytest

from server.appointments.offers import Offer, Offers
from server.databases import Databases, open_databases
from server.keys.founding import DEMO
from server.keys.server_key import read_server_key
from server.rehearsal.demo_offers import AHEAD, offer_days
from server.settings import Settings, load_settings
from tests.founded_office import found
from tests.officers import ApiOfficer
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
async def test_the_counter_is_closed_on_holidays(settings: Settings, databases: Databases) -> None:
    offers = await start(settings, databases, MONDAY + 21 * DAY)
    days = {(offer.id[:6], offer.kind) for offer in offers}
    assert {("261223", "office"), ("261226", "outreach"), ("261228", "office")} <= days
    assert {day for day, _ in days} & {"261224", "261225", "270101"} == set()


@pytest.mark.anyio
async def test_the_first_hour_is_today_s_while_there_is_one(settings: Settings, databases: Databases) -> None:
    for n, (hour, first) in enumerate([(7, 8), (9, 10), (12, 13), (14, 24 + 8)]):
        midnight = MONDAY - 7 * 3600 + n * 3 * 7 * DAY  # each a Monday for which nothing is on offer yet
        offers = await start(settings, databases, midnight + hour * 3600)
        assert min(offer.begins for offer in offers) == midnight + first * 3600


@pytest.mark.anyio
async def test_a_start_adds_only_the_days_that_have_none_yet(settings: Settings, databases: Databases) -> None:
    first = await start(settings, databases, MONDAY)
    assert await start(settings, databases, MONDAY) == first
    key = read_server_key(settings.data)
    await Offers(databases.public, key.kid, key.pair).close(first[0].id)
    later = await start(settings, databases, MONDAY + DAY)
    assert first[0].id not in {offer.id for offer in later}  # what an officer closed stays closed
    years = await start(settings, databases, MONDAY + 14 * 57 * DAY)  # a Monday again
    assert len(years) == len(first)
    assert max(offer.begins for offer in years) < MONDAY + (14 * 57 + AHEAD + 1) * DAY


def test_the_demo_is_served_with_days_to_come_and_people_to_practise_on(tmp_path: Path) -> None:
    office = RunningOffice(tmp_path / "office")
    office.command.remove("--bare")
    with office:
        kinds = {offer["kind"] for offer in office.ask("GET", "/offers.json").json()["offers"]}
        assert kinds == {"office", "outreach", "group"}
        about = office.ask("GET", "/id/office").text
        assert "Jalan Contoh 1" in about
        assert "alamat contoh" in about
        first = ApiOfficer(office.url).sign_in().get("work").body
        assert "LATIHAN" in office.ask("GET", "/staff/login").text
        refused = office.run("rehearse")
        assert (refused.returncode, "stop it first" in refused.stderr) == (1, True)
        office.stop()
        done = office.run("rehearse")
        assert done.returncode == 0, done.stderr
        told = ApiOfficer(office.start().url).sign_in().get("work").body
    assert len(told["rows"]) == len(first["rows"]) > 20
    assert not {row[0] for row in told["rows"]} & {row[0] for row in first["rows"]}
    due = told["columns"].index("due")
    assert any(row[due] and row[due] < told["today"] for row in told["rows"]), "some are late already"
