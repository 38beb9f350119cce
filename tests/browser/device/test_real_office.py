"""The device before a real server that is killed and started again."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext

from tests.browser.device.device_page import run, states, wait
from tests.people import person
from tests.serving import RunningOffice

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningOffice]:
    with RunningOffice(tmp_path_factory.mktemp("office")) as running:
        yield running


class TestRealOffice:
    def test_an_application_outlives_the_server_that_is_killed_before_it_answers(
        self, browser: Browser, context: BrowserContext, real: RunningOffice
    ) -> None:
        page = context.new_page()
        page.goto(f"{real.url}/id/")
        send = """const loaded = await pins.loadForm('passport-new');
          const draft = await fill(await drafts.newDraft('passport-new', loaded.name), arg);
          const prepared = await outbox.prepare(draft, loaded, await pins.office());
          await outbox.commit(prepared);
          return [prepared.version._id, prepared.code];"""
        run(page, "await pins.office(); await pins.loadForm('passport-new'); return null")
        wait(page, "navigator.serviceWorker.controller")
        real.kill()
        id_, code = run(page, send, person(7))
        assert run(page, "return (await exchange.exchange()).state") == "offline"
        assert states(page) == {id_: "waiting"}
        real.start()
        run(page, "while ((await exchange.exchange()).state !== 'ok'); return null")
        assert states(page) == {id_: "done"}
        other = browser.new_context()
        page = other.new_page()
        page.goto(f"{real.url}/id/track")
        case = run(page, "return cases.fetchCase(arg)", code)
        assert case["versions"][0]["id"] == id_
        assert person(7)["nama_lengkap"] in case["versions"][0]["groups"]["personal"]
        other.close()

    def test_every_page_of_the_app_opens_when_the_server_is_gone(
        self, context: BrowserContext, real: RunningOffice
    ) -> None:
        page = context.new_page()
        page.goto(f"{real.url}/id/")
        wait(page, "navigator.serviceWorker.controller")
        real.kill()
        try:
            for path in ("/", "/id/", "/id/apply/passport-new", "/id/mine", "/id/track", "/id/case", "/k#x"):
                answer = page.goto(real.url + path)
                assert answer is None or answer.from_service_worker, path
                assert page.locator("h1").first.is_visible(), path
        finally:
            real.start()
