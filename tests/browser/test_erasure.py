"""An applicant is erased: by an officer who says twice which case, after proving who sits there; the phone says so."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, Playwright, expect

from server.keys.founding import DEMO
from tests.browser.form_filling import send_form
from tests.browser.looking import desk_faults, faults
from tests.browsing import Phone
from tests.people import person
from tests.people_at_work import SERVICE, TEXTS, Officer, fill
from tests.serving import RunningOffice

pytestmark = pytest.mark.browser


def number_on(page: Page) -> str:
    found = re.search(r"\w{4} \w{4} \w$", page.get_by_text(re.compile("Nomor permohonan")).inner_text())
    assert found is not None
    return found[0]


def test_an_officer_erases_a_case_and_the_phone_says_so(
    office: RunningOffice, playwright: Playwright, tmp_path: Path
) -> None:
    texts = TEXTS["id"]
    with (
        Phone(playwright, tmp_path / "phone") as phone,
        Phone(playwright, tmp_path / "desktop", viewport={"width": 1280, "height": 900}) as desktop,
    ):
        phone.page.goto(f"{office.url}/id/apply/{SERVICE}")
        answers = person(3)
        fill(phone.page, answers)
        send_form(phone.page)
        expect(phone.page.locator("[data-receipt][data-state=done]")).to_be_visible(timeout=40_000)
        number = number_on(phone.page)

        page = desktop.page
        officer = Officer(page, office, "id")
        officer.sign_in()
        case = officer.open(number)
        case.get_by_text(texts.text("staff.erase.title")).click()
        typed, erase = case.get_by_label(texts.text("staff.erase.type")), case.locator(".erase button")
        typed.fill("aaaa aaaa a")
        erase.click()
        expect(case.get_by_text(texts.text("staff.erase.wrong"))).to_be_visible()
        assert desk_faults(page) == []
        typed.fill(number.replace(" ", "").upper())

        # Given up, nothing is done; the wrong password changes nothing; the right one does it.
        page.keyboard.press("Enter")
        dialog = page.get_by_role("dialog")
        expect(dialog).to_be_visible()
        page.keyboard.press("Escape")
        expect(case.get_by_text(texts.text("staff.step-up.given-up"))).to_be_visible()
        erase.click()
        expect(dialog.get_by_label(texts.text("staff.login.password"))).to_be_focused()
        page.keyboard.type("bukan kata sandinya")
        page.keyboard.press("Enter")
        expect(dialog.get_by_text(texts.text("staff.step-up.wrong"))).to_be_visible()
        assert desk_faults(page) == []
        dialog.get_by_label(texts.text("staff.login.password")).fill(DEMO.password)
        page.keyboard.press("Enter")
        expect(page.get_by_text(texts.text("staff.erase.done", number=number, keys=1))).to_be_visible()
        expect(page.get_by_role("button", name=number)).to_have_count(0)
        assert desktop.errors == []

        phone.page.goto(f"{office.url}/id/mine")
        expect(phone.page.get_by_text(re.compile(r"^Dihapus oleh kantor pada .*seperti diminta"))).to_be_visible(
            timeout=40_000
        )
        expect(phone.page.get_by_text(str(answers["nama_lengkap"]))).to_have_count(0)
        assert faults(phone.page) == []
        phone.page.get_by_role("button", name=texts.text("app.case.forget")).click()
        expect(phone.page.get_by_text(texts.text("app.mine.nothing"))).to_be_visible()
        assert phone.errors == []
