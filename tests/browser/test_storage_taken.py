"""Storage that a browser refuses, drops or never meant to keep: nothing on the screen is lost, and words say so."""

from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.form_filling import fill_form, send_form, wait_until_saved
from tests.browsing import Phone
from tests.people import person
from tests.people_at_work import SERVICE, TEXTS
from tests.serving import RunningOffice

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

ID = TEXTS["id"]
FORM = f"/id/apply/{SERVICE}"
DROP = """() => new Promise((resolve, reject) => {
  const request = indexedDB.deleteDatabase('rantau');
  request.onsuccess = () => resolve(null);
  request.onerror = request.onblocked = () => reject(request.error);
})"""
FILL = """async () => {
  const done = (request) => new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  const opening = indexedDB.open('other-things');
  opening.onupgradeneeded = () => opening.result.createObjectStore('all', { autoIncrement: true });
  const db = await done(opening);
  const put = (size) => new Promise((resolve) => {
    const writing = db.transaction('all', 'readwrite', { durability: 'strict' });
    writing.objectStore('all').put(crypto.getRandomValues(new Uint8Array(size)));
    writing.oncomplete = () => resolve(true);
    writing.onabort = () => resolve(false);
  });
  for (const size of [65_536, 4096, 256]) while (await put(size));
  db.close();
}"""
MAKE_ROOM = DROP.replace("'rantau'", "'other-things'")
SEALED_AT = """async () => {
  const { items } = await import('/pwa/outbox.js');
  return (await items()).map(({ line }) => JSON.parse(line)[0].at);
}"""


def name_in(page: Page) -> Locator:
    return page.locator("[data-field=nama_lengkap] input")


def type_name(page: Page, name: str) -> None:
    name_in(page).fill(name)
    wait_until_saved(page)


def reload(page: Page) -> None:
    page.reload()
    page.locator("[data-field=paspor_lama_nomor]").wait_for(state="hidden")


def test_what_stands_in_a_form_outlives_a_full_a_dropped_and_a_shared_storage(
    phone: Phone, office: RunningOffice
) -> None:
    page = phone.page
    assert phone.context is not None
    devtools = phone.context.new_cdp_session(page)
    devtools.send("Storage.overrideQuotaForOrigin", {"origin": office.url, "quotaSize": 4_000_000})
    page.goto(office.url + FORM)
    type_name(page, "UPIK")
    trouble = page.locator("form > [role=alert]")

    # Full: said, and stored with the next key once there is room.
    other = phone.context.new_page()
    other.goto(f"{office.url}/ping")
    other.evaluate(FILL)
    name_in(page).fill("UPIK BUDI")
    expect(trouble).to_have_text(ID.text("app.form.not-saved", reason=ID.text("app.form.storage.full")))
    expect(name_in(page)).to_have_value("UPIK BUDI")
    other.evaluate(MAKE_ROOM)
    devtools.send("Storage.overrideQuotaForOrigin", {"origin": office.url})
    type_name(page, "UPIK BUDI A")
    expect(trouble).to_have_text("")

    # Dropped by another tab, then with everything else of the site, each time under the open form.
    other.evaluate(DROP)
    type_name(page, "UPIK BUDI AB")
    expect(page.locator(".state-line")).to_contain_text(
        ID.text("app.state.evicted", drafts=1, cases=0, unsent=0, restored=0)
    )
    reload(page)
    expect(name_in(page)).to_have_value("UPIK BUDI AB")
    devtools.send("Storage.clearDataForOrigin", {"origin": office.url, "storageTypes": "all"})
    type_name(page, "UPIK BUDI ABC")
    reload(page)
    expect(name_in(page)).to_have_value("UPIK BUDI ABC")

    # Two tabs on one draft: each says so, what was typed last stands, and what is sent from one is gone for the other.
    other.goto(page.url)
    expect(other.locator("form > [role=alert]")).to_contain_text(ID.text("app.form.open-elsewhere"))
    type_name(other, "UPIK BUDI ABCD")
    expect(trouble).to_contain_text(ID.text("app.form.saved-elsewhere"))
    page.get_by_role("button", name=ID.text("app.form.reload")).click()
    expect(name_in(page)).to_have_value("UPIK BUDI ABCD")
    fill_form(page, person(1))
    send_form(page)
    expect(page.locator("[data-receipt][data-state=done]")).to_be_visible()
    name_in(other).fill("UPIK BUDI ABCDE")
    expect(other.locator("form > [role=alert]")).to_contain_text(ID.text("app.form.gone"))
    assert phone.errors == []


@pytest.mark.parametrize("years", [-9, 9])
def test_a_private_window_whose_clock_is_years_off_sends_and_says_that_nothing_is_kept(
    browser: Browser, office: RunningOffice, years: int
) -> None:
    now = datetime.now(UTC)
    with browser.new_context(locale="id-ID") as window:
        page = window.new_page()
        page.clock.set_system_time(now + timedelta(days=365 * years))
        page.goto(office.url + FORM)
        fill_form(page, person(2 + years))
        wait_until_saved(page)
        page.goto(f"{office.url}/id/mine")
        expect(page.locator("[data-persisted]")).to_have_text(ID.text("app.privacy.may-go"))
        page.goto(office.url + FORM)
        expect(name_in(page)).to_have_value(str(person(2 + years)["nama_lengkap"]))
        send_form(page)
        expect(page.locator("[data-receipt][data-state=done]")).to_be_visible()
        [at] = page.evaluate(SEALED_AT)
        assert abs(at - now.timestamp()) < 3600, "the office's clock"
        page.goto(f"{office.url}/id/mine")
        expect(page.locator("[data-case]")).to_have_count(1)
    with browser.new_context(locale="id-ID") as window:
        page = window.new_page()
        page.goto(f"{office.url}/id/mine")
        expect(page.locator("[data-module=mine] .notice")).to_be_visible()
        expect(page.locator("[data-case]")).to_have_count(0)
