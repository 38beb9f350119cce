"""Revs for documents that bring their own, and the writing of them."""

import hashlib
from typing import Any

from sync.document import Doc
from sync.store import Store


def rev(generation: int, name: str) -> str:
    """Give the rev of that generation and name: as long as CouchDB's own, ordered like the first letters of names."""
    return f"{generation}-{name.encode().hex()[:8]}{hashlib.sha256(name.encode()).hexdigest()[:24]}"


def with_history(doc_id: str, *names: str, deleted: bool = False, **fields: Any) -> Doc:
    """Give a document whose newest rev is named first, its ancestors after it."""
    revs = [rev(len(names) - at, name) for at, name in enumerate(names)]
    doc = {"_id": doc_id, "_rev": revs[0], **fields}
    doc["_revisions"] = {"start": len(names), "ids": [one.split("-")[1] for one in revs]}
    return doc | {"_deleted": True} if deleted else doc


async def replicate(store: Store, *docs: Doc) -> None:
    """Store documents under the revs they bring."""
    for written in await store.bulk_docs(docs, new_edits=False):
        assert written.error is None, written


async def edit(store: Store, doc_id: str, rev: str | None = None, **fields: Any) -> str:
    """Write one document in the ordinary way and give its new rev."""
    doc = {"_id": doc_id, **fields}
    (written,) = await store.bulk_docs([doc | {"_rev": rev} if rev else doc])
    assert written.error is None, written
    assert written.rev is not None
    return written.rev


async def delete(store: Store, doc_id: str, rev: str) -> str:
    """Put a tombstone over *rev* and give its rev."""
    return await edit(store, doc_id, rev, _deleted=True)
