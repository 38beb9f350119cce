"""Pictures after their text, against a real office: sealed, resumed at the byte, believed by its receipt alone."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect

from tests.browser.device.device_page import run, wait
from tests.people import person
from tests.people_at_work import TEXTS
from tests.serving import RunningOffice

pytestmark = pytest.mark.browser

ID = TEXTS["id"]

IMAGES = """
  const [store, uploader, use, bundle, opened] = await Promise.all(['images/image-store', 'images/uploader',
    'images/data-use', 'bundle', 'crypto/open-own'].map((name) => import(`/pwa/${name}.js`)));
  const noise = (size) => {
    const bytes = new Uint8Array(size);
    for (let at = 0; at < size; at += 65536) crypto.getRandomValues(bytes.subarray(at, at + 65536));
    return bytes;
  };
  const picture = (size) => ({ type: 'image/webp', bytes: noise(size), width: 40, height: 30 });
  const begin = async (values, sizes) => {
    const loaded = await pins.loadForm('passport-new');
    const id = await drafts.newDraft('passport-new', loaded.name);
    for (const [paper, size] of sizes) await store.putImage(id, paper, picture(size));
    return [await fill(id, values), loaded];
  };
  const kirim = async (values, sizes) => {
    const prepared = await outbox.prepare(...(await begin(values, sizes)), await pins.office());
    await outbox.commit(prepared);
    return prepared;
  };
  const state = async () => (await outbox.listOutbox()).at(-1)?.state ?? null;
  const last = async () => (await outbox.items()).at(-1).files.at(-1);
  const change = async (work) => {
    const { id } = (await outbox.items()).at(-1);
    await db.amend('outbox', id, (item) => ({ ...item, files: item.files.map(work) }));
  };
