"""Documents, their revisions and their attachments, in CouchDB's words; attachments stream both ways."""

import base64
import gzip
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response

from server.couch.face import Face
from server.couch.multipart import PartWriter
from server.couch.words import in_couchdbs_words
from server.handler import Handler
from server.routes import ROWS, build_routes
from sync.sqlite_store import SqliteStore, open_sqlite
from tests.asgi import Answer, Client
from tests.facing import PeerClient
from tests.plain_face import OpenGate

IMAGE = bytes(range(256)) * 1000


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqliteStore]:
    store = open_sqlite(tmp_path, "db")
    yield store
    await store.close()


@pytest.fixture
def peer(store: SqliteStore) -> PeerClient:
    """Give a client of a face without checks."""

    async def is_welcome() -> bool:
        return True

    def guard(_: str, handler: Handler) -> Handler:
        answering = in_couchdbs_words(handler)

        async def checked(request: Request) -> Response:
            request.state.face = Face("nobody", "0" * 32, {"db": store}, OpenGate(), "", is_welcome, shows_designs=True)
            return await answering(request)

        return checked

    routes = build_routes([row for row in ROWS if row.path.startswith("/couch")], guard=guard)
    return PeerClient(Client(Starlette(routes=routes)), {})


def related(doc: dict[str, Any], *parts: bytes) -> tuple[dict[str, str], bytes]:
    writer = PartWriter()
    body = writer.part({"Content-Type": "application/json"}, is_first=True) + json.dumps(doc).encode()
    body += b"".join(writer.part({}) + part for part in parts) + writer.end
    return {"content-type": writer.content_type("related")}, body


async def put_related(peer: PeerClient, doc: dict[str, Any], *parts: bytes, query: str = "?new_edits=false") -> Answer:
    headers, body = related(doc, *parts)
    return await peer.ask("PUT", f"/db/{doc['_id']}{query}", headers=headers, body=body)


def follows(data: bytes, kind: str = "image/webp", **more: Any) -> dict[str, Any]:
    return {"content_type": kind, "length": len(data), "revpos": 1, "follows": True, **more}


@pytest.mark.anyio
async def test_a_document_is_written_read_changed_and_deleted(peer: PeerClient) -> None:
    made = await peer.ask("PUT", "/db/a%2Fb", {"n": 1})
    assert (made.status, made.json()["id"], made.headers["etag"]) == (201, "a/b", f'"{made.json()["rev"]}"')
    assert (await peer.ask("PUT", "/db/a%2Fb", {"n": 2})).json()["error"] == "conflict"
    changed = await peer.ask("PUT", f"/db/a%2Fb?rev={made.json()['rev']}", {"n": 2})
    found = await peer.ask("GET", "/db/a%2Fb?revs=true&revs_info=true")
    assert [row["status"] for row in found.json()["_revs_info"]] == ["available", "available"]
    assert (found.json()["n"], found.json()["_revisions"]["start"]) == (2, 2)
    same = await peer.ask("GET", "/db/a%2Fb", headers={"if-none-match": found.headers["etag"]})
    assert (same.status, same.body) == (304, b"")
    removed = await peer.ask("DELETE", "/db/a%2Fb", headers={"if-match": f'"{changed.json()["rev"]}"'})
    assert removed.status == 200
    gone = await peer.ask("GET", "/db/a%2Fb")
    assert (gone.status, gone.json()) == (404, {"error": "not_found", "reason": "deleted"})


@pytest.mark.anyio
async def test_an_attachment_streams_from_any_byte(peer: PeerClient) -> None:
    doc = {"_id": "image", "_rev": "1-a", "_attachments": {"body": follows(IMAGE)}}
    assert (await put_related(peer, doc, IMAGE)).status == 201
    whole = await peer.ask("GET", "/db/image/body")
    assert (whole.body, whole.headers["content-type"]) == (IMAGE, "image/webp")
    for asked, status, part in (
        ("bytes=0-9", 206, IMAGE[:10]), ("bytes=70000-", 206, IMAGE[70_000:]), ("bytes=-5", 206, IMAGE[-5:]),
        ("bytes=0-9,20-29", 200, IMAGE), ("lines=1-2", 200, IMAGE), ("bytes=255999-999999", 206, IMAGE[-1:]),
    ):  # fmt: skip
        answer = await peer.ask("GET", "/db/image/body", headers={"range": asked})
        assert (answer.status, answer.body, answer.is_whole) == (status, part, True), asked
        assert answer.headers["content-length"] == str(len(part))
    beyond = await peer.ask("GET", "/db/image/body", headers={"range": "bytes=256000-"})
    assert (beyond.status, beyond.headers["content-range"]) == (416, "bytes */256000")


@pytest.mark.anyio
async def test_parts_come_in_the_order_of_the_document_packed_or_not(peer: PeerClient, store: SqliteStore) -> None:
    text = gzip.compress(b"halo")
    attachments = {"z": follows(b"zz"), "a": follows(text, "text/plain", encoding="gzip"), "m": follows(b"")}
    doc = {"_id": "mixed", "_revisions": {"start": 2, "ids": ["b", "a"]}, "_attachments": attachments}
    assert (await put_related(peer, doc, b"zz", text, b"")).json()["rev"] == "2-b"
    stored = {name: (await store.attachment("mixed", name)).data for name in "zam"}
    assert stored == {"z": b"zz", "a": b"halo", "m": b""}


