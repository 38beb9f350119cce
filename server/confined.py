"""The databases as a handler gets them: of each type of document only what the right of its route lists.

Whatever else a handler asks for raises `NotListed`, before the store is asked, or, where the ids that are asked do not
say the type, before anything is given out. One table of what ids begin with tells it in every database.
"""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from typing import Any, Literal, cast

from server.databases import NAMES, Databases
from server.projection.projection import Projection
from server.rights import Right, Type
from sync.document import Doc
from sync.shape import PREFIXES
from sync.store import Attachment, Changes, Got, Info, OpenRevs, RevsDiff, Row, Store, Written

_TYPES: Mapping[str, Mapping[str, Type]] = {
    "public": {"keys": "keys"},
    "cases": {
        PREFIXES["application"]: "application",
        PREFIXES["complaint"]: "complaint",
        PREFIXES["message"]: "message",
        PREFIXES["survey"]: "survey",
        "ev": "event",
        "bk": "booking",
        "gone": "gone",
        "code": "code",
    },
    "blobs": {"blob": "blob"},
    "wraps": {"w": "wrap"},
    "staff": {
        "user": "user",
        "s": "session",
        "device": "device",
        "enrol": "enrolment",
        "hub": "hub",
        "via": "via",
        "peer": "peer",
        "stakeholder": "stakeholder",
        "link": "link",
        "req": "request",
        "training": "training",
        "class": "class",
        "work": "casework",
        "first-day": "first-day",
        "officer": "officer-key",
        "former": "former-key",
        "grant": "grant",
        "key-times": "key-times",
        "audit": "audit",
        "erasing": "erasing",
        "voiding": "voiding",
        "up": "upload",
        "tally": "tally",
        "refused": "refused-sends",
    },
}


class NotListed(Exception):
    """A handler wants what the right of its route does not list: a fault of ours, and nothing was read or written."""


def type_of(database: str, doc_id: str) -> Type:
    """Tell the type of a document from its id."""
    if doc_id.startswith("_design/"):
        return "design"
    return _TYPES[database].get(doc_id.partition(".")[0], "public" if database == "public" else "other")


def confined(databases: Databases, right: Right) -> Databases:
    """Give *databases* as far as *right* goes."""
    return Databases(**{name: Confined(getattr(databases, name), name, right) for name in NAMES})


