"""`POST /bundle`: whoever hands a file in, however often, whatever became of it on the way, each item is there once."""

import asyncio
import json
import tracemalloc
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from starlette.applications import Starlette

from server.bundles.bundle_import import GROUP, BundleImport, IncomingBundle
from server.exchange import intake_of
from server.figures.refused_sends import RefusedSends
from server.items import LINE_LIMIT
from server.uploads.uploads import BLOB_LIMIT
from sync.bundle import TYPE, entry_of, office_id, write_bundle, write_head
from sync.canonical import b32_encode, sha256
from sync.packed_item import pack_item
from sync.receipt_code import CodeKeys
from sync.receipts import verify_receipt
from sync.statements import sign_code_mark, sign_gone
from sync.store import Store
from tests.asgi import Answer, Client
from tests.bundled import Bundle
from tests.sealed_items import FORMS, NOW, OfficeKeys, new_keys, seal_pair, to_line
from tests.small_office import routes_of
from tests.stores import AbsentStore

KEYS = OfficeKeys()
CODE = new_keys()
OFFICE = office_id(KEYS.root.pub)
HEADERS = {"content-type": TYPE}

Named = list[tuple[str, bytes]]


@pytest.fixture
def client(databases: SimpleNamespace, tmp_path: Path) -> Client:
    app = Starlette(routes=routes_of("take_bundle"))
    app.state.office = Bundle(
        databases=databases, forms=FORMS, key_list=KEYS.key_list, server_key=KEYS.server, server_kid="s1",
        clock=lambda: NOW,
        public="abcdefgh", root=KEYS.root.pub, settings=SimpleNamespace(couchdb="", data=tmp_path),
        refused=RefusedSends(),
    )  # fmt: skip
    return Client(app)


def sealed(count: int, codes: Callable[[], CodeKeys] = lambda: CODE, **more: Any) -> Named:
    pairs = [seal_pair(KEYS, codes(), **more) for _ in range(count)]
    return [(version["_id"], to_line((version, wrap))) for version, wrap in pairs]


def bundle(named: Named, **more: Any) -> bytes:
    return write_bundle("items", named, **({"office": OFFICE, "at": NOW} | more))


def photo(number: int, size: int = 25_000) -> tuple[str, bytes]:
    data = (b"%d " % number).ljust(size, b"\xff")
    return f"blob.{b32_encode(sha256(data))}", data


async def post(client: Client, file: bytes, *, size: int = 16_384, cut: bool = False, **headers: str) -> Answer:
    parts = [file[at : at + size] for at in range(0, len(file), size)]
    return await client.request("POST", "/bundle", headers=HEADERS | headers, body=parts, cut=cut)


async def ids(store: Store) -> list[str]:
    return [row.id for row in await store.all_docs()]


@pytest.mark.anyio
@pytest.mark.parametrize("size", [1, 700, 1 << 20])
async def test_every_line_gets_its_receipt_and_the_end_is_told(client: Client, size: int) -> None:
    named = sealed(3)
    answer = await post(client, bundle(named), size=size)
    head, *rows, end = answer.lines()
    assert (answer.status, head["entries"], end) == (200, 3, ["end", "whole"])
    for (id_, line), (name, state, receipt) in zip(named, rows, strict=True):
        assert (name, state) == (id_, "ok")
        assert verify_receipt(receipt, json.loads(line)[0], KEYS.key_list).who == "office"


@pytest.mark.anyio
async def test_again_at_once_in_another_order_and_twice_in_one_file_it_is_one_record_each(
    client: Client, databases: SimpleNamespace
) -> None:
    named = sealed(5)
    files = [bundle(named), bundle(named[::-1]), bundle([*named, *named]), bundle(named[2:], at=NOW + 9)]
    answers = await asyncio.gather(*(post(client, file) for file in files))
    answers += [await post(client, file) for file in files]
    assert all(row[1] == "ok" for answer in answers for row in answer.lines()[1:-1])
    assert await ids(databases.cases) == sorted(name for name, _ in named)
    assert await ids(databases.wraps) == sorted(f"w.{name}" for name, _ in named)


@pytest.mark.anyio
async def test_a_file_cut_short_gives_what_is_whole_and_names_what_is_missing(
    client: Client, databases: SimpleNamespace
) -> None:
    named = sealed(6)
    file = bundle(named)
    answer = await post(client, file[: len(file) - len(named[5][1]) - 40])
    *_, fourth, fifth, sixth, end = answer.lines()
    assert [fourth[1], fifth, sixth, end] == [
        "ok", [named[4][0], "refused", "cut"], [named[5][0], "refused", "cut"], ["end", "cut"],
    ]  # fmt: skip
    assert len(await ids(databases.cases)) == 4


