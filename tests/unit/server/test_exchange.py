"""One request sends and asks; whatever happens to it on the way, what came whole is kept and nothing is there twice."""

import asyncio
import base64
import gzip
import json
import random
import zlib
from collections.abc import Sequence
from dataclasses import replace
from itertools import chain, repeat
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import anyio
import brotli
import pytest
from starlette.applications import Starlette
from starlette.requests import Request

from server.body_lines import BodyLines
from server.exchange import GROUP, Body
from server.figures.refused_sends import RefusedSends
from server.gathering import Gathering
from server.projection.projection import Projection
from server.watch_lists import WatchLists
from sync.document import Doc
from sync.events import sign_event
from sync.receipts import verify_receipt
from sync.sqlite_store import open_sqlite
from sync.statements import sign_gone
from sync.store import Store, Written
from tests.asgi import Answer, Client
from tests.bundled import Bundle
from tests.sealed_items import FORMS, NOW, OfficeKeys, new_keys, seal_pair, to_line
from tests.small_office import routes_of
from tests.stores import AbsentStore, CountingStore

KEYS = OfficeKeys()
CODE = new_keys()
HELLO = b'{"v":1,"device":"d-1","watch":[]}'


@pytest.fixture
def client(databases: SimpleNamespace, tmp_path: Path) -> Client:
    app = Starlette(routes=routes_of("exchange"))
    lists = Projection(tmp_path / "projection.sqlite", databases.cases, lambda: NOW, time_zone="Asia/Jakarta")
    app.state.office = Bundle(
        databases=databases, projection=lists, forms=FORMS, key_list=KEYS.key_list,
        server_key=KEYS.server, server_kid="s1",
        clock=lambda: NOW, public="abcdefgh", gathering=Gathering(), refused=RefusedSends(), watch_lists=WatchLists(),
        settings=SimpleNamespace(couchdb="", data=tmp_path),
    )  # fmt: skip
    return Client(app)


def sealed(**more: Any) -> tuple[dict[str, Any], dict[str, str]]:
    return seal_pair(KEYS, CODE, **more)


