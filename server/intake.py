"""Takes sealed items in: checks each, stores wrap before document, and signs a receipt for what is durable.

Everything is written under revisions that follow from its content, so that a repeat, even at the same time, is the
same write. A rewritten wrap keeps its first revision as ancestor: the repeat of a first wrap changes nothing.
"""

import logging
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from server.disk import check_text
from server.erasure.erasure import forget_keys
from server.erasure.holder_entries import shut_out
from server.figures.refused_sends import RefusedSends
from server.forms.forms import Forms
from server.items import LINE_LIMIT, Item, ItemRefused, read_item
from server.watch import bare, case_wraps, is_version
from sync.document import Doc
from sync.errors import BadRequest, Forbidden, TooLarge
from sync.key_pair import KeyPair
from sync.keyring import KeyList
from sync.receipts import OFFICE, sign_receipt
from sync.seal import first_wrap_rev, write_once_rev
from sync.store import Store, Written

log = logging.getLogger("rantau.intake")


@dataclass(frozen=True)
class Ok:
    """Stored durably; the receipt says so to whoever asks."""

    id: str
    receipt: list[Any] = field(repr=False)

    def row(self, line: int) -> list[Any]:
        """Write the answer to line number *line* of the exchange."""
        return [self.id, "ok", self.receipt]


@dataclass(frozen=True)
class Kept:
    """Stored, but not by as many nodes as it takes: the sender asks again."""

    id: str

    def row(self, line: int) -> list[Any]:
        """Write the answer to line number *line* of the exchange."""
        return [self.id, "kept"]


@dataclass(frozen=True)
class Refused:
    """Not stored; without a readable id the sender finds the item by its line number."""

    id: str | None
    reason: str

    def row(self, line: int) -> list[Any]:
        """Write the answer to line number *line* of the exchange."""
        answer = [self.id, "refused", self.reason]
        return answer if self.id else [*answer, line]


Outcome = Ok | Kept | Refused


