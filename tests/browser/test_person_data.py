"""Somebody asks what the office holds: the clock runs in sight, and the officer's browser makes the files itself."""

import json
import re
import time
from pathlib import Path

import pytest
from playwright.sync_api import Download, Page, Playwright, expect

from server.keys.founding import DEMO
from tests.applicants import Applicant
from tests.browser.looking import desk_faults
from tests.browsing import Phone
from tests.people import person
from tests.people_at_work import TEXTS, Officer, settled
from tests.serving import RunningOffice

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

T = TEXTS["id"].text
NAME = "ROSMAINI UNTUK UJI <B>"
NOTE = "Akta lahir kurang jelas"


def record_request(page: Page, office: RunningOffice, number: str, *, kind: str, hours: str) -> None:
    page.goto(f"{office.url}/staff/id/requests")
    page.get_by_label(T(f"staff.req.{kind}")).check()
    page.get_by_label(T("staff.req.number")).fill(number.upper())
    page.get_by_label(T("staff.req.hours")).fill(hours)
    page.get_by_role("button", name=T("staff.req.record")).click()


def test_a_request_runs_in_sight_and_the_files_hold_everything_and_the_server_nothing(
    office: RunningOffice, playwright: Playwright, tmp_path: Path
) -> None:
    applicant = Applicant(office.url, person(1) | {"nama_lengkap": NAME})
    first = applicant.send(at=int(time.time()) - 60)
    applicant.send(prev=(first,), tempat_lahir="KAJAI LAMA")
    with Phone(playwright, tmp_path / "desktop", viewport={"width": 1280, "height": 900}) as desktop:
        page = desktop.page
        officer = Officer(page, office, "id")
        officer.sign_in()
        expect(page.locator(".case-link")).to_be_visible()

        # At the front desk: a slip is said, one request runs, one is late.
        record_request(page, office, "aaaa bbbb", kind="access", hours="")
        expect(page.get_by_role("alert")).to_have_text(T("staff.req.error.number"))
        record_request(page, office, applicant.number, kind="access", hours="2")
        expect(page.get_by_text(re.compile("^(69|70) jam lagi$"))).to_be_visible()
        record_request(page, office, applicant.number, kind="correction", hours="75")
        expect(page.get_by_text(re.compile("^terlambat [34] jam$"))).to_be_visible()
        assert desk_faults(page) == []

        # The console says so where it begins, and on the case.
        officer.unlock()
        running = page.locator("[data-running]")
        expect(running).to_contain_text(T("staff.req.running"))
        expect(running.locator("li")).to_have_count(2)
        expect(running.locator("li").first).to_contain_text(re.compile("terlambat [34] jam"))
        assert desk_faults(page) == []
        case = officer.open(applicant.number)
        officer.record(case, "perlu_perbaikan", NOTE)
        fold = case.locator(".person-data")
        fold.locator("summary").click()
        expect(fold.locator("[data-request]")).to_have_count(2)
        assert desk_faults(page) == []
        fold.get_by_role("button", name=T("staff.export.to-correction")).click()
        expect(case.get_by_label(T("staff.step.choose"), exact=True)).to_have_value("perlu_perbaikan")
        expect(case.get_by_label(T("staff.step.note"))).to_be_focused()

        # Everything, after proving who sits there.
        downloads: list[Download] = []
        page.on("download", lambda download: downloads.append(download))
        fold.locator("[data-export]").click()
        password = page.get_by_role("dialog").get_by_label(T("staff.login.password"))
        password.fill(DEMO.password)
        password.press("Enter")
        expect(page.locator("#announcement")).to_have_text(
            T("staff.export.done", number=applicant.number), timeout=30_000
        )
        files = saved(page, downloads, tmp_path)
        for request in range(2, 0, -1):
            fold.locator("[data-request]").get_by_role("button", name=T("staff.req.close")).first.click()
            expect(fold.get_by_role("button", name=T("staff.req.close"))).to_have_count(request - 1)
        check_json(json.loads(files["json"]), applicant)
        check_html(files["html"], applicant, playwright, tmp_path)
        assert desktop.errors == []

    kept = [path.read_bytes() for path in office.folder.rglob("*") if path.is_file()]
    for planted in (NAME, "KAJAI LAMA", NOTE, str(person(1)["nomor_ktp"])):
        assert not any(planted.encode() in content for content in kept), planted
    assert {"request", "export", "request-done"} <= set(re.findall(r'"deed": "([a-z-]+)"', audit_of(office)))


def saved(page: Page, downloads: list[Download], folder: Path) -> dict[str, str]:
    """Give the contents of both files by the ends of their names."""
    while len(downloads) < 2:
        page.wait_for_event("download")
    found = {}
    for download in downloads:
        download.save_as(folder / download.suggested_filename)
        ending = download.suggested_filename.rpartition(".")[2]
        found[ending] = (folder / download.suggested_filename).read_text()
    return found


def check_json(data: dict[str, object], applicant: Applicant) -> None:
    told = json.dumps(data, ensure_ascii=False)
    assert (data["case"], data["number"]) == (applicant.case, applicant.number)
    versions = data["versions"]
    assert isinstance(versions, list)
    assert [version["stands"] for version in versions] == [False, True]
    answers = {one["field"]: one["value"] for one in versions[1]["answers"]}
    assert {key: answers[key] for key in answers} == settled(applicant.values)
    assert all(len(version["sealed_to"]) == 2 for version in versions)
    assert NOTE in told
    assert T("staff.deed.case-opened") in told
    assert T("staff.deed.export") in told
    assert len(data["receipts"]) == 2  # type: ignore[arg-type]


def check_html(html: str, applicant: Applicant, playwright: Playwright, folder: Path) -> None:
    assert "<script" not in html
    assert "ROSMAINI UNTUK UJI &lt;B&gt;" in html
    with Phone(playwright, folder / "reader") as reader:
        reader.page.set_content(html)
        expect(reader.page.get_by_role("heading", level=1)).to_contain_text(applicant.number)
        expect(reader.page.get_by_text(NAME)).to_have_count(2)
        expect(reader.page.get_by_text(NOTE)).to_be_visible()
        expect(reader.page.get_by_text("KAJAI LAMA")).to_be_visible()
        expect(reader.page.get_by_text(T("staff.req.correction"))).to_be_visible()


def audit_of(office: RunningOffice) -> str:
    return office.run("audit", "show").stdout
