"""Classes are recorded by count, without a name, and summed up by guide; a volunteer's phone brings what it noted."""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from server.staff.devices import Devices
from server.staff.enrolment import Enrolment, plain
from sync.errors import Unavailable
from tests.asgi import Client
from tests.staff_office import ORIGIN, StaffDesk, StaffOffice, staff_office
from tests.volunteers import Device

HELD = {"day": "2026-11-24", "place": "Kinali", "guide": "brokers", "count": "25"}


@pytest.fixture
async def ani(tmp_path: Path) -> AsyncIterator[StaffDesk]:
    async with staff_office(tmp_path) as office:
        await office.hire("ani", "desk")
        desk = office.desk("ani")
        await desk.sign_in()
        yield desk


@pytest.mark.anyio
async def test_who_came_is_counted_and_summed_up(ani: StaffDesk) -> None:
    assert "Belum ada kelas" in (await ani.get("classes")).text
    for change in ({}, {"day": "2026-11-23", "count": "15"}, {"guide": "passport", "count": "7"}):
        assert (await ani.post("classes", **HELD | change)).status == 303
    page = (await ani.get("classes")).text
    assert "<li>Hati-hati calo: 40</li>" in page
    assert "<li>Membuat paspor: 7</li>" in page
    assert page.index("24 November 2026") < page.index("23 November 2026")
    office: StaffOffice = ani.office
    rows = await office.office.databases.staff.all_docs(start="class.", end="class/", include_docs=True)
    fields = {key for row in rows for key in (row.doc or {})}
    assert fields == {"_id", "_rev", "type", "day", "place", "guide", "count", "by"}


@pytest.mark.anyio
async def test_a_double_click_counts_who_came_once(ani: StaffDesk) -> None:
    once = re.findall(r'name="once" value="([^"]+)"', (await ani.get("classes")).text)
    both = await asyncio.gather(*(ani.post("classes", **HELD, once=once[0]) for _ in range(2)))
    assert [answer.status for answer in both] == [303, 303]
    page = (await ani.get("classes")).text
    assert "<li>Hati-hati calo: 25</li>" in page
    assert re.findall(r'name="once" value="([^"]+)"', page) != once, "the next is another"
    assert await recorded(ani.office) == [{"guide": "brokers", "count": 25}]


@pytest.mark.anyio
async def test_a_class_that_is_corrected_and_sent_again_is_recorded_as_corrected(ani: StaffDesk) -> None:
    [once] = re.findall(r'name="once" value="([^"]+)"', (await ani.get("classes")).text)
    changes = ({}, {"day": "2026-11-23"}, {"place": "Simpang Empat"}, {"guide": "passport"}, {"count": "26"})
    for change in changes * 2:
        assert (await ani.post("classes", **HELD | change, once=once)).status == 303
    page = (await ani.get("classes")).text
    assert "<li>Hati-hati calo: 101</li>" in page
    assert "<li>Membuat paspor: 25</li>" in page
    assert len(await recorded(ani.office)) == len(changes)


async def recorded(office: StaffOffice) -> list[dict[str, str | int]]:
    """Give what the audit says of classes."""
    return [dict(deed.about) for deed in await office.deeds() if deed.name == "class-recorded"]


@pytest.mark.anyio
async def test_what_is_wrong_is_named_and_nothing_is_lost(ani: StaffDesk) -> None:
    for wrong, said in (
        ({"day": "2026-11-26"}, "Hari: tulis hari"),
        ({"day": "kemarin"}, "Hari: tulis hari"),
        ({"place": ""}, "Tempat: tulis"),
        ({"guide": "none"}, "Panduan: pilih"),
        ({"count": "0"}, "Berapa orang hadir: tulis"),
        ({"count": "2001"}, "Berapa orang hadir: tulis"),
        ({"count": "dua"}, "Berapa orang hadir: tulis"),
    ):
        answer = await ani.post("classes", **HELD | wrong)
        assert (answer.status, said in answer.text) == (422, True), wrong
        assert f'value="{(HELD | wrong)["place"]}"' in answer.text
    assert "Belum ada kelas" in (await ani.get("classes")).text


