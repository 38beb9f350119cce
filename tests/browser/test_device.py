"""What a phone keeps and sends, in a real browser: nothing typed is lost, nothing leaves but on a true receipt."""

import json
from collections.abc import Callable, Iterator
from threading import Event
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright

from sync.key_pair import new_key_pair
from sync.statements import sign_gone
from tests.browsing import FLAGS, Phone, chromium
from tests.people import person
from tests.scripted_office import Answer, ScriptedOffice, page_entry
from tests.sealed_items import NOW
from tests.serving import RunningOffice

pytestmark = pytest.mark.browser

MODULES = ["db", "vault", "drafts", "outbox", "exchange", "cases", "pins", "tabs", "online"]
IMPORTS = f"""
  const [{", ".join(MODULES)}] = await Promise.all({json.dumps(MODULES)}.map((name) => import(`/pwa/${{name}}.js`)));
  const fill = async (id, values) => {{
    await drafts.saveDraft(id, values, null, 'UPIK');
    return drafts.loadDraft(id);
  }};
  const send = async (values = {{ nama: 'upik' }}, origin = {{}}) => {{
    const {{ name, form }} = await pins.loadForm('small');
    const draft = await fill(await drafts.newDraft('small', name, {{}}, origin), values);
    const prepared = await outbox.prepare(draft, {{ name, form }}, await pins.office());
    await outbox.commit(prepared);
    const {{ version, case: of, code, line, bytes }} = prepared;
    return {{ id: version._id, case: of, code, line, bytes }};
  }};
  const failing = (work) => work.then(() => null, (error) => [error.name, error.reason ?? null]);
"""


def run(page: Page, body: str, arg: Any = None) -> Any:
    """Run JavaScript with the device's modules at hand."""
    return page.evaluate(f"async (arg) => {{ {IMPORTS} {body} }}", arg)


BRIDGE = "const bridge = await import('/pwa/sw-bridge.js');"


@pytest.fixture
def office() -> Iterator[ScriptedOffice]:
    with ScriptedOffice() as office:
        yield office


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningOffice]:
    with RunningOffice(tmp_path_factory.mktemp("office")) as running:
        yield running


@pytest.fixture(scope="module")
def browser(playwright: Playwright) -> Iterator[Browser]:
    browser = playwright.chromium.launch(executable_path=chromium(), args=list(FLAGS))
    yield browser
    browser.close()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context()
    context.set_default_timeout(15_000)
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext, office: ScriptedOffice) -> Page:
    return open_page(context, office)


def open_page(context: BrowserContext, office: ScriptedOffice, path: str = "/id/") -> Page:
    page = context.new_page()
    page.goto(office.url + path)
    return page


def wait(page: Page, condition: str) -> None:
    """Wait until the condition is true; Playwright's own way needs `eval`, which the page's policy forbids."""
    page.evaluate(f"async () => {{ while (!(await ({condition}))) await new Promise((go) => setTimeout(go, 20)); }}")


def start(page: Page, lang: str = "id") -> None:
    """Start the service worker and wait until it answers this page."""
    run(page, BRIDGE + "await bridge.startWorker(arg); return null", lang)
    wait(page, "navigator.serviceWorker.controller")


def states(page: Page) -> dict[str, str]:
    found: dict[str, str] = run(
        page, "return Object.fromEntries((await outbox.listOutbox()).map(({ id, state }) => [id, state]))"
    )
    return found


