"""CouchDB over HTTP where the contract does not reach: databases, generations, ids in paths, streams, odd servers."""

import json
from typing import Any

import pytest
from aiohttp import web

from sync.couch_http import Backoff, HttpLimits
from sync.couch_store import CouchServer, CouchStore
from sync.errors import BadRequest, Forbidden, NotFound, TooLarge, Unavailable
from tests.answering import Asked, Handler, answering, refusal, reply

pytestmark = pytest.mark.anyio

BYTES = bytes(range(256)) * 1000


class Couch:
    """As much of a CouchDB as keeps databases and `_local` documents."""

    def __init__(self) -> None:
        self.databases: dict[str, dict[str, Any]] = {}
        self.may_create = True

    async def __call__(self, asked: Asked, request: web.Request) -> web.StreamResponse:
        name, _, rest = asked.path.lstrip("/").partition("/")
        if asked.method == "PUT" and not rest:
            return self._create(name)
        if name not in self.databases:
            return refusal(404, "not_found", "Database does not exist.")
        if not rest:
            return reply({"doc_count": 0, "doc_del_count": 0, "update_seq": "0"})
        return self._local(self.databases[name], rest, asked)

    def _create(self, name: str) -> web.Response:
        if not self.may_create:
            return refusal(401, "unauthorized", "You are not a server admin.")
        if name in self.databases:
            return refusal(412, "file_exists")
        self.databases[name] = {}
        return reply({"ok": True}, 201)

    def _local(self, database: dict[str, Any], rest: str, asked: Asked) -> web.Response:
        if asked.method == "PUT":
            database[rest] = json.loads(asked.body)
            return reply({"ok": True, "id": rest, "rev": "0-1"}, 201)
        return reply({"_id": rest, **database[rest]}) if rest in database else refusal(404, "not_found", "missing")


async def test_a_missing_database_is_made() -> None:
    """database makes what is not there, under the prefix, and leaves what is."""
    couch = Couch()
    async with answering(couch) as server, CouchServer(server.url, prefix="kantor-") as http:
        store = await http.database("cases")
        assert store.name == "cases"
        assert await http.database("cases") is store
    assert list(couch.databases) == ["kantor-cases"]


async def test_two_may_make_the_same_database() -> None:
    """That another process made it in between is no error."""

    async def late(asked: Asked, request: web.Request) -> web.StreamResponse:
        return refusal(404, "not_found") if asked.method == "GET" else refusal(412, "file_exists")

    async with answering(late) as server, CouchServer(server.url) as http:
        await http.database("cases")


async def test_an_account_that_may_not_make_it_hears_so() -> None:
    couch = Couch()
    couch.may_create = False
    async with answering(couch) as server, CouchServer(server.url) as http:
        with pytest.raises(Forbidden, match="not a server admin"):
            await http.database("cases")


@pytest.mark.parametrize("name", ["", "Cases", "_users", "../x", "a b", "1a"])
async def test_a_name_that_is_none_is_refused_here(name: str) -> None:
    async with CouchServer("http://127.0.0.1:1") as http:
        with pytest.raises(BadRequest):
            await http.database(name)


async def test_a_generation_is_made_once() -> None:
    """info tells the same generation to everybody, and another one when the database was replaced."""
    couch = Couch()
    async with answering(couch) as server:
        async with CouchServer(server.url) as http:
            first = (await (await http.database("cases")).info()).generation
        async with CouchServer(server.url) as http:
            store = await http.database("cases")
            assert (await store.info()).generation == first
            couch.databases = {"cases": {}}
            assert (await store.info()).generation != first


async def test_of_two_generations_made_at_once_both_read_the_same() -> None:
    """Whoever writes last is read by both."""
    stored: list[str] = []

    async def raced(asked: Asked, request: web.Request) -> web.StreamResponse:
        if asked.method == "PUT":
            stored.append("theirs")  # the other process writes over it at once
            return reply({"rev": "0-1"}, 201)
        if asked.path == "/cases":
            return reply({"doc_count": 0, "update_seq": "0"})
        return reply({"_id": "x", "generation": stored[-1]}) if stored else refusal(404, "not_found")

    async with answering(raced) as server, CouchServer(server.url) as http:
        assert (await (await http.database("cases")).info()).generation == "theirs"


