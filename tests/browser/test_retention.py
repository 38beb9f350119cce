"""What is kept too long: an officer erases what is due, and a phone says which draft is old; nothing goes by itself."""

import re
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, Playwright, expect

from server.keys.founding import DEMO
from sync.events import sign_event
from tests.applicants import Applicant
from tests.browser.looking import desk_faults, faults
from tests.browsing import Phone
from tests.officers import ApiOfficer
from tests.people import person
from tests.people_at_work import SERVICE, TEXTS, Officer, fill
from tests.serving import RunningOffice

pytestmark = pytest.mark.browser

T = TEXTS["id"].text
DAY = 86_400


def hand_over(officer: ApiOfficer, applicant: Applicant, *, days: int) -> None:
    """Send an application and hand the passport over, both so many days ago."""
    at = int(time.time()) - days * DAY
    v = applicant.send(at=at)
    kid, key = officer.office_key
    event = sign_event(case=applicant.case, n=1, step="diserahkan", at=at, on=[v], note=None, kid=kid, private=key)
    assert officer.post(f"cases/{applicant.case}/events", event).status == 201


def prove(page: Page) -> None:
    dialog = page.get_by_role("dialog")
    dialog.get_by_label(T("staff.login.password")).fill(DEMO.password)
    page.keyboard.press("Enter")
    expect(dialog).to_have_count(0)


def test_an_officer_erases_what_is_due_one_and_then_all_and_a_cut_is_continued(
    office: RunningOffice, playwright: Playwright, tmp_path: Path
) -> None:
    hands = ApiOfficer(office.url).sign_in()
    people = [Applicant(office.url, person(n)) for n in range(1, 7)]
    for number, one in enumerate(people):
        hand_over(hands, one, days=100 - number if one is not people[-1] else 1)
    with Phone(playwright, tmp_path / "desktop", viewport={"width": 1280, "height": 900}) as desktop:
        page = desktop.page
        Officer(page, office, "id").sign_in()
        page.locator("#due").click()
        view = page.get_by_role("region", name=T("staff.due.title"))
        expect(view.get_by_text(T("staff.due.count", n=5))).to_be_visible()
        expect(view.get_by_text(people[-1].number)).to_have_count(0)

        # One: asked once more, given up, asked once more, proved.
        view.get_by_role("button", name=T("staff.due.erase-one", number=people[0].number)).click()
        assert desk_faults(page) == []
        view.get_by_role("button", name=T("staff.cancel")).click()
        view.get_by_role("button", name=T("staff.due.erase-one", number=people[0].number)).click()
        view.locator("tbody").get_by_role("button", name=T("staff.erase.button")).click()
        prove(page)
        expect(view.get_by_text(T("staff.due.count", n=4))).to_be_visible()
        expect(page.get_by_role("button", name=people[0].number)).to_have_count(0)

        # All: only when their count is typed. The connection goes after the second.
        view.locator("summary").click()
        view.get_by_label(T("staff.due.type", n=4)).fill("5")
        view.locator(".erase").get_by_role("button").click()
        expect(view.get_by_text(T("staff.due.wrong", n=4))).to_be_visible()
        assert desk_faults(page) == []
        asked: list[str] = []
        page.route("**/erase", lambda route: (asked.append(""), route.abort() if len(asked) > 2 else route.continue_()))
        view.get_by_label(T("staff.due.type", n=4)).fill("4")
        page.keyboard.press("Enter")
        expect(page.locator("#announcement")).to_have_text(T("staff.due.done", done=2, n=4))
        expect(view.get_by_text(T("staff.error.offline"))).to_be_visible()
        expect(view.get_by_text(T("staff.due.count", n=2))).to_be_visible()

        page.unroute("**/erase")
        view.locator("summary").click()
        view.get_by_label(T("staff.due.type", n=2)).fill("2")
        page.keyboard.press("Enter")
        expect(view.get_by_text(T("staff.due.none"))).to_be_visible()
        page.locator(".states").get_by_role("button", name=T("step.diserahkan")).click()
        expect(page.locator(".case-link")).to_have_text([people[-1].number])
        assert desktop.errors == []
    for one in people[:-1]:
        assert hands.get(f"cases/{one.case}").body["wraps"] == {}
    assert len(hands.get(f"cases/{people[-1].case}").body["wraps"]) == 1


def test_a_phone_says_which_draft_is_old_and_deletes_it_only_when_told(
    office: RunningOffice, playwright: Playwright, tmp_path: Path
) -> None:
    with Phone(playwright, tmp_path / "phone") as phone:
        page = phone.page
        page.goto(f"{office.url}/id/apply/{SERVICE}")
        fill(page, person(4), ["nama_lengkap"])
        expect(page.locator("[data-saved=yes]")).to_be_attached()
        page.goto(f"{office.url}/id/mine")
        draft = page.locator("[data-draft]")
        expect(draft).to_be_visible()
        expect(page.locator("[data-old]")).to_have_count(0)

        page.clock.set_fixed_time(datetime.now(UTC) + timedelta(days=31, hours=12))
        page.reload()
        expect(draft.get_by_text(T("app.mine.old", n=31, limit=30))).to_be_visible()
        draft.get_by_role("button", name=T("app.mine.delete")).click()
        expect(draft.get_by_text(T("app.mine.delete.sure"))).to_be_visible()
        expect(draft.get_by_role("link", name=T("app.mine.continue"))).to_be_visible()
        assert faults(page) == []
        page.reload()
        expect(draft).to_be_visible()
        draft.get_by_role("button", name=T("app.mine.delete")).click()
        expect(draft.get_by_text(T("app.mine.delete.sure"))).to_be_visible()
        draft.get_by_role("button", name=re.compile(f"^{T('app.mine.delete')}$")).last.click()
        expect(page.get_by_text(T("app.mine.nothing"))).to_be_visible()
        assert phone.errors == []
