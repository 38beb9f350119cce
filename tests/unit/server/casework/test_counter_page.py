"""The front desk's page: numbers and where each case stands, for people who open nothing."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from server.casework.counter_page import SHOWN
from sync.receipt_code import spoken_number
from tests.api_desk import sit_down
from tests.asgi import Client
from tests.sealed_items import OfficeKeys, new_keys, seal_pair
from tests.small_office import SmallOffice, deeds_of, routes_of, small_office

KEYS = OfficeKeys()
TEMPLATE = "{{ number }}: {% for row in rows %}[{{ row.number }} {{ row.state }}]{% endfor %}"
PAGE = "/staff/id/counter"


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[SmallOffice]:
    async with small_office(tmp_path, routes_of("counter"), {"staff/counter.html": TEMPLATE}, KEYS) as office:
        yield office


async def send(office: SmallOffice, count: int) -> list[str]:
    """Store as many cases; their numbers as they are spoken."""
    codes = [new_keys() for _ in range(count)]
    await office.databases.cases.bulk_docs([seal_pair(KEYS, code)[0] for code in codes])
    return [spoken_number(code.case) for code in codes]


async def desk_of(office: SmallOffice, role: str = "desk") -> Client:
    return (await sit_down(office, f"with-{role}", role)).client


@pytest.mark.anyio
async def test_the_desk_sees_numbers_and_states_and_nothing_is_opened(office: SmallOffice) -> None:
    numbers = await send(office, 2)
    page = await (await desk_of(office)).get(PAGE)
    assert (page.status, page.headers["cache-control"]) == (200, "no-store")
    for number in numbers:
        assert f"[{number} terkirim]" in page.text
    assert await deeds_of(office) == []


@pytest.mark.anyio
async def test_a_number_is_found_however_it_is_typed(office: SmallOffice) -> None:
    wanted, other = await send(office, 2)
    desk = await desk_of(office)
    for typed in (wanted, wanted.replace(" ", ""), wanted.upper(), wanted[:6]):
        page = await desk.get(f"{PAGE}?number={typed.replace(' ', '%20')}")
        assert f"[{wanted} " in page.text, typed
        assert other not in page.text


@pytest.mark.anyio
async def test_an_unknown_or_endless_number_finds_nothing(office: SmallOffice) -> None:
    await send(office, 1)
    desk = await desk_of(office)
    for typed in ("%25", "'%20or%201", "0" * 500):
        page = await desk.get(f"{PAGE}?number={typed}")
        assert (page.status, "[" in page.text) == (200, False), typed
        assert len(page.text) < 40


@pytest.mark.anyio
async def test_the_newest_come_first_and_not_all_of_them(office: SmallOffice) -> None:
    await send(office, SHOWN + 5)
    page = await (await desk_of(office)).get(PAGE)
    assert page.text.count("[") == SHOWN


@pytest.mark.anyio
async def test_it_is_for_the_front_desk_alone(office: SmallOffice) -> None:
    assert (await office.client().get(PAGE)).status in (303, 401)
    for role in ("administrator", "volunteer"):
        assert (await (await desk_of(office, role)).get(PAGE)).status == 403
