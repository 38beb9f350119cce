"""Forms beyond the first, filled in to the end by generated people, and read back by an officer to the letter."""

from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, Playwright, expect

from server.content import load_content
from server.forms.answers import settle
from server.forms.form import Form
from server.forms.form_rows import Question, spread
from server.forms.review import row_label, shown
from server.settings import load_settings
from tests.browser.form_filling import fill_field, wait_until_seen
from tests.browser.looking import faults
from tests.browsing import Phone
from tests.generated_people import Crowd
from tests.people_at_work import Officer
from tests.serving import RunningOffice

pytestmark = pytest.mark.browser
CONTENT = load_content(load_settings({}).content)
TEXTS = CONTENT.catalogues["id"]
VALID_AND_LOST = {"alasan": "B3", "bencana": "", "paspor_lama_berlaku_sd": "01-01-2036"}
A_CHILD = {"lahir_tidak_lengkap": "", "tanggal_lahir": f"14-03-{date.today().year - 10}", "status_sipil": "2"}
ROWS = "[data-field={key}] > [data-row]"


@pytest.fixture
def officer(office: RunningOffice, playwright: Playwright, tmp_path: Path) -> Iterator[Officer]:
    with Phone(playwright, tmp_path / "desktop", viewport={"width": 1280, "height": 900}) as desktop:
        yield Officer(desktop.page, office, "id")
        assert desktop.errors == []


def fill_whole(page: Page, form: Form, typed: Mapping[str, str]) -> None:
    """Answer what is asked, from the top to the bottom, adding the rows that there are."""
    wait_until_seen(page)
    answers = settle(form, typed, today=date.today())
    for one in spread(form.fields, answers):
        name = f"{one.within.key}.{one.place - 1}.{one.field.key}" if one.within else one.field.key
        while one.within and page.locator(ROWS.format(key=one.within.key)).count() < one.place:
            page.locator(f"#{one.within.key}").click()
        place = page.locator(f"[data-field='{name}']")
        if one.answer is not None and one.field.control != "files" and place.is_visible():
            is_date = one.field.control == "date"
            value = str(one.answer) if is_date or one.field.options else typed[name]
            fill_field(place, name, value == "1" if one.field.control == "checkbox" else value)


def expect_read(case: Locator, form: Form, answers: Mapping[str, Any]) -> None:
    """See that the officer's table says of every question what was answered, to the letter."""
    said = dict(case.locator("table.compared tr:has(> td)").evaluate_all(
        "(rows) => rows.map((row) => [row.querySelector('th').textContent, row.querySelector('.answer')?.textContent])"
    ))  # fmt: skip
    given = [one for one in spread(form.fields, answers) if one.answer is not None and one.field.control != "files"]
    assert {_label(one): said.get(_label(one)) for one in given} == {_label(one): _written(one) for one in given}


def _label(one: Question) -> str:
    return row_label(one.within, one.place, one.field, TEXTS) if one.within else TEXTS.text(one.field.label)


def _written(one: Question) -> str:
    if one.field.control == "region":
        name = CONTENT.regions.by_code[str(one.answer)].name
        return f"{name}, {CONTENT.regions.by_code[str(one.answer)[:8]].name}"
    return shown(one.field, one.answer, TEXTS, CONTENT.regions)


