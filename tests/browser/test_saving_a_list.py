"""An officer saves the chosen list as a table: what it holds is said first, and only this browser opens it."""

import csv
import io
import json
import time
from pathlib import Path

import openpyxl
import pytest
from playwright.sync_api import Download, Locator, Page, Playwright, Route, expect

from server.keys.founding import DEMO
from sync.events import sign_event
from tests.applicants import Applicant, send_together
from tests.browser.looking import desk_faults
from tests.browsing import Phone
from tests.officers import ApiOfficer
from tests.people import person
from tests.people_at_work import TEXTS, Officer
from tests.serving import RunningOffice

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

T = TEXTS["id"].text
EVIL = '=HYPERLINK("HTTP://X","Y")'
NAME = "ROSMAINI UNTUK UJI"
NIK = "0012034406820003"


def test_the_list_is_saved_as_it_is_chosen_with_or_without_what_is_personal(
    office: RunningOffice, playwright: Playwright, tmp_path: Path
) -> None:
    known = {"nama_lengkap": NAME, "nomor_ktp": NIK, "alamat_tempat_tinggal": EVIL, "tanggal_lahir": "1982-06-04"}
    applicants = [Applicant(office.url, person(1) | known), *(Applicant(office.url, person(n)) for n in (2, 3))]
    send_together(applicants, at=int(time.time()) - 60)
    ended = Applicant(office.url, person(4))
    hand_over(office, ended, ended.send())
    with Phone(playwright, tmp_path / "desktop", viewport={"width": 1280, "height": 900}) as desktop:
        page = desktop.page
        Officer(page, office, "id").sign_in()
        expect(page.locator(".case-link")).to_have_count(3)

        # By the keyboard alone: with everything, after proving who sits there.
        dialog = open_saving(page)
        expect(dialog).to_contain_text(T("staff.table.count", n=3))
        assert desk_faults(page) == []
        expect(dialog.locator("[data-warning]")).to_have_text(T("staff.table.warning.known"))
        dialog.get_by_label(T("staff.table.columns.known")).press("ArrowDown")
        expect(dialog.locator("[data-warning]")).to_have_text(T("staff.table.warning.answers"))
        page.keyboard.press("Enter")
        page.locator("[data-step-up]").get_by_label(T("staff.login.password")).fill(DEMO.password)
        assert desk_faults(page) == []
        with page.expect_download() as download:
            page.keyboard.press("Enter")
        check_workbook(file_of(download.value, tmp_path), applicants)
        expect(dialog).to_contain_text(download.value.suggested_filename)
        dialog.get_by_role("button", name=T("staff.table.close")).press("Enter")
        expect(dialog).to_have_count(0)

        # What a search found, and what it was, go along where the answers do; without them nothing personal does.
        page.locator("#search").fill(NAME.lower())
        expect(page.locator(".case-link")).to_have_count(1)
        saved = {columns: save(page, columns, tmp_path).decode("utf-8-sig") for columns in ("answers", "known")}
        rows = {columns: list(csv.reader(io.StringIO(text, newline=""))) for columns, text in saved.items()}
        assert [T("staff.table.filter"), f"{T('staff.table.searched')}: {NAME.lower()}"] in rows["answers"]
        assert [T("staff.table.filter"), T("staff.table.searched")] in rows["known"]
        for told in rows.values():
            assert [T("staff.table.cases"), "1"] in told
            assert told[-1][0] == applicants[0].number
        assert {f"'{NIK}", f"'{EVIL}", NAME, "1982-06-04"} <= set(rows["answers"][-1])
        for planted in (NAME, NAME.lower(), NIK, "HYPERLINK"):
            assert planted not in saved["known"]

        # What has ended is not in the list's memory: it comes page by page.
        page.locator("#search").fill("")
        page.get_by_role("button", name=T("step.diserahkan")).click()
        expect(page.locator(".case-link")).to_have_text([ended.number])
        told = list(csv.reader(io.StringIO(save(page, "known", tmp_path).decode("utf-8-sig"), newline="")))
        assert [T("staff.table.filter"), T("step.diserahkan")] in told
        assert told[-1][:3] == [ended.number, T("form.passport-new.title"), T("step.diserahkan")]

        # Who gives up while it is being made gets no file.
        saved_files: list[Download] = []
        page.on("download", lambda download: saved_files.append(download))
        held: list[Route] = []
        page.route("**/staff/api/list-export", lambda route: held.append(route))
        dialog = open_saving(page)
        with page.expect_request("**/staff/api/list-export"):
            page.keyboard.press("Enter")
        expect(dialog.get_by_role("progressbar")).to_be_visible()
        page.keyboard.press("Escape")
        expect(dialog).to_have_count(0)
        with page.expect_response("**/staff/api/list-export"):
            held[0].continue_()
        page.unroute("**/staff/api/list-export")
        save(page, "known", tmp_path)
        assert [one.suggested_filename.rpartition(".")[2] for one in saved_files] == ["csv"]
        assert desktop.errors == []

    audit = office.run("audit", "show").stdout
    told = [deed["about"] for deed in map(json.loads, audit.splitlines()) if deed["deed"] == "list-export"]
    assert [tuple(about[key] for key in ("cases", "columns", "ending")) for about in told] == [
        (3, "answers", "xlsx"), (1, "answers", "csv"), (1, "known", "csv"), (1, "known", "csv"), (1, "known", "xlsx"),
        (1, "known", "csv"),
    ]  # fmt: skip
    kept = [path.read_bytes() for path in office.folder.rglob("*") if path.is_file()]
    for planted in (NAME, NIK, "HYPERLINK"):
        assert not any(planted.encode() in content for content in kept), planted