class TestDrafts:
    def test_a_draft_survives_a_browser_that_is_killed(self, phone: Phone, office: ScriptedOffice) -> None:
        phone.page.goto(f"{office.url}/id/")
        id_ = run(
            phone.page,
            """const id = await drafts.newDraft('small', '1.aaaaaaaa');
            await drafts.saveDraft(id, { nama: 'MELATI' }, 'diri', 'MELATI');
            return id;""",
        )
        phone.kill()
        phone.start().goto(f"{office.url}/id/")
        draft = run(phone.page, "return drafts.loadDraft(arg)", id_)
        assert (draft["values"], draft["place"], draft["service"]) == ({"nama": "MELATI"}, "diri", "small")

    def test_what_was_typed_last_stands_however_the_saves_end(self, page: Page) -> None:
        saved = run(
            page,
            """const id = await drafts.newDraft('small', '1.aaaaaaaa');
            const saves = [];
            for (let n = 0; n < 40; n += 1) {
              saves.push(drafts.saveDraft(id, { nama: 'x'.repeat(40 - n) }));
              if (n % 7 === 0) await null;
            }
            await Promise.all(saves);
            return [(await drafts.loadDraft(id)).values.nama, (await drafts.loadDraft(id)).n];""",
        )
        assert saved[0] == "x"
        assert saved[1] < 40  # saves that nobody waits for any more are left out

    def test_a_save_is_done_when_it_is_on_disk(self, page: Page) -> None:
        values = run(
            page,
            """const id = await drafts.newDraft('small', '1.aaaaaaaa');
            const seen = [];
            for (const nama of ['A', 'AB', 'ABC']) {
              await drafts.saveDraft(id, { nama });
              seen.push((await drafts.loadDraft(id)).values.nama);
            }
            return seen;""",
        )
        assert values == ["A", "AB", "ABC"]

    def test_the_database_holds_nothing_that_can_be_read(self, page: Page) -> None:
        rows = run(
            page,
            """const id = await drafts.newDraft('small', '1.aaaaaaaa', { nama: 'RAHASIA' }, { title: 'RAHASIA' });
            await drafts.saveDraft(id, { nama: 'RAHASIA' });
            const text = ({ ct, iv, ...rest }) => JSON.stringify(rest) + new TextDecoder('latin1').decode(ct);
            return (await db.readAll('drafts')).map(text);""",
        )
        assert len(rows) == 1
        assert "RAHASIA" not in rows[0]
        assert "small" not in rows[0]

    def test_a_draft_that_is_gone_stays_gone_when_a_late_save_comes(self, page: Page) -> None:
        error, drafts = run(
            page,
            """const id = await drafts.newDraft('small', '1.aaaaaaaa');
            await drafts.deleteDraft(id);
            return [await failing(drafts.saveDraft(id, { nama: 'X' })), await drafts.listDrafts()];""",
        )
        assert error == ["GoneError", None]
        assert drafts == []

    def test_several_drafts_are_listed_the_newest_first(self, page: Page) -> None:
        titles = run(
            page,
            """const ids = [];
            for (const title of ['SATU', 'DUA']) ids.push(await drafts.newDraft('small', '1.aaaaaaaa', {}, { title }));
            for (const now = Date.now(); Date.now() === now; );
            await drafts.saveDraft(ids[0], {});
            return (await drafts.listDrafts()).map(({ title, values }) => [title, values ?? null]);""",
        )
        assert titles == [["SATU", None], ["DUA", None]]

    def test_two_tabs_on_one_draft_are_told_and_lose_nothing(
        self, context: BrowserContext, page: Page, office: ScriptedOffice
    ) -> None:
        id_ = run(page, "return drafts.newDraft('small', '1.aaaaaaaa')")
        watch = "globalThis.told = []; globalThis.stop = drafts.watchDraft(arg, (what) => told.push(what));"
        run(page, watch, id_)
        other = open_page(context, office)
        run(other, watch, id_)
        wait(other, "told.includes('open-elsewhere')")
        run(other, "await drafts.saveDraft(arg, { nama: 'KEDUA' })", id_)
        wait(page, "told.includes('saved-elsewhere')")
        run(page, "await drafts.saveDraft(arg, { nama: 'PERTAMA' })", id_)
        assert run(other, "return (await drafts.loadDraft(arg)).values.nama", id_) == "PERTAMA"
        run(page, "stop(); await drafts.deleteDraft(arg)", id_)
        wait(other, "told.includes('gone')")