@pytest.mark.anyio
async def test_what_came_before_a_broken_connection_is_kept(client: Client, databases: SimpleNamespace) -> None:
    named = [*sealed(3), photo(1)]
    file = bundle(named)
    await post(client, file[: len(file) - 9000], cut=True)
    assert await ids(databases.cases) == sorted(name for name, _ in named[:3])


@pytest.mark.anyio
async def test_what_is_wrong_with_one_entry_is_said_of_that_one(client: Client, databases: SimpleNamespace) -> None:
    good, changed, other, unknown, long = (sealed(1)[0] for _ in range(5))
    unknown = sealed(1, form="7.aaaaaaaa")[0]
    named: Named = [
        good, (changed[0], changed[1].replace(b"app.", b"abb.", 1)), (other[0], sealed(1)[0][1]), unknown,
        (long[0], b"x" * (LINE_LIMIT + 1)), ("app." + "a" * 24 + "." + "a" * 20, b"{poison"), photo(1),
    ]  # fmt: skip
    file = bytearray(bundle([*named, *sealed(1)]))
    file[-30] ^= 1
    rows = (await post(client, bytes(file))).lines()[1:]
    told = {row[0]: row[2] for row in rows if row[1] == "refused"}
    assert told == {
        changed[0]: "malformed", other[0]: "id-mismatch", unknown[0]: "form-unknown", long[0]: "too-large",
        named[5][0]: "malformed", named[6][0]: "unknown", rows[-2][0]: "damaged",
    }  # fmt: skip
    assert [row[1] for row in rows].count("ok") == 2
    assert len(await ids(databases.cases)) == 2, "the good one, and the one under another's name"


@pytest.mark.anyio
async def test_what_was_erased_or_voided_stays_so_and_says_by_whose_word(
    client: Client, databases: SimpleNamespace
) -> None:
    named = sealed(3, codes=new_keys)
    file = bundle(named)
    await post(client, file)
    [erased, voided] = [name.split(".")[1] for name, _ in named[:2]]
    gone = sign_gone(erased, at=NOW, kid="o1", private=KEYS.office)
    void = sign_code_mark(voided, "a" * 24, at=NOW, kid="o1", private=KEYS.office)
    await databases.cases.bulk_docs([gone, void])
    await databases.wraps.purge({f"w.{named[0][0]}": [(await databases.wraps.get(f"w.{named[0][0]}"))["_rev"]]})
    first, second, third, *marks, end = (await post(client, file)).lines()[1:]
    assert [first, second, third[1]] == [[named[0][0], "refused", "gone"], [named[1][0], "refused", "voided"], "ok"]
    assert {name: mark["_id"] for name, mark in marks} == {"erase": gone["_id"], "voided": void["_id"]}
    assert end == ["end", "whole"]
    assert f"w.{named[0][0]}" not in await ids(databases.wraps)


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda: b"", "malformed"),
        (lambda: b"PK\x03\x04", "malformed"),
        (lambda: b'{"v":1}\n' + sealed(1)[0][1], "malformed"),
        (lambda: bundle(sealed(1)).replace(b"rantau1", b"rantau2", 1), "version"),
        (lambda: bundle(sealed(1))[:50], "cut"),
        (lambda: bundle(sealed(1), office=office_id(KEYS.seal.pub)), "other-office"),
        (lambda: write_bundle("ack", [], office=OFFICE, at=NOW), "kind"),
        (lambda: b'["rantau1",' + b"1," * (1 << 20), "too-many"),
    ],
)  # fmt: skip
async def test_what_is_no_bundle_for_this_office_is_refused_before_any_answer(
    client: Client, databases: SimpleNamespace, make: Callable[[], bytes], reason: str
) -> None:
    answer = await post(client, make())
    assert (answer.status, answer.json()) == (400, {"error": "bad-bundle", "reason": reason})
    assert await ids(databases.cases) == []


@pytest.mark.anyio
@pytest.mark.parametrize("headers", [{"content-type": "text/plain"}, {"content-encoding": "gzip"}])
async def test_it_comes_as_what_it_is(client: Client, headers: dict[str, str]) -> None:
    assert (await post(client, bundle(sealed(1)), **headers)).status == 415


@pytest.mark.anyio
async def test_a_store_that_is_away_is_a_503_and_one_that_goes_ends_the_answer(
    client: Client, databases: SimpleNamespace
) -> None:
    file = bundle(sealed(GROUP + 1))
    wraps = databases.wraps
    databases.wraps = AbsentStore(wraps.store)
    assert (await post(client, file)).status == 503
    databases.wraps = AbsentStore(wraps.store, until=1)
    rows = (await post(client, file)).lines()[1:]
    assert [row[1] for row in rows] == ["ok"] * GROUP, "no end: the rest is sent again"


