"""Writes in batches: what comes at the same time goes together, what is refused is narrowed down."""

import asyncio
from typing import Any

import pytest
from aiohttp import web

from sync.couch_bulk import BatchLimits
from sync.couch_http import Backoff
from sync.couch_store import CouchServer, CouchStore
from sync.document import Doc
from sync.errors import Unavailable
from tests.answering import Answering, Asked, answering, refusal, reply

pytestmark = pytest.mark.anyio


async def at_once(seconds: float) -> None:
    """Do not sleep."""


class Couch:
    """Takes `_bulk_docs` like a CouchDB of one node, refusing what is marked, and holds the first back for a while."""

    def __init__(self) -> None:
        self.batches: list[list[str]] = []
        self.stored: dict[str, Doc] = {}
        self.arrived = asyncio.Event()
        self.free = asyncio.Event()
        self.status = 201
        self.full = 10**6
        self.failures = 0

    async def __call__(self, asked: Asked, request: web.Request) -> web.StreamResponse:
        if not asked.path.endswith("_bulk_docs"):
            return reply({"doc_count": 0, "update_seq": "0", "cluster": {"n": 1}})
        docs = asked.json["docs"]
        self.batches.append([doc["_id"] for doc in docs])
        self.arrived.set()
        await self.free.wait()
        return self._answer(docs, new_edits=asked.json["new_edits"])

    def _answer(self, docs: list[Doc], *, new_edits: bool) -> web.Response:
        if self.failures:
            self.failures -= 1
            return refusal(503, "service_unavailable")
        marks = {doc.get("mark") for doc in docs}
        if "breaks" in marks:
            return refusal(500, "unknown_error", "function_clause")
        if "invalid" in marks:
            return refusal(400, "doc_validation")
        if "large" in marks or len(docs) > self.full:
            return refusal(413, "document_too_large" if "large" in marks else "too_large")
        rows: list[dict[str, Any]] = []
        for doc in docs:
            if doc.get("mark") == "forbidden":
                rows.append({"id": doc["_id"], "rev": doc.get("_rev"), "error": "forbidden", "reason": "no"})
                continue
            self.stored[doc["_id"]] = doc
            if new_edits:
                rows.append({"ok": True, "id": doc["_id"], "rev": "1-new"})
                if doc.get("mark") == "accepted":
                    rows[-1]["accepted"] = True
        return reply(rows, self.status)


def doc(doc_id: str, mark: str | None = None, **fields: Any) -> Doc:
    return {"_id": doc_id, "_rev": "1-x", **({"mark": mark} if mark else {}), **fields}


def server_to(server: Answering, **limits: int) -> CouchServer:
    backoff = Backoff(attempts=3, base=0, sleep=at_once)
    return CouchServer(server.url, backoff=backoff, batch=BatchLimits(**limits))


async def written(store: CouchStore, *docs: Doc, new_edits: bool = False) -> list[str | None]:
    return [row.error for row in await store.bulk_docs(docs, new_edits=new_edits)]


async def start_all(couch: Couch, calls: list[Any]) -> list[asyncio.Task[Any]]:
    """Start every call, let the first request arrive, then let CouchDB answer."""
    tasks = [asyncio.create_task(call) for call in calls]
    await couch.arrived.wait()
    couch.free.set()
    return tasks


async def test_what_comes_while_one_runs_shares_the_next() -> None:
    """Twenty calls become two requests: the first alone, the others together; each gets its own rows."""
    couch = Couch()
    async with answering(couch) as server, server_to(server) as http:
        store = await http.database("cases")
        first = asyncio.create_task(store.bulk_docs([doc("first")], new_edits=False))
        await couch.arrived.wait()
        others = [asyncio.create_task(store.bulk_docs([doc(f"d{n}")], new_edits=False)) for n in range(19)]
        await asyncio.sleep(0)
        couch.free.set()
        rows = await asyncio.gather(first, *others)
    assert couch.batches == [["first"], [f"d{n}" for n in range(19)]]
    assert [[row.id for row in its] for its in rows] == [["first"], *[[f"d{n}"] for n in range(19)]]
    assert all(row.rev == "1-x" and row.durable for its in rows for row in its)


