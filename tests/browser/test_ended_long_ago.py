"""What ended long ago is found like everything else, however much has ended since, and a twin of it is pointed out;
what opens all that is gone with the lock."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Playwright, Route, expect

from bench.stored_cases import apart, store_cases
from server.casework.index_api import NEWEST_ENDED
from sync.events import sign_event
from tests.applicants import Applicant
from tests.browsing import Phone
from tests.papers import LOGIN, PASSPHRASE, PASSWORD, PaperOffice, found_office
from tests.people import person
from tests.people_at_work import TEXTS, Login, Officer

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

T = TEXTS["id"].text
NAME, NIK = "ROSMAINI UNTUK UJI", "1312014506900777"
LONG_AGO = 1_780_000_000
LATER_PAGE = re.compile(r"/staff/api/index\?after=.")


def test_an_officer_finds_an_application_that_ended_long_ago_by_its_name(
    playwright: Playwright, tmp_path: Path
) -> None:
    papers = found_office(tmp_path / "office")
    apart(store_cases(papers, NEWEST_ENDED, ended=NEWEST_ENDED, keyless=True))  # they only have to be there
    with papers.office as office, Phone(playwright, tmp_path / "desk", viewport={"width": 1280, "height": 900}) as desk:
        ended = Applicant(office.url, person(1) | {"nama_lengkap": NAME, "nomor_ktp": NIK})
        hand_over(papers, ended, ended.send(at=LONG_AGO))
        comes_again = Applicant(office.url, person(2) | {"nomor_ktp": NIK})
        comes_again.send()

        page, held = desk.page, list[Route]()
        page.route(LATER_PAGE, lambda route: held.append(route))  # whoever locks does so while cases are being opened
        officer = Officer(page, office, "id", who=Login(LOGIN, PASSWORD, PASSPHRASE))
        with page.expect_worker(lambda worker: worker.url.endswith("/cases-worker.js")) as opening:
            officer.sign_in()
        with opening.value.expect_event("close"):
            page.get_by_role("button", name=T("staff.lock"), exact=True).click()
        page.unroute(LATER_PAGE)

        officer.unlock()
        page.locator("#search").fill(NAME.lower())
        found = page.locator(".case-list tbody tr")
        expect(found.filter(has_text=ended.number)).to_be_visible(timeout=60_000)  # the newer ones are read before it
        expect(found).to_have_count(1)
        for told in (NAME, T("step.diserahkan")):
            expect(found).to_contain_text(told)
        expect(officer.open(ended.number)).to_contain_text(NAME)

        page.locator("#search").fill(comes_again.number)
        expect(found.filter(has_text=comes_again.number)).to_be_visible()
        expect(found).to_have_count(1)
        expect(found).to_contain_text(T("staff.list.twins", n=1))
        assert desk.errors == []


def hand_over(papers: PaperOffice, applicant: Applicant, v: str) -> None:
    """End a case so long ago that the office tells of newer ones alone."""
    officer = papers.officer()
    kid, private = officer.office_key
    event = sign_event(
        case=applicant.case, n=1, step="diserahkan", at=LONG_AGO + 1, on=[v], note=None, kid=kid, private=private
    )
    assert officer.post(f"cases/{applicant.case}/events", event).status == 201
    assert applicant.case not in [row[0] for row in officer.get("work").body["ended"]]