class TestDatabase:
    def test_a_page_of_an_older_app_goes_on_saving_after_an_upgrade(
        self, context: BrowserContext, page: Page, office: ScriptedOffice
    ) -> None:
        id_ = run(page, "return drafts.newDraft('small', '1.aaaaaaaa', { nama: 'A' })")
        newer = open_page(context, office)
        newer.evaluate(
            """() => new Promise((resolve, reject) => {
              const request = indexedDB.open('rantau', 7);
              request.onupgradeneeded = () => request.result.createObjectStore('photos');
              request.onsuccess = () => resolve(null);
              request.onerror = () => reject(request.error);
            })"""
        )
        run(page, "await drafts.saveDraft(arg, { nama: 'B' })", id_)
        assert run(page, "return (await drafts.loadDraft(arg)).values.nama", id_) == "B"
        assert run(newer, "return (await drafts.loadDraft(arg)).values.nama", id_) == "B"

    def test_a_full_disk_is_said_and_what_was_there_stays(
        self, context: BrowserContext, page: Page, office: ScriptedOffice
    ) -> None:
        devtools = context.new_cdp_session(page)
        devtools.send("Storage.overrideQuotaForOrigin", {"origin": office.url, "quotaSize": 200_000})
        id_ = run(page, "return drafts.newDraft('small', '1.aaaaaaaa', { nama: 'A' })")
        error = run(page, "return failing(drafts.saveDraft(arg, { nama: 'B'.repeat(2e6) }))", id_)
        assert error == ["StorageError", "full"]
        assert run(page, "return (await drafts.loadDraft(arg)).values.nama", id_) == "A"
        run(page, "await drafts.saveDraft(arg, { nama: 'C' })", id_)
        assert run(page, "return (await drafts.loadDraft(arg)).values.nama", id_) == "C"

    def test_a_failed_transaction_undoes_all_of_it(self, page: Page) -> None:
        told = run(
            page,
            """const both = db.transact(['meta', 'outbox'], 'readwrite', (store, fail) => {
              store('meta').put({ name: 'x' });
              store('outbox').put({ id: 'y' }).onsuccess = () => fail(new RangeError('no'));
            });
            return [await failing(both), await db.readAll('outbox'), (await db.read('meta', 'x')) ?? null];""",
        )
        assert told == [["RangeError", None], [], None]


class TestVault:
    def test_a_missing_key_is_said_and_never_made_anew(self, page: Page, office: ScriptedOffice) -> None:
        run(page, "await drafts.newDraft('small', '1.aaaaaaaa', { nama: 'X' }); await db.remove('meta', 'device-key')")
        page.reload()
        opened, listed, made = run(
            page,
            """return [await failing(vault.openVault()), (await drafts.listDrafts()).map(({ problem }) => problem),
              await failing(drafts.newDraft('small', '1.aaaaaaaa'))];""",
        )
        assert opened == ["VaultError", "key-missing"]
        assert listed == ["key-missing"]
        assert made == ["VaultError", "key-missing"]
        assert run(page, "return (await db.readAll('drafts')).length") == 1

    def test_a_damaged_draft_is_set_aside_and_can_be_taken_along(self, page: Page) -> None:
        listed, again, text = run(
            page,
            """const good = await drafts.newDraft('small', '1.aaaaaaaa', { nama: 'BAIK' });
            const bad = await drafts.newDraft('small', '1.aaaaaaaa', { nama: 'RUSAK' });
            await db.amend('drafts', bad, (row) => ({ ...row, ct: row.ct.map((byte) => byte ^ 1) }));
            const problems = Object.fromEntries((await drafts.listDrafts()).map(({ id, problem }) => [id, problem]));
            const error = await failing(drafts.saveDraft(bad, { nama: 'X' }));
            return [[problems[good] ?? null, problems[bad]], error, await (await drafts.exportDraft(bad)).text()];""",
        )
        assert listed == [None, "damaged"]
        assert again == ["VaultError", "damaged"]
        assert json.loads(text)["ct"]

    def test_a_draft_of_a_newer_app_is_left_to_it(self, page: Page) -> None:
        problem = run(
            page,
            """const id = await drafts.newDraft('small', '1.aaaaaaaa');
            await db.amend('drafts', id, (row) => ({ ...row, v: 2 }));
            return (await drafts.listDrafts())[0].problem;""",
        )
        assert problem == "newer"

    def test_a_wrong_key_is_found_out_by_the_canary(self, page: Page) -> None:
        run(
            page,
            """await drafts.newDraft('small', '1.aaaaaaaa');
            await db.amend('meta', 'device-key', ({ key, ...row }) => ({ ...row, raw: new Uint8Array(32) }));""",
        )
        page.reload()
        assert run(page, "return failing(vault.openVault())") == ["VaultError", "damaged"]

    def test_only_a_person_can_begin_anew_and_the_old_stays(self, page: Page) -> None:
        run(page, "await drafts.newDraft('small', '1.aaaaaaaa'); await db.remove('meta', 'device-key')")
        page.reload()
        problems = run(
            page,
            """await vault.renewVault();
            await drafts.newDraft('small', '1.aaaaaaaa', { nama: 'BARU' });
            return (await drafts.listDrafts()).map(({ problem }) => problem ?? null).sort();""",
        )
        assert problems == ["damaged", None] or problems == [None, "damaged"]

    def test_a_browser_that_stores_no_key_objects_still_saves(self, page: Page) -> None:
        page.evaluate(
            """() => { const put = IDBObjectStore.prototype.put;
              IDBObjectStore.prototype.put = function (row) {
                if (row.key instanceof CryptoKey) throw new DOMException('', 'DataCloneError');
                return put.call(this, row);
              }; }"""
        )
        id_ = run(page, "return drafts.newDraft('small', '1.aaaaaaaa', { nama: 'X' })")
        page.reload()
        assert run(page, "return (await drafts.loadDraft(arg)).values", id_) == {"nama": "X"}

    def test_two_tabs_that_begin_at_once_get_one_key(
        self, context: BrowserContext, page: Page, office: ScriptedOffice
    ) -> None:
        pages = [page, open_page(context, office), open_page(context, office)]
        for each in pages:
            run(each, "globalThis.made = drafts.newDraft('small', '1.aaaaaaaa'); return null")
        for each in pages:
            run(each, "await made; return null")
        listed = run(pages[2], "return (await drafts.listDrafts()).map(({ problem }) => problem ?? null)")
        assert listed == [None, None, None]