"""

# There is no room to let pictures go, whoever does it, until there is.
FULL = """() => {
  const { transaction } = IDBDatabase.prototype;
  IDBDatabase.prototype.transaction = function (names, mode, ...more) {
    if (mode !== 'readwrite' || !names.includes('files')) return transaction.call(this, names, mode, ...more);
    throw new DOMException('', 'QuotaExceededError');
  };
  globalThis.makeRoom = () => (IDBDatabase.prototype.transaction = transaction);
}"""


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningOffice]:
    with RunningOffice(tmp_path_factory.mktemp("office")) as running:
        yield running


@pytest.fixture
def phone(context: BrowserContext, real: RunningOffice) -> Page:
    """A page that does nothing by itself, as in the other tests here; its next load is the app."""
    page = context.new_page()
    page.route("**/pwa/main.js", lambda route: route.fulfill(content_type="text/javascript", body=""), times=1)
    page.goto(f"{real.url}/id/")
    return page


def test_text_goes_first_then_each_picture_as_it_is_needed(phone: Page) -> None:
    found: dict[str, Any] = run(
        phone,
        IMAGES
        + """const { version, files, keys } = await kirim(arg, [['kk', 30_000], ['ktp', 20_000], ['kk', 9_000]]);
        const kept = [(await db.readAll('images')).length, (await db.readAll('files')).length];
        const [blob] = await (await import('/pwa/bundle-export.js')).outboxFile();
        const { entries } = await bundle.readBundle(blob);
        const states = [await state()];
        await exchange.exchange();
        states.push(await state());
        // As after weeks: the office has forgotten what was begun.
        await change((file) => ({ ...file, at: Date.now() }));
        const sent = [await uploader.sendFiles()];
        states.push(await state());
        const [{ receipt }] = await outbox.items();
        await change((file) => ({ ...file, done: null, sent: 0, at: undefined }));
        sent.push(await uploader.sendFiles());
        states.push(await state());
        const [{ groups }] = (await cases.openCase(keys.case)).versions;
        const names = groups.personal.at(-1).map(
          ([name, digest, , length]) => [name, version.blobs.indexOf(digest), length]);
        const same = [];
        for (const { id, bytes } of files) {
          const headers = { Authorization: `Rantau ${keys.case}.${keys.proof}` };
          const read = new Uint8Array(await (await fetch(`/blobs/${id}`, { headers })).arrayBuffer());
          same.push(read.length === bytes.length && read.every((byte, at) => byte === bytes[at]));
        }
        return { kept, entries: entries.map(({ name }) => name.split('.')[0]), states, same, names,
          sent: sent.map(({ outcome, bytes }) => [outcome, bytes]), held: receipt[0][5].length };""",
        person(8),
    )
    assert found == {
        "kept": [0, 3],
        "entries": ["app", "blob", "blob", "blob"],
        "states": ["waiting", "photos", "done", "done"],
        "same": [True] * 3,
        "names": [["ktp", 0, 20_000], ["kk", 1, 30_000], ["kk-2", 2, 9_000]],
        "sent": [["sent", 60_500], ["sent", 0]],
        "held": 3,
    }


def test_an_upload_outlives_a_killed_office_and_a_reload_and_goes_on_at_the_byte(
    phone: Page, real: RunningOffice
) -> None:
    run(
        phone,
        IMAGES
        + """await db.write('meta', { name: 'link', measured: 4096, at: Date.now() });
        await kirim(arg, [['ktp', 200_000]]);
        await exchange.exchange();
        let asked = 0; // before it begins, and before each chunk
        await uploader.sendFiles({ isWanted: () => asked++ > 1 });
        return null;""",
        person(9),
    )
    first = run(phone, IMAGES + "return (await last()).sent")
    assert first == 16_384
    real.kill()
    # As where the signal went at the beginning of a long chunk, which was noted before it went.
    run(
        phone,
        IMAGES
        + """await use.spend(arg);
        await change((file) => ({ ...file, going: arg, wire: file.wire + arg }));
        return null;""",
        183_616,
    )
    assert run(phone, IMAGES + "return (await uploader.sendFiles()).outcome") == "offline"
    assert run(phone, IMAGES + "return [(await last()).sent, await state()]") == [first, "photos"]
    real.start()
    phone.reload()  # from here the app does it by itself
    wait(phone, "import('/pwa/answered.js').then((answered) => answered.unsent()).then(({ count }) => count === 0)")
    file = run(phone, IMAGES + "return last()")
    assert (file["sent"], file["way"]) == (file["size"], "office")
    # Of what was under way when the office died a record may count twice, nothing else does.
    assert file["wire"] < file["size"] + 16_384 + 12 * 600
    text = run(phone, "return (await outbox.items()).at(-1).bytes")
    used = run(phone, IMAGES + "return (await use.wishes()).used")
    assert used == file["wire"] + text


def test_a_correction_names_the_pictures_again_and_sends_none_of_them(phone: Page) -> None:
    found = run(
        phone,
        IMAGES
        + """const { keys, version } = await kirim(arg, [['ktp', 5_000], ['kk', 4_000]]);
        await exchange.exchange();
        await uploader.sendFiles();
        const { correctionUrl } = await import('/pwa/components/correction.js');
        const id = (await correctionUrl(await cases.openCase(keys.case))).split('#d=')[1];
        await fill(id, arg);
        await store.putImage(id, 'kk', picture(3_000));
        const prepared = await outbox.prepare(
          await drafts.loadDraft(id), await pins.loadForm('passport-new'), await pins.office());
        await outbox.commit(prepared);
        await exchange.exchange();
        const { bytes } = await uploader.sendFiles();
        const [{ receipt }] = (await outbox.items()).slice(-1);
        const [same, fresh] = prepared.version.blobs;
        return [prepared.files.length, same === version.blobs[0], version.blobs.includes(fresh), bytes < 4_000,
          receipt[0][5].length];""",
        person(10),
    )
    assert found == [1, True, False, True, 2]


def test_an_office_that_lost_its_pictures_gets_again_what_the_phone_still_has(phone: Page, real: RunningOffice) -> None:
    run(
        phone,
        IMAGES + "await kirim(arg, [['ktp', 5_000]]); await exchange.exchange(); await uploader.sendFiles(); return 1",
        person(13),
    )
    real.stop()
    for file in (real.folder / "data").glob("blobs.sqlite*"):
        file.unlink()
    real.start()
    found = run(
        phone,
        IMAGES
        + """const states = [(await exchange.exchange()).state, await state()];
        states.push((await uploader.sendFiles()).outcome, await state());
        states.push((await exchange.exchange()).state, await state());
        // The same after the weeks in which this phone keeps its copy.
        await db.remove('files', (await last()).id);
        await change((file) => ({ ...file, done: null, sent: 0 }));
        await uploader.sendFiles();
        return [...states, (await last()).reason, await state()];""",
    )
    assert found == ["ok", "photos", "sent", "done", "ok", "done", "not-here", "photos"]
    # A link that hangs holds back the button, and nothing else; a worker would have the words from its own copy.
    hangs, hanging = True, list[Route]()
    phone.add_init_script("delete Navigator.prototype.serviceWorker")
    phone.route("**/text/rescue-id.json", lambda route: hanging.append(route) if hangs else route.continue_())
    with phone.expect_request("**/text/rescue-id.json"):
        phone.goto(f"{real.url}/id/mine")
    expect(phone.locator("[data-module=state-line]")).to_contain_text("1 kiriman sudah diterima kantor, tetapi")
    card = phone.locator("[data-item]")
    expect(card.locator("[data-photos] .error")).to_be_visible()
    expect(card.get_by_role("button")).to_have_count(0)
    hangs = False
    for route in hanging:  # the list may have been shown anew
        route.continue_()
    card.get_by_role("button", name=ID.text("here.drop")).click()
    expect(card.get_by_role("button", name=ID.text("app.cancel"))).to_be_focused()
    phone.evaluate(FULL)
    card.locator("[data-action=confirm]").click()
    full = ID.text("app.refused", reason=ID.text("app.form.storage.full"))
    expect(phone.locator("body > [role=alert]")).to_have_text(full)
    phone.evaluate("() => void makeRoom()")
    card.locator("[data-action=confirm]").click()
    expect(card).to_have_count(0)
    expect(phone.locator("[data-module=state-line]")).to_be_empty()
    assert run(phone, IMAGES + "return [await state(), (await db.readAll('files')).length]") == ["done", 0]


def test_a_database_that_the_browser_dropped_comes_back_with_its_sealed_pictures(phone: Page) -> None:
    id_ = run(
        phone,
        IMAGES
        + """const { version } = await kirim(arg, [['ktp', 5_000]]);
        await (await import('/pwa/second-copy.js')).mirror();
        const request = indexedDB.deleteDatabase('rantau');
        await new Promise((resolve) => (request.onsuccess = resolve));
        return version._id;""",
        person(11),
    )
    phone.reload()  # the app itself puts back what there was, and sends it
    wait(phone, "import('/pwa/outbox.js').then((outbox) => outbox.items()).then(([item]) => item?.files[0].done)")
    assert run(phone, "return (await outbox.items()).map(({ id }) => id)") == [id_]


def test_a_full_phone_seals_nothing_and_keeps_the_draft_with_its_pictures(phone: Page, real: RunningOffice) -> None:
    devtools = phone.context.new_cdp_session(phone)
    devtools.send("Storage.overrideQuotaForOrigin", {"origin": real.url, "quotaSize": 3_000_000})
    # Of a large picture there is room for one copy and not for two.
    draft = run(phone, IMAGES + "return (await begin(arg, [['ktp', 1_800_000]]))[0].id", person(12))
    seal = """const draft = await drafts.loadDraft(arg);
      const loaded = await pins.loadForm('passport-new');
      const refused = await failing(outbox.prepare(draft, loaded, await pins.office()).then(outbox.commit));
      return [refused, (await db.readAll('images')).length, (await db.readAll('files')).length, await state()];"""
    assert run(phone, IMAGES + seal, draft) == [["StorageError", "full"], 1, 0, None]
    kept = "const [{ id }] = await store.imagesOf(arg); return (await store.imageBytes(id)).length"
    assert run(phone, IMAGES + kept, draft) == 1_800_000
    devtools.send("Storage.overrideQuotaForOrigin", {"origin": real.url})  # somebody has made room
    assert run(phone, IMAGES + seal, draft) == [None, 0, 1, "waiting"]


def test_what_cannot_be_counted_goes_all_the_same_and_what_nobody_took_is_not_counted(phone: Page) -> None:
    found = run(
        phone,
        IMAGES
        + """const { put } = IDBObjectStore.prototype;
        IDBObjectStore.prototype.put = function (row, ...more) { // as where there is no room for one row more
          return row.name === 'used' ? this.transaction.abort() : put.call(this, row, ...more);
        };
        await kirim(arg, [['ktp', 5_000]]);
        const went = [(await exchange.exchange()).state, (await uploader.sendFiles()).outcome, await state()];
        IDBObjectStore.prototype.put = put;
        const [{ bytes, files: [{ wire }] }] = await outbox.items();
        const used = [(await use.wishes()).used - bytes - wire]; // as after an update: from what is noted of each item
        const { fetch } = window;
        window.fetch = (url, ...more) => url === '/exchange' ? Promise.reject(new TypeError()) : fetch(url, ...more);
        await kirim(arg, []);
        for (const _ of [1, 2]) went.push((await exchange.exchange()).state);
        used.push((await use.wishes()).used - bytes - wire);
        window.fetch = fetch;
        went.push((await exchange.exchange()).state, await state());
        used.push((await use.wishes()).used - bytes - wire - (await outbox.items()).at(-1).bytes);
        return { went, used };""",
        person(13),
    )
    assert found == {"went": ["ok", "sent", "done", "offline", "offline", "ok", "done"], "used": [0, 0, 0]}


def test_photos_of_what_goes_alone_wait_for_others_and_go_in_no_run_with_them(phone: Page) -> None:
    found = run(
        phone,
        IMAGES
        + """const day = 25 * 3_600_000;
        const long = (id, name) => db.amend('outbox', id, (item) => ({ ...item, [name]: item[name] - day }));
        const [draft, loaded] = await begin(arg, [['ktp', 5_000]]);
        const { version: { _id: alone } } = await outbox.prepare({ ...draft, alone: true }, loaded, await pins.office())
          .then(async (prepared) => (await outbox.commit(prepared), prepared));
        await long(alone, 'at'); // after a day it goes in any case
        const named = (await kirim(arg, [['ktp', 4_000]])).version._id;
        const left = async () => (await outbox.items()).flatMap(({ id, files }) =>
          files.filter(({ done }) => !done).map(() => (id === alone ? 'alone' : 'named')));
        await exchange.exchange();
        const [came] = (await outbox.items()).filter(({ id }) => id === named).map(({ receipt }) => receipt[0][6]);
        const runs = [await left()];
        await change((file) => ({ ...file, reason: 'not-here' })); // as where nothing else is to go
        await uploader.sendFiles();
        runs.push(await left()); // that went a moment ago
        await change(({ reason, ...file }) => file);
        await long(alone, 'offeredAt');
        for (const _ of [1, 2]) runs.push((await uploader.sendFiles(), await left()));
        return { runs, isSame: (await outbox.items()).at(-1).came === came };""",
        person(14),
    )
    assert found == {"runs": [["alone", "named"], ["alone", "named"], ["named"], []], "isSame": True}
