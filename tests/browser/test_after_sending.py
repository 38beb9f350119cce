"""What comes after sending, on the applicant's phone: where it stands, what to expect, what to come for."""

import time

import pytest
from playwright.sync_api import Page, expect

from server.pace import LEAST
from sync.events import sign_event
from sync.receipt_code import derive, new_code
from tests.applicants import Applicant
from tests.browser.looking import faults
from tests.browsing import Phone
from tests.officers import ApiOfficer
from tests.people import person
from tests.serving import RunningOffice

pytestmark = pytest.mark.browser

DAY = 86400
NOTIFIED = """async () => {
  const worker = await navigator.serviceWorker.ready;
  return (await worker.getNotifications()).map(({ title, data }) => [title, data]);
}"""


def step(officer: ApiOfficer, applicant: Applicant, v: str, n: int, name: str, *, at: int) -> None:
    """Record a step of a case as the officer's browser does."""
    kid, key = officer.office_key
    event = sign_event(case=applicant.case, n=n, step=name, at=at, on=[v], note=None, kid=kid, private=key)
    assert officer.post(f"cases/{applicant.case}/events", event).status == 201


def post_code(page: Page, code: str) -> None:
    """Ask for the status as a browser without JavaScript does."""
    page.locator("#code").fill(code)
    page.evaluate("document.querySelector('form').submit()")


def test_a_person_sees_what_to_do_when_to_expect_it_and_what_waits(phone: Phone, office: RunningOffice) -> None:
    officer, now, code = ApiOfficer(office.url).sign_in(), int(time.time()), new_code()
    for seed in range(LEAST):  # what the office did of late: ready three days after the payment
        past = Applicant(office.url, person(seed))
        v = past.send()
        step(officer, past, v, 1, "dibayar", at=now - 9 * DAY)
        step(officer, past, v, 2, "siap_diambil", at=now - 6 * DAY)
    own = Applicant(office.url, person(50), derive(code))
    v = own.send()
    step(officer, own, v, 1, "dibayar", at=now)

    # With the code alone, without JavaScript.
    page = phone.page
    page.goto(f"{office.url}/id/track")
    post_code(page, code)
    expect(page.locator("h1")).to_have_text("Sudah dibayar")
    expect(page.locator("main")).to_contain_text("Tunggu jadwal datang ke kantor.")
    expect(page.locator("main")).to_contain_text(f"perkiraan dari {LEAST} permohonan")
    assert faults(page) == []

    # In the app, kept on the phone, which may notify.
    assert phone.context is not None
    page.goto(f"{office.url}/k#{code}")
    page.locator("[data-action=keep]").click()
    expect(page.locator("[data-expected]")).to_contain_text(f"{LEAST} permohonan")
    phone.context.grant_permissions(["notifications"])
    page.reload()
    expect(page.locator("main")).to_contain_text("Tunggu jadwal datang ke kantor.")
    expect(page.locator("[data-reminders] a")).to_have_count(0)

    # The office says that the document waits: every page does, and the phone notifies once.
    step(officer, own, v, 2, "siap_diambil", at=now + 60)
    page.goto(f"{office.url}/id/guides/passport")
    line = page.locator("[data-reminders]")
    expect(line).to_contain_text(f"{own.number} siap diambil", timeout=40_000)
    phone.offline()
    page.goto(f"{office.url}/id/track")
    expect(line).to_contain_text(own.number)
    assert page.evaluate(NOTIFIED) == [
        [line.locator("p").inner_text().removesuffix(" Lihat"), f"/id/case#c={own.case}"]
    ]
    line.get_by_role("link").click()
    expect(page.locator("h1")).to_have_text("Siap diambil")
    assert phone.errors == []
