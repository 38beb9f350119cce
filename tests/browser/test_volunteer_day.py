"""A volunteer's day at an event: a list of people, one application after another, receipts on paper, its end."""

import re
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, Playwright, expect

from bench.volunteer import FILL, KEEP
from tests.browser.looking import faults
from tests.browser.test_volunteer import ID, choose_passphrase, collect_begun, invite
from tests.browsing import Phone
from tests.people import person
from tests.people_at_work import Officer
from tests.serving import RunningOffice

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

PASTED = "1. Siti Aminah\n2) Budi\n\n3\tUpik\nSITI AMINAH\n"
# What the form begins with: its one kind of application, and what the day gives.
CARRIED = {"permohonan": "A1", "tempat_tinggal": "pasaman_barat", "tujuan": "umrah"}
STRIP = 58 / 25.4 * 72  # points of 58 mm
ROWS = "async (name) => JSON.stringify(await (await import('/pwa/db.js')).readAll(name))"
FILLED = """async () => {
  const { readValues } = await import('/pwa/components/form-values.js');
  const values = Object.entries(readValues(document.querySelector('main form')));
  return Object.fromEntries(values.filter(([, typed]) => typed));
}"""
PRINT = "() => { window.print = () => { document.body.dataset.printed = 'yes'; }; }"
DONE = "() => window.dispatchEvent(new Event('afterprint'))"


def begin_day(page: Page) -> str:
    """Say where, when and what for; give the nagari that everybody is from."""
    begin = page.get_by_role("button", name=ID.text("volunteer.day.begin"), exact=True)
    begin.click()
    expect(page.locator("#day-place-error")).to_contain_text(ID.text("volunteer.day.place"))
    page.get_by_label(ID.text("volunteer.day.place"), exact=True).fill("Balai Nagari Kinali")
    page.get_by_label(ID.text("volunteer.day.purpose")).fill("Eazy Passport")
    page.locator("[data-carried=tujuan]").select_option("umrah")
    nagari = page.locator("[data-carried=nagari]")
    nagari.select_option(index=3)
    chosen = nagari.input_value()
    begin.click()
    return chosen


def agree(page: Page, guardian: str = "") -> None:
    page.get_by_label(ID.text("volunteer.consent.read")).check()
    if guardian:
        page.get_by_label(ID.text("volunteer.consent.by.guardian")).check()
        page.get_by_label(ID.text("volunteer.consent.guardian")).fill(guardian)
    page.get_by_role("button", name=ID.text("volunteer.consent.agree")).click()
    expect(page.locator("[data-continued]")).to_be_visible()


def someone(page: Page, name: str) -> Locator:
    return page.locator("[data-person]").filter(has=page.get_by_role("heading", name=name))


def printed(page: Page, button: Locator, part: str) -> tuple[str, str]:
    """Press what prints; give what is on the paper, and how large it is."""
    page.evaluate(PRINT)
    button.click()
    expect(page.locator("[data-printed]")).to_have_count(1)
    words = page.locator(part).text_content() or ""
    paper = re.findall(rb"/MediaBox \[([^\]]*)\]", page.pdf(prefer_css_page_size=True))
    page.evaluate(DONE)
    expect(page.locator(part)).to_have_count(0)
    page.evaluate("() => delete document.body.dataset.printed")
    return words, paper[0].decode()


def counted(page: Page, what: str) -> Locator:
    return page.locator(f"[data-count={what}] dd")


