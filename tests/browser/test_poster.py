"""The office's poster: read, compared and printed as people do it at the office's wall."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, Playwright, expect

from tests.browsing import Phone
from tests.drawn_codes import dark_squares, squares_of
from tests.people_at_work import TEXTS, Officer
from tests.serving import RunningOffice

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningOffice]:
    with RunningOffice(tmp_path_factory.mktemp("office")) as running:
        yield running


def words_on_poster(page: Page) -> str:
    return page.locator(".words").inner_text().replace("\n", " ").strip()


@pytest.mark.parametrize("lang", ["id", "en"])
def test_the_poster_and_the_phone_and_the_officers_screen_show_the_same_words(
    phone: Phone, office: RunningOffice, lang: str
) -> None:
    page = phone.page
    page.goto(f"{office.url}/{lang}/poster")
    words = words_on_poster(page)
    assert re.fullmatch(r"([bcdghjklmnprstwy][aiou]){2}( ([bcdghjklmnprstwy][aiou]){2}){7}", words)
    page.get_by_role("link", name=TEXTS[lang].text("base.mine")).click()
    expect(page.locator("[data-words]")).to_have_text(words)
    desk = Officer(page, office, lang)
    desk.sign_in()
    page.locator("#keys").click()
    expect(page.locator("[data-root]")).to_have_text(words)
    with page.expect_popup() as opened:
        page.get_by_role("link", name=TEXTS[lang].text("staff.keys.poster")).click()
    assert words_on_poster(opened.value) == words
    expect(page.locator("[data-root]")).to_be_visible()  # the keys are still open
    assert phone.errors == []


def test_the_poster_names_the_address_and_its_code_leads_there(phone: Phone, office: RunningOffice) -> None:
    page = phone.page
    page.goto(f"{office.url}/id/poster")
    expect(page.get_by_text(office.url, exact=True)).to_be_visible()
    drawn = dark_squares(str(page.locator(".qr path[stroke]").get_attribute("d")))
    assert drawn == squares_of(f"{office.url}/")
    page.get_by_role("link", name="English").click()
    expect(page).to_have_url(f"{office.url}/en/poster")


def test_the_poster_needs_no_script_and_fits_one_sheet(
    playwright: Playwright, office: RunningOffice, tmp_path: Path
) -> None:
    with Phone(playwright, tmp_path / "profile", java_script_enabled=False) as phone:
        page = phone.page
        page.goto(f"{office.url}/id/poster")
        assert len(words_on_poster(page).split()) == 8
        pdf = page.pdf(prefer_css_page_size=True)
        assert re.findall(rb"/Count (\d+)", pdf) == [b"1"]
        page.emulate_media(media="print")
        expect(page.get_by_text(TEXTS["id"].text("poster.print"))).to_be_hidden()
        expect(page.get_by_role("navigation")).to_be_hidden()


def test_no_phone_keeps_the_poster(office: RunningOffice) -> None:
    for lang in ("id", "en"):
        assert f"/{lang}/poster" not in office.ask("GET", f"/packs/{lang}.ndjson").text
