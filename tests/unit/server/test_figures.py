"""The office in the open: what a head of office publishes is signed, stays, and tells of no group that is too small."""

from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from server.figures import FIGURES, figures_of
from server.survey_tally import Tally, keep_tally, read_rows
from sync.events import sign_event
from sync.key_pair import verify
from tests.asgi import Client
from tests.sealed_items import OfficeKeys, new_keys, seal_pair
from tests.staff_office import ORIGIN, START, StaffDesk, StaffOffice, staff_office
from tests.unit.server.test_survey_page import sums

KEYS = OfficeKeys()
DAY = 86400
MARCH = int(datetime(2026, 3, 1, tzinfo=ZoneInfo("Asia/Jakarta")).timestamp())


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[StaffOffice]:
    async with staff_office(tmp_path) as office:
        await office.hire("heri", "head")
        yield office


async def walk(
    office: StaffOffice, service: str, at: int, *steps: tuple[str, float], kind: str = "application"
) -> None:
    """A case that was received then and took these steps so many days later."""
    version, _ = seal_pair(KEYS, keys := new_keys(), service=service, at=at, type=kind)
    office.times[0] = at
    await office.office.databases.cases.bulk_docs([version])
    await office.office.projection.caught_up()
    events: list[dict[str, Any]] = []
    for n, (step, day) in enumerate(steps, 1):
        when = at + round(day * DAY)
        on = [version["_id"][-20:]]
        event = sign_event(case=keys.case, n=n, step=step, at=when, on=on, note=None, kid="o1", private=KEYS.office)
        events.append(event | {"claim": ["taken", "x", when]})
    await office.office.databases.cases.bulk_docs(events)
    office.times[0] = START


async def busy_march(office: StaffOffice) -> None:
    for days in (2, 3, 4, 5, 16, 40):
        await walk(office, "passport-new", MARCH, ("siap_diambil", days), ("diserahkan", days + 1))
    for _ in range(4):
        await walk(office, "permit-visit", MARCH + DAY, ("ditolak", 1))
    await walk(office, "passport-new", MARCH - 1, ("dibatalkan", 1))
    await keep_tally(office.office.databases.staff, Tally(read_rows([sums("2026-03", "passport-new", 4, 6)]), MARCH))


async def desk_of(office: StaffOffice, login: str) -> StaffDesk:
    desk = office.desk(login)
    await desk.sign_in()
    return desk


@pytest.mark.anyio
async def test_a_month_is_counted_by_the_offices_own_midnight_and_small_groups_are_not_told(
    office: StaffOffice,
) -> None:
    await busy_march(office)
    march = await figures_of(office.office, "2026-03", "2026-03")
    # The sixth was ready in April; the one received a second before midnight belongs to February, its end to March.
    [line] = march.lines
    assert (line.service, line.received, line.ended, line.days) == ("passport-new", 6, 6, 4.0)
    assert march.ikm == ("100.00", "A", 6)
    assert march.complaints is None
    assert (await figures_of(office.office, "2026-02", "2026-02")).is_empty


@pytest.mark.anyio
async def test_complaints_are_in_time_by_the_deadline_of_the_class_they_were_given(office: StaffOffice) -> None:
    given: list[list[tuple[str, float]]] = [
        *[[("aduan_informasi", 1), ("aduan_dijawab", 4)]]
        * 4,  # 5 working days from Sunday, 1 March: until Friday, the 6th
        [("aduan_informasi", 1), ("aduan_dijawab", 7)],  # too late
        [("aduan_informasi", 1), ("aduan_lapangan", 2), ("aduan_dijawab", 50)],  # 60 working days
        [("pesan", 1)],  # a message is no answer, and it was due long ago
    ]
    for steps in given:
        await walk(office, "complaint", MARCH, *steps, kind="complaint")
    assert (await figures_of(office.office, "2026-03", "2026-03")).complaints == 71  # 5 of 7
    await walk(office, "complaint", START - DAY, kind="complaint")
    assert (await figures_of(office.office, "2026-11", "2026-11")).complaints is None, "there is time still"


@pytest.mark.anyio
async def test_what_is_published_is_signed_and_stands_on_a_page_that_runs_no_script_of_its_own(
    office: StaffOffice,
) -> None:
    await busy_march(office)
    client = Client(office.app, origin=ORIGIN)
    page = (await client.get("/id/office")).text
    assert "bukan situs resmi" in page
    assert office.office.settings.office.address["id"] in page
    assert office.office.settings.office.hours["id"] in page
    assert "belum menerbitkan angka" in page

    heri = await desk_of(office, "heri")
    texts = office.office.catalogues["id"]
    assert texts.text("form.passport-new.title") in (await heri.get("figures?from=2026-03&to=2026-03")).text
    assert (await heri.post("figures", **{"from": "2026-03", "to": "2026-03"})).status == 303
    page = (await client.get("/id/office")).text
    assert "IKM): 100,00" in page
    assert page.count("<svg") == 3, "a chart each of what was received, ended, and how long it took"
    assert page.count("<tr>") == 2, "the table has it once more"
    assert "style=" not in page
    assert texts.text("form.passport-new.title") in page
    assert texts.text("form.permit-visit.title") not in page, "four people could be told"
    doc = await office.office.databases.public.get(FIGURES, attachments=True)
    verify(doc["signed"], doc["sig"], office.office.key_list.primary("server").pub)
    assert doc["signed"][:2] == ["pub1", FIGURES]
    assert ("figures-published", {"from": "2026-03", "to": "2026-03"}) in [
        (deed.name, deed.about) for deed in await office.deeds()
    ]

    # Published again, the new ones stand there; a wrong period publishes nothing.
    await heri.post("figures", **{"from": "2026-04", "to": "2026-04"})
    assert "Bulan 2026-04 sampai 2026-04" in (await client.get("/id/office")).text
    await heri.post("figures", **{"from": "2026-13", "to": "x"})
    assert "Bulan 2026-04 sampai 2026-04" in (await client.get("/id/office")).text
