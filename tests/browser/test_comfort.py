"""Reading easily: larger letters, black on white, and pages and fields read aloud by a voice that lies on the phone."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browsing import Phone
from tests.people_at_work import TEXTS
from tests.serving import RunningOffice

pytestmark = pytest.mark.browser

# The browsers of the tests have no voice of their own: these say nothing and note what they were given to say.
VOICES = """([voices]) => {
  const said = globalThis.said = [];
  const speech = Object.assign(new EventTarget(), {
    getVoices: () => voices,
    speak: (each) => { globalThis.spoken = each; said.push([each.text, each.voice.name]); },
    cancel: () => said.push('hush'),
  });
  Object.defineProperty(globalThis, 'speechSynthesis', { value: speech });
  globalThis.SpeechSynthesisUtterance = class { constructor(text) { this.text = text; } };
}"""
FAR = {"name": "jauh", "lang": "id-ID", "localService": False}
FOREIGN = {"name": "foreign", "lang": "en-US", "localService": True}
LOOK = "[parseFloat(getComputedStyle(document.body).fontSize), getComputedStyle(document.body).color]"
HERE = {"name": "sini", "lang": "in_ID", "localService": True}


def give_voices(page: Page, *voices: dict[str, Any]) -> None:
    page.add_init_script(f"({VOICES})({[list(voices)]!r})".replace("True", "true").replace("False", "false"))


def said(page: Page) -> list[Any]:
    found: list[Any] = page.evaluate("said.splice(0)")
    return found


def test_larger_letters_and_black_on_white_are_chosen_once_for_every_page(phone: Phone, office: RunningOffice) -> None:
    page = phone.page
    page.emulate_media(color_scheme="dark")
    page.goto(f"{office.url}/id/")
    before = page.evaluate("parseFloat(getComputedStyle(document.body).fontSize)")
    page.get_by_role("button", name="Tampilan").click()
    page.get_by_label("Sangat besar").check()
    page.get_by_label("Hitam di atas putih").check()
    for path in ("id/", "id/apply/passport-new", "staff/login"):
        page.goto(f"{office.url}/{path}")
        page.wait_for_function(f"{LOOK}[0] > 1.4 * {before}")
        assert page.evaluate(LOOK)[1] == "rgb(0, 0, 0)"
    page.get_by_role("button", name="Tampilan").click()
    expect(page.get_by_label("Sangat besar")).to_be_checked()
    page.get_by_label("Biasa").check()
    page.get_by_label("Hitam di atas putih").uncheck()
    page.reload()
    assert page.evaluate("getComputedStyle(document.body).color") != "rgb(0, 0, 0)"
    assert phone.errors == []


def test_a_page_and_each_field_are_read_aloud_and_are_silent_when_left(phone: Phone, office: RunningOffice) -> None:
    page = phone.page
    give_voices(page, FAR, FOREIGN, HERE)
    page.goto(f"{office.url}/id/apply/passport-new")
    expect(page.locator("[data-saved]")).to_be_visible()  # the form has started
    page.locator("#nama_lengkap").fill("S1TI")
    page.locator("#nama_lain").focus()
    error = page.locator("#nama_lengkap-error")
    expect(error).to_be_visible()
    speaker = page.get_by_role("button", name="Bacakan: Nama lengkap")
    speaker.click()
    expect(speaker).to_have_attribute("aria-pressed", "true")
    *_, first, hint, last = said(page)
    assert [first, last] == [["Nama lengkap", "sini"], [error.inner_text(), "sini"]]
    assert hint[0] == page.locator("#nama_lengkap-hint").inner_text()
    speaker.click()
    expect(speaker).to_have_attribute("aria-pressed", "false")
    assert said(page) == ["hush"]

    expect(page.locator("[data-paper=kk] [data-action=add-photo]")).to_be_visible()
    page.get_by_role("button", name="Bacakan: Berkas").click()
    assert [TEXTS["id"].text("option.berkas.kk"), "sini"] in said(page)

    page.get_by_role("button", name="Bacakan", exact=True).click()
    assert ["Permohonan paspor baru", "sini"] in said(page)
    page.evaluate("dispatchEvent(new PageTransitionEvent('pagehide'))")
    assert said(page) == ["hush"]
    page.get_by_role("button", name="Bacakan", exact=True).click()
    page.evaluate("document.querySelector('h1').textContent = 'Periksa sekali lagi'")
    expect(page.get_by_role("button", name="Bacakan", exact=True)).to_have_attribute("aria-pressed", "false")
    assert said(page)[-1] == "hush"
    assert phone.errors == []


def test_a_voice_elsewhere_or_of_another_language_reads_nothing(phone: Phone, office: RunningOffice) -> None:
    page = phone.page
    give_voices(page, FAR, FOREIGN)
    page.goto(f"{office.url}/id/guides/passport")
    expect(page.get_by_role("button", name="Tampilan")).to_be_visible()
    expect(page.get_by_role("button", name="Bacakan")).to_have_count(0)
