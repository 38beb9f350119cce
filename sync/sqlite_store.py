"""The embedded store: one SQLite file a database, real revision trees, durable at every answer.

Writes go through one thread and share commits; reads run on connections of their own beside them. Another process
may open the same file: its writes wait for ours, and a waiting changes feed sees them within `POLL` seconds.
"""

import asyncio
import json
import sqlite3
import threading
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Literal, TypeVar

from sync import sqlite_read as read
from sync.document import Doc, Rev
from sync.errors import BadRequest, NotFound, StoreError
from sync.sqlite_attachments import CHUNK, chunk, whole
from sync.sqlite_documents import drop_old_bodies, last_seq, next_seq, purge_revs, read_body, tree_of, write
from sync.sqlite_schema import connect, create, map_errors
from sync.sqlite_writer import Writer
from sync.store import Attachment, Changes, Got, Info, OpenRevs, RevsDiff, Row, Written

POLL = 0.5  # seconds between looks for another process's writes while a feed waits
READERS = 4  # threads

T = TypeVar("T")


def open_sqlite(folder: Path, name: str) -> "SqliteStore":
    """Open the database *name* in *folder*, making both where they are missing."""
    folder.mkdir(parents=True, exist_ok=True)
    return SqliteStore(folder / f"{name}.sqlite", name)