class Confined:
    """A store of which only the listed types are there to be read and written; see `sync.store.Store`."""

    def __init__(self, store: Store, database: str, right: Right) -> None:
        self.name = store.name
        self._store = store
        self._database = database
        self._reads = frozenset(right.reads)
        self._writes = frozenset(right.writes)
        own = {*_TYPES[database].values(), *(["public"] if database == "public" else [])}
        self._is_read = not own.isdisjoint(self._reads)
        self._is_written = not own.isdisjoint(self._writes)

    async def info(self) -> Info:
        """As `Store.info`, where anything of the database is listed."""
        self._need(self._is_read, "to be counted")
        return await self._store.info()

    async def generation(self) -> str:
        """As `Store.generation`, where anything of the database is listed."""
        self._need(self._is_read, "to be counted")
        return await self._store.generation()

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
        """As `Store.get`."""
        self._ask([doc_id])
        doc = await self._store.get(
            doc_id, rev=rev, revs=revs, conflicts=conflicts, latest=latest, attachments=attachments
        )
        self._give([doc_id])
        return doc

    async def open_revs(
        self, doc_id: str, revs: OpenRevs, *, latest: bool = False, history: bool = False, attachments: bool = False
    ) -> list[Doc | str]:
        """As `Store.open_revs`."""
        self._ask([doc_id])
        found = await self._store.open_revs(doc_id, revs, latest=latest, history=history, attachments=attachments)
        self._give([doc_id for doc in found if isinstance(doc, dict)])
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
        """As `Store.all_docs`."""
        self._ask(keys if keys is not None else filter(None, (start, end)))
        rows = await self._store.all_docs(
            start=start, end=end, keys=keys, include_docs=include_docs, limit=limit, descending=descending
        )
        self._give(row.id for row in rows if row.error is None)
        return rows

    async def changes(
        self,
        since: str = "0",
        *,
        limit: int | None = None,
        include_docs: bool = False,
        style: Literal["main_only", "all_docs"] = "main_only",
        wait: float = 0,
    ) -> Changes:
        """As `Store.changes`."""
        self._need(self._is_read, "to be followed")
        page = await self._store.changes(since, limit=limit, include_docs=include_docs, style=style, wait=wait)
        self._give(change.id for change in page.results)
        return page

    async def revs_diff(self, revs: Mapping[str, Sequence[str]]) -> dict[str, RevsDiff]:
        """As `Store.revs_diff`."""
        self._need(self._is_read, "to be compared")
        self._ask(revs)
        return await self._store.revs_diff(revs)

    async def bulk_get(
        self,
        docs: Sequence[tuple[str, str | None]],
        *,
        revs: bool = False,
        attachments: bool = False,
        latest: bool = False,
    ) -> list[Got]:
        """As `Store.bulk_get`."""
        self._ask(doc_id for doc_id, _ in docs)
        found = await self._store.bulk_get(docs, revs=revs, attachments=attachments, latest=latest)
        self._give(got.id for got in found if got.docs)
        return found

    async def bulk_docs(self, docs: Sequence[Doc], *, new_edits: bool = True) -> list[Written]:
        """As `Store.bulk_docs`; with one document that is not listed none is written."""
        self._write(str(doc.get("_id", "")) for doc in docs)
        return await self._store.bulk_docs(docs, new_edits=new_edits)

    async def put_streamed(self, doc: Doc, attachments: Mapping[str, AsyncIterator[bytes]]) -> Written:
        """As `Store.put_streamed`."""
        self._write([str(doc["_id"])])
        return await self._store.put_streamed(doc, attachments)

    async def get_local(self, local_id: str) -> Doc:
        """As `Store.get_local`."""
        self._need("checkpoint" in self._reads, "checkpoint to be read")
        return await self._store.get_local(local_id)

    async def put_local(self, local_id: str, doc: Doc) -> str:
        """As `Store.put_local`."""
        self._need("checkpoint" in self._writes, "checkpoint to be written")
        return await self._store.put_local(local_id, doc)

    async def purge(self, revs: Mapping[str, Sequence[str]]) -> dict[str, tuple[str, ...]]:
        """As `Store.purge`."""
        self._write(revs)
        return await self._store.purge(revs)

    async def attachment(self, doc_id: str, name: str, *, rev: str | None = None) -> Attachment:
        """As `Store.attachment`."""
        self._give([doc_id])
        return await self._store.attachment(doc_id, name, rev=rev)

    def attachment_chunks(
        self, doc_id: str, name: str, *, rev: str | None = None, start: int = 0
    ) -> AsyncIterator[bytes]:
        """As `Store.attachment_chunks`."""
        self._give([doc_id])
        return self._store.attachment_chunks(doc_id, name, rev=rev, start=start)

    async def compact(self) -> None:
        """As `Store.compact`, where anything of the database is written."""
        self._need(self._is_written, "to be compacted")
        await self._store.compact()

    async def renew_generation(self) -> None:
        """Refuse: no route says of a store that it is older than what was told of it."""
        self._need(False, "to be renewed")

    async def close(self) -> None:
        """Refuse: no route closes a store."""
        self._need(False, "to be closed")

    def _ask(self, ids: Iterable[str]) -> None:
        """Refuse to look for what is kept here and not listed."""
        for doc_id in ids:
            if (kind := type_of(self._database, doc_id)) not in self._reads and kind != "other":
                raise NotListed(f"{self._database}: {kind} to be read")

    def _give(self, ids: Iterable[str]) -> None:
        """Refuse to give out what is not listed, also what nobody here has written."""
        for doc_id in ids:
            if (kind := type_of(self._database, doc_id)) not in self._reads:
                raise NotListed(f"{self._database}: {kind} to be read")

    def _write(self, ids: Iterable[str]) -> None:
        for doc_id in ids:
            if (kind := type_of(self._database, doc_id)) not in self._writes:
                raise NotListed(f"{self._database}: {kind} to be written")

    def _need(self, is_listed: bool, what: str) -> None:
        if not is_listed:
            raise NotListed(f"{self._database}: {what}")


def confined_projection(projection: Projection, right: Right) -> Projection:
    """Give the lists of the office where *right* lists them, or nothing that answers."""
    return projection if "case-row" in right.reads else cast(Projection, _NoLists())


class _NoLists:
    def __getattr__(self, name: str) -> Any:
        raise NotListed("case-row to be read")
