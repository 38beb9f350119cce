"""What an applicant and an officer do with their hands, in either language, for the tests that follow a journey."""

import re
from dataclasses import dataclass
from datetime import date
from typing import Any

from playwright.sync_api import Locator, Page, expect

from server.forms.answers import to_answers
from server.forms.form import Field
from server.i18n import Catalogue, load_catalogues
from server.keys.founding import DEMO
from server.regions import load_regions
from server.settings import ROOT
from tests.applicants import FORMS, SERVICE
from tests.browser.form_filling import date_parts, fill_part
from tests.people import Answers
from tests.serving import RunningOffice

TEXTS = load_catalogues(ROOT / "content" / "locale").with_texts(FORMS.texts())
REGIONS = load_regions(ROOT / "content" / "regions.csv")
FORM = FORMS.latest(SERVICE)


def typed(field: Field, value: Any) -> str:
    """Write an answer as a person types it: dates day first."""
    if field.control == "date":
        return "-".join(reversed(str(value).split("-")))
    return str(value)


def fill(page: Page, answers: Answers, keys: list[str] | None = None) -> None:
    """Answer the named questions, or all, in the order in which the form asks them."""
    for field in FORM.fields:
        if field.key in answers and (keys is None or field.key in keys):
            fill_one(page, field, answers[field.key])


def fill_one(page: Page, field: Field, value: Any) -> None:
    control = page.locator(f'[name="{field.key}"]')
    if field.control == "radio":
        page.locator(f'[name="{field.key}"][value="{value}"]').check()
    elif field.control in ("select", "region", "regency"):
        control.select_option(str(value))
    elif field.control == "checkbox":
        control.set_checked(bool(value))
    elif field.control == "date":
        for part, text in date_parts(value).items():
            fill_part(page.locator(f'[name="{field.key}{part}"]'), text)
    else:
        control.fill(typed(field, value))


def expect_filled(page: Page, answers: Answers, keys: list[str]) -> None:
    """See that the form shows what was typed into the named questions."""
    for field in FORM.fields:
        if field.key not in keys:
            continue
        control, value = page.locator(f'[name="{field.key}"]'), answers[field.key]
        if field.control == "radio":
            expect(page.locator(f'[name="{field.key}"][value="{value}"]')).to_be_checked()
        elif field.control == "checkbox":
            expect(control).to_be_checked(checked=bool(value))
        elif field.control == "date":
            for part, text in date_parts(value).items():
                expect(page.locator(f'[name="{field.key}{part}"]')).to_have_value(text)
        else:
            expect(control).to_have_value(typed(field, value))


def settled(answers: Answers) -> dict[str, Any]:
    """Give the answers as they are sent: phone numbers with the country, numbers as numbers."""
    return dict(zip((f.key for f in FORM.fields), to_answers(FORM, answers, today=date.today()), strict=True))


def shown(texts: Catalogue, field: Field, answers: Answers) -> str:
    """Write an answer as everybody reads it: the words of an option, the name of a region, dates day first."""
    value = settled(answers)[field.key]
    if field.control in ("region", "regency"):
        return REGIONS.name(str(value))
    if field.control in ("radio", "select"):
        return texts.text(dict(field.options)[str(value)])
    return typed(field, value)


@dataclass(frozen=True)
class Login:
    """What an officer knows by heart."""

    name: str = DEMO.login
    password: str = DEMO.password
    passphrase: str = DEMO.passphrase


class Officer:
    """An officer, of the demo office unless another is named, at a desk, reading the console in one language."""

    def __init__(self, page: Page, office: RunningOffice, lang: str, *, who: Login = Login()) -> None:
        self.page = page
        self.who = who
        self.office = office
        self.lang = lang
        self.texts = TEXTS[lang]

    def sign_in(self) -> None:
        """Sign in, and unlock the office's keys in the browser."""
        self.page.goto(f"{self.office.url}/staff/login?lang={self.lang}")
        self.knock()
        self.let_in()
        self.unlock()

    def knock(self) -> None:
        """Sign in."""
        self.page.locator("[name=login]").fill(self.who.name)
        self.page.locator("[name=password]").fill(self.who.password)
        self.page.locator("form:has([name=password]) button").click()

    def let_in(self) -> None:
        """Wait until the office has taken the password."""
        expect(self.page).not_to_have_url(re.compile("/staff/login"))

    def unlock(self) -> None:
        self.page.goto(f"{self.office.url}/staff/{self.lang}/")
        passphrase = self.page.get_by_label(self.texts.text("staff.unlock.passphrase"))
        passphrase.fill(self.who.passphrase)
        passphrase.press("Enter")

    def open(self, number: str) -> Locator:
        """Open the case of that number."""
        self.page.get_by_role("button", name=number).click()
        case = self.page.get_by_role("article", name=number)
        expect(case).to_be_visible()
        return case

    def row(self, case: Locator, field: Field) -> Locator:
        label = re.compile(f"^{re.escape(self.texts.text(field.label))}")
        rows = case.get_by_role("row").filter(has=self.page.get_by_role("rowheader", name=label))
        return rows.filter(has=self.page.get_by_role("cell"))

    def expect_answers(self, case: Locator, answers: Answers) -> None:
        """Read every answer of the application as it was typed."""
        for field in FORM.fields:
            if field.key in answers and field.control != "checkbox":
                expect(self.row(case, field).first).to_contain_text(shown(self.texts, field, answers))

    def record(self, case: Locator, step: str, note: str) -> None:
        """Record a step with a note for the applicant."""
        case.get_by_label(self.texts.text("staff.step.choose"), exact=True).select_option(step)
        case.get_by_label(self.texts.text("staff.step.note")).fill(note)
        case.locator(".step-form button:not(.button-plain)").click()
        expect(case.get_by_text(note).first).to_be_visible()
