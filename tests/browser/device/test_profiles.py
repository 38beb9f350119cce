"""Several people share a phone: what one of them keeps is neither readable nor listed for the next."""

import json
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from sync.rescue import open_draft, open_rescue
from tests.browser.device.device_page import open_page, run, start, states, wait
from tests.scripted_office import ScriptedOffice

pytestmark = pytest.mark.browser

WORDS = "batu jala kuda mira"
OTHER = "sari noda guti dara"
PROFILES = "const profiles = await import('/pwa/profiles.js');"
MAKE = PROFILES + "const siti = await profiles.createProfile({ name: 'Siti', passphrase: arg, device: 'd-9f2c01ab' });"


def with_profiles(page: Page, body: str, arg: Any = None) -> Any:
    return run(page, PROFILES + body, arg)


@pytest.fixture
def siti(page: Page) -> str:
    """A volunteer's profile, unlocked and in use, and the worker that holds its key from page to page."""
    start(page)
    id_: str = run(page, MAKE + "return siti.id", WORDS)
    return id_


class TestProfiles:
    def test_what_one_keeps_is_neither_listed_nor_readable_for_the_next(self, page: Page, siti: str) -> None:
        draft = run(page, "return drafts.newDraft('small', '1.aaaaaaaa', { nama: 'RAHASIA' }, { title: 'RAHASIA' })")
        sent = run(page, "return send()")
        seen = with_profiles(
            page,
            """const ami = await profiles.createProfile({ name: 'Ami', passphrase: arg[0] });
            const mine = await drafts.newDraft('small', '1.aaaaaaaa', { nama: 'AMI' });
            const ids = async () => (await drafts.listDrafts()).map(({ id }) => id);
            const under = async () => [await ids(), (await cases.listCases()).length];
            const hers = await under();
            await profiles.useProfile('own', false);
            const owners = await under();
            await profiles.unlockProfile(arg[1], arg[2]);
            return [hers.flat().includes(mine), hers, owners, await under(), await failing(drafts.loadDraft(mine))];""",
            [OTHER, siti, WORDS],
        )
        assert seen[0] is True
        assert draft not in seen[1][0]
        assert seen[1][1] == 0
        assert seen[2] == [[], 0]
        assert seen[3] == [[draft], 1]
        assert seen[4] == ["GoneError", None]
        assert list(states(page)) == [sent["id"]]  # the outbox is everybody's: sealed, and to be sent
        rows = run(
            page,
            """const text = ({ ct, iv, ...rest }) => JSON.stringify(rest) + new TextDecoder('latin1').decode(ct);
            return [...(await db.readAll('drafts')), ...(await db.readAll('profiles'))].map(text)""",
        )
        assert len(rows) == 4
        assert not any(word in row for row in rows for word in ("RAHASIA", "Siti", "Ami", "d-9f2c01ab"))

    def test_two_people_may_keep_the_same_case(self, page: Page, siti: str) -> None:
        found = with_profiles(
            page,
            """const { case: of, code } = await send();
            await profiles.useProfile('own', false);
            const origin = { case: of, code, prev: [] };
            await send({ nama: 'sendiri' }, origin);
            const owner = (await cases.openCase(of)).versions.length;
            await profiles.unlockProfile(arg[0], arg[1]);
            return [owner, (await cases.openCase(of)).versions.length];""",
            [siti, WORDS],
        )
        assert found == [1, 1]

    def test_the_key_outlives_a_page_but_not_a_lock(self, page: Page, siti: str) -> None:
        run(page, "return drafts.newDraft('small', '1.aaaaaaaa', { nama: 'X' })")
        page.reload()
        assert len(run(page, "return drafts.listDrafts()")) == 1
        told = with_profiles(page, "return profiles.currentProfile()")
        assert told == {"id": siti, "name": "Siti", "device": "d-9f2c01ab", "isOpen": True}
        with_profiles(page, "return profiles.lock()")
        page.reload()
        assert with_profiles(page, "return failing(vault.vaultAtHand())") == ["LockedError", None]
        assert with_profiles(page, "return (await profiles.currentProfile()).isOpen") is False

    def test_no_part_of_the_key_lies_in_the_database_once_it_is_locked(self, page: Page, siti: str) -> None:
        found = with_profiles(
            page,
            """await profiles.lock();
            const rows = (await Promise.all(['meta', 'profiles', 'drafts'].map((store) => db.readAll(store)))).flat();
            const holdsKey = (row) => Object.values(row).some((value) => value instanceof CryptoKey);
            return rows.filter(holdsKey).map(({ name }) => name)""",
        )
        assert found == ["device-key"]  # a factor: it opens no profile without the passphrase

    def test_a_copy_without_the_device_s_key_cannot_even_try_passphrases(self, page: Page, siti: str) -> None:
        with_profiles(page, "await profiles.lock(); await db.remove('meta', 'device-key')")
        page.reload()
        assert with_profiles(page, "return failing(profiles.unlockProfile(...arg))", [siti, WORDS]) == [
            "VaultError",
            "key-missing",
        ]

    def test_four_states_are_told_apart(self, page: Page, siti: str) -> None:
        unlocking = "return failing(profiles.unlockProfile(...arg))"
        with_profiles(page, "await profiles.lock()")
        assert with_profiles(page, unlocking, [siti, OTHER]) == ["VaultError", "wrong-passphrase"]
        assert with_profiles(page, unlocking, [siti, WORDS]) is None  # a wrong one spoils nothing
        assert with_profiles(page, unlocking, ["pgone", WORDS]) == ["VaultError", "key-missing"]
        run(page, "await db.amend('profiles', arg, (row) => ({ ...row, v: 2 }))", siti)
        assert with_profiles(page, unlocking, [siti, WORDS]) == ["VaultError", "newer"]
        run(
            page,
            "await db.amend('profiles', arg, (row) => ({ ...row, v: 1, ct: row.ct.map((byte) => byte ^ 1) }))",
            siti,
        )
        assert with_profiles(page, unlocking, [siti, WORDS]) == ["VaultError", "damaged"]

    def test_the_office_opens_a_draft_that_is_handed_over(self, page: Page, siti: str, office: ScriptedOffice) -> None:
        """It was begun, and typed in for the last time, before this phone knew any key of its office."""
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        count = "(async () => (await import('/pwa/handing.js')).countHandable(globalThis.siti))()"
        run(
            page,
            """globalThis.siti = arg;
            const id = await drafts.newDraft('small', '1.aaaaaaaa');
            await drafts.saveDraft(id, { nama: 'UPIK é' }, null, 'UPIK');
            const days = await import('/pwa/day/days.js');
            const event = { place: 'Kinali', date: '2026-11-30', purpose: '', service: 'small', form: '', carried: {} };
            await days.addPeople(await days.newDay(event), ['Siti', 'Budi']);""",
            siti,
        )
        assert page.evaluate(count) == 0
        assert f"{office.url}/office.json" not in asked  # saving waits for nobody
        run(page, "await exchange.exchange()")
        wait(page, f"(await {count}) === 2")
        text = run(page, "return (await (await import('/pwa/handing.js')).handedDrafts(arg)).text()", siti)
        file = json.loads(text)
        assert (file["type"], file["profile"], len(file["drafts"])) == ("drafts", siti, 2)
        opened = []
        for draft in file["drafts"]:
            [(kid, rescue)] = draft["rescue"].items()
            data_key = open_rescue(rescue, siti, draft["id"], kid=kid, private=office.keys.seal)
            opened.append(open_draft(draft, data_key)["values"])
        day = {"place": "Kinali", "date": "2026-11-30", "purpose": "", "names": "Siti; Budi"}
        assert opened == [{"nama": "UPIK é"}, day]

    def test_the_costs_of_a_try_are_measured_and_kept_with_the_record(self, page: Page, siti: str) -> None:
        kdf = run(
            page,
            """const [row] = await db.readAll('profiles');
            return (await (await vault.openDevice()).decrypt(row)).kdf""",
        )
        assert (kdf["name"], kdf["m"], kdf["p"]) == ("argon2id", 65536, 1)
        assert 3 <= kdf["t"] <= 16

    def test_a_new_passphrase_sets_aside_and_deletes_nothing(self, page: Page, siti: str) -> None:
        sent = run(page, "const sent = await send(); await drafts.newDraft('small', '1.aaaaaaaa'); return sent")
        found = with_profiles(
            page,
            """await profiles.lock();
            await profiles.renewProfile(arg[0], arg[1]);
            const { countHandable } = await import('/pwa/handing.js');
            return [await drafts.listDrafts(), await cases.listCases(), (await aside.listAside()).length,
              await countHandable(arg[0]), (await db.readAll('profiles')).length,
              await failing(profiles.unlockProfile(arg[0], arg[2])),
              await failing(profiles.unlockProfile(arg[0], arg[1])), (await profiles.currentProfile()).name]""",
            [siti, OTHER, WORDS],
        )
        assert found == [[], [], 2, 1, 2, ["VaultError", "wrong-passphrase"], None, "Siti"]
        assert states(page) == {sent["id"]: "waiting"}

    def test_what_the_office_erases_goes_from_every_profile_locked_or_not(self, page: Page, siti: str) -> None:
        found = with_profiles(
            page,
            """const { case: of } = await send();
            await profiles.lock();
            await profiles.useProfile('own', false);
            await cases.endCase(of, { _id: `gone.${of}`, at: 1795564800 });
            await profiles.unlockProfile(...arg);
            const [row] = await db.readAll('cases');
            return [await failing(cases.openCase(of)), (await cases.listCases())[0].erased, 'ct' in row]""",
            [siti, WORDS],
        )
        assert found == [["ErasedError", None], 1795564800, False]


