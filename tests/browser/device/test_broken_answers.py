"""Whatever comes back, or does not: an item leaves the outbox on a true receipt and on nothing else."""

import json
from threading import Event
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page

from sync.key_pair import new_key_pair
from tests.browser.device.device_page import open_page, run, states, wait
from tests.scripted_office import Answer, ScriptedOffice

pytestmark = pytest.mark.browser


class TestBrokenAnswers:
    def test_a_cut_answer_counts_as_far_as_it_came(
        self, page: Page, office: ScriptedOffice, three: list[dict[str, Any]]
    ) -> None:
        cut = Event()

        def begun(lines: list[Any]) -> Answer:
            whole = list(office.honest(lines).lines)
            return Answer([*whole[:2], whole[2][:50]], cut=cut)

        office.script = [begun]
        run(page, "globalThis.result = exchange.exchange(); globalThis.read = db.read; return null")
        wait(page, f"read('outbox', '{three[0]['id']}').then(({{ state }}) => state === 'done')")
        cut.set()
        result = run(page, "return result")
        assert (result["state"], result["done"]) == ("failed", [three[0]["id"]])
        assert sorted(states(page).values()) == ["done", "waiting", "waiting"]
        again = run(page, "return exchange.exchange()")
        assert sorted(again["done"]) == sorted([three[1]["id"], three[2]["id"]])
        assert [item[0]["_id"] for item in office.exchanges[1][1:]] == [three[1]["id"], three[2]["id"]]

    def test_a_repeated_answer_changes_nothing(self, page: Page, office: ScriptedOffice, three: list[Any]) -> None:
        def twice(lines: list[Any]) -> Answer:
            head, *rows = office.honest(lines).lines
            return Answer([head, *rows, *rows, json.dumps([three[0]["id"], "refused", "malformed"])])

        office.script = [twice]
        run(page, "return exchange.exchange()")
        assert set(states(page).values()) == {"done"}

    @pytest.mark.parametrize(
        "lines",
        [
            ["<html>login</html>"],
            ['{"epoch":1}'],
            ["[]", "null", "7"],
            [],
        ],
    )
    def test_what_is_no_answer_of_ours_changes_nothing(
        self, page: Page, office: ScriptedOffice, three: list[Any], lines: list[str]
    ) -> None:
        office.script = [lambda _: Answer(lines)]
        result = run(page, "return exchange.exchange()")
        assert (result["state"], result["done"]) == ("offline", [])
        assert set(states(page).values()) == {"waiting"}

    def test_garbage_between_answers_stops_none_of_them(
        self, page: Page, office: ScriptedOffice, three: list[Any]
    ) -> None:
        def noisy(lines: list[Any]) -> Answer:
            head, *rows = office.honest(lines).lines
            noise = ["null", "7", '{"_id":"ev.x"}', '["x"]', "{oops", '[[],{"t":1}]', '["erase",{}]', '[null,"ok",[]]']
            return Answer([head, *(line for row in rows for line in (*noise, row))])

        office.script = [noisy]
        result = run(page, "return exchange.exchange()")
        assert result["state"] == "failed"  # one line could not be read, so it asks again
        assert set(states(page).values()) == {"done"}

    def test_a_forged_receipt_leaves_the_item_in_the_outbox(
        self, page: Page, office: ScriptedOffice, three: list[Any]
    ) -> None:
        def forge(lines: list[Any]) -> Answer:
            items = lines[1:]
            swapped = json.loads(office.ok(items[1]))
            rows = [
                office.ok(items[0], private=new_key_pair()),
                json.dumps([items[1][0]["_id"], "ok", json.loads(office.ok(items[2]))[2]]),
                json.dumps([items[2][0]["_id"], "ok", swapped[2]]),
            ]
            return Answer([office.head(), *rows])

        office.script = [forge]
        result = run(page, "return exchange.exchange()")
        assert result["done"] == []
        assert len(result["forged"]) == 3
        assert set(states(page).values()) == {"waiting"}

    def test_a_hubs_receipt_is_not_the_offices(self, page: Page, office: ScriptedOffice, three: list[Any]) -> None:
        def hub(lines: list[Any]) -> Answer:
            return Answer([office.head(), *(office.ok(i, private=office.hub, who="hub:kinali") for i in lines[1:])])

        office.script = [hub]
        assert run(page, "return (await exchange.exchange()).hub.length") == 3
        assert set(states(page).values()) == {"hub"}
        assert run(page, "return (await answered.unsent()).count") == 3
        pretended = "return outbox.isDue({ state: 'hub', offeredAt: Date.now() - 2 * 86400000 })"
        assert run(page, pretended) is True

    def test_kept_is_asked_again(self, page: Page, office: ScriptedOffice, three: list[Any]) -> None:
        office.script = [lambda lines: Answer([office.head(), *(json.dumps([i[0]["_id"], "kept"]) for i in lines[1:])])]
        run(page, "return exchange.exchange()")
        assert set(states(page).values()) == {"kept"}
        run(page, "return exchange.exchange()")
        assert set(states(page).values()) == {"done"}

    def test_a_refused_item_is_set_aside_while_the_others_go(
        self, page: Page, office: ScriptedOffice, three: list[Any]
    ) -> None:
        def refuse(lines: list[Any]) -> Answer:
            head, *rows = office.honest(lines).lines
            rows[1] = json.dumps([lines[2][0]["_id"], "refused", "form-unknown"])
            return Answer([head, *rows])

        office.script = [refuse]
        result = run(page, "return exchange.exchange()")
        id_ = three[1]["id"]
        assert result["refused"] == [[id_, "form-unknown"]]
        assert states(page) == {three[0]["id"]: "done", id_: "refused", three[2]["id"]: "done"}
        file = (
            "const { outboxFile } = await import('/pwa/bundle-export.js'); return (await outboxFile([arg]))[0].text()"
        )
        assert three[1]["line"] in run(page, file, id_)
        assert run(page, "return (await outbox.linesToSend()).length") == 0
        run(page, "await answered.dropItem(arg)", three[0]["id"])
        run(page, "await answered.retryItem(arg)", id_)
        assert run(page, "return exchange.exchange()")["done"] == [id_]
        assert len(states(page)) == 3

    def test_a_line_that_always_arrives_spoilt_is_set_aside_in_the_end(
        self, page: Page, office: ScriptedOffice, three: list[Any]
    ) -> None:
        def spoilt(lines: list[Any]) -> Answer:
            return Answer([office.head(), json.dumps([None, "refused", "malformed", 2])])

        office.script = [spoilt, spoilt, spoilt]
        assert (
            run(page, "return [await exchange.exchange(), await exchange.exchange()].flatMap((r) => r.refused)") == []
        )
        assert run(page, "return exchange.exchange()")["refused"] == [[three[0]["id"], "malformed"]]

    def test_a_batch_too_large_is_halved_down_to_the_one_at_fault(
        self, page: Page, office: ScriptedOffice, three: list[Any]
    ) -> None:
        at_fault = three[1]["id"]

        def limited(lines: list[Any]) -> Answer:
            if any(item[0]["_id"] == at_fault for item in lines[1:]):
                return Answer(["{}"], status=413)
            return office.honest(lines)

        office.script = [limited] * 6
        result = run(page, "return exchange.exchange()")
        assert result["refused"] == [[at_fault, "too-large"]]
        assert sorted(result["done"]) == sorted([three[0]["id"], three[2]["id"]])

    def test_a_busy_office_says_when(self, page: Page, office: ScriptedOffice, three: list[Any]) -> None:
        office.script = [lambda _: Answer(["{}"], status=503, headers={"Retry-After": "42"})]
        result = run(page, "return exchange.exchange()")
        assert (result["state"], result["retryAfter"]) == ("busy", 42)
        assert set(states(page).values()) == {"waiting"}

    def test_a_portal_that_answers_anything_is_not_the_office(
        self, page: Page, office: ScriptedOffice, three: list[Any]
    ) -> None:
        office.portal = "/"
        assert run(page, "return [await online.ping(), (await exchange.exchange()).state]") == [None, "offline"]
        assert set(states(page).values()) == {"waiting"}
        assert office.exchanges == []
        assert run(page, "return failing(pins.refreshOffice())") == ["OfflineError", None]
        assert run(page, "return failing(pins.loadForm('small'))") == ["OfflineError", None]
        office.portal = None
        assert len(run(page, "return exchange.exchange()")["done"]) == 3

    def test_without_a_network_everything_else_works(self, context: BrowserContext, page: Page) -> None:
        run(page, "await pins.office(); globalThis.loaded = await pins.loadForm('small');")
        context.set_offline(True)
        state = run(
            page,
            """const draft = await fill(await drafts.newDraft('small', loaded.name), { nama: 'upik' });
            await outbox.commit(await outbox.prepare(draft, loaded, await pins.office()));
            return (await exchange.exchange()).state;""",
        )
        assert state == "offline"
        context.set_offline(False)
        assert len(run(page, "return exchange.exchange()")["done"]) == 1

    def test_two_tabs_exchange_once(
        self, context: BrowserContext, page: Page, office: ScriptedOffice, three: list[Any]
    ) -> None:
        other = open_page(context, office)
        run(other, "globalThis.heard = []; document.addEventListener('rantau:exchanged', (e) => heard.push(e.detail));"
                   "globalThis.stop = tabs.hearOthers();")  # fmt: skip
        hold = """return new Promise((resolve) => navigator.locks.request('rantau-exchange', async () => {
          const held = new Promise((done) => { globalThis.letGo = done; });
          resolve(null);
          await held;
        }))"""
        run(page, hold)
        assert run(other, "return (await exchange.exchange()).state") == "elsewhere"
        page.evaluate("letGo()")
        both = run(page, "return Promise.all([exchange.exchange(), exchange.exchange()])")
        assert both[0]["done"] == both[1]["done"]
        wait(other, "heard.length === 1 && heard[0].done.length === 3")
        assert len(office.exchanges) == 1

    def test_without_web_locks_a_lease_does_the_same(self, page: Page) -> None:
        told = run(
            page,
            """const lease = await import('/pwa/lease.js');
            let letGo;
            const first = lease.leased('turn', () => new Promise((done) => { letGo = () => done('first'); }));
            while (!letGo) await db.read('meta', 'turn');
            const second = await lease.leased('turn', async () => 'second');
            letGo();
            const ends = [await first, second ?? null, await lease.leased('turn', async () => 'third')];
            await db.write('meta', { name: 'turn', until: Date.now() + 1e10 });
            return [...ends, await lease.leased('turn', async () => 'after the clock was set back')];""",
        )
        assert told == ["first", None, "third", "after the clock was set back"]

    def test_who_slept_through_a_lease_does_not_end_the_next_one_s(self, page: Page) -> None:
        told = run(
            page,
            """const lease = await import('/pwa/lease.js');
            const holding = () => {
              let letGo;
              const ended = lease.leased('turn', () => new Promise((done) => { letGo = () => done('done'); }));
              const hasBegun = async () => { while (!letGo) await db.read('meta', 'turn'); };
              return { ended, hasBegun, letGo: () => letGo() };
            };
            const asleep = holding();
            await asleep.hasBegun();
            await db.amend('meta', 'turn', (row) => ({ ...row, until: 1 }));
            const next = holding();
            await next.hasBegun();
            asleep.letGo();
            await asleep.ended;
            const third = await lease.leased('turn', async () => 'third');
            next.letGo();
            return [third ?? null, await next.ended];""",
        )
        assert told == [None, "done"]