def test_people_are_taken_down_one_after_another_and_the_list_goes_when_the_office_has_them(
    phone: Phone, office: RunningOffice, playwright: Playwright, tmp_path: Path
) -> None:
    page = phone.page
    page.set_viewport_size({"width": 320, "height": 640})
    with Phone(playwright, tmp_path / "desktop", viewport={"width": 1280, "height": 900}) as desktop:
        officer = Officer(desktop.page, office, "id")
        officer.sign_in()
        page.goto(f"{office.url}/id/")
        expect(page.get_by_text(ID.text("app.ready"))).to_be_visible(timeout=30_000)
        page.goto(invite(officer))
        choose_passphrase(page)
        expect(page.locator("[data-ready]")).to_be_visible()
        phone.offline()
        page.goto(f"{office.url}/id/volunteer")
        nagari = begin_day(page)
        names = page.get_by_label(ID.text("volunteer.day.names"))
        names.fill(PASTED)
        expect(page.locator("[data-add] [data-saved=yes]")).to_have_count(1)
        page.reload()  # what was pasted is kept before it is added
        expect(names).to_have_value(PASTED)
        page.get_by_role("button", name=ID.text("volunteer.day.add.do"), exact=True).click()
        expect(page.locator("[data-person]")).to_have_count(3)
        expect(page.locator("[data-progress='0/3']")).to_be_visible()
        assert "Siti" not in page.evaluate(ROWS, "days")
        assert faults(page) == []

        # A child: her mother agrees, once she was read what to.
        page.get_by_role("button", name=ID.text("volunteer.day.next", name="Siti Aminah")).click()
        page.get_by_role("button", name=ID.text("volunteer.consent.agree")).click()
        expect(page.get_by_role("alert").get_by_text(ID.text("volunteer.consent.not-read"))).to_be_visible()
        assert faults(page) == []
        agree(page, guardian="Rosni")
        assert page.evaluate(FILLED) == {**CARRIED, "nagari": nagari}
        collect_begun(page, person(1))
        strip, size = printed(page, page.locator("[data-action=strip]"), "[data-strip]")
        code = page.locator("[data-code]").inner_text()
        number = re.findall(r"\w{4} \w{4} \w\b", page.locator("[data-receipt]").inner_text())[-1]
        assert all(part in strip for part in (code, number, "ROSNI", str(date.today().year)))
        assert abs(float(size.split()[2]) - STRIP) < 2, size
        page.locator("[data-hand-out]").get_by_role("button", name=ID.text("volunteer.handed")).click()
        page.locator("[data-hand-out] [data-action=confirm]").click()

        # The next one begins with what the day gives, and with nothing of hers.
        expect(page.locator("[data-progress='1/3']")).to_be_visible()
        expect(someone(page, "Siti Aminah")).to_contain_text(ID.text("volunteer.stage.handed"))
        page.get_by_role("button", name=ID.text("volunteer.day.next", name="Budi")).click()
        agree(page)
        assert page.evaluate(FILLED) == {**CARRIED, "nagari": nagari}
        page.goto(f"{office.url}/id/volunteer")
        expect(someone(page, "Budi")).to_have_attribute("data-stage", "filling")
        page.get_by_role("button", name=ID.text("volunteer.day.continue", name="Budi")).click()
        collect_begun(page, person(2))

        # The end of the day: in a file, on paper, and with a signal at the office.
        page.goto(f"{office.url}/id/volunteer")
        expect(counted(page, "sealed")).to_have_text("2")
        with page.expect_download():
            page.locator("[data-action=day-file]").click()
        expect(counted(page, "filed")).to_have_text("2")
        expect(page.locator("[data-day-end]")).to_contain_text(ID.text("volunteer.end.stays", count=2))
        sheet, _ = printed(page, page.locator("[data-action=print-day]"), ".day-sheet")
        assert all(part in sheet for part in ("Siti Aminah", "Budi", "Upik", number))
        assert faults(page) == []
        phone.offline(without_signal=False)
        expect(counted(page, "sent")).to_have_text("2", timeout=40_000)
        expect(page.locator("[data-unsent]")).to_have_count(0)
        expect(counted(page, "unhanded")).to_have_text("1")
        page.locator("[data-day-end]").get_by_role("button", name=ID.text("volunteer.end.clear")).click()
        expect(page.locator("[data-day-end] [role=group]")).to_contain_text(ID.text("volunteer.end.clear.sure"))
        page.locator("[data-day-end] [data-action=confirm]").click()
        expect(page.locator("[data-day-setup]")).to_be_visible()
        assert page.evaluate(ROWS, "days") == "[]"

        officer.unlock()
        case = officer.open(number)
        officer.expect_answers(case, person(1))
        consent = case.locator("[data-consents]")
        expect(consent).to_contain_text(
            ID.text("staff.consent.guardian", name="ROSNI", relation=ID.text("consent.relation.ibu"))
        )
        expect(consent).to_contain_text("Balai Nagari Kinali")
        consent.locator("summary").click()
        expect(consent.get_by_text(ID.text("consent.1.right"))).to_be_visible()
        assert desktop.errors == []
    assert phone.errors == []


def shown(page: Page, part: str) -> tuple[str, int]:
    """Give which page of a list is shown, and how many rows that is."""
    rows = page.locator(f"section[aria-labelledby=mine-{part}]")
    return rows.locator("[data-paged] > [role=status]").inner_text(), rows.locator("li").count()


def test_of_many_applications_and_people_a_page_is_shown_and_the_keyboard_turns_it(
    page: Page, phone: Phone, office: RunningOffice
) -> None:
    page.evaluate(KEEP)
    phone.offline()
    assert page.evaluate(FILL, [131, 60, [dict(person(seed)) for seed in range(2)]]) == 131
    page.goto(f"{office.url}/id/mine")
    cases = page.locator("section[aria-labelledby=mine-cases]")
    expect(cases.locator("[data-case]")).to_have_count(50)
    assert shown(page, "cases") == (ID.text("volunteer.page", **{"from": 1, "to": 50, "count": 131}), 50)
    assert shown(page, "outbox") == (ID.text("volunteer.page", **{"from": 1, "to": 50, "count": 67}), 50)
    assert faults(page) == []
    first = cases.locator("[data-case]").first.get_attribute("data-case")
    cases.locator("[data-page-after]").press("Enter")
    expect(cases.locator(f"[data-case='{first}']")).to_have_count(0)
    expect(cases.locator("[data-paged] > [role=status]")).to_be_focused()
    cases.locator("[data-page-after]").press("Enter")
    expect(cases.locator("[data-case]")).to_have_count(31)
    expect(cases.locator("[data-page-after]")).to_be_disabled()
    # What changes meanwhile shows the same page.
    page.evaluate("() => document.dispatchEvent(new CustomEvent('rantau:stored'))")
    expect(cases.locator("[data-case]")).to_have_count(31)
    names = set(cases.get_by_role("heading", level=3).all_inner_texts())
    assert names == {str(person(seed)["nama_lengkap"]).upper() for seed in range(2)}

    page.goto(f"{office.url}/id/volunteer")
    expect(page.locator("[data-person]")).to_have_count(50)
    page.locator("[data-page-after]").press("Enter")
    expect(page.locator("[data-person]")).to_have_count(10)
    expect(page.locator("ol")).to_have_attribute("start", "51")
    assert phone.errors == []
