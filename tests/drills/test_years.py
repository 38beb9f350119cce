"""What time does to phones and keys: a year away, clocks that are a year off, a list of keys past its date."""

import shutil
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, Playwright, expect

from server.settings import ROOT
from sync.receipt_code import spoken_number
from tests.browser.form_filling import fill_field, fill_form, send_form, wait_until_saved
from tests.browsing import Phone, complete
from tests.officers import ApiOfficer
from tests.papers import LOGIN, PASSPHRASE, PASSWORD, PaperOffice, found_office
from tests.people import person
from tests.people_at_work import TEXTS, Login, Officer
from tests.serving import RunningOffice

pytestmark = pytest.mark.browser

READY = "[data-module=ready-line] span:not(:empty)"
YEAR = 365
DAY = 86400


def move_on(office: RunningOffice, days: int) -> None:
    """Let the office's clock be so many days ahead from its next start, that of its commands at once."""
    office.env |= {"PYTHONPATH": str(ROOT / "tests" / "ahead"), "TEST_DAYS_AHEAD": str(days)}


def key_in_use(office: RunningOffice) -> str:
    rows = office.ask("GET", "/office.json").json()["keys"][0][5]
    return next(str(kid) for kid, use, _, _, state, _ in rows if (use, state) == ("seal", "primary"))


def in_days(days: int) -> datetime:
    return datetime.now(UTC) + timedelta(days=days)


def send(page: Page, url: str, seed: int) -> Locator:
    """Fill in and send an application; its receipt."""
    page.goto(f"{url}/id/apply/passport-new#new")
    fill_form(page, person(seed))
    wait_until_saved(page)
    return send_form(page)


def case_of(page: Page) -> str:
    return page.url.split("#c=")[1]


def keys_to(page: Page) -> list[list[str]]:
    """Name the office's keys that each waiting item is sealed to."""
    lines = page.evaluate("async () => (await (await import('/pwa/outbox.js')).linesToSend()).map(JSON.parse)")
    return [[kid for kid in wrap if kid != "t"] for _, wrap in lines]


def test_a_phone_that_was_away_for_a_year_is_heard_and_the_officer_opens_what_it_sent(
    playwright: Playwright, tmp_path: Path
) -> None:
    papers, content = found_office(tmp_path / "office"), tmp_path / "content"
    office = papers.office
    shutil.copytree(ROOT / "content", content)
    office.env["RANTAU_CONTENT"] = str(content)
    phone = Phone(playwright, tmp_path / "profile")
    with office, phone:
        page = phone.page
        page.goto(f"{office.url}/id/apply/passport-new")
        fill_field(page.locator("[data-field=nama_lengkap]"), "nama_lengkap", "BEGUN LAST YEAR")
        wait_until_saved(page)
        complete(page)
        old = key_in_use(office)

    # Meanwhile the office writes other guides and changes its keys.
    move_on(office, YEAR)
    guide = content / "guides" / "id" / "passport.md"
    guide.write_text(f"{guide.read_text()}\nTahun yang baru.\n")
    papers.keys("next", "--yes", paper=papers.root)
    papers.keys("promote", "--now", paper=papers.root)

    with office, phone:
        assert key_in_use(office) != old
        assert phone.context is not None
        phone.context.clock.install(time=in_days(YEAR))
        phone.offline()
        page = phone.page
        page.goto(f"{office.url}/id/mine")
        draft = page.locator("[data-draft]", has_text="BEGUN LAST YEAR")
        draft.get_by_role("link").click()
        expect(page.locator("#nama_lengkap")).to_have_value("BEGUN LAST YEAR")
        fill_form(page, person(11))
        wait_until_saved(page)
        receipt = send_form(page)
        first = case_of(page)
        assert keys_to(page) == [[old]]
        phone.offline(without_signal=False)
        expect(receipt).to_have_attribute("data-state", "done", timeout=30_000)
        expect(send(page, office.url, 12)).to_have_attribute("data-state", "done")
        second = case_of(page)
        assert phone.errors == []
        with Phone(playwright, tmp_path / "desk", viewport={"width": 1280, "height": 900}) as desk:
            officer = Officer(desk.page, office, "id", who=Login(LOGIN, PASSWORD, PASSPHRASE))
            officer.sign_in()
            for case, seed in ((first, 11), (second, 12)):
                officer.expect_answers(officer.open(spoken_number(case)), person(seed))
                desk.page.get_by_role("button", name=officer.texts.text("staff.case.close")).click()


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningOffice]:
    with RunningOffice(tmp_path_factory.mktemp("office")) as office:
        yield office


@pytest.mark.parametrize("days", [-YEAR, YEAR])
def test_a_phone_whose_clock_is_a_year_off_sends_and_the_office_knows_when(
    phone: Phone, office: RunningOffice, days: int
) -> None:
    assert phone.context is not None
    phone.context.clock.install(time=in_days(days))
    page = phone.page
    expect(send(page, office.url, 13)).to_have_attribute("data-state", "done")
    [version] = ApiOfficer(office.url).sign_in().get(f"cases/{case_of(page)}").body["versions"]
    assert abs(version["at"] - time.time()) < DAY
    assert phone.errors == []


@pytest.mark.parametrize("days", [-YEAR, YEAR])
def test_a_clock_that_jumps_a_year_while_there_is_no_signal_costs_nothing(
    phone: Phone, office: RunningOffice, days: int
) -> None:
    assert phone.context is not None
    phone.context.clock.install(time=in_days(0))
    page = phone.page
    page.goto(f"{office.url}/id/")
    page.locator(READY).first.wait_for()
    phone.offline()
    phone.context.clock.set_system_time(in_days(days))
    receipt = send(page, office.url, 14)
    expect(receipt).to_have_attribute("data-state", "waiting")
    phone.offline(without_signal=False)
    expect(receipt).to_have_attribute("data-state", "done", timeout=30_000)
    assert phone.errors == []


def test_a_list_of_keys_past_its_date_warns_and_stops_nobody(phone: Phone, tmp_path: Path) -> None:
    papers = found_office(tmp_path / "office")
    move_on(papers.office, 500)
    past = phone.page.get_by_text(TEXTS["id"].text("words.past"))
    with papers.office as office:
        assert phone.context is not None
        phone.context.clock.install(time=in_days(500))
        page = phone.page
        page.goto(f"{office.url}/id/mine")
        expect(past).to_be_visible()
        expect(send(page, office.url, 15)).to_have_attribute("data-state", "done")
        assert "WRONG" in office.run("doctor").stdout

        papers.keys("renew", paper=papers.root)
        wait_for_list(papers, 2)
        page.goto(f"{office.url}/id/mine")
        expect(page.locator("[data-words]")).to_be_visible()
        expect(past).to_be_hidden()
        assert phone.errors == []


def wait_for_list(papers: PaperOffice, seq: int) -> None:
    until = time.monotonic() + 20
    while papers.office.ask("GET", "/office.json").json()["keys"][0][2] < seq:
        assert time.monotonic() < until, "the server does not take the new list"
        time.sleep(0.1)
