"""A browser for each file, a profile and an office for each test."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.browser.device.device_page import open_page, run
from tests.scripted_office import ScriptedOffice


@pytest.fixture
def office() -> Iterator[ScriptedOffice]:
    with ScriptedOffice() as office:
        yield office


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context()
    context.set_default_timeout(30_000)
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext, office: ScriptedOffice) -> Page:
    return open_page(context, office)


@pytest.fixture
def three(page: Page) -> list[dict[str, Any]]:
    """Three items in the outbox."""
    found: list[dict[str, Any]] = run(page, "return [await send(), await send(), await send()]")
    return found
