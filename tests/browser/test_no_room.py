"""What is pressed and chosen on a phone that cannot keep it: it says so there, and does it once there is room."""

import pytest
from playwright.sync_api import Locator, Page, expect

from sync.receipt_code import derive, new_code
from tests.applicants import Applicant
from tests.browser.form_filling import wait_until_saved
from tests.browser.test_after_sending import ELEMENTS
from tests.browser.test_booking import PUBLISHED
from tests.browser.test_sending_photos import send, sent
from tests.browser.test_storage_taken import allow, fill
from tests.browsing import Phone, complete
from tests.officers import ApiOfficer
from tests.people import person
from tests.people_at_work import SERVICE, TEXTS
from tests.serving import RunningOffice

pytestmark = pytest.mark.browser

ID = TEXTS["id"]
FULL = ID.text("app.form.storage.full")
NOT_DONE = ID.text("app.refused", reason=FULL)
UNREADABLE = ID.text("app.form.storage.unavailable")
BROKEN = ID.text("app.refused", reason=UNREADABLE)
# The office sent it back.
REFUSE = """async () => {
  const { amend, readAll } = await import('/pwa/db.js');
  const [{ id }] = await readAll('outbox');
  await amend('outbox', id, (row) => ({ ...row, state: 'refused', reason: 'malformed', done: null }));
}"""
HAS_LIMIT = "async () => (await (await import('/pwa/images/data-use.js')).wishes()).budget !== null"
DAMAGE = """async () => {
  const { readAll, write } = await import('/pwa/db.js');
  const [row] = await readAll('drafts');
  await write('drafts', { ...row, ct: row.ct.map((byte) => byte ^ 1) });
}"""
# As a browser does whose storage is damaged: nothing can be removed either, or not even read.
BREAK = """(all) => {
  const { transaction } = IDBDatabase.prototype;
  IDBDatabase.prototype.transaction = function (stores, mode, ...rest) {
    if (all || mode === 'readwrite') throw new DOMException('', 'UnknownError');
    return transaction.call(this, stores, mode, ...rest);
  };
}"""
FORBID = "(name) => { Storage.prototype.setItem = () => { throw new DOMException('', name); }; }"
# The words for what was not done lie in a part that comes after the first.
FORGET_THE_WORDS = """async () => {
  for (const name of await caches.keys()) await (await caches.open(name)).delete('/pwa/refused.js');
}"""
DROPPED = (
    "async () => (await import('/pwa/db.js')).write('meta', { name: 'evicted', drafts: 1, cases: 0, restored: 0 })"
)
# Gives what went wrong with what nobody asked for.
STORED_ELSEWHERE = """() => new Promise((resolve) => {
  addEventListener('unhandledrejection', ({ reason }) => resolve(reason.message), { once: true });
  document.dispatchEvent(new CustomEvent('rantau:stored'));
})"""


def keep(page: Page, office: RunningOffice, code: str) -> None:
    page.goto(f"{office.url}/id/case#{code}")
    page.locator("[data-action=keep]").click()


def rate(page: Page, office: RunningOffice) -> None:
    page.goto(f"{office.url}/id/survey")
    page.locator("#layanan").select_option("passport-new")
    for key in ELEMENTS:
        page.locator(f'[name={key}][value="4"]').check()
    page.get_by_role("button", name="Kirim penilaian").click()


def month_s_limit(page: Page, office: RunningOffice) -> Locator:
    page.goto(f"{office.url}/id/mine")
    page.locator("[data-sent] summary").click()
    return page.get_by_label(ID.text("app.sending.budget"))


def over(page: Page) -> Locator:
    """What stands over the page until the next press."""
    return page.locator("body > [role=alert]")


