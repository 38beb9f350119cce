"""Compares two stores after a copy: the same leaf revisions, the same bodies, the same attachments, byte for byte.

It reads both and changes neither. What only one of them has is named; design documents are a store's own affair.
"""

import hashlib
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

from sync.document import Doc
from sync.store import Change, Store

PAGE = 200  # rows of the feed at once
NAMED = 20  # differences that are told; the others are counted

Leaf = tuple[str, str]  # id and rev


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """What was compared, and what differs: sentences of an id and what is wrong with it.

    Attributes:
        only_there: the leaves that the second store has and the first has not.
    """

    documents: int
    deleted: int
    leaves: int
    attachments: int
    differences: tuple[str, ...]
    only_there: tuple[Leaf, ...]

    @property
    def is_alike(self) -> bool:
        """Say whether both hold the same."""
        return not self.differences and not self.only_there


async def compare_stores(here: Store, there: Store) -> Comparison:
    """Compare every leaf of *here* with what *there* has, and look for what only *there* has."""
    documents = deleted = leaves = attachments = 0
    differences: list[str] = []
    async for page in _pages(here):
        wanted = [(change.id, rev) for change in page for rev in change.revs]
        documents += sum(not change.deleted for change in page)
        deleted += sum(change.deleted for change in page)
        leaves += len(wanted)
        ours, theirs = await _documents(here, wanted), await _documents(there, wanted)
        for leaf in wanted:
            attachments += len(ours.get(leaf, {}).get("_attachments", {}))
            differences += await _difference(here, there, leaf, ours.get(leaf), theirs.get(leaf))
    return Comparison(
        documents=documents,
        deleted=deleted,
        leaves=leaves,
        attachments=attachments,
        differences=tuple(differences),
        only_there=tuple([leaf async for leaf in _only(there, here)]),
    )


async def _pages(store: Store) -> AsyncIterator[list[Change]]:
    since = "0"
    while True:
        page = await store.changes(since, limit=PAGE, style="all_docs")
        yield [change for change in page.results if not change.id.startswith("_design/")]
        since = page.last_seq
        if not page.results or not page.pending:
            return


async def _documents(store: Store, leaves: Sequence[Leaf]) -> dict[Leaf, Doc]:
    got = await store.bulk_get(leaves)
    return {(doc["_id"], doc["_rev"]): doc for one in got for doc in one.docs}


async def _difference(here: Store, there: Store, leaf: Leaf, ours: Doc | None, theirs: Doc | None) -> list[str]:
    if ours is None:
        return []  # it changed while we looked: what it became comes by at the end of the feed
    if theirs is None:
        return [f"{leaf[0]} {leaf[1]}: not there"]
    if _own(ours) != _own(theirs):
        return [f"{leaf[0]} {leaf[1]}: another content"]
    stubs, others = ours.get("_attachments", {}), theirs.get("_attachments", {})
    if stubs.keys() != others.keys():
        return [f"{leaf[0]} {leaf[1]}: other attachments"]
    for name in stubs:
        # A store that compresses has the digest of the compressed bytes: then the bytes themselves are compared.
        if stubs[name]["digest"] != others[name]["digest"] and await _hash(here, leaf, name) != await _hash(
            there, leaf, name
        ):
            return [f"{leaf[0]} {leaf[1]}: another attachment {name}"]
    return []


def _own(doc: Doc) -> Doc:
    return {key: value for key, value in doc.items() if not key.startswith("_") or key == "_deleted"}


async def _hash(store: Store, leaf: Leaf, name: str) -> bytes:
    digest = hashlib.sha256()
    async for chunk in store.attachment_chunks(leaf[0], name, rev=leaf[1]):
        digest.update(chunk)
    return digest.digest()


async def _only(store: Store, other: Store) -> AsyncIterator[Leaf]:
    """Give the leaves of *store* that *other* does not know, or knows as ancestors only."""
    async for page in _pages(store):
        leaves = [(change.id, rev) for change in page for rev in change.revs]
        known = await _documents(other, leaves)
        missing = await other.revs_diff({change.id: change.revs for change in page}) if page else {}
        for leaf in leaves:
            if leaf not in known or leaf[1] in (missing[leaf[0]].missing if leaf[0] in missing else ()):
                yield leaf
