"""Sends that the server refuses are counted by nagari, once each, and outlive the server."""

from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from server.exchange import intake_of
from server.figures import refused_sends
from server.figures.refused_sends import MOST, RefusedSends, refused_between
from sync.sqlite_store import open_sqlite
from sync.store import Store
from tests.sealed_items import NOW, OfficeKeys, new_keys, seal_pair, to_line
from tests.staff_office import StaffOffice, staff_office
from tests.unit.server.figures.test_figures import desk_of

DAY, ZONE = 86400, "Asia/Jakarta"
TALU, AUA = "13.12.04.2002", "13.12.03.2004"
KEYS, CODE = OfficeKeys(), new_keys()


@pytest.fixture
async def staff(tmp_path: Path) -> AsyncIterator[Store]:
    store = open_sqlite(tmp_path, "staff")
    yield store
    await store.close()


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[StaffOffice]:
    async with staff_office(tmp_path) as office:
        await office.hire("heri", "head")
        yield office


def line(area: str | None, **more: Any) -> bytes:
    return to_line(seal_pair(KEYS, CODE, area=area, **more))


@pytest.mark.anyio
async def test_each_send_counts_once_on_its_day_at_the_office(staff: Store) -> None:
    sends, twice = RefusedSends(), line(TALU)
    sends.note([(twice, "form-unknown"), (twice, "form-unknown"), (line(AUA), "kid-unknown")], NOW)
    sends.note([(b"{}", "malformed"), (line(TALU), "gone"), (line(TALU), "voided")], NOW)
    sends.note([(line(None), "time-future"), (twice, "form-unknown")], NOW + DAY)
    await sends.write(staff, ZONE)
    sends.note([(line(TALU), "form-unknown")], NOW)
    await sends.write(staff, ZONE)
    today, next_day = date(2026, 11, 25), date(2026, 11, 26)
    assert await refused_between(staff, today, today) == {TALU: 2, AUA: 1}
    assert await refused_between(staff, today, next_day) == {TALU: 2, AUA: 1, None: 1}
    assert await refused_between(staff, date(2026, 11, 1), date(2026, 11, 24)) == {}


@pytest.mark.anyio
async def test_made_up_nagari_fill_nothing(staff: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    sends = RefusedSends()
    sends.note([(line(f"13.12.{n:04}"), "form-unknown") for n in range(MOST + 2)], NOW)
    await sends.write(staff, ZONE)
    found = await refused_between(staff, date(2026, 11, 25), date(2026, 11, 25))
    assert (len(found), found[None], sum(found.values())) == (MOST + 1, 2, MOST + 2)
    monkeypatch.setattr(refused_sends, "AT_ONCE", 3)
    sends.note([(line(f"13.12.{n:04}"), "form-unknown") for n in range(6)], NOW + DAY)
    await sends.write(staff, ZONE)
    found = await refused_between(staff, date(2026, 11, 26), date(2026, 11, 26))
    assert (len(found), found[None]) == (4, 3), "in memory neither, and none is lost"


@pytest.mark.anyio
async def test_the_head_of_office_sees_from_where_sends_were_refused(office: StaffOffice) -> None:
    opened = office.office
    for _ in range(2):
        await intake_of(opened).take([line(TALU, service="no-such-service")])
    await opened.refused.write(opened.databases.staff, ZONE)
    page = await (await desk_of(office, "heri")).get("report")
    section = page.text.partition('id="refused"')[2].partition("</section>")[0]
    assert '<th scope="row">Talu</th><td class="number">2</td>' in section