def test_what_a_full_phone_does_not_keep_is_said_where_it_is_pressed_and_kept_once_there_is_room(
    phone: Phone, office: RunningOffice
) -> None:
    officer = ApiOfficer(office.url).sign_in()
    officer.post_form("/staff/id/offers", PUBLISHED | {"csrf": officer.csrf})
    codes = [new_code(), new_code()]
    for number, code in enumerate(codes):
        Applicant(office.url, person(70 + number), derive(code)).send()
    page = phone.page
    allow(phone, office)
    page.goto(f"{office.url}/id/mine")
    send(page, 72)
    sent(page)
    page.evaluate(REFUSE)
    keep(page, office, codes[0])
    page.get_by_role("link", name="Pilih hari datang").click()
    hours = page.locator("[data-offers] input")
    expect(hours).to_have_count(4)
    booking, said = page.url, page.locator("[data-module=booking] > [role=status]")
    hours.nth(1).check()
    page.get_by_role("button", name="Tambah ke keinginan").click()
    complete(page, needs=["booking", "survey"])
    fill(phone, office)

    page.get_by_role("button", name="Kirim keinginan").click()
    expect(over(page)).to_have_text(NOT_DONE)
    expect(over(page)).to_be_in_viewport()
    hours.nth(1).click()
    expect(over(page)).to_have_count(0)
    page.get_by_role("button", name="Pesan tempat").click()  # which the office does, and this phone cannot note
    expect(over(page)).to_have_text(NOT_DONE)
    expect(said).to_be_hidden()
    keep(page, office, codes[1])
    case = page.locator("[data-module=case]")
    expect(case).to_contain_text(FULL)
    page.goto(booking.replace("booking", "case"))
    page.locator("[data-correct]").click()
    expect(over(page)).to_have_text(NOT_DONE)
    expect(page.locator("[data-correct]")).to_be_visible()  # what was open stays open
    rate(page, office)
    expect(over(page)).to_have_text(NOT_DONE)
    expect(page.get_by_role("button", name="Kirim penilaian")).to_be_visible()
    limit = month_s_limit(page, office)
    limit.select_option("1 MB")
    expect(over(page)).to_have_text(NOT_DONE)
    expect(limit).to_have_value("")
    retry = page.locator("[data-action=retry]")
    retry.click()
    expect(over(page)).to_have_text(NOT_DONE)

    allow(phone, office)
    retry.click()
    expect(retry).to_have_count(0)
    expect(over(page)).to_have_count(0)
    sent(page)  # by now it is there
    month_s_limit(page, office).select_option("1 MB")
    page.wait_for_function(HAS_LIMIT)
    expect(month_s_limit(page, office)).to_have_value(str(1024 * 1024))
    rate(page, office)
    expect(page.locator("[data-sealed]")).to_be_visible()
    page.goto(booking)
    hours.nth(1).check()
    page.get_by_role("button", name="Pesan tempat").click()
    expect(page.locator("[data-ticket]")).to_be_visible()
    keep(page, office, codes[1])
    page.locator("[data-correct]").click()
    expect(page.locator("[data-continued]")).to_be_visible()
    assert {*phone.errors} == {"full"}  # nothing but what was told


