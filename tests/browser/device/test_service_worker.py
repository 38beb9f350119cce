"""The app without a network: what the worker has, how it gets it, and when it changes."""

import threading
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page

from tests.browser.device.device_page import BRIDGE, open_page, run, start, states, wait
from tests.scripted_office import Answer, ScriptedOffice, page_entry

pytestmark = pytest.mark.browser

OFFERS = """() => {
  globalThis.offered = 0;
  document.addEventListener('rantau:update-ready', () => { offered += 1; });
}"""
CHANGED = """async () => {
  const { write } = await import('/pwa/db.js');
  await write('meta', { name: 'update-due', public: 'qqqqqqqq' });
  document.dispatchEvent(new CustomEvent('rantau:exchanged', { detail: { state: 'ok' } }));
}"""
NEXT = "caches.match('/notes').then((n) => n.json()).then(({ next }) => next.id)"
SCRIPTS = """fetch('/service-worker.js', { cache: 'no-store' }).then((answer) => answer.text())
  .then((script) => script.match(/the next version/g))"""


class TestServiceWorker:
    @pytest.fixture
    def ready(self, context: BrowserContext, page: Page) -> Page:
        start(page)
        return page

    def test_the_first_visit_makes_everything_work_without_a_network(
        self, context: BrowserContext, ready: Page, office: ScriptedOffice
    ) -> None:
        context.set_offline(True)
        ready.goto(f"{office.url}/id/mine?from=somewhere#part")
        assert ready.title() == "pack"
        assert ready.locator("p").inner_text() == "packed /id/mine"
        ready.goto(f"{office.url}/")
        assert ready.locator("p").inner_text() == "packed /"
        ready.goto(f"{office.url}/id/unknown")  # what is not here leads home
        assert ready.url == f"{office.url}/id/"

    def test_in_place_of_a_page_that_is_not_here_the_phones_own_words_stand_at_its_address(
        self, context: BrowserContext, page: Page, office: ScriptedOffice
    ) -> None:
        office.packs["id"].append({"/id/absent": page_entry("id", "absent")})
        start(page)
        context.set_offline(True)
        for path in "/id/unknown?from=home#part", "/en/unknown":  # of a language that is not here either
            page.goto(office.url + path)
            assert page.locator("p").inner_text() == "absent"
            assert page.url == office.url + path
        context.set_offline(False)
        page.reload()
        assert page.locator("p").inner_text() == "from the network"

    def test_the_killed_servers_pages_keep_their_policy(self, ready: Page, office: ScriptedOffice) -> None:
        ready.goto(f"{office.url}/id/")
        policy = ready.evaluate("fetch('/id/').then(({ headers }) => headers.get('Content-Security-Policy'))")
        assert "require-trusted-types-for 'script'" in policy
        injected = "() => { try { document.body.innerHTML = '<b>x</b>'; return 'done' } catch (e) { return e.name } }"
        assert ready.evaluate(injected) == "TypeError"

    def test_an_install_that_was_cut_goes_on_where_it_was(
        self, context: BrowserContext, page: Page, office: ScriptedOffice
    ) -> None:
        office.packs["id"].append({"/id/late": page_entry("id", "late")})
        first, last = office.pack_urls("id")
        office.broken_packs = {last}
        run(page, BRIDGE + "await bridge.startWorker('id'); return null")
        wait(page, "navigator.serviceWorker.getRegistration().then((found) => !found)")
        assert office.asked[first] == 1
        office.broken_packs = set()
        page.evaluate("document.dispatchEvent(new CustomEvent('rantau:exchanged'))")
        wait(page, "navigator.serviceWorker.controller")
        assert office.asked[first] == 1
        context.set_offline(True)
        page.goto(f"{office.url}/id/late")
        assert page.locator("p").inner_text() == "late"

    @pytest.mark.parametrize("whole", [0, 1, 2])
    def test_the_first_packs_come_in_one_answer_and_what_a_cut_leaves_one_by_one(
        self, context: BrowserContext, page: Page, office: ScriptedOffice, whole: int
    ) -> None:
        office.packs["id"].append({"/id/late": page_entry("id", "late")})
        office.at_once = whole
        start(page)
        assert [office.asked[url] for url in office.pack_urls("id")] == [int(place >= whole) for place in range(2)]
        context.set_offline(True)
        for path, text in ("/id/mine", "packed /id/mine"), ("/id/late", "late"):
            page.goto(office.url + path)
            assert page.locator("p").inner_text() == text

    def test_a_portals_page_never_gets_into_the_cache(self, page: Page, office: ScriptedOffice) -> None:
        office.portal = "/packs/"
        run(page, BRIDGE + "await bridge.startWorker('id'); return null")
        wait(page, "navigator.serviceWorker.getRegistration().then((found) => !found)")
        assert page.evaluate("Promise.all(['/id/', '/notes'].map((url) => caches.match(url).then(Boolean)))") == [
            False, False,
        ]  # fmt: skip

    def test_an_update_fetches_what_changed_and_waits_to_be_asked(
        self, context: BrowserContext, ready: Page, office: ScriptedOffice
    ) -> None:
        office.packs["id"].append({"/id/new": page_entry("id", "new")})
        same, fresh = office.pack_urls("id")
        before = office.asked[same]
        ready.goto(f"{office.url}/id/mine")
        start(ready)
        offered = "globalThis.offered = 0; document.addEventListener('rantau:update-ready', () => { offered += 1; });"
        ready.evaluate(f"() => {{ {offered} }}")
        ready.evaluate(CHANGED)
        wait(ready, "offered === 1")
        assert (office.asked[same], office.asked[fresh]) == (before, 1)
        assert ready.evaluate("fetch('/id/new').then((answer) => answer.text())").count("from the network") == 1
        with ready.expect_navigation():
            run(ready, BRIDGE + "void bridge.applyUpdate(); return null")
        context.set_offline(True)
        assert "new" in ready.evaluate("fetch('/id/new').then((answer) => answer.text())")
        packs = ready.evaluate("caches.keys().then((all) => all.filter((name) => name.startsWith('rantau-packs')))")
        assert len(packs) == 1

    def test_an_update_that_is_cut_or_whose_page_is_left_is_asked_for_until_it_is_here(
        self, context: BrowserContext, ready: Page, office: ScriptedOffice
    ) -> None:
        ready.goto(f"{office.url}/id/mine")
        start(ready)
        run(ready, "await pins.office(); return null")
        office.packs["id"].append({"/id/new": page_entry("id", "new")})
        office.public = "qqqqqqqq"
        fresh = office.pack_urls("id")[-1]
        office.broken_packs = {fresh}
        run(ready, "await exchange.exchange(); return null")
        while not office.asked[fresh]:
            ready.wait_for_timeout(20)
        ready.goto(f"{office.url}/id/")  # by now nothing on any page remembers it
        office.broken_packs = set()
        start(ready)
        ready.evaluate(OFFERS)
        run(ready, "await exchange.exchange(); return null")
        wait(ready, "offered > 0")
        assert ready.evaluate(NEXT)
        wait(ready, "import('/pwa/db.js').then((db) => db.read('meta', 'update-due')).then((row) => !row.public)")
        asked = office.asked["/packs/id.json"]
        run(ready, "await exchange.exchange(); await exchange.exchange(); return null")
        assert office.asked["/packs/id.json"] == asked

    @pytest.mark.parametrize("cleared", [None, "/id/", "/id/mine"])
    def test_of_a_changed_pack_what_is_here_is_taken_from_it_unless_the_browser_cleared_it(
        self, context: BrowserContext, ready: Page, office: ScriptedOffice, cleared: str | None
    ) -> None:
        office.before = dict(office.packs["id"][0])
        office.packs["id"][0]["/id/mine"] = page_entry("id", "changed")
        ready.goto(f"{office.url}/id/mine")
        start(ready)
        if cleared:
            clear = "caches.open(name).then((cache) => cache.delete(url))"
            ready.evaluate(f"(url) => caches.keys().then((all) => Promise.all(all.map((name) => {clear})))", cleared)
        ready.evaluate(CHANGED)
        wait(ready, "caches.match('/notes').then((n) => n.json()).then(({ next }) => next.id)")
        assert office.asked[office.pack_urls("id")[0]] == (2 if cleared else 1)
        with ready.expect_navigation():
            run(ready, BRIDGE + "void bridge.applyUpdate(); return null")
        context.set_offline(True)
        for path, text in ("/id/mine", "changed"), ("/id/", "packed /id/"):
            ready.goto(office.url + path)
            assert ready.locator("p").inner_text() == text

    def test_while_a_form_is_open_in_any_tab_no_update_is_offered_or_made(
        self, context: BrowserContext, ready: Page, office: ScriptedOffice
    ) -> None:
        form = open_page(context, office, "/id/apply/small")
        office.packs["id"].append({"/id/new": page_entry("id", "new")})
        ready.evaluate(OFFERS)
        ready.evaluate(CHANGED)
        wait(ready, NEXT)
        assert run(ready, BRIDGE + "return bridge.applyUpdate()") is False
        assert ready.evaluate("offered") == 0
        form.goto(f"{office.url}/id/mine")
        start(form)  # the page that is opened next asks again
        wait(ready, "offered === 1")
        with ready.expect_navigation():
            run(ready, BRIDGE + "void bridge.applyUpdate(); return null")
        assert "new" in ready.evaluate("fetch('/id/new').then((answer) => answer.text())")

    @pytest.mark.parametrize("is_reloaded", [True, False])
    def test_a_worker_that_is_updated_in_the_middle_of_a_send_loses_and_doubles_nothing(
        self, context: BrowserContext, ready: Page, office: ScriptedOffice, is_reloaded: bool
    ) -> None:
        ready.goto(f"{office.url}/id/")
        start(ready)
        other = open_page(context, office, "/id/mine")
        start(other)
        released = threading.Event()

        def held(lines: list[Any]) -> Answer:
            head, *receipts = office.honest(lines).lines
            return Answer([head, *([] if is_reloaded else receipts)], cut=released)

        office.script.append(held)
        sent = run(ready, "globalThis.sent = await send(); globalThis.under = exchange.exchange(); return sent")
        while not office.exchanges:  # or what is asked for next would meet the answer that is cut
            ready.wait_for_timeout(20)
        office.worker = b"// the next version\n"
        page = ready if is_reloaded else other
        page.evaluate(OFFERS)
        page.evaluate(CHANGED)
        wait(page, "offered > 0")
        with page.expect_navigation():
            run(page, BRIDGE + "void bridge.applyUpdate(); return null")
        released.set()
        if is_reloaded:
            start(ready)
            assert run(ready, "return (await exchange.exchange()).state") == "ok"
        else:
            assert ready.evaluate("under.then(({ done }) => done)") == [sent["id"]]
        assert states(ready) == {sent["id"]: "done"}
        assert list(office.stored) == [sent["id"]]
        assert ready.evaluate(SCRIPTS) == ["the next version"]

    @pytest.mark.parametrize("place", ["/packs/", "/"])
    def test_a_portal_that_answers_everything_with_its_page_changes_nothing_that_is_here(
        self, context: BrowserContext, ready: Page, office: ScriptedOffice, place: str
    ) -> None:
        ready.goto(f"{office.url}/id/mine")
        start(ready)
        item = run(ready, "return send()")
        office.packs["id"].append({"/id/new": page_entry("id", "new")})
        office.worker = b"// the next version\n"
        office.portal = place
        refused = "/service-worker.js" if place == "/" else "/packs/id.json"
        asked = office.asked[refused]
        ready.evaluate(OFFERS)
        ready.evaluate(CHANGED)
        if place == "/":
            assert run(ready, "return (await exchange.exchange()).state") == "offline"
            assert states(ready) == {item["id"]: "waiting"}
        while office.asked[refused] == asked:
            ready.wait_for_timeout(20)
        wait(ready, "navigator.serviceWorker.getRegistration().then(({ installing }) => !installing)")
        ready.goto(f"{office.url}/id/")
        assert ready.locator("p").inner_text() == "packed /id/"
        assert (
            ready.evaluate("caches.match('/notes').then((n) => n.json()).then(({ next }) => next.id ?? null)") is None
        )
        office.portal = None
        start(ready)
        ready.evaluate(OFFERS)
        ready.evaluate(CHANGED)
        wait(ready, "offered > 0")
        assert run(ready, "return (await exchange.exchange()).done") == [item["id"]]

    def test_another_language_comes_when_its_page_is_opened(
        self, context: BrowserContext, ready: Page, office: ScriptedOffice
    ) -> None:
        assert office.asked["/packs/en.json"] == 0
        ready.goto(f"{office.url}/en/")
        start(ready, "en")
        wait(ready, "caches.match('/en/mine').then(Boolean)")
        wait(ready, "caches.match('/notes').then((n) => n.json()).then(({ now }) => now.en && now.id)")
        context.set_offline(True)
        ready.goto(f"{office.url}/en/mine")
        assert ready.locator("p").inner_text() == "packed /en/mine"
        ready.goto(f"{office.url}/id/mine")
        assert ready.locator("p").inner_text() == "packed /id/mine"

    def test_the_words_of_a_page_are_those_of_its_language_whichever_was_in_use_last(
        self, context: BrowserContext, ready: Page, office: ScriptedOffice
    ) -> None:
        texts = ("/text/en.json", "/text/online-en.json")
        office.packs["en"][0] |= {url: {"headers": {}, "body": f"words of {url}"} for url in texts}
        ready.goto(f"{office.url}/en/")
        start(ready, "en")
        wait(ready, "caches.match('/notes').then((n) => n.json()).then(({ lang, now }) => lang === 'en' && now.en)")
        ready.goto(f"{office.url}/id/")
        start(ready)
        wait(ready, "caches.match('/notes').then((n) => n.json()).then(({ lang }) => lang === 'id')")
        context.set_offline(True)
        ready.goto(f"{office.url}/en/mine")
        for url in texts:
            assert ready.evaluate("(url) => fetch(url).then((answer) => answer.text())", url) == f"words of {url}"

    def test_what_not_everybody_needs_comes_when_asked_for_and_is_kept_from_then_on(
        self, context: BrowserContext, page: Page, office: ScriptedOffice
    ) -> None:
        office.extras["volunteer"] = {"/id/crowd": page_entry("id", "first")}
        start(page)
        wait(page, "caches.match('/notes').then((n) => n.json()).then(({ now }) => now.id)")
        assert not page.evaluate("caches.match('/id/crowd').then(Boolean)")
        office.broken_packs = {office.extra_url("id", "volunteer")}
        keep = BRIDGE + "return bridge.keepPacks('volunteer')"
        assert run(page, keep) is False
        office.broken_packs = set()
        assert run(page, keep) is True
        asked = office.asked["/packs/id.json"]
        assert run(page, keep) is True
        assert office.asked["/packs/id.json"] == asked

        office.extras["volunteer"] = {"/id/crowd": page_entry("id", "second")}
        page.evaluate(CHANGED)
        wait(page, "caches.match('/notes').then((n) => n.json()).then(({ next }) => next.id)")
        with page.expect_navigation():
            run(page, BRIDGE + "void bridge.applyUpdate(); return null")
        context.set_offline(True)
        page.goto(f"{office.url}/id/crowd")
        assert page.locator("p").inner_text() == "second"

    @pytest.mark.parametrize("whole", [1, 2, 3])
    def test_what_every_phone_has_fetched_comes_in_the_first_answer_and_after_a_cut_by_itself(
        self, context: BrowserContext, page: Page, office: ScriptedOffice, whole: int
    ) -> None:
        office.extras |= {name: {f"/id/{name}": page_entry("id", name)} for name in ("online", "photo")}
        office.at_once = whole
        start(page)
        for name in office.extras:
            assert run(page, BRIDGE + f"return bridge.keepPacks('{name}')") is True
        assert [office.asked[office.extra_url("id", name)] for name in office.extras] == [whole < 2, whole < 3]
        assert office.asked["/packs/id.json"] == (whole < 2) + (whole < 3)
        context.set_offline(True)
        for name in office.extras:
            page.goto(f"{office.url}/id/{name}")
            assert page.locator("p").inner_text() == name

    def test_another_language_brings_what_was_kept_too(self, page: Page, office: ScriptedOffice) -> None:
        office.extras["volunteer"] = {"/pwa/crowd.js": page_entry("id", "crowd")}
        start(page)
        assert run(page, BRIDGE + "return bridge.keepPacks('volunteer')") is True
        run(page, BRIDGE + "bridge.setLanguage('en'); return null")
        wait(page, "caches.match('/notes').then((n) => n.json()).then(({ now }) => now.en)")
        assert page.evaluate(
            """async () => {
              const { now } = await (await caches.match('/notes')).json();
              const cache = await caches.open(`rantau-packs-${now.en}`);
              return Boolean(await cache.match('/pwa/crowd.js'));
            }"""
        )

    def test_what_is_sent_passes_it_by(self, ready: Page, office: ScriptedOffice) -> None:
        ready.goto(f"{office.url}/id/")
        assert len(run(ready, "await send(); return (await exchange.exchange()).done")) == 1
        assert run(ready, "return online.ping()") == office.public
        office.portal = "/"
        assert run(ready, "return online.ping()") is None

    def test_foreign_caches_are_left_alone(self, ready: Page, office: ScriptedOffice) -> None:
        ready.evaluate("caches.open('another-app').then(() => null)")
        office.packs["id"].append({"/id/new": page_entry("id", "new")})
        start(ready)
        ready.evaluate(CHANGED)
        wait(ready, "caches.match('/id/new').then(Boolean)")
        with ready.expect_navigation():
            run(ready, BRIDGE + "void bridge.applyUpdate(); return null")
        assert "another-app" in ready.evaluate("caches.keys()")

    def test_whether_the_browser_keeps_the_data_is_asked_and_noted(self, page: Page) -> None:
        told = run(page, BRIDGE + "return [await bridge.askToPersist(), await db.read('meta', 'persisted')]")
        assert told[0] is told[1]["isGranted"]
        assert run(page, BRIDGE + "return (await bridge.storageState()).quota") > 0