async def echo_path(asked: Asked, request: web.Request) -> web.StreamResponse:
    return reply({"_id": asked.path})


@pytest.mark.parametrize(
    ("doc_id", "path"),
    [
        ("a/b", "/cases/a%2Fb"),
        ("..", "/cases/%2E%2E"),
        ("a?rev=1#", "/cases/a%3Frev%3D1%23"),
        ("_design/d/x", "/cases/_design/d%2Fx"),
        ("_local/../_all_docs", "/cases/_local/..%2F_all_docs"),
    ],
)
async def test_an_id_is_one_part_of_the_path(doc_id: str, path: str) -> None:
    """No id leads to another document or another door; only the two prefixes of CouchDB keep their slash."""
    async with answering(echo_path) as server, CouchServer(server.url) as http:
        assert await (await http.database("cases")).get(doc_id) == {"_id": path}


@pytest.mark.parametrize("doc_id", ["", "_all_docs", "_changes", "_security"])
async def test_an_id_that_is_a_door_is_refused_here(doc_id: str) -> None:
    async with answering(echo_path) as server, CouchServer(server.url) as http:
        store = await http.database("cases")
        with pytest.raises(BadRequest) as raised:
            await store.get(doc_id)
        with pytest.raises(BadRequest):
            await store.attachment(doc_id, "body")
    assert raised.value.error == "illegal_docid"


def serving(**options: Any) -> Handler:
    """Serve BYTES as an attachment, with or without ranges."""

    async def serve(asked: Asked, request: web.Request) -> web.StreamResponse:
        if asked.path == "/cases":
            return reply({"doc_count": 0, "update_seq": "0"})
        headers = {"ETag": '"AAAA"', "Content-Type": "image/webp"}
        start = int(asked.headers.get("Range", "bytes=0-")[6:-1])
        if not start or not options.get("ranges"):
            return web.Response(body=BYTES, headers=headers)
        if start >= len(BYTES):
            return refusal(416, "requested_range_not_satisfiable")
        told = start + options.get("shift", 0)
        headers["Content-Range"] = f"bytes {told}-{len(BYTES) - 1}/{len(BYTES)}"
        return web.Response(status=206, body=BYTES[told:], headers=headers)

    return serve


async def chunks(store: CouchStore, start: int) -> bytes:
    return b"".join([chunk async for chunk in store.attachment_chunks("a", "body", start=start)])


@pytest.mark.parametrize("ranges", [True, False])
@pytest.mark.parametrize("start", [0, 1, 65536, 200_000, len(BYTES), len(BYTES) + 1])
async def test_a_stream_begins_where_it_is_told(ranges: bool, start: int) -> None:
    """With Range the rest is asked for; a server that does not know it has the beginning skipped."""
    async with answering(serving(ranges=ranges)) as server, CouchServer(server.url) as http:
        assert await chunks(await http.database("cases"), start) == BYTES[start:]
        assert ("Range" in server.asked[-1].headers) == bool(start)


async def test_a_stream_from_another_place_is_not_taken() -> None:
    """A part that does not begin where it was asked to is an error, not other bytes."""
    async with answering(serving(ranges=True, shift=5)) as server, CouchServer(server.url) as http:
        store = await http.database("cases")
        with pytest.raises(Unavailable):
            await chunks(store, 100)


async def test_an_attachment_over_the_limit_is_too_large() -> None:
    """attachment holds bytes in memory and so has a limit; attachment_chunks has none."""
    limits = HttpLimits(answer=100_000)
    async with answering(serving()) as server, CouchServer(server.url, limits=limits) as http:
        store = await http.database("cases")
        with pytest.raises(TooLarge):
            await store.attachment("a", "body")
        assert await chunks(store, 0) == BYTES


