"""Messages with the office: written without a signal, sealed both ways, in order on every side."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, Playwright, expect

from tests.browser.form_filling import send_form
from tests.browser.test_sending_photos import SENT
from tests.browsing import Phone
from tests.people import person
from tests.people_at_work import TEXTS, Officer, fill
from tests.serving import RunningOffice

pytestmark = pytest.mark.browser

ID = TEXTS["id"]
ASKED, ANSWERED, THANKED = (
    "Kapan <b>paspor</b> saya selesai?",
    "Hari Senin, pukul 09.00.",
    "Terima kasih.",
)
PATIENCE = 40_000  # milliseconds


def thread_of(page: Page) -> list[str]:
    return page.locator(".thread > li .note").all_inner_texts()


def test_what_is_written_without_a_signal_is_answered_and_goes_on_from_another_phone(
    phone: Phone, office: RunningOffice, playwright: Playwright, tmp_path: Path
) -> None:
    page = phone.page
    page.goto(f"{office.url}/id/apply/passport-new")
    fill(page, person(3))
    send_form(page)
    expect(page.locator("[data-receipt][data-state=done]")).to_be_visible(timeout=PATIENCE)
    code = page.locator("[data-code]").inner_text()
    page.reload()
    message = page.get_by_label(ID.text("talk.write"))
    expect(message).to_be_visible()

    # How long it may be is told in words, and what is too long is kept and not sent.
    phone.offline()
    message.fill("a" * 1003)
    page.locator("[data-action=send-message]").click()
    expect(page.locator("#message-error")).to_have_text(ID.text("talk.over", n="3", limit="1.000"))
    message.fill(ASKED)
    expect(page.locator("[data-saved=yes]")).to_be_visible()
    page.reload()
    expect(message).to_have_value(ASKED)
    page.locator("[data-action=send-message]").click()
    expect(page.get_by_text(ID.text("talk.sealed"))).to_be_visible()
    expect(page.locator(".thread > li [data-state=waiting]")).to_be_visible()
    expect(message).to_have_value("")
    phone.offline(without_signal=False)
    expect(page.locator(".thread > li [data-state]")).to_have_count(0, timeout=PATIENCE)

    with Phone(playwright, tmp_path / "desktop", viewport={"width": 1280, "height": 900}) as desktop:
        officer = Officer(desktop.page, office, "id")
        officer.sign_in()
        number = re.search(r"\w{4} \w{4} \w$", page.get_by_text(re.compile("Nomor permohonan")).first.inner_text())
        assert number is not None
        waits = desktop.page.get_by_text(ID.text("staff.list.waits", n=1))
        expect(waits).to_be_visible()
        desktop.page.get_by_role("button", name=ID.text("staff.queue.messages")).click()
        case = officer.open(number[0])
        assert thread_of(desktop.page) == [ASKED]
        case.get_by_role("button", name=ID.text("staff.thread.answer")).click()
        officer.record(case, "pesan", ANSWERED)
        expect(waits).to_have_count(0)
        assert desktop.errors == []

    with Phone(playwright, tmp_path / "borrowed") as borrowed:
        other = borrowed.page
        other.goto(f"{office.url}/id/mine")
        other.goto(f"{office.url}/id/case#{code.replace(' ', '')}")
        expect(other.get_by_label(ID.text("talk.write"))).to_be_visible(timeout=PATIENCE)
        assert thread_of(other) == [ASKED, ANSWERED]
        other.get_by_label(ID.text("talk.write")).fill(THANKED)
        other.locator("[data-action=send-message]").click()
        expect(other.get_by_text(ID.text("talk.sealed.alone"))).to_be_visible()
        other.evaluate(SENT)
        other.get_by_role("button", name=ID.text("app.case.ask-again")).click()
        expect(other.locator(".thread > li .note")).to_have_count(3, timeout=PATIENCE)
        assert thread_of(other) == [ASKED, ANSWERED, THANKED]
        # Nothing of it stays on a phone that was asked to keep nothing.
        other.goto(f"{office.url}/id/mine")
        expect(other.get_by_text(ID.text("app.mine.nothing"))).to_be_visible(timeout=PATIENCE)
