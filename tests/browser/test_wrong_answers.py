"""A wrong answer on the phone: said at its field and in the summary, in words, and kept in the draft as typed."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, Playwright, expect

from tests.bad_answers import ADULT, BAD, CHILD, Bad
from tests.browser.form_filling import wait_until_saved, wait_until_started
from tests.browsing import Phone
from tests.people_at_work import FORM, SERVICE, TEXTS, fill, fill_one
from tests.serving import RunningOffice

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("lang", ["id", "en"])
def test_every_wrong_answer_is_said_and_stays(
    office: RunningOffice, lang: str, playwright: Playwright, tmp_path: Path
) -> None:
    with Phone(playwright, tmp_path / "phone") as phone:
        for person in (ADULT, CHILD):
            phone.page.goto(f"{office.url}/{lang}/mine")
            phone.page.goto(f"{office.url}/{lang}/apply/{SERVICE}#new")
            wait_until_started(phone.page)
            fill(phone.page, person)
            for bad in BAD:
                if person.items() <= bad.others.items():
                    try_one(phone.page, bad, lang)
        keep_wrong(phone.page)
        assert phone.errors == []


def keep_wrong(page: Page) -> None:
    """Leave a wrong answer as it is and come back later: the draft has it."""
    page.locator("[name=nomor_ktp]").fill("1312")
    page.locator("[data-action=review]").click()
    expect(page.locator("#nomor_ktp-error")).to_be_visible()
    wait_until_saved(page)
    page.reload()
    expect(page.locator("[name=nomor_ktp]")).to_have_value("1312")


def try_one(page: Page, bad: Bad, lang: str) -> None:
    """Answer wrongly, ask for the review, read what is said, and put the right answer back."""
    texts, field = TEXTS[lang], FORM.field(bad.field)
    fill(page, {key: value for key, value in bad.others.items() if key not in ADULT} or {}, list(bad.others))
    fill(page, bad.others, ["pekerjaan"])
    wrong: str | bool = bad.value if field.control != "checkbox" else False
    fill_one(page, field, wrong)
    page.locator("[data-action=review]").click()

    rule = next((rule for rule in field.hard if rule.message == bad.message), None)
    value = rule.value if rule else field.max
    said = texts.text(bad.message, field=texts.text(field.label), value=value)
    expect(page.locator(".error-summary a", has_text=said)).to_be_visible()
    expect(page.locator(f"#{bad.field}-error")).to_have_text(said)
    if isinstance(wrong, str) and field.control not in ("radio", "checkbox", "date"):
        expect(page.locator(f'[name="{bad.field}"]')).to_have_value(wrong)
    if bad.field in bad.others:
        fill_one(page, field, bad.others[bad.field])
    elif field.control != "checkbox":
        fill_one(page, field, "")
