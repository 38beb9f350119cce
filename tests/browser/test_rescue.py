"""A forgotten passphrase costs nobody their work: what is sealed is sent, and the office opens the drafts."""

import json
from pathlib import Path

import pytest
from playwright.sync_api import Playwright, expect

from tests.browser.form_filling import fill_form, send_form, wait_until_saved
from tests.browser.looking import desk_faults, faults
from tests.browser.test_profiles import NEW, WORDS, make_profile, unlock
from tests.browsing import Phone
from tests.people import person
from tests.people_at_work import SERVICE, TEXTS, Officer
from tests.serving import RunningOffice

pytestmark = pytest.mark.browser

HALF = "UPIK SETENGAH JADI"
PHOTO = """async () => {
  const canvas = new OffscreenCanvas(40, 20);
  canvas.getContext('2d').fillRect(0, 0, 20, 10);
  const picture = await canvas.convertToBlob();
  const bytes = new Uint8Array(await picture.arrayBuffer());
  const { putImage } = await import('/pwa/images/image-store.js');
  await putImage(location.hash.slice('#d='.length), 'kk', { type: picture.type, bytes, width: 40, height: 20 });
}"""


def test_lupa_kata_sandi(playwright: Playwright, phone: Phone, office: RunningOffice, tmp_path: Path) -> None:
    lang, page = "id", phone.page
    page.goto(f"{office.url}/{lang}/mine")
    page.evaluate("navigator.serviceWorker.ready.then(() => null)")
    page.reload()
    make_profile(page)

    phone.offline()
    page.goto(f"{office.url}/{lang}/apply/{SERVICE}#new")
    fill_form(page, person(7))
    wait_until_saved(page)
    send_form(page)
    page.goto(f"{office.url}/{lang}/apply/{SERVICE}#new")
    page.locator("[data-field=nama_lengkap] input").fill(HALF)
    wait_until_saved(page)
    page.evaluate(PHOTO)

    page.goto(f"{office.url}/{lang}/mine")
    page.locator("[data-lock]").click()
    page.locator("[data-forgotten]").click()
    page.locator("[data-cancel]").click()
    expect(page.locator("#secret")).to_be_focused()
    page.locator("[data-forgotten]").click()
    page.locator("[data-unlock] .button-bad").first.click()
    page.locator("[data-unlock] [data-action=confirm]").click()
    expect(page.locator("#new-secret")).to_be_focused()
    expect(page.locator("[data-offered]")).to_be_visible()
    offered = page.locator("[data-offered]").inner_text()
    assert len(offered.split()) == 4
    assert faults(page) == []
    page.locator("#new-secret").fill(NEW)
    page.locator("#new-secret-again").fill(NEW)
    page.locator("form:has(#new-secret) button").click()
    with page.expect_download() as saving:
        page.locator("[data-hand-over]").click()
    assert faults(page) == []
    handed = tmp_path / "handed.drafts.json"
    saving.value.save_as(handed)
    assert HALF not in handed.read_text()
    page.locator("[data-go-on]").click()

    expect(page.locator("[data-profile-panel]")).to_be_visible()
    expect(page.locator("[data-draft]")).to_have_count(0)
    expect(page.locator("[data-aside]")).to_contain_text("2")  # the draft, and the case whose code lies on paper
    expect(page.locator("[data-item]")).to_have_count(1)

    page.locator("[data-lock]").click()
    expect(page.locator("[data-unlock]")).to_be_visible()
    phone.offline(without_signal=False)
    page.reload()
    expect(page.locator("[data-unlock]")).to_be_visible()
    page.evaluate("async () => void (await import('/pwa/exchange.js')).exchange()")
    expect(page.locator(".state-line")).to_have_text("")  # sent, while locked
    unlock(page, WORDS)
    expect(page.locator("#secret-error")).not_to_have_text("")
    unlock(page, NEW)
    expect(page.locator("[data-profile-panel]")).to_be_visible()

    page.locator("[data-aside] summary").click()  # the old one is remembered after all
    page.locator("#old-secret").fill(WORDS)
    page.locator("[data-remember] button").click()
    told = TEXTS[lang].text("profile.remember.done", back=2, left=0)
    expect(page.locator("[data-profile-panel] > [role=status]")).to_have_text(told)
    expect(page.locator("[data-draft]")).to_contain_text(HALF)
    expect(page.locator("[data-case]")).to_have_count(1)

    with Phone(playwright, tmp_path / "desk", viewport={"width": 1280, "height": 800}) as desk:
        officer = Officer(desk.page, office, lang)
        officer.sign_in()
        desk.page.locator("#rescue").click()
        desk.page.locator("#rescue-file").set_input_files(handed)
        rescued = desk.page.locator("[data-rescued]")
        expect(rescued).to_have_count(1)
        expect(rescued).to_contain_text(HALF)
        expect(rescued).to_contain_text(TEXTS[lang].text("field.nama_lengkap"))
        photo = rescued.locator("[data-photo=kk]")
        expect(photo.get_by_role("img")).to_have_attribute("width", "40")
        assert desk_faults(desk.page) == []
        with desk.page.expect_download() as saving:
            photo.get_by_role("button").click()
        assert saving.value.suggested_filename == "kk.png"
        with desk.page.expect_download() as saving:
            desk.page.get_by_role("button", name=TEXTS[lang].text("staff.rescue.save"), exact=True).click()
        saving.value.save_as(tmp_path / "clear.json")
        [draft] = json.loads((tmp_path / "clear.json").read_text())["drafts"]
        assert draft["values"]["nama_lengkap"] == HALF
        spoilt = tmp_path / "spoilt.json"
        file = json.loads(handed.read_text())
        file["drafts"].append(file["drafts"][0] | {"n": 99})
        spoilt.write_text(json.dumps(file))
        desk.page.locator("#rescue-file").set_input_files(spoilt)
        expect(desk.page.locator(".shut")).to_contain_text("1")
        assert desk_faults(desk.page) == []
        expect(rescued).to_have_count(1)
        spoilt.write_text("{}")
        desk.page.locator("#rescue-file").set_input_files(spoilt)
        expect(
            desk.page.get_by_role("alert").filter(has_text=TEXTS[lang].text("staff.rescue.not-a-file"))
        ).to_be_visible()
        expect(rescued).to_have_count(0)
        assert desk.errors == []
    assert phone.errors == []
