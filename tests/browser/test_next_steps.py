"""The next step is the one that usually follows in a case of this kind, for one case and for a group, by keyboard."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, Playwright, expect

from tests.applicants import Applicant
from tests.browsing import Phone
from tests.people import person
from tests.people_at_work import TEXTS, Officer
from tests.serving import RunningOffice

pytestmark = pytest.mark.browser

ID = TEXTS["id"]
LOST = {"alasan": "B3", "kejadian_tempat": "PASAR SIMPANG EMPAT", "kronologi": "Jatuh di pasar."}
BRIBE = {"kelas": "pengaduan", "topik": "pungli", "uraian": "Diminta uang rokok di loket", "identitas": "anonim"}


@pytest.fixture
def page(playwright: Playwright, office: RunningOffice, tmp_path: Path) -> Iterator[Page]:
    with Phone(playwright, tmp_path / "desktop", viewport={"width": 1280, "height": 900}) as desktop:
        yield desktop.page
        assert desktop.errors == []


def look_for(page: Page, office: RunningOffice, words: str, *wanted: Applicant) -> None:
    """Sign in, find these cases and go to the first of them, without a mouse."""
    for one in wanted:
        one.send()
    Officer(page, office, "id").sign_in()
    expect(page.locator(".case-link").first).to_be_focused()
    page.keyboard.press("/")
    page.keyboard.type(words)
    expect(page.locator(".case-link")).to_have_count(len(wanted))
    page.keyboard.press("Tab")
    page.keyboard.press("l")
    expect(page.locator(".case-link").first).to_be_focused()


def test_a_lost_passport_goes_by_way_of_the_bap_and_is_paid_after_it(page: Page, office: RunningOffice) -> None:
    lost = Applicant(office.url, person(1) | LOST, service="passport-replace")
    look_for(page, office, lost.number, lost)
    page.keyboard.press("Enter")
    case = page.get_by_role("article", name=lost.number)
    expect(case.get_by_text(ID.text("staff.case.bap-first"))).to_be_visible()
    wanted = ["berkas_lengkap", "bap", "menunggu_pembayaran"]
    for n, step in enumerate(wanted, 1):
        usual = case.get_by_role("group", name=ID.text("staff.step.usual")).get_by_role("button")
        expect(usual.first).to_have_text(f"1 {ID.text(f'step.{step}')}")
        page.keyboard.press("1")
        page.keyboard.press("Enter")
        expect(case.locator(".history li")).to_have_count(n)
    assert [event["step"] for event in lost.news()] == wanted


def test_two_complaints_get_a_step_of_complaints_as_a_group(page: Page, office: RunningOffice) -> None:
    complaints = [Applicant(office.url, dict(BRIBE), service="complaint") for _ in range(2)]
    look_for(page, office, "uang rokok", *complaints)
    press = page.keyboard.press
    press("x")
    press("j")
    press("x")
    bar = page.get_by_role("region", name=ID.text("staff.bulk.title"))
    step = bar.get_by_label(ID.text("staff.bulk.step"))
    steps = ("aduan_pengaduan", "aduan_informasi", "aduan_aspirasi", "pesan")
    expect(step.get_by_role("option")).to_have_text(
        [ID.text("staff.step.none"), *(ID.text(f"step.{one}") for one in steps)]
    )
    press("s")
    expect(step).to_be_focused()
    press("ArrowDown")
    press("Control+Enter")
    expect(bar.get_by_role("status")).to_have_text(ID.text("staff.bulk.sum.done", n=2))
    for one in complaints:
        assert [event["step"] for event in one.news()] == ["aduan_pengaduan"]
