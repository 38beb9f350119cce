"""The main job, from a phone without signal to an officer's screen and back: once a store, once a language, with and
without JavaScript."""

import base64
import http.client
import os
import re
import secrets
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, Playwright, expect

from server.databases import NAMES
from server.i18n import Catalogue
from tests.browser.form_filling import wait_until_saved, wait_until_started
from tests.browsing import Phone
from tests.people import Answers, child, person
from tests.people_at_work import FORM, SERVICE, TEXTS, Officer, expect_filled, fill, settled
from tests.serving import RunningOffice

pytestmark = pytest.mark.browser

NOTE = "Nama ibu belum sama dengan akta lahir."


@pytest.fixture(params=["sqlite", "couch"])
def store_url(request: pytest.FixtureRequest) -> str | None:
    """Name the store: embedded, or a CouchDB (the real one that RANTAU_TEST_COUCHDB names, else pouchdb-server)."""
    if request.param == "sqlite":
        return None
    url: str = os.environ.get("RANTAU_TEST_COUCHDB") or request.getfixturevalue("pouchdb_url")
    return url


@pytest.fixture
def lang(store_url: str | None) -> str:
    return "en" if store_url else "id"


@pytest.fixture
def texts(lang: str) -> Catalogue:
    return TEXTS[lang]


@pytest.fixture
def office(store_url: str | None, tmp_path: Path) -> Iterator[RunningOffice]:
    prefix = f"journey-{secrets.token_hex(6)}-"
    with RunningOffice(tmp_path / "office", store_url=store_url, env={"RANTAU_COUCHDB_PREFIX": prefix}) as office:
        yield office
    if store_url:
        drop_databases(store_url, prefix)


def drop_databases(url: str, prefix: str) -> None:
    """Leave a CouchDB as it was found."""
    server = urlsplit(url)
    account = base64.b64encode(f"{server.username}:{server.password}".encode()).decode()
    headers = {"Authorization": f"Basic {account}"} if server.username else {}
    for name in NAMES:
        connection = http.client.HTTPConnection(server.hostname or "", server.port or 80)
        connection.request("DELETE", f"/{prefix}{name}", headers=headers)
        answer = connection.getresponse()
        answer.read()
        connection.close()
        assert answer.status in (200, 202)


@pytest.fixture
def officer(office: RunningOffice, lang: str, playwright: Playwright, tmp_path: Path) -> Iterator[Officer]:
    with Phone(playwright, tmp_path / "desktop", viewport={"width": 1280, "height": 900}) as desktop:
        yield Officer(desktop.page, office, lang)
        assert desktop.errors == []


def ready(page: Page, office: RunningOffice, lang: str) -> None:
    """Open the home page and wait until it says that it works without a signal."""
    page.goto(f"{office.url}/{lang}/")
    expect(page.get_by_text(TEXTS[lang].text("app.ready"))).to_be_visible(timeout=30_000)


def review_and_send(page: Page, texts: Catalogue) -> str:
    """Look everything over, press Kirim, and give the receipt code as it is shown."""
    wait_until_started(page)
    page.locator("[data-action=review]").click()
    expect(page.get_by_role("heading", name=texts.text("app.review.title"))).to_be_visible()
    expect(page.locator("[data-cost]")).to_contain_text(re.compile(r"\d+([.,]\d+)? (KB|kB)"))
    page.locator("[data-action=send]").click()
    expect(page.get_by_role("heading", name=texts.text("app.receipt.title"), exact=True)).to_be_visible()
    expect(page.get_by_role("img")).to_be_visible()
    code = page.locator("[data-code]").inner_text()
    assert len(code.replace(" ", "")) == 17
    return code


def expect_state(page: Page, state: str) -> None:
    expect(page.locator(f"[data-receipt][data-state={state}]")).to_be_visible(timeout=40_000)


def number_on(page: Page, texts: Catalogue) -> str:
    """Read the case's number off the page."""
    pattern = re.escape(texts.text("app.number", number="NUMBER")).replace("NUMBER", r"(\w{4} \w{4} \w)")
    found = re.search(pattern, page.locator("main").inner_text())
    assert found is not None
    return found[1]