async def post(client: Client, *lines: bytes, cut: bool = False, pieces: int = 1, **headers: str) -> Answer:
    body = b"\n".join(lines)
    headers = {name.replace("_", "-"): value for name, value in headers.items()}
    if headers.get("content-encoding") == "gzip":
        body = gzip.compress(body)
    size = max(1, len(body) // pieces)
    parts = [body[i : i + size] for i in range(0, len(body), size)]
    return await client.request(
        "POST", "/exchange", headers={"content-type": "application/x-ndjson"} | headers, body=parts, cut=cut
    )


async def ids(store: Store) -> list[str]:
    return [row.id for row in await store.all_docs()]


@pytest.mark.anyio
async def test_items_are_answered_line_by_line(client: Client) -> None:
    pairs = [sealed() for _ in range(3)]
    answer = await post(client, HELLO, *map(to_line, pairs))
    head, *rows = answer.lines()
    assert (answer.status, answer.headers["content-type"]) == (200, "application/x-ndjson")
    assert {key: head[key] for key in ("time", "public", "more")} == {"time": NOW, "public": "abcdefgh", "more": False}
    for (version, _), (id_, state, receipt) in zip(pairs, rows, strict=True):
        assert (id_, state) == (version["_id"], "ok")
        verify_receipt(receipt, version, KEYS.key_list)


@pytest.mark.anyio
async def test_a_key_that_is_given_up_meanwhile_takes_nothing_more(
    client: Client, databases: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    app: Any = client.app
    given_up = replace(KEYS.key_list, keys=tuple(replace(key, state="destroyed") for key in KEYS.key_list.keys))
    write = databases.cases.bulk_docs

    async def write_and_follow(docs: Sequence[Doc], **more: Any) -> list[Written]:
        app.state.office = Bundle(**{**vars(app.state.office), "key_list": given_up})
        return list(await write(docs, **more))

    monkeypatch.setattr(databases.cases, "bulk_docs", write_and_follow)
    _, *rows = (await post(client, HELLO, *[to_line(sealed()) for _ in range(GROUP + 1)])).lines()
    assert [row[1] for row in rows[:GROUP]] == ["ok"] * GROUP
    assert rows[GROUP][1:] == ["refused", "kid-destroyed"]


@pytest.mark.anyio
@pytest.mark.parametrize("pieces", [1, 7, 400])
@pytest.mark.parametrize("encoding", ["gzip", ""])
async def test_a_body_may_come_in_pieces_and_packed(client: Client, pieces: int, encoding: str) -> None:
    lines = [to_line(sealed()) for _ in range(5)]
    more = {"content_encoding": encoding} if encoding else {}
    answer = await post(client, HELLO, *lines, pieces=pieces, **more)
    assert [row[1] for row in answer.lines()[1:]] == ["ok"] * 5


@pytest.mark.anyio
@pytest.mark.parametrize("is_gzip", [False, True])
async def test_a_body_cut_in_the_middle_keeps_what_came_whole(
    client: Client, databases: SimpleNamespace, is_gzip: bool
) -> None:
    pairs = [sealed() for _ in range(9)]
    body = b"\n".join([HELLO, *map(to_line, pairs)])
    body = gzip.compress(body) if is_gzip else body
    body = body[: len(body) // 2]
    headers = {"content-type": "application/x-ndjson"} | ({"content-encoding": "gzip"} if is_gzip else {})
    await client.request("POST", "/exchange", headers=headers, body=[body[:1500], body[1500:]], cut=True)
    kept = await ids(databases.cases)
    assert 1 <= len(kept) < 9
    assert set(kept) < {version["_id"] for version, _ in pairs}
    answer = await post(client, HELLO, *map(to_line, pairs))
    assert [row[1] for row in answer.lines()[1:]] == ["ok"] * 9
    assert await ids(databases.cases) == sorted(version["_id"] for version, _ in pairs)


@pytest.mark.anyio
async def test_a_body_that_stands_still_is_given_up(databases: SimpleNamespace) -> None:
    parts = iter([b"first\nsecond\nhal"])

    async def receive() -> dict[str, Any]:
        part = next(parts, None)
        if part is None:
            await anyio.sleep_forever()
        return {"type": "http.request", "body": part, "more_body": True}

    body = Body(Request({"type": "http", "headers": []}, receive), BodyLines(), patience=0.01)
    assert await body.first() == b"first"
    assert await body.group() == [(2, b"second")]
    assert (await body.group(), body.ended) == ([], "cut")


@pytest.mark.anyio
async def test_a_body_that_drips_for_ever_is_given_up(databases: SimpleNamespace) -> None:
    async def receive() -> dict[str, Any]:
        await anyio.sleep(0.01)
        return {"type": "http.request", "body": next(pieces), "more_body": True}

    pieces = chain([b"first\n"], repeat(b""))
    body = Body(Request({"type": "http", "headers": []}, receive), BodyLines(), patience=0.05)
    assert await body.first() == b"first"
    while body.ended is None:  # an empty piece is as good as a byte an hour
        await body.group()
    assert body.ended == "cut"


@pytest.mark.anyio
async def test_the_same_exchange_twice_at_once_is_one_record_each(client: Client, databases: SimpleNamespace) -> None:
    pairs = [sealed() for _ in range(10)]
    lines = [to_line(pair) for pair in pairs]
    answers = await asyncio.gather(*(post(client, HELLO, *order) for order in (lines, lines[::-1], lines)))
    assert all(row[1] == "ok" for answer in answers for row in answer.lines()[1:])
    assert await ids(databases.cases) == sorted(version["_id"] for version, _ in pairs)


@pytest.mark.anyio
async def test_a_poison_item_is_named_by_its_line(client: Client) -> None:
    good = [to_line(sealed()) for _ in range(2)]
    twice = to_line(sealed()).replace(b'"type":', b'"type":"x","type":', 1)
    rows = (await post(client, HELLO, good[0], b"{poison", b"", good[1], twice, b"x" * 70_000)).lines()[1:]
    assert [row[1] for row in rows] == ["ok", "refused", "ok", "refused", "refused"]
    assert rows[1] == [None, "refused", "malformed", 3]
    assert rows[3:] == [[None, "refused", "duplicate-key", 6], [None, "refused", "too-large", 7]]


@pytest.mark.anyio
async def test_a_form_from_the_future_is_refused_by_name(client: Client) -> None:
    version, wrap = sealed(form="7.aaaaaaaa")
    assert (await post(client, HELLO, to_line([version, wrap]))).lines()[1] == [
        version["_id"], "refused", "form-unknown",
    ]  # fmt: skip


@pytest.mark.anyio
async def test_many_items_are_committed_in_groups(client: Client, databases: SimpleNamespace) -> None:
    lines = [to_line(sealed()) for _ in range(GROUP + 10)]
    answer = await post(client, HELLO, *lines)
    assert [row[1] for row in answer.lines()[1:]] == ["ok"] * (GROUP + 10)
    assert databases.cases.writes == databases.wraps.writes == [GROUP, 10]


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("line", "status", "reason"),
    [
        (b"", 400, "malformed"),
        (b"not json", 400, "malformed"),
        (b'{"v":3}', 400, "version-unknown"),
        (b'{"v":1,"v":1}', 400, "duplicate-key"),
        (b'{"v":1,"other":1}', 400, "malformed"),
        (b'{"v":1,"watch":[["x","y",0,0]]}', 400, "malformed"),
        (b'{"v":1,"watch":"all"}', 400, "malformed"),
        (b'{"v":1,"watch":' + json.dumps([[CODE.case, CODE.proof, 0, 0]] * 21).encode() + b"}", 400, "too-many"),
        (b"x" * 70_000, 413, "too-large"),
    ],
)
async def test_a_bad_first_line_is_an_error_before_the_answer(
    client: Client, databases: SimpleNamespace, line: bytes, status: int, reason: str
) -> None:
    answer = await post(client, line, to_line(sealed()))
    if line:
        assert (answer.status, answer.json()["reason"]) == (status, reason)
        assert answer.headers["content-type"] == "application/problem+json"
        assert await ids(databases.cases) == []


@pytest.mark.anyio
async def test_an_empty_body_is_an_error(client: Client) -> None:
    assert (await post(client)).status == 400


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"content_type": "application/json"}, 415),
        ({"content_type": ""}, 415),
        ({"content_encoding": "zstd"}, 415),
        ({"content_length": str(50 << 20)}, 413),
        ({"content_length": "many"}, 400),
    ],
)
async def test_headers_alone_may_refuse(client: Client, headers: dict[str, str], status: int) -> None:
    assert (await post(client, HELLO, **headers)).status == status


