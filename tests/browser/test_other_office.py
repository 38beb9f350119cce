"""The eight words of the office on a phone, and what it does when somebody else answers at the office's address."""

from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from sync.canonical import b64u_decode
from sync.receipt_code import spoken_number
from sync.speakable import fingerprint
from tests.browser.form_filling import fill_field, fill_form, send_form, wait_until_saved
from tests.browsing import Phone, complete
from tests.officers import ApiOfficer
from tests.people import person
from tests.people_at_work import TEXTS, Officer
from tests.serving import RunningOffice

pytestmark = pytest.mark.browser

PAGES = ("/id/", "/en/", "/id/mine", "/en/guides/passport", "/id/apply/passport-new", "/id/track")


def words_of(office: RunningOffice) -> str:
    return fingerprint(b64u_decode(office.ask("GET", "/office.json").json()["root"]))


def alarm(page: Page) -> Locator:
    return page.get_by_role("alert").filter(has_text=TEXTS[page_language(page)].text("app.state.root-changed"))


def page_language(page: Page) -> str:
    return str(page.locator("html").get_attribute("lang"))


def test_a_phone_shows_the_words_of_its_office_also_without_a_signal(phone: Phone, tmp_path: Path) -> None:
    with RunningOffice(tmp_path / "office") as office:
        page = phone.page
        for lang in ("en", "id"):
            page.goto(f"{office.url}/{lang}/mine")
            section = page.get_by_role("region", name=TEXTS[lang].text("words.title"))
            expect(section.locator("[data-words]")).to_have_text(words_of(office))
            expect(section).to_contain_text(TEXTS[lang].text("words.compare"))
            complete(page)
        known = words_of(office)
    phone.offline()
    page.goto(f"{office.url}/en/mine")
    expect(page.locator("[data-words]")).to_have_text(known)
    assert phone.errors == []


def test_who_answers_in_the_place_of_the_office_gets_nothing_and_every_page_says_so(
    phone: Phone, tmp_path: Path
) -> None:
    page = phone.page
    office = RunningOffice(tmp_path / "office").start()
    known = words_of(office)
    page.goto(f"{office.url}/id/")
    complete(page)
    page.goto(f"{office.url}/id/apply/passport-new")
    fill_field(page.locator("[data-field=nama_lengkap]"), "nama_lengkap", "DRAF YANG LAMA")
    wait_until_saved(page)
    office.stop()

    with RunningOffice(tmp_path / "impostor", port=office.port) as impostor:
        assert words_of(impostor) != known
        for path in PAGES:
            page.goto(office.url + path)
            expect(alarm(page)).to_be_visible()
        # What is sealed now is sealed to the office that is known, and stays here.
        page.goto(f"{office.url}/id/apply/passport-new#new")
        fill_form(page, person(7))
        wait_until_saved(page)
        receipt = send_form(page)
        case = page.url.split("#c=")[1]
        expect(receipt).to_have_attribute("data-state", "waiting")
        page.goto(f"{office.url}/id/mine")
        expect(alarm(page)).to_be_visible()
        expect(page.locator("[data-words]")).to_have_text(known)
        expect(page.locator("[data-draft]")).to_contain_text("DRAF YANG LAMA")
        page.locator("[data-action=send-now]").click()
        expect(page.get_by_text(TEXTS["id"].text("app.exchange.failed"))).to_be_visible()
        expect(page.locator("[data-item]")).to_have_count(1)
        assert ApiOfficer(impostor.url).sign_in().get("cases").body["rows"] == []
    # The warning does not go because nobody answers.
    page.reload()
    expect(alarm(page)).to_be_visible()

    with office:
        page.goto(f"{office.url}/id/mine")
        expect(page.locator("[data-case]")).to_contain_text(TEXTS["id"].text("step.terkirim"))
        expect(page.locator("[data-item]")).to_have_count(0)
        expect(page.locator("[data-module=state-line]")).to_be_empty()
        page.reload()
        expect(page.locator("[data-draft]")).to_contain_text("DRAF YANG LAMA")
        expect(alarm(page)).to_have_count(0)
        desk = Officer(page, office, "id")
        desk.sign_in()
        desk.expect_answers(desk.open(spoken_number(case)), person(7))
    assert phone.errors == []
