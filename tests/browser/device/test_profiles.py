"""Several people share a phone: what one of them keeps is neither readable nor listed for the next."""

import json
from typing import Any

import pytest
from playwright.sync_api import Page

from sync.rescue import open_draft, open_rescue
from tests.browser.device.device_page import run, start, states
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
            await vault.useProfile('own', false);
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
            await vault.useProfile('own', false);
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
        text = run(
            page,
            """const id = await drafts.newDraft('small', '1.aaaaaaaa');
            await drafts.saveDraft(id, { nama: 'UPIK é' }, null, 'UPIK');
            const { handedDrafts } = await import('/pwa/handing.js');
            return (await handedDrafts(arg)).text()""",
            siti,
        )
        file = json.loads(text)
        assert (file["type"], file["profile"], len(file["drafts"])) == ("drafts", siti, 1)
        draft = file["drafts"][0]
        [(kid, rescue)] = draft["rescue"].items()
        data_key = open_rescue(rescue, siti, draft["id"], kid=kid, private=office.keys.seal)
        assert open_draft(draft, data_key)["values"] == {"nama": "UPIK é"}

    def test_the_costs_of_a_try_are_measured_and_kept_with_the_record(self, page: Page, siti: str) -> None:
        kdf = run(
            page,
            """const [row] = await db.readAll('profiles');
            return (await (await vault.openDevice()).decrypt(row)).kdf""",
        )
        assert (kdf["name"], kdf["m"], kdf["p"]) == ("argon2id", 65536, 1)
        assert 3 <= kdf["t"] <= 16

    def test_a_new_passphrase_sets_aside_and_deletes_nothing(self, page: Page, siti: str) -> None:
        sent = run(page, "await drafts.newDraft('small', '1.aaaaaaaa', { nama: 'LAMA' }); return send()")
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
            await vault.useProfile('own', false);
            await cases.endCase(of, { _id: `gone.${of}`, at: 1795564800 });
            await profiles.unlockProfile(...arg);
            const [row] = await db.readAll('cases');
            return [await failing(cases.openCase(of)), (await cases.listCases())[0].erased, 'ct' in row]""",
            [siti, WORDS],
        )
        assert found == [["ErasedError", None], 1795564800, False]


class TestSendingWhileLocked:
    def test_what_is_sealed_is_sent_without_the_passphrase(self, page: Page, siti: str, office: ScriptedOffice) -> None:
        sent = run(page, "return send()")
        with_profiles(page, "return profiles.lock()")
        page.reload()
        result = run(page, "return exchange.exchange()")
        assert result["done"] == [sent["id"]]
        assert page.locator("[data-unlock]").count() == 0  # nobody was asked