PIN = "const pin = await import('/pwa/pin.js');"
NEVER = "new AbortController().signal"
SPOIL = "({ ...row, ct: row.ct.map((byte) => byte ^ 1) })"


def everything(page: Page) -> Any:
    """All that the phone keeps, to be compared."""
    return run(
        page,
        """const bytes = (value) => (ArrayBuffer.isView(value) ? [...value] : value);
        const plain = (key, value) => (value instanceof CryptoKey ? 'key' : bytes(value));
        const stores = ['meta', 'profiles', 'drafts', 'cases'];
        return JSON.stringify(await Promise.all(stores.map((name) => db.readAll(name))), plain)""",
    )


class TestPin:
    def test_it_is_whole_whenever_the_phone_dies(self, page: Page) -> None:
        """A change of it that is cut by the last request leaves everything as it was."""
        start(page)
        draft = run(page, "await send(); return drafts.newDraft('small', '1.aaaaaaaa', { nama: 'AWAL' })")
        before = everything(page)
        page.evaluate(
            """() => {
              globalThis.put = IDBObjectStore.prototype.put;
              IDBObjectStore.prototype.put = function (row) {
                if (row.name === 'profile') this.transaction.abort();
                return put.call(this, row);
              };
            }"""
        )
        assert run(page, PIN + f"return failing(pin.setPin('271828', {NEVER}))") == ["StorageError", "aborted"]
        assert everything(page) == before
        page.evaluate("() => { IDBObjectStore.prototype.put = put; }")
        run(page, PIN + f"await pin.setPin('271828', {NEVER})")
        assert everything(page) != before
        page.reload()
        assert run(page, "return [(await drafts.loadDraft(arg)).values, (await cases.listCases()).length]", draft) == [
            {"nama": "AWAL"},
            1,
        ]

    @pytest.mark.parametrize("deed", [f"setPin('161803', {NEVER})", "removePin()"])
    def test_where_something_does_not_open_nothing_is_changed(self, page: Page, deed: str) -> None:
        start(page)
        spoilt = run(
            page,
            PIN
            + f"""await drafts.newDraft('small', '1.aaaaaaaa', {{ nama: 'UTUH' }});
            await pin.setPin('271828', {NEVER});
            const id = await drafts.newDraft('small', '1.aaaaaaaa', {{ nama: 'RUSAK' }});
            await db.amend('drafts', id, (row) => {SPOIL});
            return id;""",
        )
        before = everything(page)
        assert run(page, PIN + f"return failing(pin.{deed})") == ["VaultError", "damaged"]
        assert everything(page) == before
        told = run(
            page,
            PIN + f"await aside.setAside('drafts', arg); await pin.{deed}; return (await drafts.listDrafts()).length",
            spoilt,
        )
        assert told == 1

    def test_a_survey_half_filled_in_is_still_there_after_it(self, page: Page) -> None:
        """Set, changed, locked and taken away: what lies beside drafts and cases goes under the new key as well.

        A tab that has the key of before neither opens it with that nor deletes it.
        """
        start(page)
        found = with_profiles(
            page,
            PIN
            + f"""const survey = await import('/pwa/survey-draft.js');
            const kept = async () => (await survey.loadAnswers())?.answers.waktu ?? null;
            const seen = [await survey.keepAnswers({{ waktu: '4' }})];
            for (const one of ['271828', '161803']) {{
              const before = await vault.vaultAtHand();
              await pin.setPin(one, {NEVER});
              vault.takeVault(before);
              seen.push(await kept());
            }}
            await profiles.lock();
            seen.push(await kept(), await survey.keepAnswers({{ waktu: '1' }}));
            await profiles.unlockProfile('own', '161803');
            seen.push(await kept());
            await pin.removePin();
            seen.push(await kept());
            await db.amend('meta', 'survey-draft', (row) => {SPOIL});
            await pin.setPin('314159', {NEVER});
            return [...seen, await kept()]""",
        )
        kept_while_open, asked_while_locked = [True, "4", "4"], [None, False]
        assert found == [*kept_while_open, *asked_while_locked, "4", "4", None]

    def test_a_tab_that_slept_through_it_writes_nothing_under_the_old_key(
        self, page: Page, context: BrowserContext, office: ScriptedOffice
    ) -> None:
        """The tab is at the form when another sets a PIN, hears nothing of it, and saves once more."""
        start(page)
        draft = run(page, "return drafts.newDraft('small', '1.aaaaaaaa', { nama: 'AWAL' })")
        page.evaluate("() => { Storage.prototype.getItem = () => null; }")
        run(page, "await drafts.loadDraft(arg)", draft)
        other = open_page(context, office)
        run(other, PIN + f"await pin.setPin('271828', {NEVER}); await (await import('/pwa/profiles.js')).lock()")
        saving = "failing(drafts.saveDraft(arg, { nama: 'TERLAMBAT' }))"
        assert run(page, f"return {saving}", draft) == ["LockedError", None]
        run(page, "void drafts.newDraft('small', '1.aaaaaaaa', { nama: 'BARU' })")
        expect(page.locator("[data-unlock=own]")).to_be_visible()
        page.locator("#secret").fill("271828")
        page.locator("[data-unlock] form button").click()
        expect(page.locator("[data-unlock]")).to_have_count(0)
        wait(page, "(await (await import('/pwa/drafts.js')).listDrafts()).length === 2")
        assert run(page, "return (await drafts.listDrafts()).map(({ problem }) => problem ?? null)") == [None, None]

    @pytest.mark.parametrize("is_set", [True, False])
    def test_a_phone_on_which_an_older_app_was_cut_at_it_opens(self, page: Page, is_set: bool) -> None:
        """Its two halves, the record and whose turn it is, were not written as one."""
        start(page)
        draft = run(page, "return drafts.newDraft('small', '1.aaaaaaaa', { nama: 'AWAL' })")
        run(page, PIN + f"await pin.setPin('271828', {NEVER}); await (await import('/pwa/profiles.js')).lock()")
        if is_set:
            run(page, "await db.remove('meta', 'profile')")
        else:
            with_profiles(page, PIN + "await profiles.unlockProfile('own', '271828'); await pin.removePin()")
            run(page, "await db.write('meta', { name: 'profile', id: 'own' })")
        page.reload()
        if is_set:
            assert run(page, "return failing(vault.vaultAtHand())") == ["LockedError", None]
            with_profiles(page, "await profiles.unlockProfile('own', '271828')")
        assert run(page, "return (await drafts.loadDraft(arg)).values", draft) == {"nama": "AWAL"}


