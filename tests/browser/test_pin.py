"""The owner's PIN: offered with an honest word, asked for when nobody is there, and taken away again without a loss."""

import pytest
from playwright.sync_api import FileChooser, Page, expect

from tests.browser.form_filling import fill_form, send_form, wait_until_saved
from tests.browser.test_profiles import begin_draft, hide, unlock
from tests.browsing import Phone
from tests.people import person
from tests.people_at_work import SERVICE, TEXTS
from tests.serving import RunningOffice

pytestmark = pytest.mark.browser

PIN = "271828"
NAME = "UPIK BERKUNCI"
COUNT_PANELS = """(() => {
  window.panels = 0;
  const count = (node) => node.matches?.('[data-profile-panel]') && (window.panels += 1);
  new MutationObserver((changes) => changes.forEach(({ addedNodes }) => addedNodes.forEach(count)))
    .observe(document, { childList: true, subtree: true });
})()"""


def set_pin(page: Page, pin: str = PIN) -> None:
    page.locator("[data-pin]").click()
    page.locator("#new-secret").fill(pin)
    page.locator("#new-secret-again").fill(pin)
    page.locator("form:has(#new-secret) button").click()


def look_for_a_photo(page: Page, time: str) -> FileChooser:
    """Be so long in another app, where a photo is taken or chosen; give what is brought back."""
    with page.expect_file_chooser() as choosing:
        page.locator("#photo-file").click()
    hide(page, is_hidden=True)
    page.clock.fast_forward(time)
    hide(page, is_hidden=False)
    return choosing.value


def test_a_pin_is_set_asked_for_and_taken_away_and_nothing_is_lost(
    page: Page, phone: Phone, office: RunningOffice
) -> None:
    phone.offline()
    page.goto(f"{office.url}/id/apply/{SERVICE}#new")
    fill_form(page, person(5))
    wait_until_saved(page)
    send_form(page)
    phone.offline(without_signal=False)
    begin_draft(page, office, NAME)
    page.goto(f"{office.url}/id/mine")
    page.locator("[data-privacy]").click()
    panel = page.locator("[data-profile-panel]")
    expect(panel).to_contain_text(TEXTS["id"].text("profile.pin.honest"))
    set_pin(page)
    expect(page.locator("[data-lock]")).to_be_visible()
    expect(panel.locator("> [role=status]")).to_have_text(TEXTS["id"].text("profile.pin.set"))
    expect(page.locator("#profile-title")).to_be_focused()
    expect(page.locator("[data-draft]")).to_contain_text(NAME)
    expect(page.locator("[data-case]")).to_have_count(1)

    page.locator("[data-lock]").click()
    expect(page.locator("[data-unlock=own]")).to_be_visible()
    assert NAME not in page.content()
    unlock(page, "161803")
    expect(page.locator("#secret-error")).to_have_text(TEXTS["id"].text("profile.pin.wrong"))
    unlock(page, PIN)
    expect(page.locator("[data-draft]")).to_contain_text(NAME)

    page.locator("[data-draft] a.button").click()
    expect(page.locator("[data-field=nama_lengkap] input")).to_have_value(NAME)
    hide(page, is_hidden=True)
    expect(page.locator("[data-field=nama_lengkap] input")).to_be_hidden()
    page.clock.fast_forward("00:31")
    hide(page, is_hidden=False)
    unlock(page, PIN)
    expect(page.locator("[data-field=nama_lengkap] input")).to_have_value(NAME)

    # The phone's own camera has three minutes, once; a photo that is later still is asked for anew.
    paper = page.locator("[data-paper=kk]")
    paper.locator("[data-action=add-photo]").click()
    look_for_a_photo(page, "02:40").set_files({"name": "a.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4\n"})
    page.locator("dialog[data-step=look] [data-action=again]").click()
    look_for_a_photo(page, "03:01")
    unlock(page, PIN)
    expect(page.locator("main > .notice.urgent")).to_have_text(TEXTS["id"].text("profile.photo-lost"))
    expect(page.locator("[data-field=nama_lengkap] input")).to_have_value(NAME)
    paper.locator("[data-action=add-photo]").click()
    look_for_a_photo(page, "00:20")
    hide(page, is_hidden=True)
    page.clock.fast_forward("00:31")
    hide(page, is_hidden=False)
    unlock(page, PIN)
    expect(page.locator("[data-field=nama_lengkap] input")).to_have_value(NAME)

    page.add_init_script(COUNT_PANELS)
    page.goto(f"{office.url}/id/mine")
    page.locator("[data-profile-panel] .button-bad").first.click()
    page.locator("[data-profile-panel] [data-action=confirm]").click()
    expect(panel.locator("> [role=status]")).to_have_text(TEXTS["id"].text("profile.pin.removed"))
    assert page.evaluate("panels") == 2, "a question is not drawn anew under who answers it"
    expect(page.locator("#profile-title")).to_be_focused()
    expect(page.locator("[data-draft]")).to_contain_text(NAME)
    expect(page.locator("[data-case] .error")).to_have_count(0)
    page.reload()
    expect(page.locator("[data-draft]")).to_contain_text(NAME)
    assert phone.errors == []


