"""The whole journey without a pointer: from the first page to the receipt, the case and the correction, by keyboard."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from server.forms.form import Field
from server.moments import month_names
from tests.browser.form_filling import wait_until_seen, wait_until_started
from tests.browsing import Phone
from tests.people import Answers, person
from tests.people_at_work import FORM, SERVICE, TEXTS, expect_filled, settled, typed
from tests.serving import RunningOffice

pytestmark = pytest.mark.browser

ID = TEXTS["id"]
MONTHS = month_names("id")
FURTHEST = 60  # presses of Tab between two neighbours of a page; more is a trap


@pytest.fixture
def office(tmp_path: Path) -> Iterator[RunningOffice]:
    with RunningOffice(tmp_path / "office") as office:
        yield office


def tab_to(page: Page, target: Locator) -> None:
    """Press Tab until *target* has the focus, and see that it shows it."""
    for _ in range(FURTHEST):
        if target.evaluate("element => element === document.activeElement"):
            outline = target.evaluate("element => getComputedStyle(element).outlineStyle")
            assert outline != "none", f"the focus cannot be seen on {target}"
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab does not lead to {target}")


def press(page: Page, target: Locator) -> None:
    tab_to(page, target)
    page.keyboard.press("Enter")


def answer(page: Page, field: Field, answers: Answers) -> None:
    value = answers[field.key]
    control = page.locator(f'[name="{field.key}"]')
    if field.control == "radio":
        choose(page, field, str(value))
    elif field.control in ("select", "region", "regency"):
        tab_to(page, control)
        # Letters go to the entry that begins with them, as in every list of a browser.
        page.keyboard.type(control.locator(f'option[value="{value}"]').inner_text().strip())
    elif field.control == "checkbox":
        tab_to(page, control)
        if control.is_checked() != bool(value):
            page.keyboard.press("Space")
    elif field.control == "date":
        day, month, year = typed(field, value).split("-")
        for part, keys in (("", day), (".m", MONTHS[int(month) - 1]), (".y", year)):
            tab_to(page, page.locator(f'[name="{field.key}{part}"]'))
            page.keyboard.type(keys)
    else:
        tab_to(page, control)
        page.keyboard.type(typed(field, value))


def choose(page: Page, field: Field, value: str) -> None:
    choices = page.locator(f'[name="{field.key}"]')
    if choices.count() == 1:
        return
    tab_to(page, choices.first)
    page.keyboard.press("Space")
    for code, _ in field.options:
        if code == value:
            break
        page.keyboard.press("ArrowDown")
    expect(page.locator(f'[name="{field.key}"][value="{value}"]')).to_be_checked()


def test_an_application_is_made_sent_and_corrected_by_keyboard(phone: Phone, office: RunningOffice) -> None:
    answers = person(21)
    page = phone.page
    page.goto(f"{office.url}/id/")
    press(page, page.locator(f'main a[href$="/apply/{SERVICE}"]').first)
    wait_until_started(page)
    wait_until_seen(page)
    for field in FORM.fields:
        if field.key in answers:
            answer(page, field, answers)
    expect_filled(page, answers, list(answers))
    press(page, page.locator("[data-action=review]"))
    expect(page.get_by_role("heading", name=ID.text("app.review.title"))).to_be_focused()
    expect(page.locator("[data-action=send]")).to_be_enabled()
    press(page, page.locator("[data-action=send]"))
    expect(page.get_by_role("heading", name=ID.text("app.receipt.title"), exact=True)).to_be_focused()
    expect(page.locator("[data-receipt][data-state=done]")).to_be_visible(timeout=40_000)

    press(page, page.get_by_role("link", name=ID.text("app.receipt.status")))
    press(page, page.locator("[data-correct]"))
    wait_until_started(page)
    wait_until_seen(page)
    expect_filled(page, settled(answers), ["nama_lengkap", "ibu_nama", "nagari"])
    tab_to(page, page.locator("[name=ibu_nama]"))
    page.keyboard.press("Control+a")
    page.keyboard.type("ROSMANIAR JAMBAK")
    press(page, page.locator("[data-action=review]"))
    expect(page.locator("[data-action=send]")).to_be_enabled()
    press(page, page.locator("[data-action=send]"))
    expect(page.locator("[data-receipt][data-state=done]")).to_be_visible(timeout=40_000)
    assert phone.errors == []
