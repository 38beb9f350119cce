"""Pictures after their text, against a real office: sealed, resumed at the byte, believed by its receipt alone."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page

from tests.browser.device.device_page import run, wait
from tests.people import person
from tests.serving import RunningOffice

pytestmark = pytest.mark.browser

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
        + """await db.write('meta', { name: 'link', rate: 4096, at: Date.now() });
        await kirim(arg, [['ktp', 200_000]]);
        await exchange.exchange();
        let chunks = 0;
        await uploader.sendFiles({ isWanted: () => chunks++ > 0 });
        return null;""",
        person(9),
    )
    first = run(phone, IMAGES + "return (await last()).sent")
    assert first == 16_384
    real.kill()
    assert run(phone, IMAGES + "return (await uploader.sendFiles()).outcome") == "offline"
    assert run(phone, IMAGES + "return [(await last()).sent, await state()]") == [first, "photos"]
    real.start()
    phone.reload()  # from here the app does it by itself
    wait(phone, "import('/pwa/answered.js').then((answered) => answered.unsent()).then(({ count }) => count === 0)")
    file = run(phone, IMAGES + "return last()")
    assert (file["sent"], file["way"]) == (file["size"], "office")
    # What was under way when the office died may count twice, nothing else does.
    assert file["wire"] < file["size"] + 16_384 + 12 * 600


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


def test_a_full_phone_seals_nothing_and_keeps_the_draft_with_its_pictures(phone: Page) -> None:
    found = run(
        phone,
        IMAGES
        + """const [draft, loaded] = await begin(arg, [['ktp', 9_000]]);
        const seal = async () => outbox.commit(await outbox.prepare(draft, loaded, await pins.office()));
        const { put } = IDBObjectStore.prototype;
        IDBObjectStore.prototype.put = function (row) {
          if (this.name === 'files') throw new DOMException('', 'QuotaExceededError');
          return put.call(this, row);
        };
        const refused = await failing(seal());
        const kept = [(await store.imagesOf(draft.id)).length, (await db.readAll('files')).length, await state()];
        IDBObjectStore.prototype.put = put;
        await seal();
        return [refused[0], kept, await state()];""",
        person(12),
    )
    assert found == ["StorageError", [1, 0, None], "waiting"]
