"""Storage that a browser refuses, drops or never meant to keep: nothing on the screen is lost, and words say so."""

import base64
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Browser, CDPSession, Locator, Page, expect

from tests.browser.form_filling import fill_form, send_form, wait_until_saved, wait_until_seen
from tests.browser.test_booking import PUBLISHED
from tests.browser.test_photo import JPEG, PDF
from tests.browsing import Phone, complete
from tests.officers import ApiOfficer
from tests.people import child, person
from tests.people_at_work import SERVICE, TEXTS
from tests.serving import RunningOffice

pytestmark = pytest.mark.browser

ID = TEXTS["id"]
FORM = f"/id/apply/{SERVICE}"
DROP = """() => new Promise((resolve, reject) => {
  const request = indexedDB.deleteDatabase('rantau'); // once what the app is just writing is written
  request.onsuccess = () => resolve(null);
  request.onerror = () => reject(request.error);
})"""
# Asks for more than there is room for, so that the browser looks how much there is.
ASK_FOR_MUCH = """(size) => new Promise((resolve, reject) => {
  const opening = indexedDB.open('rantau');
  opening.onerror = () => reject(opening.error);
  opening.onsuccess = () => {
    const writing = opening.result.transaction('meta', 'readwrite');
    // A file, which is looked at before any of it is written; bytes would be taken out again while others wait.
    writing.objectStore('meta').put({ name: 'much', file: new Blob([new Uint8Array(size)]) });
    writing.onabort = () => (opening.result.close(), resolve(null));
    writing.oncomplete = () => reject(new Error('there is room for it'));
  };
})"""
# What is being encrypted waits until `goOn` is called.
HOLD_STORING = """() => {
  const encrypt = crypto.subtle.encrypt;
  const held = new Promise((resolve) => { window.letGo = () => ((crypto.subtle.encrypt = encrypt), resolve()); });
  crypto.subtle.encrypt = async function (...of) {
    window.goOn = window.letGo;
    await held;
    return encrypt.apply(this, of);
  };
}"""
SEALED_AT = """async () => {
  const { items } = await import('/pwa/outbox.js');
  return (await items()).map(({ line }) => JSON.parse(line)[0].at);
}"""


ROOM = 30_000_000  # bytes that the site may keep


def name_in(page: Page) -> Locator:
    return page.locator("[data-field=nama_lengkap] input")


def type_name(page: Page, name: str) -> None:
    name_in(page).fill(name)
    wait_until_saved(page)


def take_photo(page: Page, body: bytes) -> None:
    page.locator("[data-paper=kk] [data-action=add-photo]").click()
    page.locator("#photo-file").set_input_files({"name": "a.jpg", "mimeType": "image/jpeg", "buffer": body})
    for action in ("use",) if body.startswith(PDF) else ("next", "use"):
        page.locator(f"dialog [data-action={action}]").click()


def devtools(phone: Phone) -> CDPSession:
    assert phone.context is not None
    return phone.context.new_cdp_session(phone.page)


def allow(phone: Phone, office: RunningOffice, size: int = ROOM) -> None:
    devtools(phone).send("Storage.overrideQuotaForOrigin", {"origin": office.url, "quotaSize": size})


def fill(phone: Phone, office: RunningOffice) -> None:
    """Leave no room: a browser goes by what there was a moment ago until somebody asks for more than that."""
    allow(phone, office, 1)
    phone.page.evaluate(ASK_FOR_MUCH, ROOM)


def reload(page: Page) -> None:
    page.reload()
    wait_until_seen(page)
    page.locator("[data-field=paspor_lama_nomor]").wait_for(state="hidden")


