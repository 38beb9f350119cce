"""Writes documents to CouchDB in batches: calls that come while one runs share the next, and a refusal is narrowed.

The theory is that of group commit. CouchDB answers 201 to one document and to three hundred in nearly the same time,
so what arrives while a `_bulk_docs` is under way waits for it and goes out together. That is allowed only for
`new_edits=false`, which may be repeated and reordered at will.

CouchDB refuses a whole batch for one document that is malformed or too large, before it writes any of it. Such a
batch is halved until the refusal meets the document it is for; that one gets a row with the error, the others are
written. A stub that names an attachment which is not there is refused too late for that (shards that take their part
of the batch have written it): with new_edits a document with stubs goes alone, as repeating the others would only find
conflicts with themselves.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from sync.couch_http import Answer, CouchHttp, to_json
from sync.couch_wire import ServerFault, parsed
from sync.document import Doc
from sync.errors import BadRequest, PreconditionFailed, StoreError, TooLarge
from sync.store import Written


@dataclass(frozen=True)
class BatchLimits:
    """How much goes into one `_bulk_docs`; a single document over `size` bytes goes alone."""

    count: int = 500
    size: int = 4 * 1024 * 1024


@dataclass(frozen=True)
class _Entry:
    id: str
    rev: str | None
    body: bytes = field(repr=False)
    alone: bool = False
    error: StoreError | None = None


@dataclass(frozen=True)
class _Call:
    entries: list[_Entry]
    done: asyncio.Future[list[Written]]


Confirm = Callable[[Sequence[Written]], Awaitable[Sequence[Written]]]


class BulkWriter:
    """The writes of one database."""

    def __init__(self, http: CouchHttp, path: str, *, limits: BatchLimits, confirm: Confirm) -> None:
        self._http = http
        self._path = f"{path}/_bulk_docs"
        self._limits = limits
        self._confirm = confirm
        self._waiting: deque[_Call] = deque()
        self._worker: asyncio.Task[None] | None = None

    async def write(self, docs: Sequence[Doc], *, new_edits: bool) -> list[Written]:
        """Write *docs* and give a row for each."""
        entries = [_entry(doc, new_edits=new_edits) for doc in docs]
        if new_edits:
            return await self._write(entries, new_edits=True)
        call = _Call(entries, asyncio.get_running_loop().create_future())
        self._waiting.append(call)
        if self._worker is None:
            self._worker = asyncio.create_task(self._work())
        return await call.done

    async def drain(self) -> None:
        """Wait until everything that was handed in is answered."""
        if self._worker is not None:
            await asyncio.wait([self._worker])

    async def _work(self) -> None:
        try:
            while self._waiting:
                await self._run(list(self._next_group()))
        finally:
            self._worker = None

    def _next_group(self) -> Iterator[_Call]:
        count = size = 0
        while self._waiting:
            entries = self._waiting[0].entries
            count += len(entries)
            size += sum(len(entry.body) for entry in entries)
            if count > len(entries) and (count > self._limits.count or size > self._limits.size):
                return
            yield self._waiting.popleft()

    async def _run(self, calls: Sequence[_Call]) -> None:
        try:
            rows = await self._write([entry for call in calls for entry in call.entries], new_edits=False)
            rows = list(await self._confirm(rows))
        except ServerFault as fault:
            if len(calls) == 1:
                return _fail(calls, fault)
            for call in calls:  # what broke CouchDB may be in one of them only
                await self._run([call])
        except BaseException as error:
            _fail(calls, error)
            if not isinstance(error, Exception):
                raise
        else:
            _answer(calls, rows)

    async def _write(self, entries: Sequence[_Entry], *, new_edits: bool) -> list[Written]:
        rows = [row for part in self._parts(entries) for row in await self._batch(part, new_edits=new_edits)]
        written = iter(rows)
        return [_refused(entry, entry.error) if entry.error else next(written) for entry in entries]

    def _parts(self, entries: Sequence[_Entry]) -> Iterator[list[_Entry]]:
        part: list[_Entry] = []
        size = 0
        for entry in entries:
            if entry.error:
                continue
            size += len(entry.body)
            is_full = len(part) == self._limits.count or size > self._limits.size
            if part and (is_full or entry.alone or part[-1].alone):
                yield part
                part, size = [], len(entry.body)
            part.append(entry)
        if part:
            yield part

    async def _batch(self, entries: Sequence[_Entry], *, new_edits: bool) -> list[Written]:
        try:
            answer = await self._send(entries, new_edits=new_edits)
            return parsed(lambda _: _rows(entries, answer, new_edits=new_edits), answer.body)
        except (BadRequest, TooLarge, PreconditionFailed) as refusal:
            if len(entries) == 1:
                return [_refused(entries[0], refusal)]
        half = len(entries) // 2
        return [
            *await self._batch(entries[:half], new_edits=new_edits),
            *await self._batch(entries[half:], new_edits=new_edits),
        ]

    async def _send(self, entries: Sequence[_Entry], *, new_edits: bool) -> Answer:
        docs = b",".join(entry.body for entry in entries)
        body = b'{"new_edits":%s,"docs":[%s]}' % (b"true" if new_edits else b"false", docs)
        return await self._http.request("POST", self._path, body=body, safe=not new_edits)


def _entry(doc: Doc, *, new_edits: bool) -> _Entry:
    doc_id = str(doc.get("_id", ""))
    try:
        return _Entry(doc_id, None if new_edits else _rev(doc), to_json(doc), alone=new_edits and _has_stubs(doc))
    except BadRequest as error:
        return _Entry(doc_id, None, b"", error=error)


def _has_stubs(doc: Doc) -> bool:
    attachments = doc.get("_attachments")
    return isinstance(attachments, dict) and any("stub" in one for one in attachments.values() if isinstance(one, dict))


def _rev(doc: Doc) -> str | None:
    """Say under which rev CouchDB will store this; nothing is checked here, that is CouchDB's part."""
    revisions = doc.get("_revisions")
    try:
        return f"{revisions['start']}-{revisions['ids'][0]}" if revisions else doc.get("_rev")
    except (KeyError, IndexError, TypeError):
        return doc.get("_rev")


def _rows(entries: Sequence[_Entry], answer: Answer, *, new_edits: bool) -> list[Written]:
    durable = answer.status == 201
    if new_edits:
        return [_row(entry, said, durable=durable) for entry, said in zip(entries, answer.body, strict=True)]
    # With new_edits=false CouchDB names only those that failed.
    failed = {(said.get("id"), said.get("rev")): said for said in answer.body if "error" in said}
    rows = []
    for entry in entries:
        said = failed.get((entry.id, entry.rev)) or failed.get((entry.id, None))
        rows.append(_row(entry, said or {"rev": entry.rev}, durable=durable))
    return rows


def _row(entry: _Entry, said: dict[str, Any], *, durable: bool) -> Written:
    if "error" in said:
        return Written(entry.id, error=said["error"], reason=said.get("reason"))
    return Written(said.get("id", entry.id), said["rev"], durable=durable and not said.get("accepted"))


def _refused(entry: _Entry, refusal: StoreError) -> Written:
    return Written(entry.id, error=refusal.error, reason=refusal.reason)


def _answer(calls: Sequence[_Call], rows: list[Written]) -> None:
    start = 0
    for call in calls:
        end = start + len(call.entries)
        if not call.done.done():  # its caller may have gone
            call.done.set_result(rows[start:end])
        start = end


def _fail(calls: Sequence[_Call], error: BaseException) -> None:
    for call in calls:
        if not call.done.done():
            call.done.set_exception(error)