class TestSending:
    def test_what_is_sent_leaves_the_outbox_on_the_receipt_and_the_sealed_copy_stays(
        self, page: Page, office: ScriptedOffice
    ) -> None:
        sent = run(page, "return send({ nama: ' upik  b ', asal: 'Talu', nagari: '13.12.03.2004' })")
        assert states(page) == {sent["id"]: "waiting"}
        result = run(page, "return exchange.exchange()")
        assert (result["state"], result["done"]) == ("ok", [sent["id"]])
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
        told = run(page, "return [await outbox.cost(await outbox.linesToSend()), (await outbox.unsent()).count]")
        assert told == [sent["bytes"], 1]
        assert 400 < sent["bytes"] < 1500

    def test_an_item_can_be_carried_as_a_file(self, page: Page) -> None:
        sent = run(page, "return send()")
        lines = run(page, "return (await outbox.exportItems()).text()").splitlines()
        assert lines == ['{"v":1}', sent["line"]]


class TestBrokenAnswers:
    @pytest.fixture
    def three(self, page: Page) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = run(page, "return [await send(), await send(), await send()]")
        return found

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
        assert [item[0]["_id"] for item in office.exchanges[-1][1:]] == [three[1]["id"], three[2]["id"]]

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
        assert run(page, "return (await outbox.unsent()).count") == 3
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
        assert three[1]["line"] in run(page, "return (await outbox.exportItems([arg])).text()", id_)
        assert run(page, "return (await outbox.linesToSend()).length") == 0
        run(page, "await outbox.dropItem(arg)", three[0]["id"])
        run(page, "await outbox.retryItem(arg)", id_)
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
                   "globalThis.stop = exchange.hearExchanges();")  # fmt: skip
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
            """let letGo;
            const first = tabs.leased('turn', () => new Promise((done) => { letGo = () => done('first'); }));
            while (!letGo) await db.read('meta', 'turn');
            const second = await tabs.leased('turn', async () => 'second');
            letGo();
            const ends = [await first, second ?? null, await tabs.leased('turn', async () => 'third')];
            await db.write('meta', { name: 'turn', until: Date.now() + 1e10 });
            return [...ends, await tabs.leased('turn', async () => 'after the clock was set back')];""",
        )
        assert told == ["first", None, "third", "after the clock was set back"]


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
        assert run(page, "return [await cases.listCases(), await outbox.listOutbox()]") == [[], []]

    def test_an_unknown_code_is_said_to_be_one(self, page: Page, office: ScriptedOffice) -> None:
        assert run(page, "return failing(cases.fetchCase('0000 0000 0000 0000'))") == ["NotFoundError", None]
        assert run(page, "return failing(cases.fetchCase('0000'))") == ["CodeError", "length"]
        office.portal = "/"
        assert run(page, "return failing(cases.fetchCase('0000 0000 0000 0000'))") == ["OfflineError", None]

    def test_the_sealed_copy_is_dropped_35_days_after_the_receipt(self, page: Page, sent: dict[str, Any]) -> None:
        day = 86_400_000
        left = "await outbox.dropOld(Date.now() + arg); return (await outbox.listOutbox()).length"
        assert run(page, left, 35 * day - 60_000) == 1
        assert run(page, left, 35 * day + 60_000) == 0
        assert len(run(page, "return cases.listCases()")) == 1


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
        run(page, "await pins.office(); globalThis.changed = 0;"
                  "document.addEventListener('rantau:public-changed', () => { changed += 1; });")  # fmt: skip
        office.public, office.seq = "qqqqqqqq", 2
        run(page, "await exchange.exchange()")
        assert run(page, "return [(await pins.office()).public, (await pins.office()).keys.seq]") == ["qqqqqqqq", 2]
        assert page.evaluate("changed") == 1

    def test_a_clock_that_is_a_year_off_is_set_right_by_the_office(self, page: Page) -> None:
        day = run(page, "return pins.today(await pins.office())")
        assert day == "2026-11-25"
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
          globalThis.unsent = outbox.unsent; globalThis.stop = timer.stopExchange;
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
        ready.evaluate("document.dispatchEvent(new CustomEvent('rantau:public-changed'))")
        wait(ready, "offered === 1")
        assert (office.asked[same], office.asked[fresh]) == (before, 1)
        assert ready.evaluate("fetch('/id/new').then((answer) => answer.text())").count("from the network") == 1
        with ready.expect_navigation():
            run(ready, BRIDGE + "void bridge.applyUpdate(); return null")
        context.set_offline(True)
        assert "new" in ready.evaluate("fetch('/id/new').then((answer) => answer.text())")
        packs = ready.evaluate("caches.keys().then((all) => all.filter((name) => name.startsWith('rantau-packs')))")
        assert len(packs) == 1

    def test_under_an_open_form_no_update_is_offered(self, ready: Page, office: ScriptedOffice) -> None:
        ready.evaluate(
            """() => { const form = document.createElement('form');
              form.dataset.module = 'application-form';
              document.body.append(form);
              globalThis.offered = 0;
              globalThis.heard = new Promise((done) => navigator.serviceWorker.addEventListener('message', done));
              document.addEventListener('rantau:update-ready', () => { offered += 1; }); }"""
        )
        office.packs["id"].append({"/id/new": page_entry("id", "new")})
        ready.evaluate("document.dispatchEvent(new CustomEvent('rantau:public-changed'))")
        ready.evaluate("heard.then(() => null)")
        assert ready.evaluate("offered") == 0

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
        ready.evaluate("document.dispatchEvent(new CustomEvent('rantau:public-changed'))")
        wait(ready, "caches.match('/id/new').then(Boolean)")
        with ready.expect_navigation():
            run(ready, BRIDGE + "void bridge.applyUpdate(); return null")
        assert "another-app" in ready.evaluate("caches.keys()")

    def test_whether_the_browser_keeps_the_data_is_asked_and_noted(self, page: Page) -> None:
        told = run(page, BRIDGE + "return [await bridge.askToPersist(), await db.read('meta', 'persisted')]")
        assert told[0] is told[1]["isGranted"]
        assert run(page, BRIDGE + "return (await bridge.storageState()).quota") > 0


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