def test_what_is_no_pin_is_said_to_be_none(page: Page, office: RunningOffice) -> None:
    for typed, again, said in [
        ("12345", "12345", TEXTS["id"].text("profile.pin.short", n=6)),
        ("abcdef", "abcdef", TEXTS["id"].text("profile.pin.digits")),
        ("123456", "123457", TEXTS["id"].text("profile.differ")),
    ]:
        page.goto(f"{office.url}/id/mine")
        page.locator("[data-privacy]").click()
        page.locator("[data-pin]").click()
        page.locator("#new-secret").fill(typed)
        page.locator("#new-secret-again").fill(again)
        page.locator("form:has(#new-secret) button").click()
        expect(page.locator("#new-secret-error")).to_have_text(said)
    assert page.evaluate("async () => (await (await import('/pwa/db.js')).readAll('profiles')).length") == 0


def test_the_page_is_told_in_words_where_a_draft_does_not_open_and_it_can_be_set_aside(
    page: Page, office: RunningOffice
) -> None:
    begin_draft(page, office, NAME)
    page.evaluate(
        """async () => {
          const { readAll, write } = await import('/pwa/db.js');
          const [row] = await readAll('drafts');
          await write('drafts', { ...row, ct: row.ct.map((byte) => byte ^ 1) });
        }"""
    )
    for lang in ("en", "id"):
        page.goto(f"{office.url}/{lang}/mine")
        expect(page.locator("[data-problem=damaged]")).to_contain_text(TEXTS[lang].text("app.mine.problem.damaged"))
    with page.expect_download() as saving:
        page.locator("[data-action=export-draft]").click()
    assert saving.value.suggested_filename.endswith(".json")
    page.locator("[data-action=set-aside]").click()
    expect(page.locator("[data-problem]")).to_have_count(0)
    expect(page.locator("[data-module=mine] > [role=status]")).to_have_text(TEXTS["id"].text("profile.aside.done"))
    page.locator("[data-privacy]").click()
    expect(page.locator("[data-aside]")).to_contain_text("1")
    page.locator("[data-aside] summary").click()
    page.locator("[data-put-back]").click()
    told = TEXTS["id"].text("profile.aside.back.done")
    expect(page.locator("[data-profile-panel] > [role=status]")).to_have_text(told)
    expect(page.locator("#profile-title")).to_be_focused()
    expect(page.locator("[data-problem=damaged]")).to_have_count(1)
    set_pin(page)
    expect(page.locator("#new-secret-error")).to_have_text(TEXTS["id"].text("profile.unchanged"))
    assert page.evaluate("async () => (await (await import('/pwa/db.js')).readAll('drafts')).length") == 1


def test_a_phone_whose_key_is_gone_says_so_and_goes_on_only_when_told_to(page: Page, office: RunningOffice) -> None:
    begin_draft(page, office, NAME)
    page.evaluate("async () => (await import('/pwa/db.js')).remove('meta', 'device-key')")
    page.goto(f"{office.url}/id/mine")
    expect(page.locator("[data-problem=key-missing]")).to_be_visible()
    page.locator("[data-renewal] .button-bad").first.click()
    page.locator("[data-renewal] [data-action=confirm]").click()
    expect(page.locator("[data-renewal]")).to_have_count(0)
    expect(page.locator("[data-problem=damaged]")).to_have_count(1)  # still there, to be exported
    begin_draft(page, office, "UPIK BARU")
    page.goto(f"{office.url}/id/mine")
    expect(page.locator("[data-draft]:not([data-problem])")).to_contain_text("UPIK BARU")