def hand_over(office: RunningOffice, applicant: Applicant, v: str) -> None:
    officer = ApiOfficer(office.url).sign_in()
    kid, private = officer.office_key
    event = sign_event(
        case=applicant.case, n=1, step="diserahkan", at=int(time.time()), on=[v], note=None, kid=kid, private=private
    )
    assert officer.post(f"cases/{applicant.case}/events", event).status == 201


def open_saving(page: Page) -> Locator:
    page.get_by_role("button", name=T("staff.table.button")).press("Enter")
    dialog = page.locator("[data-save-list]")
    expect(dialog).to_be_visible()
    return dialog


def save(page: Page, columns: str, folder: Path) -> bytes:
    """Save what is chosen as CSV, having proved a moment ago who sits there."""
    dialog = open_saving(page)
    dialog.get_by_label(T(f"staff.table.columns.{columns}")).check()
    dialog.get_by_label(T("staff.table.ending.csv")).check()
    with page.expect_download() as download:
        dialog.get_by_role("button", name=T("staff.table.save")).click()
    content = file_of(download.value, folder)
    dialog.get_by_role("button", name=T("staff.table.close")).click()
    return content


def file_of(download: Download, folder: Path) -> bytes:
    path = folder / download.suggested_filename
    download.save_as(path)
    return path.read_bytes()


def check_workbook(content: bytes, applicants: list[Applicant]) -> None:
    about, sheet = openpyxl.load_workbook(io.BytesIO(content)).worksheets
    told = {row[0].value: row[1].value for row in about.iter_rows()}
    assert told["LATIHAN"] == T("staff.rehearsal.mark"), "the office is a demo"
    assert told[T("staff.table.cases")] == len(applicants)
    assert told[T("staff.table.filter")] == T("staff.queue.all")
    assert DEMO.login in str(told[T("staff.table.made")])
    assert told[T("staff.table.keep")] == T("staff.table.warning.answers")
    heads, *rows = sheet.iter_rows()
    columns = {str(cell.value): at for at, cell in enumerate(heads)}
    by_number = {row[0].value: row for row in rows}
    assert set(by_number) == {one.number for one in applicants}
    first = {name: by_number[applicants[0].number][at] for name, at in columns.items()}
    values = {name: (cell.data_type, cell.value) for name, cell in first.items()}
    assert ("s", NAME) in values.values()
    assert ("s", NIK) in values.values()
    assert ("s", EVIL) in values.values()
    assert values[T("field.tinggi_badan")] == ("n", int(str(applicants[0].values["tinggi_badan"])))
    born = first[T("field.tanggal_lahir")]
    assert (born.is_date, str(born.value)[:10]) == (True, "1982-06-04")