async def test_a_stream_that_is_cut_is_unavailable() -> None:
    """What came before the cut is given, and the error says that it was not all."""

    async def cut(asked: Asked, request: web.Request) -> web.StreamResponse:
        if asked.path == "/cases":
            return reply({})
        answer = web.StreamResponse(headers={"Content-Length": str(len(BYTES))})
        await answer.prepare(request)
        await answer.write(BYTES[:70_000])
        assert request.transport is not None
        request.transport.close()
        return answer

    got: list[bytes] = []

    async def take(store: CouchStore) -> None:
        async for chunk in store.attachment_chunks("a", "body"):
            got.append(chunk)

    async with answering(cut) as server, CouchServer(server.url) as http:
        with pytest.raises(Unavailable):
            await take(await http.database("cases"))
    assert BYTES.startswith(b"".join(got))


@pytest.mark.parametrize("body", [[], "text", None, 5, {}, {"rows": 1}, {"results": [{}]}, {"results": 1}])
async def test_an_answer_of_another_shape_is_unavailable(body: Any) -> None:
    """What answers JSON but not as CouchDB does is no CouchDB."""

    async def odd(asked: Asked, request: web.Request) -> web.StreamResponse:
        return reply(body)

    async with answering(odd) as server, CouchServer(server.url) as http:
        store = await http.database("cases")
        for call in (
            store.info(),
            store.get("a"),
            store.all_docs(),
            store.changes(),
            store.bulk_get([("a", None)]),
            store.put_local("a", {}),
            store.purge({}),
            store.attachment("a", "body"),
        ):
            with pytest.raises((Unavailable, NotFound)):
                await call


async def test_a_local_document_is_written_over_by_its_rev() -> None:
    """put_local counts up from the rev that is there: a cluster tells copies of a `_local` document by nothing else."""
    puts: list[dict[str, Any]] = []

    async def local(asked: Asked, request: web.Request) -> web.StreamResponse:
        if asked.path == "/cases":
            return reply({})
        if asked.method == "GET":
            return reply({"_id": "_local/a", "_rev": "0-4"}) if puts else refusal(404, "not_found")
        puts.append(asked.json)
        return reply({"rev": "0-1" if len(puts) == 1 else "0-5"}, 201)

    async with answering(local) as server, CouchServer(server.url) as http:
        store = await http.database("cases")
        assert await store.put_local("a", {"n": 1, "_rev": "0-9", "_id": "x"}) == "0-1"
        assert await store.put_local("a", {"n": 2}) == "0-5"
    assert puts == [{"n": 1}, {"n": 2, "_rev": "0-4"}]


async def test_compact_waits_until_it_is_done() -> None:
    left = [True, True, False]

    async def compacting(asked: Asked, request: web.Request) -> web.StreamResponse:
        if asked.path == "/cases/_compact":
            return reply({"ok": True}, 202)
        return reply({"compact_running": left.pop(0)} if len(server.asked) > 1 else {})

    async with answering(compacting) as server, CouchServer(server.url) as http:
        await (await http.database("cases")).compact()
    assert left == []


async def test_a_longpoll_is_patient_and_not_repeated() -> None:
    """changes with wait gives the server its time on top of the limit, and a failure back at once."""
    limits, backoff = HttpLimits(silence=0.1, total=0.1), Backoff(attempts=5)

    async def slow(asked: Asked, request: web.Request) -> web.StreamResponse:
        if asked.query.get("since") == "broken":
            return refusal(503, "away")
        assert asked.query.get("timeout", "300") == "300"
        return reply({"results": [], "last_seq": 7, "pending": 0})

    async with answering(slow) as server, CouchServer(server.url, limits=limits, backoff=backoff) as http:
        store = await http.database("cases")
        assert (await store.changes("5", wait=0.3)).last_seq == "7"
        server.asked.clear()
        with pytest.raises(Unavailable):
            await store.changes("broken", wait=0.3)
    assert len(server.asked) == 1
