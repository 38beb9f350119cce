"""Classes are recorded by count, without a name, and summed up by guide."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.staff_office import StaffDesk, StaffOffice, staff_office

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