class SqliteStore:
    """A `Store` in one file."""

    def __init__(self, path: Path, name: str) -> None:
        self.name = name
        self.path = path
        with map_errors():
            connection = connect(path)
            self._generation = create(connection)
        self._writer = Writer(connection, self._committed)
        self._connection = connection
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix=f"sqlite {name}")
        self._local = threading.local()
        self._opened = [connection]
        self._waiters: set[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = set()
        self._closed = False

    async def info(self) -> Info:
        """Count the documents and tell the newest seq."""
        live, deleted = await self._read(read.counts)
        return Info(live, deleted, self._token(await self._read(last_seq)), self._generation)

    async def get(
        self,
        doc_id: str,
        *,
        rev: str | None = None,
        revs: bool = False,
        conflicts: bool = False,
        latest: bool = False,
        attachments: bool = False,
    ) -> Doc:
        """Give one document; see `Store.get`."""
        return await self._read(
            lambda c: read.get(c, doc_id, rev, revs=revs, conflicts=conflicts, latest=latest, attachments=attachments)
        )

    async def open_revs(
        self, doc_id: str, revs: OpenRevs, *, latest: bool = False, history: bool = False, attachments: bool = False
    ) -> list[Doc | str]:
        """Give leaves or revs; see `Store.open_revs`."""
        return await self._read(
            lambda c: read.open_revs(c, doc_id, revs, latest=latest, history=history, attachments=attachments)
        )

    async def all_docs(
        self,
        *,
        start: str | None = None,
        end: str | None = None,
        keys: Sequence[str] | None = None,
        include_docs: bool = False,
        limit: int | None = None,
        descending: bool = False,
    ) -> list[Row]:
        """List documents; see `Store.all_docs`."""
        if keys is not None:
            return await self._read(lambda c: read.all_docs_by_key(c, keys, include_docs=include_docs))
        return await self._read(
            lambda c: read.all_docs(c, start, end, include_docs=include_docs, limit=limit, descending=descending)
        )

    async def changes(
        self,
        since: str = "0",
        *,
        limit: int | None = None,
        include_docs: bool = False,
        style: Literal["main_only", "all_docs"] = "main_only",
        wait: float = 0,
    ) -> Changes:
        """Give what changed; see `Store.changes`."""
        after = await self._read(last_seq) if since == "now" else self._seq(since)
        deadline = asyncio.get_running_loop().time() + wait
        arrival = asyncio.Event()
        waiter = (asyncio.get_running_loop(), arrival)
        self._waiters.add(waiter)
        try:
            while True:
                arrival.clear()
                found = await self._changes(after, limit=limit, include_docs=include_docs, style=style)
                left = deadline - asyncio.get_running_loop().time()
                if found.results or left <= 0:
                    return found
                await _wait_for(arrival, min(left, POLL))
        finally:
            self._waiters.discard(waiter)

    async def _changes(self, after: int, *, limit: int | None, include_docs: bool, style: str) -> Changes:
        def job(connection: sqlite3.Connection) -> Changes:
            results, pending = read.changes(
                connection, after, limit=limit, include_docs=include_docs, style=style, generation=self._generation
            )
            # The end of the feed may be a purge, which has a number and no row.
            last = results[-1].seq if results and pending else self._token(max(after, last_seq(connection)))
            return Changes(tuple(results), last, pending)

        return await self._read(job)

    async def revs_diff(self, revs: Mapping[str, Sequence[str]]) -> dict[str, RevsDiff]:
        """Say what is missing; see `Store.revs_diff`."""
        return await self._read(lambda c: read.revs_diff(c, revs))

    async def bulk_get(
        self,
        docs: Sequence[tuple[str, str | None]],
        *,
        revs: bool = False,
        attachments: bool = False,
        latest: bool = False,
    ) -> list[Got]:
        """Give many documents; see `Store.bulk_get`."""
        return await self._read(lambda c: read.bulk_get(c, docs, revs=revs, attachments=attachments, latest=latest))

    async def bulk_docs(self, docs: Sequence[Doc], *, new_edits: bool = True) -> list[Written]:
        """Write each document on its own; see `Store.bulk_docs`."""
        return await self._write(lambda c: [_write_one(c, doc, new_edits=new_edits) for doc in docs])

    async def get_local(self, local_id: str) -> Doc:
        """Give a local document; see `Store.get_local`."""

        def job(connection: sqlite3.Connection) -> Doc:
            row = connection.execute("SELECT n, json FROM local WHERE id = ?", [local_id]).fetchone()
            if row is None:
                raise NotFound("missing")
            return {"_id": f"_local/{local_id}", "_rev": f"0-{row['n']}", **json.loads(row["json"])}

        return await self._read(job)

    async def put_local(self, local_id: str, doc: Doc) -> str:
        """Write a local document over whatever is there; see `Store.put_local`."""
        text = json.dumps({key: value for key, value in doc.items() if not key.startswith("_")})

        def job(connection: sqlite3.Connection) -> str:
            connection.execute(
                "INSERT INTO local VALUES (?, 1, ?) ON CONFLICT (id) DO UPDATE SET n = n + 1, json = excluded.json",
                [local_id, text],
            )
            n = connection.execute("SELECT n FROM local WHERE id = ?", [local_id]).fetchone()[0]
            return f"0-{n}"

        return await self._write(job)

    async def purge(self, revs: Mapping[str, Sequence[str]]) -> dict[str, tuple[str, ...]]:
        """Forget revs, in the file too; see `Store.purge`."""

        def job(connection: sqlite3.Connection) -> dict[str, tuple[str, ...]]:
            gone = {
                doc_id: purge_revs(connection, doc_id, [*map(Rev.parse, wanted)]) for doc_id, wanted in revs.items()
            }
            next_seq(connection)
            return gone

        gone = await self._write(job)
        await self._read(lambda c: c.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall())
        return gone

    async def attachment(self, doc_id: str, name: str, *, rev: str | None = None) -> Attachment:
        """Give an attachment whole; see `Store.attachment`."""
        stub = await self._stub(doc_id, name, rev)
        data = await self._read(lambda c: whole(c, stub["digest"]))
        return Attachment(stub["content_type"], stub["digest"], data)

    async def attachment_chunks(
        self, doc_id: str, name: str, *, rev: str | None = None, start: int = 0
    ) -> AsyncIterator[bytes]:
        """Stream an attachment from byte *start*; see `Store.attachment_chunks`."""
        digest = (await self._stub(doc_id, name, rev))["digest"]
        n, skip = divmod(start, CHUNK)
        while (data := await self._read(partial(chunk, digest=digest, n=n))) is not None:
            if data[skip:]:
                yield data[skip:]
            n, skip = n + 1, 0

    async def _stub(self, doc_id: str, name: str, rev: str | None) -> Doc:
        def job(connection: sqlite3.Connection) -> Doc:
            tree = tree_of(connection, doc_id)
            wanted = Rev.parse(rev) if rev is not None else tree.winner if tree.nodes else None
            doc = read_body(connection, doc_id, wanted, tree.nodes[wanted]) if wanted and wanted in tree else None
            if doc is None or name not in doc.get("_attachments", {}):
                raise NotFound("Document is missing attachment")
            stub: Doc = doc["_attachments"][name]
            return stub

        return await self._read(job)

    async def compact(self) -> None:
        """Drop what only history needed and give the room back; see `Store.compact`."""
        await self._write(drop_old_bodies)
        await self._read(lambda c: c.execute("VACUUM"))
        await self._read(lambda c: c.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall())

    async def close(self) -> None:
        """Finish what is queued and close the file; safe to call twice."""
        if self._closed:
            return
        self._closed = True
        await asyncio.to_thread(self._writer.close)
        await asyncio.to_thread(self._readers.shutdown)
        for connection in self._opened:
            connection.close()

    async def _read(self, job: Callable[[sqlite3.Connection], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._readers, self._on_reader, job)

    def _on_reader(self, job: Callable[[sqlite3.Connection], T]) -> T:
        with map_errors():
            if not hasattr(self._local, "connection"):
                self._local.connection = connect(self.path)
                self._opened.append(self._local.connection)
            return job(self._local.connection)

    async def _write(self, job: Callable[[sqlite3.Connection], T]) -> T:
        # Shielded: a caller that goes away does not leave others waiting for a future that nobody may set.
        return await asyncio.shield(asyncio.wrap_future(self._writer.submit(job)))

    def _committed(self) -> None:
        for loop, arrival in list(self._waiters):
            if not loop.is_closed():
                loop.call_soon_threadsafe(arrival.set)

    def _token(self, seq: int) -> str:
        return f"{seq}-{self._generation}"

    def _seq(self, since: str) -> int:
        number, _, generation = since.partition("-")
        if since == "0":
            return 0
        if not number.isdecimal() or generation != self._generation:
            raise BadRequest("since is not a token of this store")
        return int(number)


def _write_one(connection: sqlite3.Connection, doc: Doc, *, new_edits: bool) -> Written:
    connection.execute("SAVEPOINT doc")
    try:
        return write(connection, doc, new_edits=new_edits)
    except StoreError as error:
        connection.execute("ROLLBACK TO doc")
        return Written(str(doc.get("_id", "")), error=error.error, reason=error.reason)
    finally:
        connection.execute("RELEASE doc")


async def _wait_for(arrival: asyncio.Event, seconds: float) -> None:
    try:
        await asyncio.wait_for(arrival.wait(), seconds)
    except TimeoutError:
        return
