"""The front desk records a request by the case's number and sees its clock; who only reads records nothing."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from sync.receipt_code import spoken_number
from tests.api_desk import ApiDesk, sit_down
from tests.asgi import Answer
from tests.sealed_items import NOW, OfficeKeys, new_keys, seal_pair
from tests.small_office import SmallOffice, deeds_of, routes_of, small_office

KEYS = OfficeKeys()
TEMPLATE = """{{ error }}|{{ number }}|{% for one in requests -%}
[{{ one.number }} {{ one.kind }} {{ one.hours_left(now) }} {{ one.done_at }} {{ one.id }}]{% endfor %}|{{ once }}"""
PAGE = "/staff/id/requests"


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[SmallOffice]:
    routes = routes_of("requests", "record_request", "close_request")
    async with small_office(tmp_path, routes, {"staff/requests.html": TEMPLATE}, KEYS) as office:
        yield office


async def post(desk: ApiDesk, path: str, **fields: str) -> Answer:
    return await desk.client.post_form(path, {"csrf": desk.csrf, **fields})


@pytest.mark.anyio
async def test_a_request_is_recorded_by_number_and_closed(office: SmallOffice) -> None:
    code = new_keys()
    await office.databases.cases.bulk_docs([seal_pair(KEYS, code)[0]])
    desk = await sit_down(office, "siti", "desk")
    number = spoken_number(code.case)
    answer = await post(desk, PAGE, kind="access", number=number.upper(), hours="2")
    assert (answer.status, answer.headers["location"]) == (303, PAGE)
    page = (await desk.client.get(PAGE)).text
    assert f"[{number} access 70 None " in page
    name = page.split()[-1].partition("]")[0]
    office.now = NOW + 60
    assert (await post(desk, f"{PAGE}/{name}")).status == 303
    assert f"access 69 {NOW + 60} {name}]" in (await desk.client.get(PAGE)).text
    deeds = [(deed.name, deed.who, dict(deed.about)) for deed in await deeds_of(office)]
    about = {"case": code.case, "kind": "access", "request": name}
    assert deeds == [("request", "siti", about), ("request-done", "siti", about)]


@pytest.mark.anyio
async def test_a_double_click_starts_one_clock(office: SmallOffice) -> None:
    code = new_keys()
    await office.databases.cases.bulk_docs([seal_pair(KEYS, code)[0]])
    desk = await sit_down(office, "siti", "desk")
    typed = {"kind": "access", "number": spoken_number(code.case), "hours": "2"}
    typed["once"] = (await desk.client.get(PAGE)).text.rpartition("|")[2]
    both = await asyncio.gather(*(post(desk, PAGE, **typed) for _ in range(2)))
    assert [answer.status for answer in both] == [303, 303]
    assert (await desk.client.get(PAGE)).text.count(" access ") == 1
    assert [deed.name for deed in await deeds_of(office)] == ["request"]
    name = (await desk.client.get(PAGE)).text.partition("]")[0].split()[-1]
    both = await asyncio.gather(*(post(desk, f"{PAGE}/{name}") for _ in range(2)))
    assert [answer.status for answer in both] == [303, 303]
    assert [deed.name for deed in await deeds_of(office)] == ["request", "request-done"]


@pytest.mark.anyio
async def test_a_form_that_is_corrected_and_sent_again_is_recorded_as_corrected(office: SmallOffice) -> None:
    codes = [new_keys(), new_keys()]
    await office.databases.cases.bulk_docs([seal_pair(KEYS, code)[0] for code in codes])
    one, other = (spoken_number(code.case) for code in codes)
    desk = await sit_down(office, "siti", "desk")
    once = (await desk.client.get(PAGE)).text.rpartition("|")[2]
    wanted = [("access", one, "2"), ("correction", one, "2"), ("access", other, "2"), ("access", one, "5")]
    for kind, number, hours in wanted * 2:
        answer = await post(desk, PAGE, kind=kind, number=number, hours=hours, once=once)
        assert answer.status == 303
    page = (await desk.client.get(PAGE)).text
    for kind, number, hours in wanted:
        assert page.count(f"[{number} {kind} {72 - int(hours)} ") == 1
    assert len(await deeds_of(office)) == len(wanted)


@pytest.mark.anyio
async def test_what_is_no_number_no_kind_or_no_time_is_said_and_kept_typed(office: SmallOffice) -> None:
    code = new_keys()
    await office.databases.cases.bulk_docs([seal_pair(KEYS, code)[0]])
    desk = await sit_down(office, "siti", "desk")
    number = spoken_number(code.case)
    for kind, typed, hours, error in (
        ("access", "aaaa aaaa", "", "number"),
        ("access", "a", "", "number"),
        ("access", "ROSMAINI", "", "number"),
        ("access", number, "nine", "time"),
        ("access", number, "900", "time"),
        ("erase", number, "", "kind"),
    ):
        answer = await post(desk, PAGE, kind=kind, number=typed, hours=hours)
        assert (answer.status, answer.text.split("|")[:2]) == (422, [error, typed])
    assert (await post(desk, f"{PAGE}/unknown")).status == 404
    assert await deeds_of(office) == []


@pytest.mark.anyio
async def test_the_head_sees_the_list_and_records_nothing(office: SmallOffice) -> None:
    head = await sit_down(office, "upik", "head")
    assert (await head.client.get(PAGE)).status == 200
    assert (await post(head, PAGE, kind="access", number="aaaaaaaa")).status == 403