@pytest.mark.anyio
async def test_fifty_megabytes_are_not_read(client: Client, databases: SimpleNamespace) -> None:
    item, flood = to_line(sealed()), [b"y" * (1 << 20)] * 50
    headers = {"content-type": "application/x-ndjson"}
    answer = await client.request("POST", "/exchange", headers=headers, body=[HELLO, b"\n", item, b"\n", *flood])
    assert [row[1:3] for row in answer.lines()[1:]][1:] == [["refused", "too-large"]]
    assert len(await ids(databases.cases)) == 1


@pytest.mark.anyio
@pytest.mark.parametrize("first", [b"", HELLO + b"\n"])
async def test_a_gzip_bomb_is_refused(client: Client, databases: SimpleNamespace, first: bytes) -> None:
    bomb = zlib.compressobj(wbits=31)
    body = bomb.compress(first) + b"".join(bomb.compress(bytes(1 << 20)) for _ in range(100)) + bomb.flush()
    headers = {"content-type": "application/x-ndjson", "content-encoding": "gzip"}
    answer = await client.request("POST", "/exchange", headers=headers, body=[body])
    if first:
        assert answer.lines()[1:] == [[None, "refused", "too-large", 2]]
    else:
        assert answer.status == 413


@pytest.mark.anyio
async def test_a_store_that_is_away_is_a_503(client: Client, databases: SimpleNamespace) -> None:
    databases.wraps = AbsentStore(databases.wraps.store)
    answer = await post(client, HELLO, to_line(sealed()))
    assert (answer.status, answer.headers["retry-after"]) == (503, "10")


