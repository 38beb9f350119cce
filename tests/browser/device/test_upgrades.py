"""An update never costs work: what any older app stored opens under the newest, drafts and outbox as they were."""

import re

import pytest
from playwright.sync_api import BrowserContext, Page

from server.settings import ROOT
from tests.browser.device.device_page import open_page, run, states
from tests.scripted_office import ScriptedOffice

pytestmark = pytest.mark.browser

# How each version of the database made its stores: the newest app has to take over from every one of them.
STORES = {
    1: "for (const name of ['drafts', 'outbox', 'cases']) db.createObjectStore(name, { keyPath: 'id' });"
    "db.createObjectStore('meta', { keyPath: 'name' });",
    2: "db.createObjectStore('profiles', { keyPath: 'id' });",
    3: "for (const name of ['images', 'files']) db.createObjectStore(name, { keyPath: 'id' });",
    4: "db.createObjectStore('days', { keyPath: 'id' });"
    "for (const [name, key] of [['cases', 'at'], ['outbox', 'case']])"
    " opening.transaction.objectStore(name).createIndex(key, key);",
}
VERSION = int(re.findall(r"const VERSION = (\d+);", (ROOT / "pwa/db.js").read_text())[0])


def old_database(page: Page, version: int) -> None:
    """Make the database again as the app of that version had it, with the rows that the page kept."""
    stores = " ".join(f"if ({version} >= {each}) {{ {make} }}" for each, make in STORES.items())
    page.evaluate(
        f"""async () => {{
          const done = (request) => new Promise((resolve, reject) => {{
            request.onsuccess = () => resolve(request.result);
            request.onerror = request.onblocked = () => reject(request.error);
          }});
          await done(indexedDB.deleteDatabase('rantau'));
          const opening = indexedDB.open('rantau', {version});
          opening.onupgradeneeded = () => {{ const db = opening.result; {stores} }};
          const db = await done(opening);
          const names = [...db.objectStoreNames];
          const transaction = db.transaction(names, 'readwrite');
          for (const name of names) {{
            for (const row of globalThis.kept[name] ?? []) transaction.objectStore(name).put(row);
          }}
          await new Promise((resolve) => (transaction.oncomplete = resolve));
          db.close();
        }}"""
    )


def test_every_version_is_listed_here() -> None:
    assert sorted(STORES) == list(range(1, VERSION + 1))


@pytest.mark.parametrize("version", range(1, VERSION + 1))
def test_what_an_older_app_stored_opens_under_the_newest(
    page: Page, context: BrowserContext, office: ScriptedOffice, version: int
) -> None:
    draft, sent = run(
        page,
        """const id = await drafts.newDraft('small', '1.aaaaaaaa');
        await drafts.saveDraft(id, { nama: 'UPIK' }, null, 'UPIK');
        const item = await send();
        globalThis.kept = {};
        for (const name of ['drafts', 'outbox', 'cases', 'meta']) kept[name] = await db.readAll(name);
        return [id, item];""",
    )
    old_database(page, version)
    page.close()
    newest = open_page(context, office)
    assert run(newest, "return (await drafts.loadDraft(arg)).values", draft) == {"nama": "UPIK"}
    assert states(newest) == {sent["id"]: "waiting"}
    assert run(newest, "return (await cases.listCases())[0].case") == sent["case"]
    assert run(newest, "return (await exchange.exchange()).done") == [sent["id"]]
    made = run(
        newest,
        """await (await import('/pwa/profiles.js')).createProfile({ name: 'Siti', passphrase: 'batu jala kuda mira' });
        const sizes = [(await drafts.listDrafts()).length, (await db.readAll('profiles')).length];
        const { putImage, imagesOf } = await import('/pwa/images/image-store.js');
        const of = await drafts.newDraft('small', '1.aaaaaaaa');
        await putImage(of, 'ktp', { type: 'image/webp', bytes: new Uint8Array(9), width: 3, height: 3 });
        return [...sizes, (await imagesOf(of)).length];""",
    )
    assert made == [0, 1, 1]


def test_an_older_page_that_is_still_open_goes_on_saving(
    page: Page, context: BrowserContext, office: ScriptedOffice
) -> None:
    """The database is upgraded under a page of the version before."""
    id_ = run(page, "return drafts.newDraft('small', '1.aaaaaaaa')")
    run(
        page,
        """const request = indexedDB.open('rantau', arg);
        request.onupgradeneeded = () => request.result.createObjectStore('of-a-newer-app');
        await new Promise((resolve, reject) => {
          request.onsuccess = () => (request.result.close(), resolve());
          request.onerror = () => reject(request.error);
        });""",
        VERSION + 1,
    )
    saved = run(page, "await drafts.saveDraft(arg, { nama: 'X' }); return (await drafts.loadDraft(arg)).values", id_)
    assert saved == {"nama": "X"}
