"""Keeps documents in a CouchDB: the `Store` protocol said over HTTP, one class for the server and one a database."""

import asyncio
import re
import secrets
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import suppress
from types import TracebackType
from typing import Any, Literal, Self

from sync import couch_answers as answers
from sync.couch_bulk import BatchLimits, BulkWriter
from sync.couch_http import Backoff, CouchHttp, HttpLimits, quoted, to_json
from sync.couch_multipart import multipart
from sync.couch_quorum import Quorum
from sync.couch_wire import CHUNK, parsed
from sync.document import Doc
from sync.errors import BadRequest, NotFound, PreconditionFailed, StoreError, Unavailable
from sync.store import Attachment, Changes, Got, Info, OpenRevs, RevsDiff, Row, Written
from sync.streamed import Streams, let_go

GENERATION = "rantau-generation"
_NAME = re.compile(r"[a-z][a-z0-9_$()+/-]*")
_RESERVED = ("_design/", "_local/")
_REVS_A_REQUEST = 100  # revs in one URL: CouchDB reads request lines of 8 KB
_COMPACTION = 600  # seconds


class CouchServer:
    """A CouchDB at *url*, credentials included; an async context manager that owns the one session to it."""

    def __init__(
        self,
        url: str,
        *,
        prefix: str = "",
        limits: HttpLimits | None = None,
        backoff: Backoff | None = None,
        batch: BatchLimits | None = None,
    ) -> None:
        self._http = CouchHttp(url, limits=limits, backoff=backoff)
        self._prefix = prefix
        self._batch = batch or BatchLimits()
        self._stores: dict[str, CouchStore] = {}

    async def __aenter__(self) -> Self:
        await self._http.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Finish what is queued and close the session; safe to call twice."""
        for store in self._stores.values():
            await store.close()
        await self._http.close()

    async def database(self, name: str, *, make: bool = True) -> "CouchStore":
        """Give the database `<prefix><name>`, made when it is missing.

        Raises:
            NotFound: it is missing and not to be made.
            BadRequest: CouchDB takes no database of that name.
            Forbidden: the credentials are wrong, or do not allow this database or its making.
        """
        full_name = self._prefix + name
        if _NAME.fullmatch(full_name) is None:
            raise BadRequest("illegal database name", error="illegal_database_name")
        path = f"/{quoted(full_name)}"
        try:
            await self._http.get(path)
        except NotFound:
            if not make:
                raise
            await self._create(path)
        return self._stores.setdefault(name, CouchStore(self._http, path, name=name, batch=self._batch))

    async def _create(self, path: str) -> None:
        with suppress(PreconditionFailed):  # file_exists: another process was first
            await self._http.request("PUT", path, safe=True)


class CouchStore:
    """One database of a CouchDB; made by `CouchServer.database`."""

    def __init__(self, http: CouchHttp, path: str, *, name: str, batch: BatchLimits) -> None:
        self.name = name
        self._http = http
        self._path = path
        self._confirm = Quorum(http, path).confirm
        self._writer = BulkWriter(http, path, limits=batch, confirm=self._confirm)

    async def info(self) -> Info:
        """Count the documents and tell the newest seq; the generation lies in a `_local` document made once."""
        body, generation = await asyncio.gather(self._http.get(self._path), self.generation())
        return parsed(lambda told: answers.info(told, generation), body)

    async def generation(self) -> str:
        """Name the age of this store; see `Store.generation`."""
        with suppress(NotFound):
            return parsed(answers.generation, await self.get_local(GENERATION))
        await self.renew_generation()
        return parsed(answers.generation, await self.get_local(GENERATION))  # another process may have made one too

    async def renew_generation(self) -> None:
        """Take another generation; see `Store.renew_generation`."""
        await self.put_local(GENERATION, {"generation": secrets.token_hex(16)})

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
        """Give the winning rev, or *rev*."""
        query = _asked(rev=rev, revs=revs, conflicts=conflicts, latest=latest, attachments=attachments)
        return parsed(answers.document, await self._http.get(self._doc_path(doc_id), query))

    async def open_revs(
        self, doc_id: str, revs: OpenRevs, *, latest: bool = False, history: bool = False, attachments: bool = False
    ) -> list[Doc | str]:
        """Give the leaves (`all`) or the asked revs, tombstones too; a rev that is not there stands as its text."""
        path = self._doc_path(doc_id)
        query = _asked(latest=latest, revs=history, attachments=attachments)
        asked: list[Any] = [revs] if isinstance(revs, str) else _parts(revs)
        found: list[Doc | str] = []
        for part in asked:
            found += parsed(answers.open_revs, await self._http.get(path, {"open_revs": part, **query}))
        return found

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
        """List documents by id, both ends included; with *keys* in their order, tombstones and missing ones marked."""
        query = _asked(include_docs=include_docs, descending=descending)
        if limit is not None:
            query["limit"] = limit
        ends = {"startkey": start, "endkey": end}
        query |= {name: to_json(value).decode() for name, value in ends.items() if value is not None}
        path = f"{self._path}/_all_docs"
        if keys is None:
            return parsed(answers.rows, await self._http.get(path, query))
        return parsed(answers.rows, await self._http.ask(path, {"keys": list(keys)}, query))

    async def changes(
        self,
        since: str = "0",
        *,
        limit: int | None = None,
        include_docs: bool = False,
        style: Literal["main_only", "all_docs"] = "main_only",
        wait: float = 0,
    ) -> Changes:
        """Give the changes after *since*, waiting by longpoll."""
        query = _asked(include_docs=include_docs) | {"since": since, "style": style}
        if limit is not None:
            query["limit"] = limit
        if wait > 0:
            query |= {"feed": "longpoll", "timeout": int(wait * 1000)}
        path = f"{self._path}/_changes"
        answer = await self._http.request("GET", path, query=query, safe=wait <= 0, patience=wait)
        return parsed(lambda body: answers.changes(body, limit), answer.body)

    async def revs_diff(self, revs: Mapping[str, Sequence[str]]) -> dict[str, RevsDiff]:
        """Say which of the named revs are missing; documents that lack nothing are left out."""
        asked = {doc_id: list(its) for doc_id, its in revs.items()}
        return parsed(answers.revs_diff, await self._http.ask(f"{self._path}/_revs_diff", asked))

    async def bulk_get(
        self,
        docs: Sequence[tuple[str, str | None]],
        *,
        revs: bool = False,
        attachments: bool = False,
        latest: bool = False,
    ) -> list[Got]:
        """Give many documents, each by id and rev (None: all leaves), an error standing in its own place."""
        if not docs:
            return []
        asked = {"docs": [{"id": doc_id, "rev": rev} if rev else {"id": doc_id} for doc_id, rev in docs]}
        query = _asked(revs=revs, attachments=attachments, latest=latest)
        return parsed(answers.got, await self._http.ask(f"{self._path}/_bulk_get", asked, query))

    async def bulk_docs(self, docs: Sequence[Doc], *, new_edits: bool = True) -> list[Written]:
        """Write each document on its own; with `new_edits=False` calls at the same time share one request."""
        return await self._writer.write(docs, new_edits=new_edits) if docs else []

    async def put_streamed(self, doc: Doc, attachments: Streams) -> Written:
        """Write one document and its attachments in one streamed request; see `Store.put_streamed`."""
        doc_id = str(doc.get("_id", ""))
        try:
            path, body = self._doc_path(doc_id), multipart(doc, attachments)
            answer = await self._http.send(path, {"new_edits": False}, body.headers, body.chunks)
        except Unavailable:
            raise
        except StoreError as error:
            return Written(doc_id, error=error.error, reason=error.reason)
        finally:
            await let_go(attachments)
        # Its rev is not asked of the answer: with new_edits=false it is the one that was sent.
        row = Written(doc_id, doc.get("_rev"), durable=answer.status == 201)
        return (await self._confirm([row]))[0]

    async def get_local(self, local_id: str) -> Doc:
        """Give `_local/<local_id>`."""
        return parsed(answers.document, await self._http.get(self._doc_path(f"_local/{local_id}")))

    async def put_local(self, local_id: str, doc: Doc) -> str:
        """Write `_local/<local_id>` over whatever is there and give its new rev (`0-N`)."""
        body = {name: value for name, value in doc.items() if name not in ("_id", "_rev")}
        # CouchDB takes it without a rev too, but a cluster tells an old copy from a new one by their revs only.
        with suppress(NotFound):
            body["_rev"] = (await self.get_local(local_id))["_rev"]
        path = self._doc_path(f"_local/{local_id}")
        answer = await self._http.request("PUT", path, body=to_json(body), safe=False)
        return parsed(answers.rev, answer.body)

    async def purge(self, revs: Mapping[str, Sequence[str]]) -> dict[str, tuple[str, ...]]:
        """Forget the named leaf revs, and tell which ones went."""
        asked = to_json({doc_id: list(its) for doc_id, its in revs.items()})
        answer = await self._http.request("POST", f"{self._path}/_purge", body=asked, safe=False)
        return parsed(answers.purged, answer.body)

    async def attachment(self, doc_id: str, name: str, *, rev: str | None = None) -> Attachment:
        """Give an attachment's bytes."""
        async with self._http.stream(self._attachment_path(doc_id, name), _asked(rev=rev), {}) as response:
            data = await self._http.read(response)
            return parsed(lambda headers: answers.attachment(headers, data), response.headers)

    async def attachment_chunks(
        self, doc_id: str, name: str, *, rev: str | None = None, start: int = 0
    ) -> AsyncIterator[bytes]:
        """Stream an attachment from byte *start*, never holding it whole."""
        path, headers = self._attachment_path(doc_id, name), {"Range": f"bytes={start}-"} if start else {}
        try:
            async with self._http.stream(path, _asked(rev=rev), headers) as response:
                skip = answers.bytes_before(start, response.status, response.headers)
                async for chunk in response.content.iter_chunked(CHUNK):
                    if len(chunk) > skip:
                        yield chunk[skip:]
                    skip = max(0, skip - len(chunk))
        except BadRequest as error:
            if error.status != 416:  # nothing is left after *start*
                raise

    async def compact(self) -> None:
        """Compact and wait until it is done."""
        await self._http.request("POST", f"{self._path}/_compact", body=b"{}", safe=True)
        end = time.monotonic() + _COMPACTION
        pause = 0.2  # CouchDB takes a moment before it says that it is compacting
        while True:
            await asyncio.sleep(pause)
            if not (await self._http.get(self._path)).get("compact_running"):
                return
            if time.monotonic() > end:
                raise Unavailable("compaction is still running")
            pause = min(5.0, pause * 1.5)

    async def close(self) -> None:
        """Finish what is queued; the session belongs to the server."""
        await self._writer.drain()

    def _doc_path(self, doc_id: str) -> str:
        return f"{self._path}/{_doc_part(doc_id)}"

    def _attachment_path(self, doc_id: str, name: str) -> str:
        return f"{self._doc_path(doc_id)}/{quoted(name)}"


def _doc_part(doc_id: str) -> str:
    for prefix in _RESERVED:
        if doc_id.startswith(prefix):
            return prefix + quoted(doc_id.removeprefix(prefix))
    if not doc_id or doc_id.startswith("_"):  # would be the database itself, or one of its other doors
        raise BadRequest("Only reserved document ids may start with underscore.", error="illegal_docid")
    return quoted(doc_id)


def _asked(**query: str | bool | None) -> dict[str, Any]:
    """Leave out of a query what was not asked for."""
    return {name: value for name, value in query.items() if value}


def _parts(revs: Sequence[str]) -> list[list[str]]:
    return [list(revs[at : at + _REVS_A_REQUEST]) for at in range(0, len(revs), _REVS_A_REQUEST)]