class TestRemembering:
    def test_what_was_set_aside_comes_back_to_who_remembers_the_old_passphrase(self, page: Page, siti: str) -> None:
        draft = run(page, "await send(); return drafts.newDraft('small', '1.aaaaaaaa', { nama: 'LAMA' })")
        found = with_profiles(
            page,
            """const { reopen } = await import('/pwa/reopen.js');
            const { listDays, newDay } = await import('/pwa/day/days.js');
            await newDay({ place: 'Kinali', date: '', purpose: '', service: 'small', form: '', carried: {} });
            await profiles.lock();
            await profiles.renewProfile(arg[0], arg[1]);
            if ((await listDays()).length) throw new Error('a day of the old passphrase is listed');
            const wrong = await failing(reopen('bukan yang dulu'));
            const told = await reopen(arg[2]);
            const { values } = await drafts.loadDraft(arg[3]);
            const [{ case: of }] = await cases.listCases();
            const [{ place }] = await listDays();
            return [wrong, told, values, (await cases.openCase(of)).versions.length, place, await aside.listAside()]""",
            [siti, OTHER, WORDS, draft],
        )
        assert found == [["VaultError", "wrong-passphrase"], {"back": 3, "left": 0}, {"nama": "LAMA"}, 1, "Kinali", []]

    def test_setting_a_new_one_gives_nobody_more_tries_at_the_old_one(self, page: Page, siti: str) -> None:
        found = with_profiles(
            page,
            """const { reopen } = await import('/pwa/reopen.js');
            await profiles.lock();
            await db.write('meta', { name: `tries.${arg[0]}`, count: 5, at: Date.now() });
            await profiles.renewProfile(arg[0], 'punya pencuri satu');
            await profiles.renewProfile(arg[0], 'punya pencuri dua');
            await reopen('punya pencuri satu');
            return failing(reopen(arg[1]))""",
            [siti, WORDS],
        )
        assert found == ["WaitError", None]

    def test_what_was_set_aside_is_put_back_unless_its_place_is_taken(self, page: Page) -> None:
        draft = run(page, "return drafts.newDraft('small', '1.aaaaaaaa', { nama: 'A' })")
        found = run(
            page,
            """const back = async () => aside.putBack('drafts', (await aside.listAside())[0].row.id);
            await aside.setAside('drafts', arg);
            const gone = (await drafts.listDrafts()).length;
            const first = [await back(), (await drafts.loadDraft(arg)).values.nama];
            const row = await db.read('drafts', arg);
            await aside.setAside('drafts', arg);
            await db.write('drafts', row);
            return [gone, first, await back(), (await db.readAll('drafts')).length]""",
            draft,
        )
        assert found == [0, [True, "A"], False, 2]