def test_what_stands_in_a_form_outlives_a_full_a_dropped_and_a_shared_storage(
    phone: Phone, office: RunningOffice
) -> None:
    page = phone.page
    assert phone.context is not None
    allow(phone, office)
    page.goto(office.url + FORM)
    jpeg = base64.b64decode(page.evaluate(JPEG, 0))
    type_name(page, "UPIK")
    trouble = page.locator("form > [role=alert]")

    # Full: said, and stored with the next key once there is room.
    other = phone.context.new_page()
    other.goto(f"{office.url}/ping")
    fill(phone, office)
    page.bring_to_front()  # a tab behind another one is drawn once a second
    name_in(page).fill("UPIK BUDI")
    expect(trouble).to_have_text(ID.text("app.form.not-saved", reason=ID.text("app.form.storage.full")))
    expect(name_in(page)).to_have_value("UPIK BUDI")

    # So is a photo, which stands there as it was taken, and nothing is sent without it.
    paper = page.locator("[data-paper=kk]")
    take_photo(page, PDF + bytes(100_000))
    unkept = ID.text("photo.not-kept", reason=ID.text("app.form.storage.full"))
    expect(paper.locator("[role=alert]")).to_have_text(unkept)
    expect(paper.locator("[data-unkept]")).to_contain_text("PDF")
    page.locator("[data-action=review]").click()
    expect(paper.locator("[data-action=keep-photo]")).to_be_focused()
    expect(page.locator("[data-review]")).to_have_count(0)
    # The photo that begins a form says the same.
    begun = phone.context.new_page()
    begun.goto(f"{office.url}{FORM}#new")
    take_photo(begun, jpeg)
    expect(begun.locator("[data-paper=kk] [role=alert]")).to_have_text(unkept)
    expect(begun.locator("[data-paper=kk] [data-unkept] img")).to_be_visible()
    begun.close()
    page.bring_to_front()
    take_photo(page, jpeg)
    expect(paper.locator("[data-unkept]")).to_have_count(2)
    expect(paper.locator("[data-unkept] img")).to_be_visible()
    allow(phone, office)
    # One that is removed while it is being stored is gone; the other one is stored.
    page.evaluate(HOLD_STORING)
    paper.locator("[data-action=keep-photo]").click()
    page.wait_for_function("() => window.goOn")
    paper.locator("[data-action=remove-photo]").first.click()
    expect(paper.locator("[data-unkept]")).to_have_count(1)
    page.evaluate("goOn()")
    expect(paper.locator("[data-image] img")).to_be_visible()
    expect(paper.locator("[data-image]")).to_have_count(1)
    expect(paper.locator("[data-unkept]")).to_have_count(0)
    expect(paper.locator("[role=alert]")).to_have_text("")
    type_name(page, "UPIK BUDI A")
    expect(trouble).to_have_text("")

    # Dropped by another tab, then with everything else of the site, each time under the open form.
    before = paper.locator("[data-image]").get_attribute("data-image") or ""
    other.evaluate(DROP)
    type_name(page, "UPIK BUDI AB")
    expect(page.locator(".state-line")).to_contain_text(
        ID.text("app.state.evicted", drafts=1, cases=0, unsent=0, restored=0)
    )
    expect(paper.locator("[data-image]")).not_to_have_attribute("data-image", before)
    reload(page)
    expect(name_in(page)).to_have_value("UPIK BUDI AB")
    expect(paper.locator("[data-image] img")).to_be_visible()
    devtools(phone).send("Storage.clearDataForOrigin", {"origin": office.url, "storageTypes": "all"})
    type_name(page, "UPIK BUDI ABC")
    reload(page)
    expect(name_in(page)).to_have_value("UPIK BUDI ABC")

    # Two tabs on one draft: each says so, what was typed last stands, and what is sent from one is gone for the other.
    other.goto(page.url)
    expect(other.locator("form > [role=alert]")).to_contain_text(ID.text("app.form.open-elsewhere"))
    type_name(other, "UPIK BUDI ABCD")
    expect(trouble).to_contain_text(ID.text("app.form.saved-elsewhere"))
    page.bring_to_front()
    page.get_by_role("button", name=ID.text("app.form.reload")).click()
    expect(name_in(page)).to_have_value("UPIK BUDI ABCD")
    fill_form(page, person(1))
    wait_until_saved(page)

    # Full at the last press: what was sealed is sent by the next one.
    page.locator("[data-action=review]").click()
    send = page.locator("[data-action=send]")
    expect(page.locator("[data-cost] [data-text]")).to_be_visible()
    fill(phone, office)
    send.click()
    expect(page.locator("[data-trouble]")).to_contain_text(ID.text("app.form.storage.full"))
    expect(page.locator("[data-cost] [data-text]")).to_be_visible()
    expect(send).to_be_focused()
    allow(phone, office)
    send.click()
    expect(page.locator("[data-receipt][data-state=done]")).to_be_visible()
    name_in(other).fill("UPIK BUDI ABCDE")
    expect(other.locator("form > [role=alert]")).to_contain_text(ID.text("app.form.gone"))
    assert phone.errors == []


@pytest.mark.parametrize("years", [-9, 9])
def test_a_private_window_whose_clock_is_years_off_sends_and_says_that_nothing_is_kept(
    browser: Browser, office: RunningOffice, years: int
) -> None:
    now = datetime.now(UTC)
    officer = ApiOfficer(office.url).sign_in()
    officer.post_form("/staff/id/offers", PUBLISHED | {"csrf": officer.csrf})
    # For the phone the child is grown up, and the card of last year is yet to be issued.
    issued = {"ktp_tanggal_dikeluarkan": f"{now - timedelta(days=365):%Y-%m-%d}"}
    answers = child(2 + years, today=now.date()) if years > 0 else person(2 + years) | issued
    with browser.new_context(locale="id-ID") as window:
        page = window.new_page()
        page.clock.set_system_time(now + timedelta(days=365 * years))
        page.goto(f"{office.url}/id/mine")
        complete(page)
        page.goto(office.url + FORM)
        fill_form(page, answers)
        wait_until_saved(page)
        page.goto(f"{office.url}/id/mine")
        expect(page.locator("[data-persisted]")).to_have_text(ID.text("app.privacy.may-go"))
        page.goto(office.url + FORM)
        expect(name_in(page)).to_have_value(str(answers["nama_lengkap"]))
        send_form(page)
        expect(page.locator("[data-receipt][data-state=done]")).to_be_visible()
        [at] = page.evaluate(SEALED_AT)
        assert abs(at - now.timestamp()) < 3600, "the office's clock"
        page.goto(f"{office.url}/id/mine")
        page.locator("[data-case] a").click()
        page.get_by_role("link", name=ID.text("app.case.booking")).click()
        page.locator("[data-offers] input").first.check()
        page.get_by_role("button", name=ID.text("booking.take")).click()
        ticket = page.locator("[data-ticket]")
        expect(ticket).to_be_visible()
        # What the wrong clock noted stands in nobody's way once it is set right.
        page.clock.set_system_time(now)
        page.reload()
        expect(ticket).to_be_visible()
        page.get_by_role("button", name=ID.text("booking.other")).click()
        expect(page.locator("[data-offers] > .hint")).to_contain_text("hari ini")
        page.goto(f"{office.url}/id/mine")
        expect(page.locator("[data-case]")).to_have_count(1)
    with browser.new_context(locale="id-ID") as window:
        page = window.new_page()
        page.goto(f"{office.url}/id/mine")
        expect(page.locator("[data-module=mine] .notice")).to_be_visible()
        expect(page.locator("[data-case]")).to_have_count(0)