@pytest.mark.anyio
@pytest.mark.parametrize("parts", [(), (b"zz", b"more"), (b"z",), (b"zzz",)], ids=["none", "more", "short", "long"])
async def test_parts_that_are_not_as_announced_leave_nothing(
    peer: PeerClient, store: SqliteStore, parts: tuple[bytes, ...]
) -> None:
    doc = {"_id": "bad", "_rev": "1-a", "_attachments": {"z": follows(b"zz")}}
    assert (await put_related(peer, doc, *parts)).status in (400, 503)
    assert await store.all_docs() == []


@pytest.mark.anyio
async def test_a_body_that_is_cut_leaves_nothing(peer: PeerClient, store: SqliteStore) -> None:
    headers, body = related({"_id": "cut", "_rev": "1-a", "_attachments": {"z": follows(IMAGE)}}, IMAGE)
    for end in (10, 300, 100_000, len(body) - 3):
        answer = await peer.ask("PUT", "/db/cut?new_edits=false", headers=headers, body=body[:end])
        assert answer.status == 400, end
    assert await store.all_docs() == []


@pytest.mark.anyio
async def test_every_leaf_comes_with_its_attachments_in_json_and_in_parts(peer: PeerClient, store: SqliteStore) -> None:
    body = {"content_type": "text/plain", "data": base64.b64encode(b"halo").decode()}
    await store.bulk_docs([{"_id": "twice", "_rev": f"1-{sig}", "_attachments": {"t": body}} for sig in "ab"],
                          new_edits=False)  # fmt: skip
    as_json = await peer.ask("GET", "/db/twice?open_revs=all&attachments=true", headers={"accept": "application/json"})
    assert [row["ok"]["_attachments"]["t"]["data"] for row in as_json.json()] == [body["data"]] * 2
    parts = await peer.ask("GET", '/db/twice?open_revs=["1-a","9-x"]', headers={"accept": "multipart/mixed"})
    assert parts.headers["content-type"].startswith("multipart/mixed; boundary=")
    assert [part in parts.body for part in (b"halo", b'"follows":true', b'{"missing":"9-x"}', b'error="true"')] == [
        True
    ] * 4
    since = await peer.ask("GET", '/db/twice?rev=1-a&atts_since=["1-a"]')
    assert since.json()["_attachments"]["t"]["stub"] is True


@pytest.mark.anyio
async def test_the_bulk_calls_speak_of_each_document(peer: PeerClient) -> None:
    written = await peer.ask("POST", "/db/_bulk_docs", {"docs": [{"_id": "a"}, {"_id": "a"}, {}]})
    assert [row.get("ok", row.get("error")) for row in written.json()] == [True, "conflict", True]
    got = await peer.ask("POST", "/db/_bulk_get", {"docs": [{"id": "a"}, {"id": "x", "rev": "1-a"}]})
    assert [list(result["docs"][0]) for result in got.json()["results"]] == [["ok"], ["error"]]
    diff = await peer.ask("POST", "/db/_revs_diff", {"a": ["1-x", written.json()[0]["rev"]], "b": ["2-y"]})
    assert diff.json() == {"a": {"missing": ["1-x"]}, "b": {"missing": ["2-y"]}}
    wrong: tuple[tuple[str, Any], ...] = (
        ("_bulk_docs", {"docs": [5]}), ("_bulk_docs", {}), ("_bulk_docs", []), ("_bulk_get", {"docs": 1}),
        ("_revs_diff", {"a": 1}), ("_revs_diff", {"a": [None]}), ("_all_docs", {"keys": 1}),
    )  # fmt: skip
    for path, body in wrong:
        assert (await peer.ask("POST", f"/db/{path}", body)).status == 400, (path, body)


@pytest.mark.anyio
async def test_lists_are_paged_without_gap_or_repetition(peer: PeerClient, store: SqliteStore) -> None:
    ids = [f"d{n:04}" for n in range(1203)]
    await store.bulk_docs([{"_id": doc_id} for doc_id in ids])

    async def listed(query: str) -> list[str]:
        return [row["id"] for row in (await peer.ask("GET", f"/db/_all_docs?{query}")).json()["rows"]]

    assert await listed("") == ids
    assert await listed("descending=true") == ids[::-1]
    assert await listed("include_docs=true&limit=120") == ids[:120]
    assert await listed("skip=600&limit=550") == ids[600:1150]
    assert await listed('startkey="d0100"&endkey="d0700"&inclusive_end=false') == ids[100:700]
    assert await listed('key="d0007"') == ["d0007"]
    for wrong in ('keys=["a"]&key="a"', "limit=x", "limit=-1", "startkey=x", "descending=maybe", "keys=1"):
        assert (await peer.ask("GET", f"/db/_all_docs?{wrong}")).status == 400, wrong


@pytest.mark.anyio
async def test_a_body_of_json_is_read_strictly(peer: PeerClient) -> None:
    for body in (b"", b"[]", b"nonsense", b'{"a":1,"a":2}', b'{"a":NaN}', b'{"a":"\\ud800"}', b"\xff", b"[" * 9000):
        answer = await peer.ask("PUT", "/db/a", headers={"content-type": "application/json"}, body=body)
        assert answer.status == 400, body[:20]