class TestCases:
    def test_a_case_that_is_fetched_again_deletes_none_that_does_not_open(self, page: Page) -> None:
        found = run(
            page,
            f"""const {{ case: of }} = await send();
            const old = (await cases.openCase(of)).title;
            const {{ createRecord, readRecord }} = await import('/pwa/records.js');
            const content = await readRecord('cases', of);
            await db.amend('cases', of, (row) => {SPOIL});
            await createRecord('cases', of, content);
            return [(await cases.openCase(of)).title === old, (await aside.listAside()).length]""",
        )
        assert found == [True, 1]


class TestDeviceKey:
    def test_a_damaged_trial_record_makes_no_new_key_beside_what_the_old_one_opens(self, page: Page, siti: str) -> None:
        run(page, f"await db.amend('meta', 'canary', (row) => {SPOIL})")
        key = "(await db.readAll('meta')).map(({ name }) => name).filter((name) => /^device-key/.test(name)).join()"
        page.reload()
        found = with_profiles(
            page,
            f"""const renewing = await failing(profiles.renewProfile(arg[0], arg[1]));
            await (await import('/pwa/key-renewal.js')).renewVault();
            return [renewing, {key}, await failing(profiles.unlockProfile(arg[0], arg[2]))]""",
            [siti, OTHER, WORDS],
        )
        assert found == [["VaultError", "damaged"], "device-key", None]


class TestSendingWhileLocked:
    def test_what_is_sealed_is_sent_without_the_passphrase(self, page: Page, siti: str, office: ScriptedOffice) -> None:
        sent = run(page, "return send()")
        with_profiles(page, "return profiles.lock()")
        page.reload()
        result = run(page, "return exchange.exchange()")
        assert result["done"] == [sent["id"]]
        assert page.locator("[data-unlock]").count() == 0  # nobody was asked