@dataclass(frozen=True, kw_only=True)
class Intake:
    """Where items go and what they are checked against; `disk` is the folder of embedded stores."""

    cases: Store
    wraps: Store
    blobs: Store
    forms: Forms
    key_list: KeyList
    server_key: KeyPair
    server_kid: str
    clock: Callable[[], int]
    line_limit: int = LINE_LIMIT
    disk: Path | None = None
    refused: RefusedSends = field(default_factory=RefusedSends)

    async def take(self, lines: Sequence[bytes]) -> list[Outcome]:
        """Take many items together, in two commits; each has its own outcome, in order.

        Raises:
            Unavailable: the store did not answer; nothing is known of these items, and repeating them is harmless.
            DiskFull: none of them was stored.
        """
        if lines:
            check_text(self.disk)
        read = [self._read(line) for line in lines]
        items = {item.id: item for item in read if isinstance(item, Item)}
        stored = await self._store(list(items.values()))
        outcomes = [stored[item.id] if isinstance(item, Item) else item for item in read]
        failed = [(line, one.reason) for line, one in zip(lines, outcomes, strict=True) if isinstance(one, Refused)]
        self.refused.note(failed, self.clock())
        return outcomes

    async def again(self, ids: Sequence[str]) -> list[Outcome]:
        """Give the outcomes of items that are stored already.

        Raises:
            Unavailable: the store did not answer.
        """
        versions = await self._versions(ids)
        wraps = await case_wraps(self.wraps, versions)
        items = [Item(version, wraps[id_]) for version in versions if (id_ := version["_id"]) in wraps]
        # Writing them once more says whether they are durable; with another wrap that would be no repeat.
        outcomes = await self._store([item for item in items if item.is_as_sealed])
        return [*outcomes.values(), *await self._of_rewrapped([item for item in items if not item.is_as_sealed])]

    async def without_files(self, ids: Sequence[str]) -> list[str]:
        """Name those of *ids* that are here while files that they name are not.

        Raises:
            Unavailable: the store did not answer.
        """
        versions = [version for version in await self._versions(ids) if version["blobs"]]
        held = await present(self.blobs, "blob.", {blob for version in versions for blob in version["blobs"]})
        return [version["_id"] for version in versions if not held.issuperset(version["blobs"])]

    async def receipt_of(self, version: Doc) -> list[Any] | None:
        """Give a new receipt of a stored version, naming the blobs that came since; None if it may not be durable.

        Raises:
            Unavailable: the store did not answer.
        """
        wraps = await case_wraps(self.wraps, [version])
        if version["_id"] not in wraps:
            return None
        item = Item(version, wraps[version["_id"]])
        [outcome] = (await self._store([item])).values() if item.is_as_sealed else await self._of_rewrapped([item])
        return outcome.receipt if isinstance(outcome, Ok) else None

    def case_in(self, line: bytes) -> str | None:
        """Name the case of an item that is as the formats say; None for a line that is refused for what it is."""
        read = self._read(line)
        return read.case if isinstance(read, Item) else None

    def _read(self, line: bytes) -> Item | Refused:
        limit, now = self.line_limit, self.clock()
        try:
            return read_item(line, forms=self.forms, key_list=self.key_list, now=now, limit=limit)
        except ItemRefused as refusal:
            return Refused(refusal.id, refusal.reason)

    async def _versions(self, ids: Sequence[str]) -> list[Doc]:
        asked = [id_ for id_ in ids if is_version(id_)]
        found = await self.cases.all_docs(keys=asked, include_docs=True) if asked else []
        return [bare(row.doc) for row in found if row.doc is not None and not row.deleted]

    async def _of_rewrapped(self, items: list[Item]) -> list[Outcome]:
        """Give the outcomes of items that have been here for so long that their keys were changed."""
        closed, held = await self._closed(items), await self._held(items)
        return [
            Refused(item.id, closed[item.case])
            if item.case in closed
            else Ok(item.id, self._receipt(item.version, [blob for blob in item.version["blobs"] if blob in held]))
            for item in items
        ]

    async def _store(self, items: list[Item]) -> dict[str, Outcome]:
        closed = await self._closed(items)
        living = [item for item in items if item.case not in closed]
        wrapped = by_id(await write_each(self.wraps, [_wrap_doc(item) for item in living]))
        ready = [item for item in living if wrapped[f"w.{item.id}"].error is None]
        stored = by_id(await write_each(self.cases, [_version_doc(item) for item in ready]))
        held = await self._held(ready)
        closed |= await self._closed_meanwhile(living)
        outcomes: dict[str, Outcome] = {item.id: Refused(item.id, closed.get(item.case, "gone")) for item in items}
        for item in (item for item in living if item.case not in closed):
            written = [wrapped[f"w.{item.id}"], *filter(None, [stored.get(item.id)])]
            outcomes[item.id] = self._outcome(item, written, held)
        return outcomes

    async def _closed(self, items: list[Item]) -> dict[str, str]:
        """Give the cases of which nothing more is taken, with the reason: erased, or their code was voided."""
        cases = {item.case for item in items}
        voided = await present(self.cases, "code.", cases)
        gone = await present(self.cases, "gone.", cases)
        return dict.fromkeys(voided, "voided") | dict.fromkeys(gone, "gone")

    async def _closed_meanwhile(self, living: list[Item]) -> dict[str, str]:
        """Take back the keys of cases that were erased or voided while their items were being stored."""
        closed = await self._closed(living)
        gone = [case for case, reason in closed.items() if reason == "gone"]
        if gone:
            await forget_keys(self.wraps, gone)
        if len(gone) < len(closed):
            await shut_out(self.wraps, closed.keys() - set(gone))
        return closed

    async def _held(self, items: list[Item]) -> set[str]:
        return await present(self.blobs, "blob.", {blob for item in items for blob in item.version["blobs"]})

    def _outcome(self, item: Item, written: list[Written], held: set[str]) -> Outcome:
        failed = next((row for row in written if row.error), None)
        if failed is not None:
            log.warning("not stored: %s: %s", failed.id, failed.error)
            return Refused(item.id, "too-large" if failed.error == TooLarge.error else "not-stored")
        if not all(row.durable for row in written):
            return Kept(item.id)
        return Ok(item.id, self._receipt(item.version, [blob for blob in item.version["blobs"] if blob in held]))

    def _receipt(self, version: Doc, held: list[str]) -> list[Any]:
        kid, private = self.server_kid, self.server_key
        return sign_receipt(version, at=self.clock(), who=OFFICE, kid=kid, private=private, held=held)


async def write_each(store: Store, docs: Sequence[Doc]) -> list[Written]:
    """Write documents under the revisions they bring; a batch that is refused is halved down to the one at fault."""
    if not docs:
        return []
    try:
        return await store.bulk_docs(docs, new_edits=False)
    except (TooLarge, BadRequest, Forbidden) as error:
        if len(docs) == 1:
            return [Written(docs[0]["_id"], error=error.error, reason=error.reason)]
    half = len(docs) // 2
    return [*await write_each(store, docs[:half]), *await write_each(store, docs[half:])]


async def present(store: Store, prefix: str, names: Collection[str]) -> set[str]:
    """Say which of the documents `<prefix><name>` exist, by their names."""
    if not names:
        return set()
    rows = await store.all_docs(keys=[prefix + name for name in sorted(names)])
    return {row.id.removeprefix(prefix) for row in rows if row.error is None and not row.deleted}


def by_id(rows: Sequence[Written]) -> dict[str, Written]:
    """Index the answers of a write by document."""
    return {row.id: row for row in rows}


def _wrap_doc(item: Item) -> Doc:
    return {"_id": f"w.{item.id}", "_rev": first_wrap_rev(item.wrap), **item.wrap}


def _version_doc(item: Item) -> Doc:
    return item.version | {"_rev": write_once_rev(item.version)}
