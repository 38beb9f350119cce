"""Complaints: an anonymous one leaves no trace on its way, and a confidential one is handed over unnamed."""

import json
import re
import time
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, Playwright, expect

from server.moments import day
from server.settings import ROOT
from server.working_days import load_working_days
from tests.browser.looking import faults
from tests.browser.planted_photo import attach
from tests.browsing import Phone
from tests.people import person
from tests.people_at_work import TEXTS, Officer, fill
from tests.serving import RunningOffice

pytestmark = pytest.mark.browser

ID = TEXTS["id"]
PATIENCE = 40_000  # milliseconds
TOLD, ANSWER, NAME = "Diminta uang rokok di loket dua", "Uangnya dikembalikan, petugasnya ditegur.", "SITI RAHASIA"
CONTACT = "siti@example.com"
WORKING_DAYS = load_working_days(ROOT / "content" / "holidays.toml", languages=("id", "en"))
COUNT = """async () => {
  const { readAll } = await import('/pwa/db.js');
  const count = async (store) => [store, (await readAll(store)).length];
  return Object.fromEntries(await Promise.all(['drafts', 'outbox', 'cases', 'files', 'images'].map(count)));
}"""
DAY = 86_400_000  # milliseconds
CLIPBOARD = ["clipboard-read", "clipboard-write"]
KNOWS_THE_TIME = """async () => {
  const { skew } = await (await import('/pwa/db.js')).read('meta', 'office');
  return Math.abs(skew) > 86_400;
}"""
KEEPS_APART = """async () => {
  const { readAll } = await import('/pwa/db.js');
  const isApart = (items) => items.some(({ id, state }) => id.startsWith('app.') && state === 'done') &&
    items.some(({ notBefore }) => notBefore > Date.now());
  while (!isApart(await readAll('outbox'))) await new Promise((go) => setTimeout(go, 50));
}"""
ALONE_IS_SENT = """async () => {
  const { readAll } = await import('/pwa/db.js');
  while ((await readAll('outbox')).length > 1) await new Promise((go) => setTimeout(go, 50));
}"""


# Keeps what goes out in each exchange, as lines.
RECORD = """window.sent = [];
const real = window.fetch;
window.fetch = (url, options) => {
  if (String(url).endsWith('/exchange')) {
    const { body } = new Response(options.body);
    const plain = options.headers['Content-Encoding'] ? body.pipeThrough(new DecompressionStream('gzip')) : body;
    window.sent.push(new Response(plain).text());
  }
  return real(url, options);
};"""


def send(page: Page) -> str:
    page.locator("[data-action=review]").click()
    page.locator("[data-action=send]").click()
    expect(page.locator("[data-receipt]")).to_be_visible()
    return page.locator("[data-code]").inner_text().replace(" ", "")


def complain(page: Page, office: RunningOffice, identity: str) -> str:
    page.goto(f"{office.url}/id/apply/complaint")
    page.locator("[name=kelas][value=pengaduan]").check()
    assert faults(page) == []
    page.locator("[name=topik]").select_option("pungli")
    page.locator("[name=uraian]").fill(TOLD)
    page.locator(f"[name=identitas][value={identity}]").check()
    if identity != "anonim":
        page.locator("[name=nama_pelapor]").fill(NAME)
        page.locator("[name=kontak]").fill(CONTACT)
    else:
        attach(page, "bukti")
    return send(page)


