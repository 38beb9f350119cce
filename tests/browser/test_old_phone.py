"""The journey on a phone of eight years ago: 320 px wide, six times slower, with little room, and a browser that
neither compresses what it sends nor sends behind a closed page.
"""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Playwright, expect

from server.settings import ROOT
from tests.browser.form_filling import fill_form, send_form, wait_until_saved
from tests.browsing import Phone
from tests.people import person
from tests.people_at_work import SERVICE, TEXTS
from tests.serving import RunningOffice

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

ID = TEXTS["id"]
GUIDE = "guides/id/passport.md"
WITHOUT = """
delete globalThis.CompressionStream;
delete globalThis.SyncManager;
delete ServiceWorkerRegistration.prototype.sync;
"""
SLOWER = 6
ROOM = 256 << 20  # bytes
WIDE = "() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]"


@pytest.fixture
def office(tmp_path: Path) -> Iterator[RunningOffice]:
    shutil.copytree(ROOT / "content", tmp_path / "content")
    with RunningOffice(tmp_path / "office", env={"RANTAU_CONTENT": str(tmp_path / "content")}) as office:
        yield office


@pytest.fixture
def phone(playwright: Playwright, tmp_path: Path) -> Iterator[Phone]:
    with Phone(playwright, tmp_path / "phone", viewport={"width": 320, "height": 533}, has_touch=True) as phone:
        yield phone


def made_old(phone: Phone, office: RunningOffice) -> Page:
    """Take from a browser that was just started what such a phone lacks."""
    page = phone.page
    assert phone.context is not None
    phone.context.add_init_script(WITHOUT)
    devtools = phone.context.new_cdp_session(page)
    devtools.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    devtools.send("Storage.overrideQuotaForOrigin", {"origin": office.url, "quotaSize": ROOM})
    return page


def see_all_of_it(page: Page) -> None:
    """See that nothing of the page lies beyond its right edge."""
    needed, there = page.evaluate(WIDE)
    assert needed <= there <= 320, page.url


def ready(page: Page, office: RunningOffice) -> None:
    page.goto(f"{office.url}/id/")
    expect(page.get_by_text(ID.text("app.ready"))).to_be_visible(timeout=60_000)


def test_the_journey_a_restart_without_signal_and_an_update(
    phone: Phone, office: RunningOffice, tmp_path: Path
) -> None:
    page = made_old(phone, office)
    ready(page, office)
    see_all_of_it(page)
    assert page.evaluate("typeof CompressionStream + typeof SyncManager") == "undefined" * 2

    # Half of it without a signal, then the battery falls out.
    phone.offline()
    answers = person(5)
    page.goto(f"{office.url}/id/apply/{SERVICE}")
    fill_form(page, {key: answers[key] for key in ("nama_lengkap", "tempat_lahir")})
    wait_until_saved(page)
    see_all_of_it(page)
    phone.kill()
    phone.start()
    page = made_old(phone, office)
    phone.offline()
    page.goto(f"{office.url}/id/apply/{SERVICE}")
    expect(page.locator("[name=nama_lengkap]")).to_have_value(str(answers["nama_lengkap"]))
    fill_form(page, answers)
    send_form(page)
    expect(page.locator("[data-receipt][data-state=waiting]")).to_be_visible()
    see_all_of_it(page)

    # It leaves with the signal, uncompressed, and the office has it.
    sent: list[dict[str, Any]] = []
    page.on("request", lambda asked: asked.url.endswith("/exchange") and sent.append(asked.headers))
    phone.offline(without_signal=False)
    expect(page.locator("[data-receipt][data-state=done]")).to_be_visible(timeout=60_000)
    assert sent
    assert all("content-encoding" not in headers for headers in sent), json.dumps(sent)

    # The office publishes a guide anew: it is offered in words, taken with a press, and there without a signal.
    guide = tmp_path / "content" / GUIDE
    guide.write_text(guide.read_text() + "\nKalimat yang baru.\n")
    office.restart()
    page.goto(f"{office.url}/id/mine")
    page.get_by_role("button", name=ID.text("app.update.apply")).click(timeout=60_000)
    expect(page.get_by_text(ID.text("app.update"))).to_be_hidden()
    phone.offline()
    page.goto(f"{office.url}/id/guides/passport")
    expect(page.get_by_text("Kalimat yang baru.")).to_be_visible()
    see_all_of_it(page)
    assert phone.errors == []
