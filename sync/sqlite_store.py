"""The embedded store: one SQLite file a database, real revision trees, durable at every answer.

Writes go through one thread and share commits; reads run on connections of their own beside them. Another process
may open the same file: its writes wait for ours, and a waiting changes feed sees them within `POLL` seconds.
"""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Literal, TypeVar

from sync import sqlite_local as local
from sync import sqlite_read as read
from sync.document import Doc, Rev
from sync.errors import BadRequest, StoreError
from sync.sqlite_arrivals import Arrivals, wait_for
from sync.sqlite_attachments import CHUNK, chunk
from sync.sqlite_documents import last_seq, write
from sync.sqlite_forgetting import compact, purge_docs
from sync.sqlite_readers import Readers
from sync.sqlite_schema import connect, create, map_errors, renew
from sync.sqlite_staging import stage
from sync.sqlite_writer import Writer
from sync.store import Attachment, Changes, Got, Info, OpenRevs, RevsDiff, Row, Written
from sync.streamed import Streams, let_go

POLL = 0.5  # seconds between looks for another process's writes while a feed waits
MAX_DIGITS = 18  # of a seq: more than SQLite counts to

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
            self._generation = create(connection, path)
        self._arrivals = Arrivals()
        self._writer = Writer(connection, self._arrivals.announce)
        self._connection = connection
        self._readers = Readers(path, name)

    async def info(self) -> Info:
        """Count the documents and tell the newest seq."""

        def job(connection: sqlite3.Connection) -> Info:
            live, deleted = read.counts(connection)
            return Info(live, deleted, self._token(last_seq(connection)), self._generation)

        return await self._readers.run(job)

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
        return await self._readers.run(
            lambda c: read.get(c, doc_id, rev, revs=revs, conflicts=conflicts, latest=latest, attachments=attachments)
        )

    async def open_revs(
        self, doc_id: str, revs: OpenRevs, *, latest: bool = False, history: bool = False, attachments: bool = False
    ) -> list[Doc | str]:
        """Give leaves or revs; see `Store.open_revs`."""
        return await self._readers.run(
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
            return await self._readers.run(lambda c: read.all_docs_by_key(c, keys, include_docs=include_docs))
        return await self._readers.run(
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
        after = await self._readers.run(last_seq) if since == "now" else self._seq(since)

        def job(connection: sqlite3.Connection) -> Changes:
            return read.changes(
                connection, after, limit=limit, include_docs=include_docs, style=style, generation=self._generation
            )

        deadline = asyncio.get_running_loop().time() + wait
        with self._arrivals.heard() as arrival:
            while True:
                arrival.clear()
                found = await self._readers.run(job)
                left = deadline - asyncio.get_running_loop().time()
                if found.results or found.pending or left <= 0:
                    return found
                await wait_for(arrival, min(left, POLL))

    async def revs_diff(self, revs: Mapping[str, Sequence[str]]) -> dict[str, RevsDiff]:
        """Say what is missing; see `Store.revs_diff`."""
        return await self._readers.run(lambda c: read.revs_diff(c, revs))

    async def bulk_get(
        self,
        docs: Sequence[tuple[str, str | None]],
        *,
        revs: bool = False,
        attachments: bool = False,
        latest: bool = False,
    ) -> list[Got]:
        """Give many documents; see `Store.bulk_get`."""
        return await self._readers.run(
            lambda c: read.bulk_get(c, docs, revs=revs, attachments=attachments, latest=latest)
        )

    async def bulk_docs(self, docs: Sequence[Doc], *, new_edits: bool = True) -> list[Written]:
        """Write each document on its own; see `Store.bulk_docs`."""
        return await self._write(lambda c: [_write_one(c, doc, new_edits=new_edits) for doc in docs])

    async def put_streamed(self, doc: Doc, attachments: Streams) -> Written:
        """Write one document and its attachments in one transaction; see `Store.put_streamed`."""
        try:
            whole, let_go_of_files = await stage(self.path.parent, doc, attachments)
        except BadRequest as error:
            return Written(str(doc.get("_id", "")), error=error.error, reason=error.reason)
        finally:
            await let_go(attachments)
        writing = self._writer.submit(partial(_write_one, doc=whole, new_edits=False))
        # Only then, and also when nobody waits any more: what is asked of the writer is done.
        writing.add_done_callback(lambda _: let_go_of_files())
        return await asyncio.shield(asyncio.wrap_future(writing))

    async def get_local(self, local_id: str) -> Doc:
        """Give a local document; see `Store.get_local`."""
        return await self._readers.run(lambda c: local.get(c, local_id))

    async def put_local(self, local_id: str, doc: Doc) -> str:
        """Write a local document over whatever is there; see `Store.put_local`."""
        return await self._write(lambda c: local.put(c, local_id, doc))

    async def purge(self, revs: Mapping[str, Sequence[str]]) -> dict[str, tuple[str, ...]]:
        """Forget revs, in the file too; see `Store.purge`.

        Raises:
            Unavailable: it is done, but somebody who reads kept the file's log from being emptied; ask again.
        """
        wanted = {doc_id: [*map(Rev.parse, texts)] for doc_id, texts in revs.items()}
        return await self._write(lambda c: purge_docs(c, wanted), alone=True)

    async def attachment(self, doc_id: str, name: str, *, rev: str | None = None) -> Attachment:
        """Give an attachment whole; see `Store.attachment`."""
        return await self._readers.run(lambda c: read.attachment(c, doc_id, name, rev))

    async def attachment_chunks(
        self, doc_id: str, name: str, *, rev: str | None = None, start: int = 0
    ) -> AsyncIterator[bytes]:
        """Stream an attachment from byte *start*; see `Store.attachment_chunks`."""
        stub = await self._readers.run(lambda c: read.attachment_stub(c, doc_id, name, rev))
        skip = start % CHUNK
        for n in range(start // CHUNK, -(-stub["length"] // CHUNK)):
            data = await self._readers.run(partial(chunk, digest=stub["digest"], n=n))
            if data[skip:]:
                yield data[skip:]
            skip = 0

    async def compact(self) -> None:
        """Drop what only history needed and give the room back; see `Store.compact`."""
        await self._write(compact, alone=True)

    async def generation(self) -> str:
        """Name the age of this store; see `Store.generation`."""
        return self._generation

    async def renew_generation(self) -> None:
        """Take another generation; see `Store.renew_generation`."""
        self._generation = await self._write(renew)

    async def close(self) -> None:
        """Finish what is queued and close the file; safe to call twice."""
        await asyncio.to_thread(self._writer.close)
        await asyncio.to_thread(self._readers.close)
        self._connection.close()

    async def _write(self, job: Callable[[sqlite3.Connection], T], *, alone: bool = False) -> T:
        # Shielded: a caller that goes away does not leave others waiting for a future that nobody may set.
        return await asyncio.shield(asyncio.wrap_future(self._writer.submit(job, alone=alone)))

    def _token(self, seq: int) -> str:
        return f"{seq}-{self._generation}"

    def _seq(self, since: str) -> int:
        number, _, generation = since.partition("-")
        if since == "0":
            return 0
        if not number.isdecimal() or generation != self._generation or len(number) > MAX_DIGITS:
            raise BadRequest("since is not a token of this store")
        return int(number)


def _write_one(connection: sqlite3.Connection, doc: Doc, *, new_edits: bool) -> Written:
    connection.execute("SAVEPOINT doc")
    try:
        return write(connection, doc, new_edits=new_edits)
    except StoreError as error:
        connection.execute("ROLLBACK TO doc")
        doc_id = str(doc.get("_id", "")) if isinstance(doc, dict) else ""
        return Written(doc_id.encode(errors="replace").decode(), error=error.error, reason=error.reason)
    finally:
        connection.execute("RELEASE doc")