async def test_a_group_keeps_to_the_limits() -> None:
    """No request has more documents or bytes than allowed; one document over the size goes alone."""
    couch = Couch()
    async with answering(couch) as server, server_to(server, count=3, size=1000) as http:
        store = await http.database("cases")
        calls = [store.bulk_docs([doc(f"d{n}")], new_edits=False) for n in range(4)]
        calls += [store.bulk_docs([doc(f"many{n}") for n in range(7)], new_edits=False)]
        calls += [store.bulk_docs([doc("big", text="x" * 5000), doc("small")], new_edits=False)]
        await asyncio.gather(*await start_all(couch, calls))
    assert len(couch.stored) == 13
    assert max(map(len, couch.batches)) == 3
    assert ["big"] in couch.batches


async def test_edits_are_not_grouped() -> None:
    """With new_edits every call is its own request: its order against the others matters."""
    couch = Couch()
    couch.free.set()
    async with answering(couch) as server, server_to(server) as http:
        store = await http.database("cases")
        await asyncio.gather(*[store.bulk_docs([{"_id": f"d{n}"}]) for n in range(3)])
    assert sorted(couch.batches) == [["d0"], ["d1"], ["d2"]]


@pytest.mark.parametrize(("mark", "error"), [("invalid", "doc_validation"), ("large", "too_large")])
@pytest.mark.parametrize("new_edits", [False, True])
async def test_a_refusal_is_narrowed_to_the_document_at_fault(mark: str, error: str, new_edits: bool) -> None:
    """400 and 413 halve the batch down to the one document; all the others are written."""
    couch = Couch()
    couch.free.set()
    docs = [doc(f"d{n}", mark if n == 5 else None) for n in range(9)]
    async with answering(couch) as server, server_to(server) as http:
        errors = await written(await http.database("cases"), *docs, new_edits=new_edits)
    assert errors == [None] * 5 + [error] + [None] * 3
    assert set(couch.stored) == {f"d{n}" for n in range(9) if n != 5}


async def test_a_batch_too_large_is_halved_until_it_fits() -> None:
    couch = Couch()
    couch.free.set()
    couch.full = 2
    async with answering(couch) as server, server_to(server) as http:
        assert await written(await http.database("cases"), *[doc(f"d{n}") for n in range(8)]) == [None] * 8
    assert [len(batch) for batch in couch.batches] == [8, 4, 2, 2, 4, 2, 2]


async def test_a_row_of_its_own_is_matched_to_its_document() -> None:
    """Without new_edits CouchDB names only the refused; they are told apart by id and rev."""
    couch = Couch()
    couch.free.set()
    docs = [doc("a"), doc("b", "forbidden"), doc("c")]
    async with answering(couch) as server, server_to(server) as http:
        store = await http.database("cases")
        rows = await store.bulk_docs(docs, new_edits=False)
    assert [(row.id, row.rev, row.error) for row in rows] == [
        ("a", "1-x", None),
        ("b", None, "forbidden"),
        ("c", "1-x", None),
    ]


async def test_what_breaks_couchdb_does_not_sink_other_calls() -> None:
    """A document that makes CouchDB answer 500 fails its own call; those grouped with it are written."""
    couch = Couch()
    async with answering(couch) as server, server_to(server) as http:
        store = await http.database("cases")
        calls = [store.bulk_docs([doc(f"d{n}", "breaks" if n == 3 else None)], new_edits=False) for n in range(6)]
        answers = await asyncio.gather(*await start_all(couch, calls), return_exceptions=True)
    assert [type(answer) for answer in answers] == [list, list, list, *[type(answers[3])], list, list]
    assert isinstance(answers[3], Unavailable)
    assert set(couch.stored) == {"d0", "d1", "d2", "d4", "d5"}


async def test_what_may_be_repeated_is_repeated() -> None:
    """Without new_edits a write is sent again while CouchDB is away; with new_edits it is not."""
    couch = Couch()
    couch.free.set()
    async with answering(couch) as server, server_to(server) as http:
        store = await http.database("cases")
        couch.failures = 2
        assert await written(store, doc("a")) == [None]
        couch.failures = 1
        with pytest.raises(Unavailable):
            await written(store, {"_id": "b"}, new_edits=True)
    assert couch.batches == [["a"], ["a"], ["a"], ["b"]]