def test_an_anonymous_complaint_leaves_nothing_and_is_answered_by_its_code(
    phone: Phone, office: RunningOffice, playwright: Playwright, tmp_path: Path
) -> None:
    page = phone.page
    page.add_init_script(RECORD)
    page.clock.install()
    # An application of the same person waits in the same outbox: that goes when the signal is back.
    page.goto(f"{office.url}/id/")
    phone.offline()
    page.goto(f"{office.url}/id/apply/passport-new")
    fill(page, person(4))
    send(page)
    code = complain(page, office, "anonim")
    expect(page.get_by_text(ID.text("talk.alone.code"))).to_be_visible()
    expect(page.locator("[data-promise]")).to_have_count(2)
    assert page.url == f"{office.url}/id/mine"
    expect(page.locator("[data-apart]")).to_have_text(ID.text("talk.alone.waits"))
    phone.offline(without_signal=False)
    page.evaluate(KEEPS_APART)
    assert not any("complaint" in text for text in page.evaluate("Promise.all(window.sent)"))
    expect(page.locator("[data-receipt][data-state=waiting] [data-apart]")).to_be_visible()
    expect(page.locator("[data-module=state-line]")).to_contain_text(ID.text("app.state.unsent", count=1))
    with page.context.expect_page() as opened:
        page.evaluate("open('/id/mine')")
    expect(opened.value.locator("[data-item] [data-apart]")).to_contain_text("Pergi sendiri setelah")
    opened.value.close()
    page.bring_to_front()
    page.clock.fast_forward("07:00:00")
    # The clock may have jumped under an exchange, which plans the next one from then on.
    page.evaluate("dispatchEvent(new Event('online'))")
    expect(page.locator("[data-receipt][data-state=done]")).to_be_visible(timeout=PATIENCE)
    expect(page.locator("[data-apart]")).to_be_hidden()
    page.evaluate(ALONE_IS_SENT)  # with its photograph

    assert page.evaluate(COUNT) == {"drafts": 0, "outbox": 1, "cases": 1, "files": 0, "images": 0}
    sent = [text.splitlines() for text in page.evaluate("Promise.all(window.sent)")]
    alone = [lines for lines in sent if any("complaint" in line for line in lines)]
    assert alone
    assert all(json.loads(lines[0]) == {"v": 1} and len(lines) == 2 for lines in alone)
    assert any("passport-new" in line for lines in sent for line in lines), "what goes with others goes in another one"
    # A clock that jumps makes nothing late: days are counted from when the office got it, and by its clock.
    page.clock.fast_forward(20 * DAY)
    page.goto(f"{office.url}/id/mine")
    expect(page.locator("[data-case]")).to_have_count(1)
    page.wait_for_function(KNOWS_THE_TIME)
    page.goto(f"{office.url}/id/case#{code}")
    promise = page.locator("[data-promise=terkirim]")
    expect(promise).to_be_visible(timeout=PATIENCE)
    # Drawn by the office's time, whatever the page knew of it while it started.
    page.wait_for_function(KNOWS_THE_TIME)
    page.goto(f"{office.url}/id/mine")
    page.goto(f"{office.url}/id/case#{code}")
    expect(promise).to_be_visible(timeout=PATIENCE)
    expect(promise).not_to_contain_text(ID.text("talk.promise.late"))
    with Phone(playwright, tmp_path / "desktop", viewport={"width": 1280, "height": 900}) as desktop:
        officer = Officer(desktop.page, office, "id")
        officer.sign_in()
        desktop.page.get_by_role("button", name=ID.text("staff.queue.complaints")).click()
        expect(desktop.page.locator(".case-list tbody tr")).to_have_count(1)
        desktop.page.locator(".case-list tbody button").first.click()
        case = desktop.page.get_by_role("article")
        expect(case.get_by_text(TOLD).first).to_be_visible()
        case.get_by_role("button", name=ID.text("staff.files.show", n=1)).click()
        expect(case.locator(".files canvas")).to_be_visible(timeout=PATIENCE)
        officer.record(case, "aduan_dijawab", ANSWER)
        assert desktop.errors == []

    page.get_by_role("button", name=ID.text("app.case.ask-again")).click()
    expect(page.get_by_role("heading", name=ID.text("step.aduan_dijawab"))).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_text(ANSWER)).to_be_visible()
    expect(page.locator("[data-complaint=alone]")).to_be_visible()
    expect(page.locator("[data-action=keep], [data-correct]")).to_have_count(0)
    assert faults(page) == []
    page.get_by_label(ID.text("talk.satisfied.ya"), exact=True).check()
    page.locator("[data-action=send-message]").click()
    expect(page.get_by_text(ID.text("talk.sealed.alone"))).to_be_visible()
    page.evaluate(ALONE_IS_SENT)
    page.get_by_role("button", name=ID.text("app.case.ask-again")).click()
    expect(page.locator(".thread > li").get_by_text(ID.text("talk.satisfied.ya"))).to_be_visible(timeout=PATIENCE)
    assert page.evaluate(COUNT) == {"drafts": 0, "outbox": 1, "cases": 1, "files": 0, "images": 0}


def promised(key: str, days: int, *, began: int) -> re.Pattern[str]:
    """Give how the day of the answer to what came since *began* is told: midnight may have passed since."""
    dues = {WORKING_DAYS.due(at, days, time_zone="Asia/Jakarta") for at in (began, int(time.time()))}
    told = (ID.text(f"talk.promise.{key}", day=day(due, "id"), n=days) for due in sorted(dues))
    return re.compile("|".join(map(re.escape, told)))


def copied(page: Page, within: Locator) -> str:
    """Copy the words for the official channel, and give what the clipboard has."""
    within.get_by_text(ID.text("talk.hand-over"), exact=True).click()
    within.get_by_role("button", name=ID.text("talk.hand-over.copy")).click()
    expect(within.get_by_role("status").filter(has_text=ID.text("talk.hand-over.copied"))).to_be_visible()
    words = str(page.evaluate("navigator.clipboard.readText()"))
    expect(within.get_by_label(ID.text("talk.hand-over"), exact=True)).to_have_value(words)
    return words


def test_a_confidential_complaint_says_by_when_it_is_answered_and_is_handed_over_without_its_name(
    phone: Phone, office: RunningOffice, playwright: Playwright, tmp_path: Path
) -> None:
    page = phone.page
    began = int(time.time())
    complain(page, office, "rahasia")
    receipt = page.locator("[data-receipt]")
    number = receipt.get_by_text("Nomor").inner_text()[-11:]
    for key, days in (("first", 3), ("answer", 14)):
        expect(receipt).to_contain_text(promised(key, days, began=began))
    expect(page.locator("[data-receipt][data-state=done]")).to_be_visible(timeout=PATIENCE)
    with Phone(
        playwright, tmp_path / "desktop", viewport={"width": 1280, "height": 900}, permissions=CLIPBOARD
    ) as desktop:
        officer = Officer(desktop.page, office, "id")
        officer.sign_in()
        case = officer.open(number)
        expect(case.get_by_text(ID.text("staff.confidential"))).to_be_visible()
        expect(case.get_by_text(NAME).first).to_be_visible()
        words = copied(desktop.page, case)
        assert TOLD in words
        assert not any(who in words for who in (NAME, CONTACT))
        assert desktop.errors == []

    # Whoever complains may name themselves there.
    assert phone.context is not None
    phone.context.grant_permissions(CLIPBOARD)
    receipt.get_by_role("link", name=ID.text("app.receipt.status")).click()
    own = copied(page, page.locator("[data-complaint]"))
    assert all(said in own for said in (TOLD, NAME, CONTACT))
    assert phone.errors == []