@pytest.mark.anyio
async def test_a_store_that_goes_away_ends_the_answer_after_what_is_sure(
    client: Client, databases: SimpleNamespace
) -> None:
    databases.wraps = AbsentStore(databases.wraps.store, until=1)
    answer = await post(client, HELLO, *(to_line(sealed()) for _ in range(GROUP + 1)))
    assert (answer.status, answer.is_whole, len(answer.lines())) == (200, True, GROUP + 1)


@pytest.mark.anyio
@pytest.mark.parametrize("name", ["cases", "blobs"])
async def test_the_epoch_changes_with_the_store(
    client: Client, databases: SimpleNamespace, tmp_path: Path, name: str
) -> None:
    before = [(await post(client, HELLO)).lines()[0]["epoch"] for _ in range(2)]
    (tmp_path / "other").mkdir()
    other = CountingStore(open_sqlite(tmp_path / "other", name))
    setattr(databases, name, other)
    after = (await post(client, HELLO)).lines()[0]["epoch"]
    await other.store.close()
    assert before[0] == before[1] != after


def watch(code: Any, known: int = 0, whole: int = 0) -> bytes:
    return json.dumps({"v": 1, "watch": [[code.case, code.proof, known, whole]]}).encode()


async def put_events(databases: SimpleNamespace, v: str, count: int) -> list[dict[str, Any]]:
    events = [
        sign_event(case=CODE.case, n=n, step="pesan", at=NOW, on=[v], note=None, kid="o1", private=KEYS.office)
        for n in range(1, count + 1)
    ]
    claims = [{"claim": ["taken", "x", NOW]} for _ in range(count - 1)] + [{"claim": ["held", "x", NOW]}]
    await databases.cases.bulk_docs([event | claim for event, claim in zip(events, claims, strict=True)])
    return events


@pytest.mark.anyio
async def test_a_watched_case_tells_its_newer_events(client: Client, databases: SimpleNamespace) -> None:
    version, wrap = sealed()
    await post(client, HELLO, to_line([version, wrap]))
    await put_events(databases, version["_id"].split(".")[2], 4)
    rows = (await post(client, watch(CODE, known=1))).lines()[1:]
    assert [row["n"] for row in rows] == [2, 3], "the first is known, the fourth only held"
    assert "_rev" not in rows[0]


@pytest.mark.anyio
async def test_a_whole_case_comes_with_what_its_code_opens(client: Client, databases: SimpleNamespace) -> None:
    first = sealed()
    second = sealed(prev=[first[0]["_id"].split(".")[2]])
    await post(client, HELLO, to_line(first), to_line(second), to_line(seal_pair(KEYS, new_keys())))
    await put_events(databases, first[0]["_id"].split(".")[2], 2)
    app: Any = client.app
    await app.state.office.projection.caught_up()
    *rows, came = (await post(client, watch(CODE, known=9, whole=1))).lines()[1:]
    assert came == ["came", CODE.case, NOW]
    versions = {row[0]["_id"]: row for row in rows if isinstance(row, list)}
    assert versions == {version["_id"]: [version, {"t": wrap["t"]}] for version, wrap in (first, second)}
    assert [row["n"] for row in rows if isinstance(row, dict)] == [1]


@pytest.mark.anyio
async def test_a_wrong_proof_tells_nothing(client: Client) -> None:
    await post(client, HELLO, to_line(sealed()))
    line = json.dumps({"v": 1, "watch": [[CODE.case, new_keys().proof, 0, 1]]}).encode()
    assert (await post(client, line)).lines()[1:] == [[CODE.case, "refused", "proof-wrong"]]


@pytest.mark.anyio
async def test_an_erased_case_is_told_as_erased(client: Client, databases: SimpleNamespace) -> None:
    await post(client, HELLO, to_line(sealed()))
    gone = sign_gone(CODE.case, at=NOW, kid="o1", private=KEYS.office)
    await databases.cases.bulk_docs([gone])
    assert (await post(client, watch(CODE, whole=1))).lines()[1:] == [["erase", gone]]


