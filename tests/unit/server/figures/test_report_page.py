"""The page of the office's own figures, as whoever works there reads it, and its tables as files."""

import csv
import io
import re
from collections.abc import AsyncIterator
from pathlib import Path

import openpyxl
import pytest

from server.staff.devices import new_device
from sync.statements import sign_gone
from tests.staff_office import START, StaffDesk, StaffOffice, staff_office
from tests.unit.server.figures.test_figures import DAY, KEYS, MARCH, desk_of, walk

MARCH_ASKED = "from=2026-03-01&to=2026-03-07"


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[tuple[StaffOffice, StaffDesk]]:
    async with staff_office(tmp_path) as office:
        await office.hire("heri", "head")
        await walk(office, "passport-new", MARCH, ("berkas_lengkap", 1), ("siap_diambil", 3.5))
        await walk(office, "passport-new", MARCH + DAY, ("perlu_perbaikan", 2))
        await walk(office, "complaint", MARCH + DAY, kind="complaint")
        device = new_device("d-9f2c01ab", "rosma", "", now=MARCH) | {"claim": ["taken", "x", MARCH]}
        upload = {"type": "upload", "version": "", "digest": "", "length": 9, "at": MARCH}
        case = (await office.office.projection.stories())[0].case
        hub = {"type": "hub", "enrolled_at": MARCH, "revoked_at": None}
        await office.office.databases.staff.bulk_docs([
            {"_id": "device.d-9f2c01ab", **device}, {"_id": "up.a.b", **upload},
            {"_id": "hub.talu", "hub": "talu", "seen": MARCH, "holds": [12, MARCH - DAY], **hub},
            {"_id": "hub.belum-datang", "hub": "belum-datang", "seen": None, **hub},
            {"_id": f"via.{case}", "type": "via", "hub": "talu", "at": MARCH},
        ])  # fmt: skip
        yield office, await desk_of(office, "heri")


@pytest.mark.anyio
async def test_every_chart_has_its_words_and_a_table_behind_it(desk: tuple[StaffOffice, StaffDesk]) -> None:
    _, heri = desk
    page = (await heri.get(f"report?{MARCH_ASKED}")).text
    drawn = re.findall(r'<section class="stack" id="([a-z-]+)".*?</section>', page, re.S)
    assert drawn == ["arrivals", "stock", "stays", "visits", "given-up", "areas", "refused", "devices", "hubs"]
    for section in re.findall(r"<section.*?</section>", page, re.S):
        assert ("<table>" in section) is ("<svg" in section), "what is drawn is written too"
        for svg in re.findall(r"<svg[^>]*>", section):
            assert 'role="img"' in svg
            assert "aria-label" in svg
    assert "<desc id=" in page
    assert "Terbanyak 1: 1 Maret 2026" in page
    days = re.search(r'id="stays".*?</section>', page, re.S)
    assert days is not None
    assert re.search(r"<th scope=\"row\">Data lengkap</th><td class=\"number\">2,5</td>", days[0])
    assert "style=" not in page
    assert "tidak disebut" in page
    assert re.search(
        r'<th scope="row">talu</th><td class="number">269.*?>1</td>.*?>12</td><td class="number">28 Februari 2026<',
        page,
    )
    assert "belum-datang" not in page, "one that never joined holds nothing"
    assert '<th scope="row">rosma</th><td class="number">269' in page, "silent since 1 March"


@pytest.mark.anyio
async def test_a_period_that_is_none_is_said_and_the_last_month_stands_there(
    desk: tuple[StaffOffice, StaffDesk],
) -> None:
    _, heri = desk
    for asked, word in (
        ("from=kemarin&to=2026-03-01", "tulis dua hari"),
        ("from=2026-03-07&to=2026-03-01", "sebelum hari terakhir"),
        ("from=2020-01-01&to=2026-03-01", "366 hari"),
        ("from=9999-12-01&to=9999-12-31", "tulis dua hari"),
        ("from=1926-11-01&to=1926-11-30", "tulis dua hari"),  # not the appointments of 2026
    ):
        answer = await heri.get(f"report?{asked}")
        assert (answer.status, word in answer.text) == (422, True)
        assert 'aria-invalid="true"' in answer.text
        assert 'value="2026-10-27"' in answer.text
        assert 'value="2026-11-25"' in answer.text


@pytest.mark.anyio
async def test_each_table_is_given_as_files_in_the_words_of_the_page(desk: tuple[StaffOffice, StaffDesk]) -> None:
    _, heri = desk
    page = (await heri.get(f"report?{MARCH_ASKED}&by=week")).text
    links = re.findall(r'href="/staff/id/(report/[a-z-]+\.(?:csv|xlsx)\?[^"]+)"', page.replace("&amp;", "&"))
    assert len(links) == 2 * page.count("<table>")
    given = await heri.get(f"report/arrivals.csv?{MARCH_ASKED}&by=week")
    assert given.headers["content-disposition"] == 'attachment; filename="arrivals-2026-03-01-2026-03-07.csv"'
    rows = list(csv.reader(io.StringIO(given.body.decode("utf-8-sig"))))
    # Sunday, 1 March belongs to the week before.
    assert rows == [["Minggu mulai", "Permohonan", "Pengaduan"], ["2026-02-23", "1", "0"], ["2026-03-02", "1", "1"]]
    sheet = openpyxl.load_workbook(io.BytesIO((await heri.get(f"report/stays.xlsx?{MARCH_ASKED}")).body)).active
    assert sheet is not None
    heads, first, *_ = sheet.iter_rows(values_only=True)
    assert heads == ("Langkah", "Median (hari)", "Persentil ke-90 (hari)", "Permohonan")
    assert first == ("Terkirim", 1.5, 2, 2)
    for wrong in ("arrivals.pdf", "nothing.csv", "arrivals"):
        assert (await heri.get(f"report/{wrong}")).status == 404


@pytest.mark.anyio
async def test_what_was_erased_since_is_said_on_the_page_and_in_the_files(desk: tuple[StaffOffice, StaffDesk]) -> None:
    office, heri = desk
    says = "Sebelum 27 Agustus 2026 angka ini tidak lengkap"
    assert says not in (await heri.get(f"report?{MARCH_ASKED}")).text
    case = (await office.office.projection.list()).rows[0].case
    await office.office.databases.cases.bulk_docs([sign_gone(case, at=START, kid="o1", private=KEYS.office)])
    assert says in (await heri.get(f"report?{MARCH_ASKED}")).text
    assert says in (await heri.get(f"report/arrivals.csv?{MARCH_ASKED}")).body.decode("utf-8-sig").splitlines()[-1]
    book = openpyxl.load_workbook(io.BytesIO((await heri.get(f"report/arrivals.xlsx?{MARCH_ASKED}")).body)).active
    assert book is not None
    assert says in str([*book.iter_rows(values_only=True)][-1][0])
    assert says not in (await heri.get("report?from=2026-11-01&to=2026-11-25")).text, "nothing of it can be gone"
