"""A receipt code was lost: in person the office makes a new one, and the old one is dead wherever somebody tries it."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, Playwright, expect

from server.keys.founding import DEMO
from tests.browser.form_filling import send_form
from tests.browser.looking import desk_faults, faults
from tests.browser.planted_photo import attach
from tests.browsing import Phone
from tests.people import person
from tests.people_at_work import SERVICE, TEXTS, Officer, fill
from tests.serving import RunningOffice

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

T = TEXTS["id"].text
NOTE = "KK kurang jelas, foto ulang"
ASKED = "Apakah saya perlu datang?"
ANSWERED = "Belum perlu."


def apply(page: Page, office: RunningOffice) -> tuple[str, str]:
    """Send an application; its code and number."""
    page.goto(f"{office.url}/id/apply/{SERVICE}")
    fill(page, person(3))
    attach(page)
    send_form(page)
    expect(page.locator("[data-receipt][data-state=done]")).to_be_visible(timeout=40_000)
    return page.locator("[data-receipt] [data-code]").inner_text(), number_in(
        page.locator("[data-receipt]").inner_text()
    )


def write(page: Page, text: str) -> None:
    """Write a message to the office, and see that it has it."""
    page.get_by_label(T("talk.write")).fill(text)
    page.locator("[data-action=send-message]").click()
    sent = page.locator(".thread li", has_text=text)
    expect(sent).to_be_visible(timeout=40_000)
    expect(sent.locator(".state")).to_have_count(0, timeout=40_000)


def number_in(text: str) -> str:
    found = re.search(r"Nomor permohonan.*?(\w{4} \w{4} \w)\b", text, re.S)
    assert found is not None, text
    return found[1]


def replace_code(page: Page, officer: Officer, number: str) -> tuple[str, str]:
    """Replace the code of a case whose applicant is here; the new code and number."""
    case = officer.open(number)
    officer.record(case, "pesan", ANSWERED)
    officer.record(case, "perlu_perbaikan", NOTE)
    form = case.locator(".void")
    form.locator("summary").click()
    form.get_by_role("button").click()
    expect(form.get_by_text(T("staff.void.see-first"))).to_be_visible()
    assert desk_faults(page) == []
    form.get_by_label(T("staff.void.seen")).check()
    form.get_by_role("button").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    page.keyboard.press("Escape")
    expect(form.get_by_text(T("staff.step-up.given-up"))).to_be_visible()
    form.get_by_role("button").click()
    password = dialog.get_by_label(T("staff.login.password"))
    password.fill(DEMO.password)
    password.press("Enter")
    sheet = page.locator("[data-new-code]")
    expect(sheet.locator("svg")).to_be_visible(timeout=30_000)
    assert desk_faults(page) == []
    code, new = sheet.locator("[data-code]").inner_text(), number_in(sheet.inner_text())
    page.keyboard.press("Escape")
    expect(sheet).to_be_visible()
    sheet.locator("[data-done]").click()
    expect(page.get_by_text(code)).to_have_count(0)
    return code, new


def replace_too_late(late: Officer, case: Locator, new: str) -> None:
    """At a desk that has the case as it was: try to replace its code once more."""
    form = case.locator(".void")
    late.page.bring_to_front()
    form.locator("summary").click()
    form.get_by_label(T("staff.void.seen")).check()
    form.get_by_role("button").click()
    expect(form.get_by_role("alert")).to_have_text(T("staff.void.late", number=new), timeout=30_000)
    expect(late.page.locator("[data-new-code]")).to_have_count(0)
    late.page.close()


def test_a_lost_code_is_replaced_and_dead_everywhere_and_the_new_one_corrects(
    office: RunningOffice, playwright: Playwright, tmp_path: Path
) -> None:
    with (
        Phone(playwright, tmp_path / "phone") as phone,
        Phone(playwright, tmp_path / "second") as second,
        Phone(playwright, tmp_path / "desktop", viewport={"width": 1280, "height": 900}) as desktop,
    ):
        old_code, old_number = apply(phone.page, office)
        phone.page.goto(f"{office.url}/id/mine")
        phone.page.locator("a[href*='/id/case']").first.click()
        write(phone.page, ASKED)
        page = desktop.page
        officer = Officer(page, office, "id")
        officer.sign_in()
        late = Officer(page.context.new_page(), office, "id")
        late.unlock()
        as_it_was = late.open(old_number)
        page.bring_to_front()  # a tab in the background draws once a second
        new_code, new_number = replace_code(page, officer, old_number)
        replace_too_late(late, as_it_was, new_number)
        assert new_code != old_code
        assert new_number != old_number

        # One row with both numbers, one history.
        expect(page.locator(".case-link")).to_have_text([new_number])
        expect(page.get_by_text(T("staff.list.former", number=old_number[:9]))).to_be_visible()
        case = officer.open(new_number)
        officer.expect_answers(case, person(3))
        expect(case.locator(".state")).to_have_text(T("step.perlu_perbaikan"))
        expect(case.locator("[data-former]")).to_contain_text(old_number)
        expect(case.locator(".thread .note")).to_have_text([ASKED, ANSWERED])
        case.get_by_role("button", name=T("staff.files.show", n=1)).click()
        expect(case.locator(".files canvas")).to_be_visible(timeout=30_000)
        expect(case.get_by_text(NOTE)).to_have_count(2)
        assert desk_faults(page) == []  # with what there was under the old code, and a photo
        expect(case.get_by_label(re.compile(re.escape(T("staff.case.replaced"))))).to_have_count(1)

        # The phone that has the old code, and a page on which somebody types it.
        phone.page.goto(f"{office.url}/id/mine")
        expect(phone.page.get_by_text(T("code.voided"))).to_be_visible(timeout=40_000)
        expect(phone.page.get_by_text(str(person(3)["nama_lengkap"]))).to_have_count(0)
        assert faults(phone.page) == []
        other = second.page
        other.goto(f"{office.url}/id/track")
        other.locator("[name=code]").fill(old_code)
        other.keyboard.press("Enter")
        expect(other.get_by_text(T("code.voided"))).to_be_visible(timeout=40_000)
        posted = other.request.post(
            f"{office.url}/id/track", form={"code": old_code}, headers={"Origin": office.url}, fail_on_status_code=False
        )
        assert posted.status == 404
        assert T("code.voided") in posted.text()

        # The new one opens on any phone, tells what is to be corrected, and corrects.
        other.goto(f"{office.url}/k#{new_code.replace(' ', '')}")
        expect(other.get_by_text(NOTE)).to_be_visible(timeout=40_000)
        said = other.locator(".thread .note")
        expect(said).to_have_text([ASKED, ANSWERED], timeout=40_000)
        other.locator("[data-correct]").click()
        expect(other.locator('[name="nama_lengkap"]')).to_have_value(str(person(3)["nama_lengkap"]), timeout=20_000)
        fill(other, {"nama_lengkap": "ROSMAINI DIPERBAIKI"})
        send_form(other)
        expect(other.locator("[data-receipt][data-state=done]")).to_be_visible(timeout=40_000)
        case.get_by_role("button", name=T("staff.case.close")).click()
        case = officer.open(new_number)
        expect(case.get_by_text("ROSMAINI DIPERBAIKI")).to_be_visible()
        assert [desktop.errors, phone.errors, second.errors] == [[], [], []]