def test_what_cannot_be_deleted_is_said_to_be_there_still(phone: Phone, office: RunningOffice) -> None:
    page = phone.page
    page.goto(f"{office.url}/id/apply/{SERVICE}")
    page.locator("[data-field=nama_lengkap] input").fill("UPIK")
    wait_until_saved(page)
    page.goto(f"{office.url}/id/mine")
    page.evaluate(DROPPED)
    page.goto(f"{office.url}/id/survey")
    rating = page.locator(f'[name={ELEMENTS[0]}][value="4"]')
    page.locator("[data-saved]").wait_for(state="attached")  # from here on it is kept
    rating.check()
    expect(page.locator("[data-saved=yes]")).to_be_visible()
    page.goto(f"{office.url}/id/mine")
    complete(page, needs=["survey"])
    # A part of the app did not come, and then neither did the words for that.
    phone.offline()
    page.locator("[data-privacy]").click()
    expect(over(page)).to_have_text(ID.text("app.later"))
    page.reload()
    page.evaluate(FORGET_THE_WORDS)
    page.once("dialog", lambda dialog: dialog.accept())
    with page.expect_event("dialog") as said:
        page.locator("[data-privacy]").click()
    assert said.value.message == ID.text("app.form.storage.other")
    phone.offline(without_signal=False)
    page.goto(f"{office.url}/id/survey")
    anew = page.get_by_role("button", name=ID.text("app.form.start-new"))
    page.evaluate(BREAK, False)
    anew.click()
    expect(over(page)).to_have_text(BROKEN)
    expect(rating).to_be_checked()
    page.goto(f"{office.url}/id/mine")
    seen, draft = page.locator("[data-evicted]"), page.locator("[data-draft]")
    expect(seen).to_be_visible()
    page.evaluate(BREAK, False)
    seen.click()
    expect(over(page)).to_have_text(BROKEN)
    expect(seen).to_be_visible()
    draft.locator(".button-bad").first.click()
    expect(over(page)).to_have_count(0)
    draft.locator("[data-action=confirm]").click()
    expect(over(page)).to_have_text(BROKEN)
    draft.get_by_role("button", name=ID.text("app.cancel")).click()
    draft.locator(".button-bad").first.click()
    expect(draft.get_by_role("button", name=ID.text("app.cancel"))).to_be_focused()
    # The larger letters hold for this page, and no longer.
    page.evaluate(FORBID, "QuotaExceededError")
    page.get_by_role("button", name="Aa").click()
    page.get_by_label(ID.text("app.look.large"), exact=True).check()
    expect(over(page)).to_have_text(NOT_DONE)
    page.evaluate(FORBID, "SecurityError")
    page.get_by_label(ID.text("app.look.larger"), exact=True).check()
    expect(over(page)).to_have_text(BROKEN)
    # Not even what is there can be read: what stands on the page stays, and of what nobody asked for nothing is said.
    page.get_by_role("button", name="Aa").click()
    expect(over(page)).to_have_count(0)
    page.evaluate(BREAK, True)
    assert page.evaluate(STORED_ELSEWHERE) == "unavailable"
    expect(over(page)).to_have_count(0)
    expect(draft).to_have_count(1)
    # Where nothing stands on the page yet it says why, for as long as that is so.
    assert phone.context is not None
    other = phone.context.new_page()
    other.add_init_script(f"({BREAK})(true)")
    other.goto(f"{office.url}/id/mine")
    why = other.locator("[data-module=mine] > [role=status]")
    expect(why).to_have_text(UNREADABLE)
    other.get_by_role("heading", level=1).click()
    expect(why).to_have_text(UNREADABLE)
    other.close()
    page.reload()
    draft.locator(".button-bad").first.click()
    draft.locator("[data-action=confirm]").click()
    expect(draft).to_have_count(0)
    told = {error.partition(":")[0] for error in phone.errors}
    assert told == {"full", "unavailable", "Failed to fetch dynamically imported module"}


def test_what_cannot_be_set_aside_or_put_back_stays_where_it_is(phone: Phone, office: RunningOffice) -> None:
    page = phone.page
    allow(phone, office)
    page.goto(f"{office.url}/id/apply/{SERVICE}")
    page.locator("[data-field=nama_lengkap] input").fill("UPIK")
    wait_until_saved(page)
    page.evaluate(DAMAGE)
    page.goto(f"{office.url}/id/mine")
    complete(page)
    page.locator("[data-privacy]").click()
    expect(page.locator("[data-profile-panel]")).to_be_visible()  # its part of the app is here
    card = page.locator("[data-problem=damaged]")
    fill(phone, office)
    card.locator("[data-action=set-aside]").click()
    expect(over(page)).to_have_text(NOT_DONE)
    allow(phone, office)
    card.locator("[data-action=set-aside]").click()
    expect(card).to_have_count(0)

    page.reload()
    page.locator("[data-privacy]").click()
    page.locator("[data-aside] summary").click()
    fill(phone, office)
    page.locator("[data-put-back]").click()
    expect(over(page)).to_have_text(NOT_DONE)
    expect(card).to_have_count(0)
    assert {*phone.errors} == {"full"}