@pytest.mark.anyio
async def test_a_device_learns_what_a_restored_office_lacks(client: Client) -> None:
    version, wrap = sealed()
    await post(client, HELLO, to_line([version, wrap]))
    lost = sealed()[0]["_id"]
    line = json.dumps({"v": 1, "have": [version["_id"], lost]}).encode()
    assert (await post(client, line)).lines()[1:] == [[lost, "missing"]]


@pytest.mark.anyio
async def test_of_what_is_no_version_nobody_is_told_whether_it_is_here(client: Client, databases: Any) -> None:
    ids_ = [f"bk.{CODE.case}.01", f"ev.{CODE.case}.0001", f"gone.{CODE.case}", "nobody-wrote-this"]
    there = json.dumps({"v": 1, "have": ids_, "ask": ids_}).encode()
    before = (await post(client, there)).lines()[1:]
    await databases.cases.bulk_docs([{"_id": id_} for id_ in ids_])
    assert (await post(client, there)).lines()[1:] == before == []


@pytest.mark.anyio
async def test_what_no_key_opens_any_more_is_lacking_unless_it_was_erased(
    client: Client, databases: SimpleNamespace
) -> None:
    version, wrap = sealed()
    await post(client, HELLO, to_line([version, wrap]))
    name = f"w.{version['_id']}"
    await databases.wraps.purge({name: [(await databases.wraps.get(name))["_rev"]]})
    have = json.dumps({"v": 1, "have": [version["_id"]]}).encode()
    assert (await post(client, have)).lines()[1:] == [[version["_id"], "missing"]]
    await databases.cases.bulk_docs([sign_gone(CODE.case, at=NOW, kid="o1", private=KEYS.office)])
    assert (await post(client, have)).lines()[1:] == []


@pytest.mark.anyio
async def test_a_long_answer_leaves_cases_for_another_time(client: Client) -> None:
    others = [new_keys() for _ in range(2)]
    for code in others:
        texts = [base64.b64encode(random.Random(seed).randbytes(28_000)).decode() for seed in range(8)]
        await post(client, HELLO, *(to_line(seal_pair(KEYS, code, groups={"personal": [text]})) for text in texts))
    line = json.dumps({"v": 1, "watch": [[code.case, code.proof, 0, 1] for code in others]}).encode()
    head, *rows = (await post(client, line)).lines()
    assert head["more"]
    assert {row[0]["_id"].split(".")[1] for row in rows} == {others[0].case}


@pytest.mark.anyio
async def test_an_answer_worth_it_is_compressed(client: Client) -> None:
    lines = [to_line(sealed()) for _ in range(20)]
    plain = await post(client, HELLO, *lines)
    for accepted, name, unpack in [
        ("gzip, deflate, br", "br", brotli.decompress),
        ("gzip", "gzip", gzip.decompress),
        ("br;q=0, gzip", "gzip", gzip.decompress),
    ]:
        packed = await post(client, HELLO, *lines, accept_encoding=accepted)
        assert packed.headers["content-encoding"] == name
        assert unpack(packed.body) == plain.body
        assert len(packed.body) < len(plain.body)
    assert "content-encoding" not in (await post(client, HELLO, accept_encoding="br")).headers


@pytest.mark.anyio
async def test_a_client_that_leaves_is_nobodys_error(client: Client, databases: SimpleNamespace) -> None:
    parts = iter([HELLO + b"\n" + to_line(sealed())])

    async def receive() -> dict[str, Any]:
        part = next(parts, None)
        return (
            {"type": "http.disconnect"}
            if part is None
            else {"type": "http.request", "body": part + b"\n", "more_body": True}
        )

    async def send(message: Any) -> None:
        raise BrokenPipeError

    scope = client._scope("POST", "/exchange", {"content-type": "application/x-ndjson"})
    await client.app(scope, receive, send)
    assert len(await ids(databases.cases)) == 1