async def test_when_couchdb_is_away_every_call_hears_so() -> None:
    couch = Couch()
    couch.failures = 100
    async with answering(couch) as server, server_to(server) as http:
        store = await http.database("cases")
        calls = [store.bulk_docs([doc(f"d{n}")], new_edits=False) for n in range(3)]
        answers = await asyncio.gather(*await start_all(couch, calls), return_exceptions=True)
        assert [type(answer) for answer in answers] == [Unavailable] * 3
        couch.failures = 0
        assert await written(store, doc("later")) == [None]


async def test_a_document_with_stubs_goes_alone_when_it_is_an_edit() -> None:
    """A missing stub is refused when other shards have written their part: such a batch cannot be sent again."""
    couch = Couch()
    couch.free.set()
    docs = [{"_id": name, **({"_attachments": {"body": {"stub": True}}} if name in "bd" else {})} for name in "abcd"]
    async with answering(couch) as server, server_to(server) as http:
        store = await http.database("cases")
        rows = await store.bulk_docs(docs)
        await store.bulk_docs([one | {"_rev": "1-x"} for one in docs], new_edits=False)
    assert [row.id for row in rows] == ["a", "b", "c", "d"]
    assert couch.batches == [["a"], ["b"], ["c"], ["d"], ["a", "b", "c", "d"]]


@pytest.mark.parametrize(("status", "durable"), [(201, True), (202, False)])
@pytest.mark.parametrize("new_edits", [False, True])
async def test_201_is_told_from_202(status: int, durable: bool, new_edits: bool) -> None:
    """202 says that the quorum was not reached: stored, but not durable."""
    couch = Couch()
    couch.free.set()
    couch.status = status
    async with answering(couch) as server, server_to(server) as http:
        store = await http.database("cases")
        (row,) = await store.bulk_docs([doc("a")], new_edits=new_edits)
    assert (row.error, row.durable) == (None, durable)


async def test_a_single_row_may_be_less_durable() -> None:
    """`accepted` in a row tells 202 of that document alone."""
    couch = Couch()
    couch.free.set()
    async with answering(couch) as server, server_to(server) as http:
        store = await http.database("cases")
        rows = await store.bulk_docs([doc("a"), doc("b", "accepted")])
    assert [row.durable for row in rows] == [True, False]


async def test_a_document_without_json_is_refused_here() -> None:
    """What cannot be written as JSON gets its row and is not sent."""
    couch = Couch()
    couch.free.set()
    async with answering(couch) as server, server_to(server) as http:
        errors = await written(await http.database("cases"), doc("a"), doc("b", n=float("nan")), doc("c"))
    assert errors == [None, "bad_request", None]
    assert couch.batches == [["a", "c"]]


async def test_a_caller_who_goes_away_leaves_the_others_their_answers() -> None:
    couch = Couch()
    async with answering(couch) as server, server_to(server) as http:
        store = await http.database("cases")
        calls = [store.bulk_docs([doc(f"d{n}")], new_edits=False) for n in range(3)]
        tasks = [asyncio.create_task(call) for call in calls]
        await couch.arrived.wait()
        tasks[1].cancel()
        couch.free.set()
        first, gone, last = await asyncio.gather(*tasks, return_exceptions=True)
    assert isinstance(gone, asyncio.CancelledError)
    assert isinstance(first, list)
    assert isinstance(last, list)
    assert set(couch.stored) == {"d0", "d1", "d2"}


async def test_close_waits_for_what_is_queued() -> None:
    couch = Couch()
    async with answering(couch) as server, server_to(server) as http:
        store = await http.database("cases")
        tasks = await start_all(couch, [store.bulk_docs([doc(f"d{n}")], new_edits=False) for n in range(3)])
        await store.close()
        assert set(couch.stored) == {"d0", "d1", "d2"}
        await asyncio.gather(*tasks)


@pytest.mark.parametrize("answer", [{}, [1], None, "ok", [{"error": 1}, {}]])
async def test_an_answer_of_another_shape_is_unavailable(answer: Any) -> None:
    async def odd(asked: Asked, request: web.Request) -> web.StreamResponse:
        return reply(answer if "_bulk_docs" in asked.path else {}, 201)

    async with answering(odd) as server, server_to(server) as http:
        store = await http.database("cases")
        with pytest.raises(Unavailable):
            await store.bulk_docs([doc("a")])
