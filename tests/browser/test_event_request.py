"""A body without a signal asks for an event; an officer drafts its hours, accepts it, and the body hears when."""

import re
from datetime import date, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, Playwright, expect

from tests.browser.form_filling import fill_form, wait_until_started
from tests.browsing import Phone
from tests.people_at_work import TEXTS, Officer
from tests.serving import RunningOffice

pytestmark = pytest.mark.browser

ID = TEXTS["id"]
TITLE = ID.text("form.event-request.title")
PATIENCE = 40_000  # milliseconds
DAY = date.today() + timedelta(14)
ASKED = {
    "lembaga": "NAGARI TALU", "tempat_kegiatan": "Balai Nagari Talu", "nagari": "13.12.04.2002", "jumlah_orang": "40",
    "tanggal_1": f"{DAY:%d-%m-%Y}", "keterangan": "Banyak lansia", "nama_lengkap": "YUSRA", "telp_hp": "0753 123456",
}  # fmt: skip
ANSWER = "Kami datang pukul 08.00."


def test_a_body_asks_for_an_event_without_a_signal_and_the_office_accepts_it_with_a_schedule(
    phone: Phone, office: RunningOffice, playwright: Playwright, tmp_path: Path
) -> None:
    page = phone.page
    page.goto(f"{office.url}/id/office")
    page.get_by_role("link", name=TITLE).click()
    expect(page.locator("form[data-module=application-form]")).to_be_visible()
    phone.offline(needs=("request",))
    page.reload()
    number = send(page)
    phone.offline(without_signal=False)
    expect(page.locator("[data-receipt][data-state=done]")).to_be_visible(timeout=PATIENCE)

    with Phone(playwright, tmp_path / "desktop", viewport={"width": 1280, "height": 900}) as desktop:
        officer = Officer(desktop.page, office, "id")
        officer.sign_in()
        case = officer.open(number)
        expect(case.get_by_text(ASKED["keterangan"])).to_be_visible()
        with desktop.page.expect_popup() as opened:
            case.get_by_role("button", name=ID.text("staff.offer-draft")).click()
        publish(opened.value)
        officer.record(case, "kegiatan_diterima", ANSWER)
        assert desktop.errors == []

    page.reload()
    expect(page.get_by_role("heading", name=ID.text("step.kegiatan_diterima"))).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_text(ANSWER)).to_be_visible()
    page.get_by_text(ID.text("app.case.answers"), exact=True).click()
    expect(page.get_by_text(ASKED["keterangan"])).to_be_visible()
    expect(page.get_by_text(ID.text("field.event-request1.lembaga"), exact=True)).to_be_visible()
    expect(page.get_by_role("link", name=ID.text("app.case.booking"))).to_have_count(0)
    assert phone.errors == []


def send(page: Page) -> str:
    """Fill in the form, press Kirim, and give the number; nothing is asked there that concerns documents alone."""
    wait_until_started(page)
    fill_form(page, ASKED)
    page.locator("[data-action=review]").click()
    expect(page.locator("[data-cost]")).not_to_be_empty()
    expect(page.get_by_text(ID.text("checklist.title"))).to_have_count(0)
    page.locator("[data-action=send]").click()
    expect(page.locator("[data-receipt]")).to_be_visible()
    pattern = re.escape(ID.text("app.number", number="NUMBER")).replace("NUMBER", r"(\w{4} \w{4} \w)")
    found = re.search(pattern, page.locator("[data-receipt]").inner_text())
    assert found is not None
    return found[1]


def publish(page: Page) -> None:
    """Look over the draft and publish it: hours at that place for all who come."""
    expect(page.get_by_text("sekitar 40 orang")).to_be_visible()
    expect(page.locator("[name=area]")).to_have_value(ASKED["nagari"])
    page.get_by_role("button", name=ID.text("staff.offers.publish")).click()
    hours = page.locator("[data-offer]").filter(has_text=ASKED["tempat_kegiatan"])
    expect(hours).to_have_count(7)
    expect(hours.first).to_contain_text(ID.text("staff.offers.taken", taken=0, places=6))