@pytest.mark.anyio
async def test_lengths_and_counts_that_promise_everything_take_no_memory(client: Client) -> None:
    name = sealed(1)[0][0]
    entries = [entry_of(name, b"x")] * 10_000
    vast = [entry.__class__(entry.name, (1 << 32) - 1, entry.digest) for entry in entries]
    answer = await post(client, write_head("items", vast, office=OFFICE, at=NOW) + b"x" * 100_000)
    *rows, end = answer.lines()[1:]
    assert (len(rows), {tuple(row[1:]) for row in rows}, end) == (10_000, {("refused", "cut")}, ["end", "cut"])


@pytest.mark.anyio
async def test_a_photograph_is_taken_where_a_version_names_it_and_the_receipt_says_so(
    client: Client, databases: SimpleNamespace
) -> None:
    photos = [photo(number) for number in range(3)]
    digests = [name.removeprefix("blob.") for name, _ in photos]
    [named] = sealed(1, blobs=digests[:2])
    [other] = sealed(1, blobs=digests[2:])
    swapped = (photos[1][0], photos[0][1])
    rows = (await post(client, bundle([named, photos[0], swapped, photos[2]]))).lines()[1:]
    told = [row[:2] if row[1] == "ok" else row for row in rows]
    assert told == [
        [named[0], "ok"], [photos[0][0], "stored"], [photos[1][0], "refused", "id-mismatch"],
        [photos[2][0], "refused", "unknown"], [named[0], "ok"], ["end", "whole"],
    ]  # fmt: skip
    version = json.loads(named[1])[0]
    assert [verify_receipt(rows[at][2], version, KEYS.key_list).held for at in (0, 4)] == [(), (digests[0],)]
    assert (await databases.blobs.attachment(photos[0][0], "body")).data == photos[0][1]

    # Before the line that names it, it is not taken; the same file in its order brings it, as often as one likes.
    for order, stored in (
        ([photos[2], other], []),
        ([other, photos[2]], [photos[2][0]]),
        ([other, photos[2]] * 2, None),
    ):
        rows = (await post(client, bundle(order))).lines()[1:]
        assert stored is None or [row[0] for row in rows if row[1] == "stored"] == stored
    assert await ids(databases.blobs) == sorted([photos[0][0], photos[2][0]])


@pytest.mark.anyio
async def test_a_packed_line_is_taken_as_any_other_and_so_are_its_photographs(client: Client) -> None:
    name, data = photo(1)
    version, wrap = seal_pair(KEYS, CODE, blobs=[name.removeprefix("blob.")])
    packed = json.dumps(pack_item(version, wrap)).encode()
    answer = await post(client, bundle([(version["_id"], packed), (name, data)]))
    assert [row[1] for row in answer.lines()[1:]] == ["ok", "stored", "ok", "whole"]


@pytest.mark.anyio
async def test_no_photograph_of_an_erased_case_and_none_too_large(client: Client, databases: SimpleNamespace) -> None:
    small, large = photo(1), photo(2, BLOB_LIMIT + 1)
    [named] = sealed(1, codes=new_keys, blobs=[name.removeprefix("blob.") for name, _ in (small, large)])
    file = bundle([named, large, small])
    rows = (await post(client, file)).lines()[1:]
    assert [row for row in rows if row[1] != "ok"] == [
        [large[0], "refused", "too-large"], [small[0], "stored"], ["end", "whole"],
    ]  # fmt: skip
    await databases.cases.bulk_docs([sign_gone(named[0].split(".")[1], at=NOW, kid="o1", private=KEYS.office)])
    told = {row[0]: row[2] for row in (await post(client, file)).lines()[1:] if row[1] == "refused"}
    assert told == {named[0]: "gone", large[0]: "too-large", small[0]: "unknown"}


@pytest.mark.anyio
async def test_of_a_day_with_its_photographs_little_is_in_memory_at_a_time(client: Client) -> None:
    photos = [photo(number) for number in range(150)]
    digests = [name.removeprefix("blob.") for name, _ in photos]
    named = [sealed(1, blobs=digests[at : at + 3])[0] for at in range(0, 150, 3)]
    entries = [entry_of(name, data) for name, data in [*named, *photos]]
    head = write_head("items", entries, office=OFFICE, at=NOW)
    photos.clear()

    async def chunks() -> AsyncIterator[bytes]:
        yield head
        for _, line in named:
            yield line + b"\n"
        for number in range(150):
            yield photo(number)[1] + b"\n"

    incoming = IncomingBundle(chunks())
    await incoming.head(office=OFFICE)
    tracemalloc.start()
    rows = [row async for batch in BundleImport(intake_of(client.app.state.office)).answers(incoming) for row in batch]
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert [row[1] for row in rows] == ["ok"] * 50 + ["stored"] * 150 + ["ok"] * 50 + ["whole"]
    assert peak < 1_500_000, "the file has 3.9 MB"