async def enrolled(office: StaffOffice, client: Client) -> Device:
    device = Device()
    code = await Enrolment(office.office.databases.staff, office.times[0]).invite("buyung")
    assert (await device.enrol(client, plain(code))).status == 200
    return device


async def brought(client: Client, *classes: Any, auth: Any) -> Any:
    """Bring classes with an exchange; what its head says of them."""
    hello = {"v": 2, "auth": auth, "since": "", "classes": list(classes)}
    headers = {"content-type": "application/x-ndjson"}
    answer = await client.request("POST", "/exchange", headers=headers, body=[json.dumps(hello).encode()])
    assert answer.status == 200, answer.text
    return answer.lines()[0].get("classes")


@pytest.mark.anyio
async def test_a_volunteers_phone_brings_its_classes_once_and_hears_which_field_is_wrong(ani: StaffDesk) -> None:
    office, client = ani.office, Client(ani.office.app, origin=ORIGIN)
    device = await enrolled(office, client)
    right = ["a" * 16, "2026-11-24", "Balai Nagari Kinali", "brokers", 31]
    wrong = {"day": [1, "2026-11-30"], "place": [2, " "], "guide": [3, "none"], "count": [4, 2001]}
    rows = [[("bcde"[at - 1]) * 16, *right[1:at], value, *right[at + 1 :]] for at, value in wrong.values()]
    said = [[row[0], field] for row, field in zip(rows, wrong, strict=True)]
    auths = [device.auth(office.times[0]) for _ in range(2)]  # the answer to the first may have been lost
    told = await asyncio.gather(*(brought(client, right, *rows, auth=auth) for auth in auths))
    assert told == [[[right[0], "ok"], *said]] * 2
    page = (await ani.get("classes")).text
    assert "<li>Hati-hati calo: 31</li>" in page
    assert "Balai Nagari Kinali" in page
    assert [(deed.who, deed.about) for deed in await office.deeds() if deed.name == "class-recorded"] == [
        (device.name, {"guide": "brokers", "count": 31})
    ]


@pytest.mark.anyio
@pytest.mark.parametrize("how", ["away", "not durable"])
async def test_classes_that_cannot_be_stored_hold_up_nothing_and_are_brought_again(
    ani: StaffDesk, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    office, client = ani.office, Client(ani.office.app, origin=ORIGIN)
    device, staff = await enrolled(office, client), office.office.databases.staff
    right, store = ["a" * 16, "2026-11-24", "Kinali", "brokers", 31], staff.bulk_docs

    async def failing(docs: Any, **named: Any) -> Any:
        if not docs[0]["_id"].startswith("class."):
            return await store(docs, **named)
        if how == "away":
            raise Unavailable
        return [replace(row, durable=False) for row in await store(docs, **named)]

    with monkeypatch.context() as patched:
        patched.setattr(staff, "bulk_docs", failing)
        assert await brought(client, right, auth=device.auth(office.times[0])) is None
    assert await brought(client, right, auth=device.auth(office.times[0])) == [[right[0], "ok"]]
    assert "<li>Hati-hati calo: 31</li>" in (await ani.get("classes")).text
    assert "class-recorded" in [deed.name for deed in await office.deeds()]


@pytest.mark.anyio
async def test_nobody_else_brings_classes_and_what_is_not_well_made_hinders_nothing(ani: StaffDesk) -> None:
    office, client = ani.office, Client(ani.office.app, origin=ORIGIN)
    device = await enrolled(office, client)
    right = ["a" * 16, "2026-11-24", "Kinali", "brokers", 31]
    for odd in ([], ["a"], right[:4], [*right[:4], "31"], ["../x", *right[1:]]):
        assert await brought(client, odd, auth=device.auth(office.times[0])) is None
    assert await brought(client, *[right] * 51, auth=device.auth(office.times[0])) is None
    assert await brought(client, right, auth=Device(name=device.name).auth(office.times[0])) is None
    await Devices(office.office.databases.staff, office.times[0]).revoke(device.name)
    assert await brought(client, right, auth=device.auth(office.times[0])) is None
    assert "Belum ada kelas" in (await ani.get("classes")).text
