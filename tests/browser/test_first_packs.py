"""A phone whose signal goes in the middle of the first packs, or between those and what only a network makes useful."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from server.site.packs import LIMIT
from tests.browser.form_filling import wait_until_saved
from tests.browsing import Phone, complete
from tests.people import person
from tests.people_at_work import FORM, SERVICE, TEXTS, fill
from tests.recording_proxy import RecordingProxy
from tests.serving import RunningOffice, free_port

pytestmark = pytest.mark.browser

ID = TEXTS["id"]
LOSE = """async () => {
  const notes = await (await caches.match('/notes')).json();
  const cache = await caches.open(`rantau-packs-${notes.now.id}`);
  const { extras } = await (await fetch('/packs/id.json', { cache: 'no-store' })).json();
  const lost = [];
  for (const [url] of extras.online) {
    const mark = `/packs/${url.slice(url.lastIndexOf('-'))}`;
    lost.push(mark, ...(await (await cache.match(mark)).json()));
  }
  await Promise.all(lost.map((each) => cache.delete(each)));
  await (await caches.open('rantau-notes')).put('/notes', new Response(JSON.stringify({ ...notes, extras: [] })));
  return lost.length;
}"""


@pytest.fixture
def office(tmp_path: Path) -> Iterator[RunningOffice]:
    with RunningOffice(tmp_path / "office") as office:
        yield office


def test_it_fills_in_and_sends_and_the_rest_comes_with_the_signal(phone: Phone, office: RunningOffice) -> None:
    page, url = phone.page, office.url
    page.goto(f"{url}/id/")
    expect(page.get_by_text(ID.text("app.ready"))).to_be_visible(timeout=30_000)
    complete(page)
    assert page.evaluate(LOSE) > 10
    page.context.set_offline(True)

    answers = person(11)
    page.goto(f"{url}/id/apply/{SERVICE}")
    fill(page, answers, [field.key for field in FORM.fields if field.key in answers])
    wait_until_saved(page)
    page.locator("[data-action=review]").click()
    page.locator("[data-action=send]").click()
    expect(page.locator("[data-receipt][data-state=waiting]")).to_be_visible()
    page.goto(f"{url}/id/mine")
    page.locator("[data-action=send-now]").click()
    expect(page.get_by_text(ID.text("app.exchange.offline"))).to_be_visible()
    page.locator("[data-case] a").first.click()
    expect(page.get_by_text(ID.text("app.later"))).to_be_visible()

    phone.offline(without_signal=False)
    expect(page.locator("[data-receipt][data-state=done]")).to_be_visible(timeout=40_000)
    expect(page.get_by_text(ID.text("app.later"))).to_be_hidden()
    page.goto(f"{url}/id/mine")
    phone.offline()
    page.locator("[data-case] a").first.click()
    expect(page.get_by_text(ID.text("step.terkirim"), exact=True).first).to_be_visible()


LOSE_ONE = """async (url) => {
  const notes = await (await caches.match('/notes')).json();
  return (await caches.open(`rantau-packs-${notes.now.id}`)).delete(url);
}"""


def test_what_a_module_of_a_started_page_lacks_comes_with_the_signal_and_nothing_breaks(
    phone: Phone, office: RunningOffice
) -> None:
    page, url = phone.page, office.url
    page.goto(f"{url}/id/mine")
    words = page.locator("[data-words]")
    expect(words).to_be_visible(timeout=40_000)
    phone.offline()
    assert page.evaluate(LOSE_ONE, "/pwa/crypto/speakable.js")
    with page.expect_event("requestfailed", lambda request: request.url.endswith("/speakable.js")):
        page.reload()
    phone.offline(without_signal=False)
    expect(words).to_be_visible(timeout=40_000)
    assert phone.errors == []


INSTALLED = """async () => {
  const ended = (worker) => new Promise((resolve) => {
    const look = () => /activated|redundant/.test(worker.state) && resolve(worker.state);
    worker.addEventListener('statechange', look);
    look();
  });
  const { registerServiceWorker } = await import('/pwa/worker-urls.js');
  const found = await registerServiceWorker().catch(() => null);
  return found ? ended(found.installing ?? found.waiting ?? found.active) : 'cut';
}"""


def test_an_install_over_a_link_that_is_cut_again_and_again_fetches_at_most_a_pack_a_cut_twice(
    phone: Phone, tmp_path: Path
) -> None:
    port = free_port()
    with RecordingProxy(port) as proxy:
        url = f"http://localhost:{proxy.port}"
        with RunningOffice(tmp_path / "office", port=port, env={"RANTAU_ORIGIN": url}) as office:
            packed = {"Accept-Encoding": "br"}
            whole, script = (
                len(office.ask("GET", path, headers=packed).body) for path in ("/packs/id.ndjson", "/service-worker.js")
            )
            page = phone.page
            page.goto(f"{url}/ping")
            page.evaluate("import('/pwa/worker-urls.js').then(() => null)")
            proxy.down, proxy.most_down = 0, 20_000  # bytes: less than two packs and what comes with them
            tries = 1
            while page.evaluate(INSTALLED) != "activated":
                tries += 1
                assert tries < 12
            assert tries > 2, "the link was not cut"
            # Each try asks for the script and the list anew; what comes twice is the pack in which it was cut.
            assert proxy.down < whole * 1.2 + tries * (script + 2000 + LIMIT)
