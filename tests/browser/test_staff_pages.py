"""Every page of the staff in a real browser, as the applicants' pages are looked at."""

from datetime import date

import pytest
from playwright.sync_api import expect

from tests.applicants import FORMS, Applicant
from tests.browser.looking import faults
from tests.browsing import Phone
from tests.people_at_work import Officer
from tests.serving import RunningOffice

pytestmark = pytest.mark.browser

PAGES = (
    "counter", "requests", "bundle", "volunteers", "accounts", "sessions", "audit", "security", "guides/brokers/id",
    "content", "content/profile/office", "forms", "content/form/permit-address",
    f"forms/passport-new/{FORMS.latest('passport-new').name}", f"content/campaign/{date.today().year}",
    f"content/holidays/{date.today().year}",
    "training", "training/officer-data", "trained", "report", "calendar", "stakeholders", "guides",
)  # fmt: skip


def test_no_page_of_the_staff_has_a_fault(phone: Phone, office: RunningOffice) -> None:
    page = phone.page
    applicant = Applicant(office.url)
    applicant.send()
    page.goto(f"{office.url}/staff/login?lang=id")
    found = {"login": faults(page)}
    officer = Officer(page, office, "id")
    officer.sign_in()
    expect(page.get_by_role("button", name=applicant.number)).to_be_visible()
    found["cases"] = faults(page)
    officer.open(applicant.number)
    found["case"] = faults(page)
    for path in PAGES:
        page.goto(f"{office.url}/staff/id/{path}")
        found[path] = faults(page)
    assert {path: wrong for path, wrong in found.items() if wrong} == {}
