"""What most journeys begin with: an office for the module, and the app of one phone, ready, or a browser alone."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Playwright

from tests.browsing import FLAGS, Phone, chromium
from tests.serving import RunningOffice


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningOffice]:
    with RunningOffice(tmp_path_factory.mktemp("office")) as office:
        yield office


@pytest.fixture(scope="module")
def browser(playwright: Playwright) -> Iterator[Browser]:
    browser = playwright.chromium.launch(executable_path=chromium(), args=list(FLAGS))
    yield browser
    browser.close()


@pytest.fixture
def page(phone: Phone, office: RunningOffice) -> Page:
    """The app, ready, with a clock that a test can put forward."""
    page = phone.page
    page.clock.install()
    page.goto(f"{office.url}/id/mine")
    page.evaluate("navigator.serviceWorker.ready.then(() => null)")
    page.reload()
    return page
