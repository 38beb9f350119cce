"""Items carried as a file: written, taken along by another phone, and answered; signatures alone are believed."""

import json
from base64 import b64decode, b64encode
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from sync.bundle import BundleReader, End, Piece, office_id, write_bundle
from sync.key_pair import new_key_pair
from sync.statements import sign_gone
from tests.browser.device.device_page import open_page, run, states
from tests.scripted_office import Answer, ScriptedOffice
from tests.sealed_items import NOW

pytestmark = pytest.mark.browser

BUNDLES = """
  const { outboxFile } = await import('/pwa/bundle-export.js');
  const { openBundle, takeAck, takeAlong } = await import('/pwa/bundle-import.js');
  const { readBundle, readEntry, writeBundle } = await import('/pwa/bundle.js');
  const { b32Encode, sha256 } = await import('/pwa/crypto/canonical.js');
  const packed = async (blob) => new Uint8Array(await blob.arrayBuffer()).toBase64?.() ?? btoa(
    Array.from(new Uint8Array(await blob.arrayBuffer()), (byte) => String.fromCharCode(byte)).join(''));
  const fileOf = (text) => new Blob([Uint8Array.from(atob(text), (char) => char.charCodeAt(0))]);
"""


def work(page: Page, body: str, arg: Any = None) -> Any:
    return run(page, BUNDLES + body, arg)


def exported(page: Page) -> tuple[bytes, str]:
    """Give the file of everything in the outbox, and its name."""
    file, name = work(page, "const [file, name] = await outboxFile(); return [await packed(file), name]")
    return b64decode(file), name


def take(page: Page, file: bytes, how: str) -> dict[str, Any]:
    told: dict[str, Any] = work(page, f"return {how}(await openBundle(fileOf(arg)))", b64encode(file).decode())
    return told


def entries(file: bytes) -> dict[str, bytes]:
    reader, found = BundleReader(), dict[str, bytes]()
    for part in reader.feed(file):
        if isinstance(part, Piece):
            found[part.entry.name] = found.get(part.entry.name, b"") + part.data
        assert not isinstance(part, End) or part.is_whole
    return found


def acknowledgement(office: ScriptedOffice, *receipts: str, marks: tuple[Any, ...] = ()) -> bytes:
    rows = [json.loads(receipt) for receipt in receipts]
    named = [(id_, json.dumps(receipt).encode()) for id_, _, receipt in rows]
    named += [(mark["_id"], json.dumps(mark).encode()) for mark in marks]
    return write_bundle("ack", named, office=office_id(office.root.pub), at=NOW)


@pytest.fixture
def other(browser: Browser, office: ScriptedOffice) -> Page:
    """Another phone, which knows the office."""
    page = open_page(browser.new_context(), office)
    run(page, "return (await pins.office()).root")
    return page


def test_another_phone_takes_the_items_along_as_often_as_one_likes_and_sends_them(
    page: Page, office: ScriptedOffice, three: list[Any], other: Page
) -> None:
    file, name = exported(page)
    assert name == "rantau-2026-11-25-3.rantau"
    assert entries(file) == {item["id"]: item["line"].encode() for item in three}
    told = [take(other, file, "takeAlong") for _ in range(2)]
    assert [(len(one["taken"]), len(one["known"]), one["refused"]) for one in told] == [(3, 0, []), (0, 3, [])]
    assert set(run(other, "return exchange.exchange()")["done"]) == {item["id"] for item in three}
    assert set(office.stored) == {item["id"] for item in three}
    # The first phone sends them too, and there is one of each.
    assert len(run(page, "return exchange.exchange()")["done"]) == 3
    assert len(office.stored) == 3
    assert take(other, file, "takeAlong")["known"] == [item["id"] for item in three]


def test_of_a_spoilt_file_what_is_whole_is_taken_along_and_the_rest_is_named(
    page: Page, office: ScriptedOffice, three: list[Any], other: Page
) -> None:
    ids = [item["id"] for item in three]
    file, _ = exported(page)
    changed = file.replace(b'"channel":"app"', b'"channel":"apq"', 1)
    assert take(other, changed[:-5], "takeAlong") == {
        "taken": [ids[1]], "known": [], "images": 0, "refused": [[ids[0], "damaged"], [ids[2], "cut"]],
    }  # fmt: skip

    # What somebody wrote who knows how to make digests is still no version.
    version, wrap = json.loads(three[0]["line"])
    lines = {
        "id-mismatch": [version | {"channel": "apq"}, wrap],
        "wrap-mismatch": [version, wrap | {"t": wrap["t"][::-1]}],
        "malformed": [version | {"nama": "upik"}, wrap],
        "too-large": [version, wrap | {"t": "A" * 70_000}],
    }
    for reason, pair in lines.items():
        forged = write_bundle("items", [(ids[0], json.dumps(pair).encode())], office=office_id(office.root.pub), at=NOW)
        assert take(other, forged, "takeAlong")["refused"] == [[ids[0], reason]]
    assert list(states(other)) == [ids[1]]
    elsewhere = write_bundle("items", [], office=office_id(new_key_pair().pub), at=NOW)
    assert work(other, "return failing(openBundle(fileOf(arg)))", b64encode(elsewhere).decode()) == [
        "BundleError", "other-office",
    ]  # fmt: skip


