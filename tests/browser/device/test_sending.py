"""From a draft to the receipt, and what the office answers later."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page

from sync.key_pair import new_key_pair
from sync.statements import sign_gone
from tests.browser.device.device_page import run, states, wait
from tests.scripted_office import Answer, ScriptedOffice
from tests.sealed_items import NOW

pytestmark = pytest.mark.browser


class TestSending:
    def test_what_is_sent_leaves_the_outbox_on_the_receipt_and_the_sealed_copy_stays(
        self, page: Page, office: ScriptedOffice
    ) -> None:
        sent = run(page, "return send({ nama: ' upik  b ', asal: 'Talu', nagari: '13.12.03.2004' })")
        assert states(page) == {sent["id"]: "waiting"}
        result = run(page, "return exchange.exchange()")
        assert (result["state"], result["done"]) == ("ok", [sent["id"]])
        assert "watch" not in office.exchanges[-1][0], "the office cannot know that case yet"
        assert states(page) == {sent["id"]: "done"}
        version, _ = office.stored[sent["id"]]
        assert (version["area"], version["service"], version["channel"]) == ("13.12.03.2004", "small", "app")
        assert run(page, "return (await db.read('outbox', arg)).line.length", sent["id"]) == len(sent["line"])
        assert run(page, "return (await drafts.listDrafts()).length") == 0
        assert run(page, "return exchange.exchange()")["done"] == []
        assert len(office.exchanges[-1]) == 1

    def test_the_applicant_reads_what_was_sent_with_the_code_alone(self, page: Page, office: ScriptedOffice) -> None:
        sent = run(page, "return send({ nama: 'upik' })")
        run(page, "return exchange.exchange()")
        case = run(page, "return cases.openCase(arg)", sent["case"])
        assert case["versions"][0]["groups"] == {"personal": ["UPIK", None, None]}
        assert (case["step"], case["title"], case["code"]) == ("terkirim", "UPIK", sent["code"])
        run(page, "await cases.forgetCase(arg.case)", sent)
        assert run(page, "return failing(cases.openCase(arg.case))", sent) == ["GoneError", None]
        office.step(sent["case"], 1, "berkas_lengkap")
        elsewhere = run(page, "return cases.fetchCase(arg.toUpperCase())", sent["code"])
        assert elsewhere["versions"][0]["groups"] == {"personal": ["UPIK", None, None]}
        assert elsewhere["step"] == "berkas_lengkap"
        assert run(page, "return cases.listCases()") == []
        run(page, "await cases.fetchCase(arg, { keep: true })", sent["code"])
        assert [row["step"] for row in run(page, "return cases.listCases()")] == ["berkas_lengkap"]

    def test_pressing_send_twice_makes_one_case(self, page: Page) -> None:
        results = run(
            page,
            """const { name, form } = await pins.loadForm('small');
            const draft = await fill(await drafts.newDraft('small', name), { nama: 'upik' });
            const office = await pins.office();
            const both = await Promise.all([1, 2].map(() => outbox.prepare(draft, { name, form }, office)));
            const ends = await Promise.all(both.map((prepared) => failing(outbox.commit(prepared))));
            return [ends, (await outbox.listOutbox()).length, (await cases.listCases()).length];""",
        )
        assert results == [[None, ["GoneError", None]], 1, 1]

    def test_what_is_queued_while_an_exchange_is_under_way_is_not_left_until_the_next_question(
        self, page: Page
    ) -> None:
        ended = run(
            page,
            """const { startExchange, stopExchange } = await import('/pwa/exchange-timer.js');
            stopExchange();
            await send();
            const asked = window.fetch;
            window.fetch = (...request) => {
              window.fetch = asked;
              document.dispatchEvent(new CustomEvent('rantau:queued'));
              return asked(...request);
            };
            const ends = [];
            const again = new Promise((resolve) => document.addEventListener('rantau:exchanged', ({ detail }) => {
              if (ends.push(detail.done.length) === 2) resolve(ends);
            }));
            startExchange();
            return again;""",
        )
        assert ended == [1, 0]

    def test_who_asks_to_send_now_is_not_answered_by_an_exchange_that_looked_before(self, page: Page) -> None:
        done = run(
            page,
            """const { id } = await send();
            const item = await db.read('outbox', id);
            await db.remove('outbox', id);
            const { openCursor } = IDBObjectStore.prototype;
            let asked;
            IDBObjectStore.prototype.openCursor = function () { // it has looked, and only drops what is old
              IDBObjectStore.prototype.openCursor = openCursor;
              this.put(item);
              asked = exchange.exchangeAnew();
              return openCursor.call(this);
            };
            return [(await exchange.exchange()).done, (await asked).done.length];""",
        )
        assert done == [[], 1]

    def test_a_draft_changed_since_is_not_sent_as_it_was(self, page: Page) -> None:
        error = run(
            page,
            """const { name, form } = await pins.loadForm('small');
            const draft = await fill(await drafts.newDraft('small', name), { nama: 'upik' });
            const prepared = await outbox.prepare(draft, { name, form }, await pins.office());
            await drafts.saveDraft(draft.id, { nama: 'upik baru' });
            return [await failing(outbox.commit(prepared)), (await outbox.listOutbox()).length];""",
        )
        assert error == [["ChangedError", None], 0]

    def test_a_correction_goes_into_the_same_case(self, page: Page, office: ScriptedOffice) -> None:
        first = run(page, "return send()")
        second = run(
            page,
            """const { standing, code, case: of } = await cases.openCase(arg.case);
            return send({ nama: 'upik b' }, { case: of, code, prev: standing });""",
            first,
        )
        assert second["case"] == first["case"]
        run(page, "return exchange.exchange()")
        assert office.stored[second["id"]][0]["prev"] == [first["id"].split(".")[2]]
        assert run(page, "return (await cases.openCase(arg)).standing", first["case"]) == [second["id"].split(".")[2]]

    def test_the_cost_is_known_before_it_is_paid(self, page: Page) -> None:
        sent = run(page, "return send()")
        told = run(
            page,
            """const { weigh } = await import('/pwa/wire-body.js');
            return [await weigh(await outbox.linesToSend()), (await answered.unsent()).count]""",
        )
        assert told == [sent["bytes"], 1]
        assert 400 < sent["bytes"] < 1500


class TestNews:
    @pytest.fixture
    def sent(self, page: Page) -> dict[str, Any]:
        found: dict[str, Any] = run(page, "const sent = await send(); await exchange.exchange(); return sent")
        return found

    def test_steps_of_the_office_arrive_and_are_asked_for_once(
        self, page: Page, office: ScriptedOffice, sent: dict[str, Any]
    ) -> None:
        office.step(sent["case"], 1, "berkas_lengkap")
        result = run(page, "return exchange.exchange()")
        assert result["news"] == [sent["case"]]
        row = run(page, "return cases.listCases()")[0]
        assert (row["step"], row["unread"]) == ("berkas_lengkap", True)
        run(page, "await cases.markSeen(arg)", sent["case"])
        assert run(page, "return (await cases.listCases())[0].unread") is False
        assert run(page, "return exchange.exchange()")["news"] == []
        assert [watch[2] for watch in office.exchanges[-1][0]["watch"]] == [1]

    def test_a_case_is_asked_about_while_its_correction_waits(
        self, page: Page, office: ScriptedOffice, sent: dict[str, Any]
    ) -> None:
        run(
            page,
            """const { standing, code, case: of } = await cases.openCase(arg);
            await send({ nama: 'upik b' }, { case: of, code, prev: standing });
            await exchange.exchange();""",
            sent["case"],
        )
        hello, *items = office.exchanges[-1]
        assert ([row[0] for row in hello["watch"]], len(items)) == ([sent["case"]], 1)

    def test_a_step_that_the_office_did_not_sign_is_no_news(
        self, page: Page, office: ScriptedOffice, sent: dict[str, Any]
    ) -> None:
        office.step(sent["case"], 1, "diserahkan", private=new_key_pair())
        office.step("a" * 24, 1, "diserahkan")
        assert run(page, "return exchange.exchange()")["news"] == []
        assert run(page, "return (await cases.listCases())[0].step") == "terkirim"

    def test_a_restored_office_gets_back_what_it_lost(
        self, page: Page, office: ScriptedOffice, sent: dict[str, Any]
    ) -> None:
        office.stored.clear()
        office.epoch = "bbbbbbbb"
        result = run(page, "return exchange.exchange()")
        assert list(office.stored) == [sent["id"]]
        assert result["done"] == [sent["id"]]
        before = len(office.exchanges)
        run(page, "return exchange.exchange()")
        assert "have" not in office.exchanges[-1][0]
        assert len(office.exchanges) == before + 1

    def test_a_case_that_the_office_erased_is_erased_here_if_it_signed_so(
        self, page: Page, office: ScriptedOffice, sent: dict[str, Any]
    ) -> None:
        def erase(private: Any) -> Callable[[list[Any]], Answer]:
            gone = sign_gone(sent["case"], at=NOW, kid="o1", private=private)
            return lambda _: Answer([office.head(), json.dumps(["erase", gone])])

        office.script = [erase(new_key_pair()), erase(office.keys.office)]
        assert run(page, "return exchange.exchange()")["erased"] == []
        assert len(run(page, "return cases.listCases()")) == 1
        assert run(page, "return exchange.exchange()")["erased"] == [sent["case"]]
        [left] = run(page, "return cases.listCases()")
        assert left["erased"] == NOW
        assert not {"title", "step"} & set(left)
        assert run(page, "return outbox.listOutbox()") == []

    def test_an_unknown_code_is_said_to_be_one(self, page: Page, office: ScriptedOffice) -> None:
        assert run(page, "return failing(cases.fetchCase('0000 0000 0000 0000'))") == ["NotFoundError", None]
        assert run(page, "return failing(cases.fetchCase('0000'))") == ["CodeError", "length"]
        office.portal = "/"
        assert run(page, "return failing(cases.fetchCase('0000 0000 0000 0000'))") == ["OfflineError", None]

    def test_the_sealed_copy_is_dropped_35_days_after_the_receipt(self, page: Page, sent: dict[str, Any]) -> None:
        day = 86_400
        left = f"""await answered.dropOld({NOW} + arg[0], Date.now() + arg[1]);
            return (await outbox.listOutbox()).length"""
        assert run(page, left, [35 * day - 60, 35_000 * day - 60_000]) == 1
        assert run(page, left, [400 * day, 0]) == 1  # the office's clock jumped
        assert run(page, left, [0, 400_000 * day]) == 1  # ours did
        assert run(page, left, [35 * day + 60, 35_000 * day + 60_000]) == 0
        assert len(run(page, "return cases.listCases()")) == 1

    def test_a_picture_is_dropped_7_days_after_the_office_held_it_and_none_before(
        self, page: Page, sent: dict[str, Any]
    ) -> None:
        run(
            page,
            """const sealed = { size: 1, sent: 1, wire: 1, way: null };
            const files = [{ ...sealed, id: 'held', done: Date.now() }, { ...sealed, id: 'not yet', done: null }];
            await db.amend('outbox', arg, (item) => ({ ...item, files }));
            return db.transact(['files'], 'readwrite', (store) => {
              for (const { id } of files) store('files').put({ id, bytes: new Uint8Array(1) });
            })""",
            sent["id"],
        )
        day = 86_400
        left = f"""await answered.dropOld({NOW} + arg[0], Date.now() + arg[1]);
            return [(await db.readAll('files')).map(({{ id }}) => id), (await outbox.listOutbox()).length]"""
        assert run(page, left, [7 * day - 60, 7_000 * day - 60_000]) == [["held", "not yet"], 1]
        assert run(page, left, [7 * day + 60, 0]) == [["held", "not yet"], 1]  # a clock jumped
        assert run(page, left, [7 * day + 60, 7_000 * day + 60_000]) == [["not yet"], 1]
        assert run(page, left, [400 * day, 400_000 * day]) == [["not yet"], 1], "nor the text that it belongs to"

    def test_no_hub_s_receipt_ever_lets_a_sealed_copy_go(self, page: Page, office: ScriptedOffice) -> None:
        run(page, "return send()")

        def at_hub(lines: list[Any]) -> Answer:
            return Answer([office.head(), *(office.ok(i, private=office.hub, who="hub:kinali") for i in lines[1:])])

        office.script = [at_hub]
        assert len(run(page, "return exchange.exchange()")["hub"]) == 1
        left = "await answered.dropOld(arg, arg * 1000); return (await outbox.listOutbox()).map(({ state }) => state)"
        assert run(page, left, 2 * NOW) == ["hub"]

    def test_nothing_that_waits_or_was_refused_is_ever_dropped_by_age(self, page: Page) -> None:
        found = run(
            page,
            """await send();
            const { id } = await send();
            await db.amend('outbox', id, (item) => ({ ...item, state: 'refused', reason: 'malformed' }));
            await answered.dropOld(2 * arg, 2000 * arg);
            return (await outbox.listOutbox()).map(({ state }) => state).sort()""",
            NOW,
        )
        assert found == ["refused", "waiting"]


class TestPins:
    def test_another_root_is_refused_loudly_and_the_known_office_stays(
        self, page: Page, office: ScriptedOffice
    ) -> None:
        kids = "return (await pins.office()).keys.keys.map(({ kid }) => kid)"
        run(page, "globalThis.loud = 0; document.addEventListener('rantau:root-changed', () => { loud += 1; });")
        assert run(page, kids) == ["k1", "o1", "s1", "h1"]
        office.root = new_key_pair()
        assert run(page, "return failing(pins.refreshOffice())") == ["RootChangedError", None]
        assert page.evaluate("loud") == 1
        page.reload()
        assert run(page, kids) == ["k1", "o1", "s1", "h1"]

    def test_an_older_key_list_is_refused(self, page: Page, office: ScriptedOffice) -> None:
        office.seq = 5
        run(page, "await pins.office()")
        office.seq = 4
        assert run(page, "return failing(pins.refreshOffice())") == ["OpenError", None]

    def test_a_new_publication_is_fetched_when_the_office_names_it(self, page: Page, office: ScriptedOffice) -> None:
        run(page, "await pins.office(); return null")
        office.public, office.seq = "qqqqqqqq", 2
        run(page, "await exchange.exchange()")
        assert run(page, "return [(await pins.office()).public, (await pins.office()).keys.seq]") == ["qqqqqqqq", 2]
        assert run(page, "return db.read('meta', 'update-due')") == {"name": "update-due", "public": "qqqqqqqq"}

    def test_a_clock_that_is_a_year_off_is_set_right_by_the_office(self, page: Page) -> None:
        page.clock.set_fixed_time("2025-03-01")
        assert run(page, "return [pins.today(), pins.today(await pins.office())]") == ["2025-03-01", "2026-11-25"]
        assert run(page, "return pins.clockNow({ skew: 3600 }) - pins.clockNow({ skew: 0 })") in (0, 1)

    def test_a_device_that_never_reached_its_office_says_so(self, page: Page, office: ScriptedOffice) -> None:
        run(page, "return null")
        office.portal = "/"
        assert run(page, "return failing(pins.office())") == ["NoOfficeError", None]
        assert run(page, "return (await exchange.exchange()).state") == "no-office"


class TestTimer:
    def test_what_is_sent_goes_by_itself_as_soon_as_there_is_a_signal(
        self, context: BrowserContext, page: Page, office: ScriptedOffice
    ) -> None:
        ready = """const timer = await import('/pwa/exchange-timer.js');
          timer.startExchange(); timer.startExchange();
          globalThis.results = [];
          document.addEventListener('rantau:exchanged', ({ detail }) => results.push(detail.state));
          globalThis.unsent = answered.unsent; globalThis.stop = timer.stopExchange;
          await pins.office(); globalThis.loaded = await pins.loadForm('small'); return null"""
        run(page, ready)
        run(page, "await send(); return null")
        wait(page, "unsent().then(({ count }) => count === 0)")
        context.set_offline(True)
        run(
            page,
            """const draft = await fill(await drafts.newDraft('small', loaded.name), { nama: 'upik' });
            await outbox.commit(await outbox.prepare(draft, loaded, await pins.office())); return null""",
        )
        wait(page, "results.at(-1) === 'offline'")
        context.set_offline(False)
        wait(page, "unsent().then(({ count }) => count === 0)")
        count = len(office.exchanges)
        page.evaluate("stop(); stop()")
        run(page, "await send(); return null")
        assert states(page) != {}
        assert len(office.exchanges) == count
