"""A phone in a village without a signal: its guides are looked through there."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.looking import faults
from tests.browsing import Phone
from tests.serving import RunningOffice

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

HAS = """async (name) => {
  const notes = async () => (await caches.match('/notes'))?.json();
  while (!(await notes())?.extras.includes(name)) await new Promise((go) => setTimeout(go, 50));
}"""


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningOffice]:
    with RunningOffice(tmp_path_factory.mktemp("office")) as office:
        yield office


def visit(phone: Phone, url: str) -> Page:
    """Open the app once, and go where there is no signal."""
    page = phone.page
    page.goto(url)
    page.evaluate(HAS, "guides")
    phone.offline()
    return page


def test_the_guides_are_looked_through_without_a_signal(phone: Phone, office: RunningOffice) -> None:
    page = visit(phone, f"{office.url}/id/")
    page.get_by_role("link", name="Cari di panduan").click()
    page.get_by_role("searchbox").fill("HILÁNG polisi")
    found = page.get_by_role("status").get_by_role("listitem")
    expect(found.first.locator("mark").filter(has_text="polisi")).to_be_visible()
    assert faults(page) == []
    page.get_by_role("searchbox").fill("xylophone")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Tidak ada panduan yang memuat kata itu.")).to_be_visible()
    page.get_by_role("searchbox").fill("denda")
    found.get_by_role("link").first.click()
    expect(page.locator("article h1")).to_be_visible()
    assert phone.errors == []