def test_an_acknowledgement_counts_as_far_as_it_is_signed(page: Page, office: ScriptedOffice, three: list[Any]) -> None:
    first, second, _ = (json.loads(item["line"]) for item in three)
    ids = [item["id"] for item in three]
    # The office was heard a moment ago, and is not sure yet of what it has.
    office.script = [lambda lines: Answer([office.head(), *(json.dumps([i[0]["_id"], "kept"]) for i in lines[1:])])]
    run(page, "return exchange.exchange()")
    gone = sign_gone(three[1]["case"], at=NOW, kid="o1", private=new_key_pair())
    swapped = json.dumps([ids[1], "ok", json.loads(office.ok(first))[2]])
    forged = acknowledgement(office, office.ok(first, private=new_key_pair()), swapped, marks=(gone,))
    assert take(page, forged, "takeAck")["forged"] == [ids[0], ids[1], gone["_id"]]
    assert set(states(page).values()) == {"kept"}

    hub = office.ok(second, private=office.hub, who="hub:kinali")
    told = take(page, acknowledgement(office, office.ok(first), hub), "takeAck")
    assert (told["done"], told["hub"]) == ([ids[0]], [ids[1]])
    assert states(page) == dict(zip(ids, ("done", "hub", "kept"), strict=True))

    # The office may have been restored since: what only a file acknowledged is asked for once.
    assert run(page, "return exchange.exchange()")["state"] == "ok"
    assert [hello["have"] for hello, *_ in office.exchanges if "have" in hello] == [[ids[0]]]
    run(page, "return exchange.exchange()")
    assert ids[0] in office.stored, "the office did not have it, and was offered it again"
    asked = len(office.exchanges)
    run(page, "return exchange.exchange()")
    assert [hello for hello, *_ in office.exchanges[asked:] if "have" in hello] == []


def test_an_erasure_in_a_file_ends_the_case_and_nothing_brings_it_back(
    page: Page, office: ScriptedOffice, three: list[Any]
) -> None:
    file, _ = exported(page)
    gone = sign_gone(three[0]["case"], at=NOW, kid="o1", private=office.keys.office)
    assert take(page, acknowledgement(office, marks=(gone,)), "takeAck")["ended"] == [gone["_id"]]
    assert three[0]["id"] not in states(page)
    assert take(page, file, "takeAlong")["refused"] == [[three[0]["id"], "gone"]]


def test_a_day_with_its_photographs_is_written_and_read_piece_by_piece(page: Page) -> None:
    """Fifty items with three photographs each: no more than one of them is ever read into memory."""
    told = work(
        page,
        """
        const read = [];
        const real = Blob.prototype.arrayBuffer;
        Blob.prototype.arrayBuffer = function () { read.push(this.size); return real.call(this); };
        const made = new Map();
        async function* day() {
          const place = (n) => 'abcdefghij'[n % 10] + 'abcde'[Math.floor(n / 10)];
          const id = (n) => `app.${'a'.repeat(24)}.${'a'.repeat(18)}${place(n)}`;
          for (let n = 0; n < 50; n += 1) yield [id(n), 'x'.repeat(3000)];
          for (let n = 0; n < 150; n += 1) {
            const photo = crypto.getRandomValues(new Uint8Array(25_000));
            const name = `blob.${b32Encode(await sha256(photo))}`;
            made.set(name, photo[0]);
            yield [name, new Blob([photo])];
          }
        }
        const file = await writeBundle('items', day(), { office: 'a'.repeat(16), at: 1 });
        const written = [...read];
        read.length = 0;
        const bundle = await readBundle(file);
        let whole = 0;
        for (const entry of bundle.entries) {
          const data = await readEntry(bundle, entry);
          whole += data && (data.length === 3000 || data[0] === made.get(entry.name)) ? 1 : 0;
        }
        Blob.prototype.arrayBuffer = real;
        const [head, ...parts] = read;
        const { ending } = bundle;
        return { size: file.size, written: Math.max(...written), head, part: Math.max(...parts), whole, ending };
        """,
    )
    assert (told["whole"], told["ending"]) == (200, "whole")
    assert told["size"] > 3_900_000
    assert (told["written"], told["part"]) == (3000, 25_001), "photographs are read one by one, and never to be written"
    assert told["head"] <= (1 << 20) + 24