def test_a_childs_stay_permit_is_found_filled_in_and_sent_without_a_signal(
    phone: Phone, office: RunningOffice, officer: Officer
) -> None:
    form = CONTENT.forms.latest("permit-limited")
    typed = Crowd(5, regions=CONTENT.regions).person(
        form, today=date.today(), cara_jaminan="penjamin", lama_diminta="1t", **A_CHILD
    )
    answers = settle(form, typed, today=date.today())
    page = phone.page
    page.set_viewport_size({"width": 320, "height": 640})
    page.goto(f"{office.url}/id/")
    phone.offline()

    # At most four plain questions lead there.
    page.goto(f"{office.url}/id/choose")
    for answer in ("Orang asing", "Memperpanjang", "Terbatas"):
        page.get_by_role("link", name=answer).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(TEXTS.text(form.title))
    page.locator("[data-later=here]").wait_for()
    fill_whole(page, form, typed)
    assert page.evaluate("document.documentElement.scrollWidth") == 320
    rows = page.locator(ROWS.format(key="pengikut")).count()

    # A row is added, moved and taken away with the keyboard alone, and what was typed moves with it.
    for name in ("Adam", "Zulaikha"):
        page.locator("#pengikut").press("Enter")
        page.keyboard.type(name)
    page.locator(f"[name=rows][value='up pengikut {rows + 1}']").press("Enter")
    expect(page.locator(f"[name='pengikut.{rows}.pengikut_nama']")).to_have_value("Zulaikha")
    expect(page.locator(f"[name=rows][value='up pengikut {rows}']")).to_be_focused()
    for at in (rows, rows):
        page.locator(f"[name=rows][value='remove pengikut {at}']").press("Enter")
    expect(page.locator(ROWS.format(key="pengikut"))).to_have_count(rows)
    page.locator("[data-saved=yes]").wait_for()

    # Without the parent's own tick it does not leave.
    consent = page.locator("#persetujuan_orang_tua")
    consent.uncheck()
    page.locator("[data-action=review]").click()
    expect(page.locator("#persetujuan_orang_tua-error")).to_contain_text("perlu dicentang oleh orang tua")
    consent.check()
    page.locator("[data-saved=yes]").wait_for()
    page.reload()
    page.locator("[data-continued]").wait_for()

    # What to bring and what it costs is there before anything is sent.
    page.locator("[data-action=review]").click()
    page.locator("[data-review] [data-action=checklist]").click()
    list_ = page.locator("[data-checklist]")
    expect(list_).to_contain_text("ITAS 1 tahun: Rp3.000.000")
    expect(list_).to_contain_text("KTP atau paspor ayah atau ibu")
    expect(list_).to_contain_text("PP 45/2024")
    expect(list_).to_contain_text("Belum dipastikan. Hanya dari kutipan")
    expect(list_.get_by_text(TEXTS.text("checklist.photo")).first).to_be_visible()
    assert faults(page) == []
    expect(list_.get_by_role("heading", name=TEXTS.text("checklist.times"))).to_be_visible()
    expect(list_.get_by_role("listitem").filter(has_text="Bayar sebelum izin sekarang berakhir")).to_be_visible()
    page.evaluate("() => { window.print = () => { window.printed = document.querySelector('main').innerText; }; }")
    page.locator("[data-action=print]").click()
    assert "ITAS 1 tahun: Rp3.000.000" in page.evaluate("printed")
    assert typed["nama_lengkap"] not in page.evaluate("printed")
    page.evaluate("() => { navigator.share = async ({ text }) => { window.shared = text; }; }")
    page.locator("[data-action=share]").click()
    assert "\n- ITAS 1 tahun: Rp3.000.000 (" in page.evaluate("shared")
    page.locator("[data-action=close]").click()
    page.locator("[data-action=send]").click()
    number = page.locator("[data-receipt]").get_by_text("Nomor").inner_text()[-11:]
    phone.offline(without_signal=False)
    expect(page.locator("[data-receipt][data-state=done]")).to_be_visible(timeout=40_000)
    officer.sign_in()
    expect_read(officer.open(number), form, answers)
    assert phone.errors == []


def test_a_lost_passport_is_reported_without_javascript(
    office: RunningOffice, officer: Officer, playwright: Playwright, tmp_path: Path
) -> None:
    form = CONTENT.forms.latest("passport-replace")
    typed = Crowd(8, regions=CONTENT.regions).person(form, today=date.today(), **VALID_AND_LOST)
    answers = settle(form, typed, today=date.today())
    with Phone(playwright, tmp_path / "plain", java_script_enabled=False) as plain:
        page = plain.page
        page.goto(f"{office.url}/id/apply/passport-replace")
        fill_whole(page, form, typed)
        page.locator("[data-action=review]").click()
        expect(page.locator("[data-checklist]")).to_contain_text("hilang: Rp1.000.000")
        number = page.get_by_text("Nomor").first.inner_text()[-11:]
        page.get_by_role("button", name=TEXTS.text("app.send")).click()
        expect(page.get_by_role("heading", name=TEXTS.text("sent.ok.title"))).to_be_visible()
    officer.sign_in()
    expect_read(officer.open(number), form, answers)