def test_an_application_without_signal_reaches_the_officer_and_comes_back(
    phone: Phone, office: RunningOffice, officer: Officer, lang: str, texts: Catalogue, playwright: Playwright,
    tmp_path: Path,
) -> None:  # fmt: skip
    answers = person(7)
    keys = [field.key for field in FORM.fields if field.key in answers]
    half = keys[: len(keys) // 2]

    # Without signal, half of it is typed, and the battery falls out.
    ready(phone.page, office, lang)
    phone.offline()
    phone.page.reload()
    phone.page.goto(f"{office.url}/{lang}/apply/{SERVICE}")
    fill(phone.page, answers, half)
    expect(phone.page.locator("[data-saved]")).to_contain_text(saved_words(texts))
    phone.page.locator("body").click(position={"x": 2, "y": 2})
    wait_until_saved(phone.page)
    phone.kill()

    # Everything is still there, and it is finished and sent without signal.
    phone.start()
    phone.offline()
    phone.page.goto(f"{office.url}/{lang}/mine")
    phone.page.get_by_role("link", name=texts.text("app.mine.continue")).click()
    expect_filled(phone.page, answers, half)
    fill(phone.page, answers, keys[len(half) :])
    code = review_and_send(phone.page, texts)
    number = number_on(phone.page, texts)
    expect_state(phone.page, "waiting")

    # The server falls over and stands up again; the signal comes.
    office.restart()
    phone.offline(without_signal=False)
    expect_state(phone.page, "done")

    # The officer reads every answer as it was typed, and asks for a correction.
    officer.sign_in()
    case = officer.open(number)
    officer.expect_answers(case, answers)
    officer.record(case, "perlu_perbaikan", NOTE)

    # The phone learns of it.
    phone.page.goto(f"{office.url}/{lang}/mine")
    phone.page.locator("[data-case] a").first.click()
    expect(phone.page.get_by_text(NOTE)).to_be_visible(timeout=40_000)

    # On another device, with nothing but the code, it is opened and corrected.
    with Phone(playwright, tmp_path / "second") as second:
        page = second.page
        ready(page, office, lang)
        page.goto(f"{office.url}/{lang}/track")
        page.locator("[data-said]").wait_for(state="attached")  # until then it is an ordinary form
        page.get_by_label(texts.text("app.code")).fill(code.upper())
        page.get_by_role("button", name=texts.text("track.show")).click()
        expect(page.get_by_text(NOTE)).to_be_visible(timeout=40_000)
        page.locator("[data-correct]").click()
        expect_filled(page, settled(answers), keys)
        fill(page, {"ibu_nama": "ROSMANIAR JAMBAK"})
        again = review_and_send(page, texts)
        assert again == code
        expect_state(page, "done")
        assert second.errors == []

    # The officer sees old and new beside each other.
    officer.page.reload()
    officer.unlock()
    row = officer.row(officer.open(number), FORM.field("ibu_nama"))
    expect(row).to_contain_text(str(answers["ibu_nama"]))
    expect(row).to_contain_text("ROSMANIAR JAMBAK")
    assert phone.errors == []


def saved_words(texts: Catalogue) -> str:
    return texts.text("app.form.saved", time="|").split("|")[0].strip()


@pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)
def test_the_same_without_javascript(
    office: RunningOffice, officer: Officer, lang: str, texts: Catalogue, playwright: Playwright, tmp_path: Path
) -> None:
    answers = child(3, today=date.today())
    with Phone(playwright, tmp_path / "plain", java_script_enabled=False) as plain:
        page = plain.page
        apply(page, office, lang, texts, answers)
        code = page.locator(".code").inner_text()
        number = number_on(page, texts)
        posted = {"item": page.locator("[name=item]").input_value(), "code": page.locator("[name=code]").input_value()}
        page.get_by_role("button", name=texts.text("app.send")).click()
        expect(page.get_by_role("heading", name=texts.text("sent.ok.title"))).to_be_visible()

        # The same post once more, as an impatient reload makes it, is the same application.
        again = page.request.post(f"{office.url}/{lang}/send", form=posted, headers={"Origin": office.url})
        assert texts.text("sent.ok.title") in again.text()

        officer.sign_in()
        case = officer.open(number)
        officer.expect_answers(case, answers)
        officer.record(case, "perlu_perbaikan", NOTE)

        page.goto(f"{office.url}/{lang}/track")
        page.get_by_label(texts.text("app.code")).fill(code)
        page.get_by_role("button", name=texts.text("track.show")).click()
        expect(page.get_by_role("heading", name=texts.text("step.perlu_perbaikan"))).to_be_visible()

        corrected = answers | {"ibu_nama": "ROSMANIAR JAMBAK"}
        apply(page, office, lang, texts, corrected, correct_code=code)
        assert number_on(page, texts) == number
        page.get_by_role("button", name=texts.text("app.send")).click()
        expect(page.get_by_role("heading", name=texts.text("sent.ok.title"))).to_be_visible()

    officer.page.reload()
    officer.unlock()
    row = officer.row(officer.open(number), FORM.field("ibu_nama"))
    expect(row).to_contain_text(str(answers["ibu_nama"]))
    expect(row).to_contain_text("ROSMANIAR JAMBAK")


def apply(
    page: Page, office: RunningOffice, lang: str, texts: Catalogue, answers: Answers, *, correct_code: str = ""
) -> None:
    """Fill in the plain form and go to the last look."""
    page.goto(f"{office.url}/{lang}/apply/{SERVICE}")
    fill(page, answers)
    page.locator("[name=correct_code]").fill(correct_code)
    page.locator("[data-action=review]").click()
    expect(page.get_by_role("heading", name=texts.text("app.review.title"))).to_be_visible()
