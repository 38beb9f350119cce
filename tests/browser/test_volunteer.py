"""A volunteer's phone: enrolled in person, at work for days without a signal, revoked, and still taken in."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, Playwright, Route, expect

from server.keys.founding import DEMO
from tests.browser.form_filling import wait_until_started
from tests.browser.test_pages import faults
from tests.browser.test_storage_taken import allow
from tests.browser.test_storage_taken import fill as leave_no_room
from tests.browsing import Phone
from tests.officers import ApiOfficer
from tests.people import Answers, person
from tests.people_at_work import SERVICE, TEXTS, Officer, fill
from tests.serving import RunningOffice

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

ID = TEXTS["id"]
HOURS = {
    "kind": "outreach", "place": "Kantor Wali Nagari Talu", "area": "", "from": "08:00", "to": "09:00", "minutes": "60",
    "first": f"{date.today() + timedelta(5)}", "last": f"{date.today() + timedelta(5)}",
    "places": "2", "kept": "1", "priority": "1", **{f"day{n}": "1" for n in range(7)},
}  # fmt: skip
KNOW_HOURS = """async () => {
  await (await import('/pwa/booking/offers.js')).refreshOffers();
  await (await import('/pwa/sw-bridge.js')).keepPacks('booking');
}"""
PATIENCE = 40_000  # milliseconds
WORDS = "batu jala kuda mira"
NOTE = "Berkas lengkap, silakan datang."
FORGOTTEN = """async (id) => {
  const { code, open, proof, title } = await (await import('/pwa/records.js')).readRecord('cases', id);
  const { versions } = await (await import('/pwa/cases.js')).openCase(id);
  return [code, open, proof, title, versions[0].groups].join('|');
}"""


MARKS = """async () => {
  const { linesToSend } = await import('/pwa/outbox.js');
  return (await linesToSend()).map((line) => JSON.parse(line)[0]).map(({ channel, device }) => `${channel} ${device}`);
}"""
FORGET_READING = """async () => {
  const { listDevices, noteDevice } = await import('/pwa/device-key.js');
  for (const { device } of await listDevices()) await noteDevice(device, { reading: 'busy' });
}"""


@pytest.fixture
def office(tmp_path: Path) -> Iterator[RunningOffice]:
    with RunningOffice(tmp_path / "office") as office:
        yield office


@pytest.fixture
def officer(office: RunningOffice, playwright: Playwright, tmp_path: Path) -> Iterator[Officer]:
    with Phone(playwright, tmp_path / "desktop", viewport={"width": 1280, "height": 900}) as desktop:
        officer = Officer(desktop.page, office, "id")
        officer.sign_in()
        yield officer
        assert desktop.errors == []


def invite(officer: Officer, login: str = "buyung") -> str:
    """Make an enrolment code at the office and give the link of its QR."""
    page = officer.page
    page.goto(f"{officer.office.url}/staff/id/volunteers")
    page.get_by_label(ID.text("staff.volunteers.login")).fill(login)
    page.get_by_role("button", name=ID.text("staff.volunteers.enrol")).click()
    page.locator("[name=proof-password]").fill(DEMO.password)
    page.locator("[name=proof-password]").press("Enter")
    expect(page.locator("svg.qr")).to_be_visible()
    return str(page.locator("[data-qr]").get_attribute("data-qr"))


def choose_passphrase(page: Page) -> None:
    page.locator("#new-secret").fill(WORDS)
    page.locator("#new-secret-again").fill(WORDS)
    page.get_by_role("button", name=ID.text("volunteer.finish")).click()


def collect(page: Page, office: RunningOffice, answers: Answers, *, wishes_as_priority: bool = False) -> str:
    """Take an application down and seal it; give the case."""
    page.goto(f"{office.url}/id/apply/{SERVICE}#new")
    return collect_begun(page, answers, is_agreed=False, wishes_as_priority=wishes_as_priority)


def collect_begun(page: Page, answers: Answers, *, is_agreed: bool = True, wishes_as_priority: bool = False) -> str:
    """Fill in the form that is open and seal it, once its person agreed; give the case."""
    fill(page, answers)
    wait_until_started(page)
    page.locator("[data-action=review]").click()
    if not is_agreed:
        expect(page.locator("[data-action=send]")).to_be_hidden()
        page.get_by_label(ID.text("volunteer.consent.read")).check()
        page.get_by_role("button", name=ID.text("volunteer.consent.agree")).click()
    if wishes_as_priority:
        page.get_by_label(ID.text("booking.wish.n", n=1)).select_option(index=1)
        page.get_by_label(ID.text("booking.priority"), exact=True).check()
    page.locator("[data-action=send]").click()
    expect(page.locator("[data-hand-out]")).to_be_visible()
    return page.url.partition("#c=")[2]


def go_to_mine(page: Page, office: RunningOffice) -> None:
    page.goto(f"{office.url}/id/")
    page.goto(f"{office.url}/id/mine")


def hand_out(page: Page) -> None:
    page.locator("[data-hand-out]").get_by_role("button", name=ID.text("volunteer.handed")).click()
    page.locator("[data-hand-out] [data-action=confirm]").click()
    page.wait_for_url("**/mine")


def number_of(page: Page, case: str) -> str:
    card = page.locator(f"[data-case='{case}']").inner_text()
    found = re.search(r"\w{4} \w{4} \w", card)
    assert found is not None, card
    return found[0]


def test_what_a_volunteer_collects_arrives_whatever_the_office_has_revoked(
    phone: Phone, office: RunningOffice, officer: Officer
) -> None:
    page = phone.page
    page.goto(f"{office.url}/id/")
    expect(page.get_by_text(ID.text("app.ready"))).to_be_visible(timeout=30_000)
    link = invite(officer)
    page.goto(link)
    expect(page.locator("[data-offered]")).to_be_visible()
    assert "#" not in page.url, "the code leaves the address"
    assert faults(page) == []
    choose_passphrase(page)
    device = page.locator("[data-ready]").get_attribute("data-ready")

    # Two applications without a signal; the code of one is given away on the spot, while its wish for a day waits.
    desk = ApiOfficer(office.url).sign_in()
    desk.post_form("/staff/id/offers", HOURS | {"csrf": desk.csrf})
    page.evaluate(KNOW_HOURS)
    phone.offline(needs=["booking"])
    handed = collect(page, office, person(1), wishes_as_priority=True)
    assert faults(page) == []
    hand_out(page)
    code, open_, proof, title, groups = page.evaluate(FORGOTTEN, handed).split("|")
    assert (code, open_, title, groups) == ("", "", "", "")
    assert proof
    page.goto(f"{office.url}/id/case#c={handed}")
    expect(page.locator("[data-handed] [data-wish=here]")).to_be_visible()
    kept = collect(page, office, person(2))
    go_to_mine(page, office)
    expect(page.locator("[data-item]")).to_have_count(2)
    assert page.evaluate(MARKS) == [f"volunteer {device}"] * 2
    page.goto(f"{office.url}/id/volunteer")
    expect(page.locator("[data-unsent='2']").get_by_role("button")).to_be_visible()
    go_to_mine(page, office)

    with page.expect_request("**/bookings", timeout=PATIENCE) as asked:
        phone.offline(without_signal=False)
    [wish] = asked.value.post_data_json["asks"]
    assert (wish["case"], wish["do"], wish["priority"], len(wish["wish"])) == (handed, "wish", 1, 1)
    expect(page.locator("[data-item]")).to_have_count(0, timeout=PATIENCE)
    expect(page.locator("[data-reading=ok]")).to_be_visible(timeout=PATIENCE)
    page.wait_for_function(f"async () => (await ({FORGOTTEN})('{handed}')) === '||||'", timeout=PATIENCE)
    expect(page.locator(f"[data-case='{handed}']")).to_contain_text(ID.text("volunteer.handed.card"))
    number = number_of(page, handed)
    assert number_of(page, kept) != number

    # The office sees who collected it, and its step comes to the phone although that has no code any more.
    officer.unlock()
    case = officer.open(number)
    officer.expect_answers(case, person(1))
    officer.record(case, "berkas_lengkap", NOTE)
    go_to_mine(page, office)
    expect(page.locator(f"[data-case='{handed}']")).to_contain_text(ID.text("step.berkas_lengkap"))
    page.locator(f"[data-case='{handed}'] a").click()
    expect(page.locator("[data-handed]")).to_be_visible()
    expect(page.locator("h1")).to_contain_text(ID.text("step.berkas_lengkap"))
    assert NOTE not in page.content(), "the office's words are for whoever has the code"
    assert page.locator("[data-code], [data-receipt], [data-correct]").count() == 0

    desk = officer.page
    desk.goto(f"{office.url}/staff/id/volunteers")
    card = desk.locator(f"[data-device={device}]")
    expect(card.get_by_role("button", name=ID.text("staff.volunteers.do.end"))).to_have_count(0)  # it is asked first
    card.locator("summary").click()
    card.get_by_role("button", name=ID.text("staff.volunteers.do.end")).click()
    expect(desk.locator(f"[data-device={device}] strong")).to_be_visible()
    assert faults(desk) == []

    # It goes on collecting, sends, and is told that it reads no more.
    phone.offline()
    late = collect(page, office, person(3))
    phone.offline(without_signal=False)
    go_to_mine(page, office)
    expect(page.locator("[data-item]")).to_have_count(0)
    expect(page.get_by_text(ID.text("volunteer.reading.revoked"))).to_be_visible()
    officer.unlock()
    case = officer.open(number_of(page, late))
    officer.expect_answers(case, person(3))
    officer.record(case, "berkas_lengkap", NOTE)
    go_to_mine(page, office)
    expect(page.get_by_text(ID.text("volunteer.reading.revoked"))).to_be_visible()
    expect(page.locator(f"[data-case='{late}']")).to_contain_text(ID.text("step.terkirim"))
    assert phone.errors == []


def test_a_code_that_is_no_good_says_why_and_the_words_can_be_typed(
    phone: Phone, office: RunningOffice, officer: Officer
) -> None:
    page, link = phone.page, invite(officer)
    words = officer.page.locator("[data-code]").inner_text()
    page.set_viewport_size({"width": 320, "height": 640})
    allow(phone, office)
    page.goto(f"{office.url}/id/volunteer")
    expect(page.get_by_text(ID.text("volunteer.lead"))).to_be_visible()
    page.get_by_label(ID.text("volunteer.words")).fill("bodo bado")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_have_text(ID.text("volunteer.problem.malformed"))
    page.goto(f"{office.url}/id/volunteer#{'bodo' * 12}")
    expect(page.get_by_role("alert")).to_have_text(ID.text("volunteer.problem.unknown"))
    phone.offline()
    page.get_by_label(ID.text("volunteer.words")).fill(words.upper())
    page.get_by_role("button", name=ID.text("volunteer.enrol")).click()
    expect(page.get_by_role("alert")).to_have_text(ID.text("volunteer.problem.offline"))
    phone.offline(without_signal=False)
    leave_no_room(phone, office)
    page.locator("[data-again]").click()
    unkept = ID.text("app.form.not-saved", reason=ID.text("app.form.storage.full"))
    expect(page.get_by_role("alert")).to_have_text(unkept)
    allow(phone, office)
    page.locator("[data-again]").click()
    expect(page.locator("[data-offered]")).to_be_visible()

    # Whoever leaves before choosing a passphrase goes on where it was; nobody else can use the code.
    page.reload()
    choose_passphrase(page)
    expect(page.locator("[data-ready]")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    with Phone(phone.playwright, phone.profile.with_name("other")) as other:
        other.page.goto(link)
        expect(other.page.get_by_role("alert")).to_have_text(ID.text("volunteer.problem.used"))
    assert phone.errors == []


def test_an_answer_lost_on_the_way_is_asked_for_again_and_a_wrong_clock_is_set_right(
    phone: Phone, office: RunningOffice, officer: Officer
) -> None:
    page = phone.page
    page.clock.install(time=datetime.now(UTC) + timedelta(hours=2))

    def lose(route: Route) -> None:
        route.fetch()  # the office enrols the phone, which does not hear of it
        route.abort()

    page.route("**/devices", lose)
    page.goto(invite(officer))
    expect(page.get_by_role("alert")).to_have_text(ID.text("volunteer.problem.offline"))
    page.unroute("**/devices")
    page.locator("[data-again]").click()
    choose_passphrase(page)
    expect(page.locator("[data-ready]")).to_be_visible()
    officer.page.goto(f"{office.url}/staff/id/volunteers")
    expect(officer.page.locator("[data-device]")).to_have_count(1)

    # The office tells the time, so that the second word of the phone is believed.
    go_to_mine(page, office)
    expect(page.locator("[data-reading=ok]")).to_be_visible()
    page.clock.set_system_time(datetime.now(UTC) - timedelta(hours=3))
    page.evaluate(FORGET_READING)
    go_to_mine(page, office)
    expect(page.locator("[data-reading=ok]")).to_be_visible()
    assert phone.errors == []
