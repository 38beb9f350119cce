"""Sealed files that are still coming in, kept in the store piece by piece: any process of the office goes on with them.

An upload is one document of `staff`, which never leaves the office: nothing unfinished is replicated to a peer. Its
pieces are attachments, and each addition is a revision that builds on the one before: what is told as the offset is
stored durably, and of two who add at the same place one meets a conflict. A piece begins only when the one before it
is filled up, so that crumbs do not become thousands of attachments.
"""

import base64
import hashlib
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from server.erasure.deletion import delete
from sync.document import Doc
from sync.errors import Conflict, NotFound, StoreError, Unavailable
from sync.shape import case_of_version
from sync.store import Store

BLOB_LIMIT = 2 << 20  # bytes of a sealed file, photograph or PDF: what it is cannot be seen from outside
PIECE = 64 * 1024  # bytes that are stored at once
LIFETIME = 14 * 86400  # seconds without an addition: a phone may be away for more than a week
ADDITIONS = 4096  # at most; a link that carries less than half a kilobyte between two cuts carries nothing
_FILLED = 16 * 1024  # bytes; a last piece under it is filled up
_TYPE = "application/octet-stream"


@dataclass(frozen=True)
class Upload:
    """An upload as it is stored."""

    doc: Doc = field(repr=False)

    @property
    def id(self) -> str:
        """The document's id."""
        return str(self.doc["_id"])

    @property
    def version(self) -> str:
        """The id of the version that names the file."""
        return str(self.doc["version"])

    @property
    def digest(self) -> str:
        """The 52 characters by which it names the file."""
        return str(self.doc["digest"])

    @property
    def length(self) -> int:
        """How many bytes it will have."""
        return int(self.doc["length"])

    @property
    def pieces(self) -> dict[str, dict[str, Any]]:
        """The stubs of the pieces, in their order."""
        return dict(sorted(self.doc.get("_attachments", {}).items()))

    @property
    def offset(self) -> int:
        """How many bytes are there."""
        return sum(stub["length"] for stub in self.pieces.values())

    @property
    def is_whole(self) -> bool:
        """Say whether every byte is there."""
        return self.offset == self.length

    @property
    def expires(self) -> int:
        """When it is forgotten, in seconds since 1970, if nothing is added."""
        return int(self.doc["at"]) + LIFETIME

    @property
    def additions(self) -> int:
        """How often something was added."""
        return int(self.doc["_rev"].partition("-")[0]) - 1


@dataclass(frozen=True)
class Uploads:
    """The uploads of one office; `store` is its `staff`."""

    store: Store
    clock: Callable[[], int]

    async def find(self, version: str, digest: str) -> Upload | None:
        """Give an upload that was begun and is not forgotten."""
        try:
            upload = Upload(await self.store.get(upload_id(version, digest)))
        except NotFound:
            return None
        return upload if (upload.version, upload.digest) == (version, digest) else None

    async def begin(self, version: str, digest: str, length: int) -> Upload:
        """Begin an upload, or give the one of this length that was begun.

        Raises:
            Conflict: somebody else begins it right now.
            Unavailable: the store did not take it.
        """
        known = await self.find(version, digest)
        if known is not None and known.length == length:
            return known
        if known is not None:  # with another length it would never have its digest
            await self.drop(known.id)
        doc = {"_id": upload_id(version, digest), "type": "upload", "version": version, "digest": digest}
        return await self._write(doc | {"length": length, "at": self.clock()})

    async def add(self, upload: Upload, data: bytes) -> Upload:
        """Add bytes at the offset; when it returns, they are stored durably.

        Raises:
            Conflict: somebody else has added something.
            Unavailable: the store did not take it.
        """
        pieces = upload.pieces
        last = max(pieces, default=None)
        if last is not None and pieces[last]["length"] < _FILLED:
            del pieces[last]
            data = (await self.store.attachment(upload.id, last, rev=upload.doc["_rev"])).data + data
        new = {f"{len(pieces):04}": _piece(data, revpos=upload.additions + 2)}
        written = await self._write(upload.doc | {"at": self.clock(), "_attachments": {**pieces, **_inline(new, data)}})
        return Upload(written.doc | {"_attachments": {**pieces, **new}})

    async def chunks(self, upload: Upload) -> AsyncIterator[bytes]:
        """Stream what is there."""
        for name in upload.pieces:
            async for chunk in self.store.attachment_chunks(upload.id, name, rev=upload.doc["_rev"]):
                yield chunk

    async def of_case(self, case: str) -> list[Upload]:
        """Give the uploads of a case."""
        return await self._between(f"up.{case}.", f"up.{case}/")

    async def every(self) -> list[Upload]:
        """Give all uploads."""
        return await self._between("up.", "up/")

    async def drop(self, doc_id: str) -> None:
        """Forget an upload and its bytes; one that is gone already is no error."""
        leaves = [doc["_rev"] for doc in await self._leaves(doc_id)]
        if not leaves:
            return
        with suppress(Unavailable):  # forgotten, and only the log of the store is still read
            try:
                await self.store.purge({doc_id: leaves})
            except Unavailable:
                raise
            except StoreError:  # a CouchDB whose account may not purge keeps a mark
                await delete(self.store, [{"_id": doc_id}])

    async def _leaves(self, doc_id: str) -> list[Doc]:
        try:
            found = await self.store.open_revs(doc_id, "all")
        except NotFound:
            return []
        return [doc for doc in found if isinstance(doc, dict) and not doc.get("_deleted")]

    async def _between(self, start: str, end: str) -> list[Upload]:
        rows = await self.store.all_docs(start=start, end=end, include_docs=True)
        return [Upload(row.doc) for row in rows if row.doc is not None]

    async def _write(self, doc: Doc) -> Upload:
        [row] = await self.store.bulk_docs([doc])
        if row.error == Conflict.error:
            raise Conflict
        if row.error:
            raise Unavailable(row.reason or row.error)
        return Upload(doc | {"_rev": row.rev})


def upload_id(version: str, digest: str) -> str:
    """Name an upload: by its case and 160 bits of the digest."""
    return f"up.{case_of_version({'_id': version})}.{digest[:32]}"


def _piece(data: bytes, *, revpos: int) -> dict[str, Any]:
    digest = "md5-" + base64.b64encode(hashlib.md5(data, usedforsecurity=False).digest()).decode()
    return {"content_type": _TYPE, "revpos": revpos, "digest": digest, "length": len(data), "stub": True}


def _inline(new: dict[str, dict[str, Any]], data: bytes) -> dict[str, dict[str, Any]]:
    return {name: {"content_type": _TYPE, "data": base64.b64encode(data).decode()} for name in new}
