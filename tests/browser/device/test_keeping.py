"""What a phone keeps: nothing typed is lost, and nothing of it can be read where it lies."""

import json

import pytest
from playwright.sync_api import BrowserContext, Page

from tests.browser.device.device_page import open_page, run, wait
from tests.browsing import Phone
from tests.scripted_office import ScriptedOffice

pytestmark = pytest.mark.browser


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
        devtools.send("Storage.overrideQuotaForOrigin", {"origin": office.url})  # somebody has made room
        run(page, "await drafts.saveDraft(arg, { nama: 'C' })", id_)
        assert run(page, "return (await drafts.loadDraft(arg)).values.nama", id_) == "C"

    def test_what_cannot_be_stored_undoes_all_of_it_and_has_a_reason(self, page: Page) -> None:
        told = run(
            page,
            """const both = db.transact(['meta', 'outbox'], 'readwrite', (store) => {
              store('meta').put({ name: 'x' });
              store('outbox').put({ id: 'y', of: () => {} });
            });
            return [await failing(both), (await db.read('meta', 'x')) ?? null];""",
        )
        assert told == [["StorageError", "unavailable"], None]

    def test_an_old_page_that_keeps_the_database_is_named_and_awaited(self, page: Page) -> None:
        page.evaluate(
            """() => new Promise((resolve) => {
              const request = indexedDB.open('rantau', 1);
              request.onsuccess = () => resolve((globalThis.old = request.result) && null);
            })"""
        )
        assert run(page, "return failing(db.readAll('drafts'))") == ["StorageError", "blocked"]
        page.evaluate("old.close()")
        assert run(page, "return failing(db.transact([], 'readonly', () => {}))") != ["StorageError", "blocked"]

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
            const text = await (await aside.exportRecord('drafts', bad)).text();
            return [[problems[good] ?? null, problems[bad]], error, text];""",
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
            """await (await import('/pwa/key-renewal.js')).renewVault();
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
