"""What a hub keeps: sealed items until the office has them, what the office said of them, and what is public.

A wrap that is here is an item that the office has not confirmed; a version without its wrap waits for its images. Both
go, on disk too, when the office holds them. Images may go there by another way: from time to time the office is asked,
and what no image came for in as long as phones keep theirs goes too. No file here opens anything.
"""

from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from server.intake import present
from server.watch import bare, case_wraps
from sync.document import Doc
from sync.errors import NotFound
from sync.shape import PREFIXES, case_of_version
from sync.sqlite_store import SqliteStore, open_sqlite
from sync.store import Row, Store

DAY = 86_400  # seconds
HEARD_FOR = 7 * DAY  # since the office was last heard on a version that waits for images
WAITS_FOR = 35 * DAY  # for images: phones keep nothing that was confirmed for longer
_STATE = "relay"  # the local document that says how far it is
_VERSIONS = tuple(f"{prefix}." for prefix in PREFIXES.values())


@dataclass(frozen=True)
class HubStores:
    """The databases of a hub, embedded.

    Attributes:
        public: the office's public documents.
        cases: versions that wait; steps and ends of cases that came by here, as the office signed them.
        wraps: the sealed data keys of what waits.
        blobs: sealed files that wait.
        notes: what the office answered, since when versions wait for their images, and how far the relay is.
    """

    public: SqliteStore
    cases: SqliteStore
    wraps: SqliteStore
    blobs: SqliteStore
    notes: SqliteStore

    async def waiting(self, *, now: int) -> list[str]:
        """Name what the office has not confirmed, in the order of its arrival; what it refused, again after a day.

        A key whose version was not stored before a crash is nothing to send: its phone has no receipt and brings both.
        """
        changes = await self.wraps.changes()
        rows = await _between(self.notes, "refused.", include_docs=True)
        refused = {row.doc["row"][0] for row in rows if row.doc is not None and abs(now - row.doc["at"]) < DAY}
        ids = [change.id.removeprefix("w.") for change in changes.results if not change.deleted]
        stored = await present(self.cases, "", ids)
        return [id_ for id_ in ids if id_ in stored and id_ not in refused]

    async def items(self, ids: Sequence[str]) -> list[list[Doc]]:
        """Give `[version, wrap]` of each of *ids* that is still here."""
        rows = await self.cases.all_docs(keys=list(ids), include_docs=True) if ids else []
        versions = [bare(row.doc) for row in rows if row.doc is not None and not row.deleted]
        wraps = await case_wraps(self.wraps, versions)
        return [[version, wraps[id_]] for version in versions if (id_ := version["_id"]) in wraps]

    async def areas(self, ids: Sequence[str]) -> list[str | None]:
        """Give the nagari of each of *ids*, None where it names none."""
        return [version["area"] for version, _ in await self.items(ids)]

    async def version(self, id_: str) -> Doc | None:
        """Give a version that is still here."""
        try:
            return bare(await self.cases.get(id_))
        except NotFound:
            return None

    async def said(self, ids: Collection[str]) -> dict[str, list[Any]]:
        """Give the office's own rows about those of *ids* that it answered for good: receipts and refusals."""
        if not ids:
            return {}
        keys = [f"{kind}.{id_}" for id_ in sorted(ids) for kind in ("office", "refused")]
        rows = await self.notes.all_docs(keys=keys, include_docs=True)
        # A receipt stands before a refusal: the same item may have come in by another way meanwhile.
        docs = [row.doc for row in reversed(rows) if row.doc is not None and not row.deleted]
        return {doc["row"][0]: doc["row"] for doc in docs}

    async def note(self, row: list[Any], *, now: int) -> None:
        """Keep what the office said of an item, over what it said before."""
        kind = "office" if row[1] == "ok" else "refused"
        await _write(self.notes, {"_id": f"{kind}.{row[0]}", "type": kind, "row": row, "at": now})
        if kind == "office":
            await _forget(self.notes, await self.notes.all_docs(keys=[f"refused.{row[0]}"]))

    async def unsay(self, ids: Sequence[str]) -> None:
        """Forget receipts that count no more, the office having lost what they are for."""
        rows = await self.notes.all_docs(keys=[f"office.{id_}" for id_ in ids]) if ids else []
        await _forget(self.notes, rows)

    async def confirmed(self) -> list[str]:
        """Name what the office has a receipt out for."""
        return [row.id.removeprefix("office.") for row in await _between(self.notes, "office.")]

    async def refused(self) -> dict[str, str]:
        """Give what the office refused, with its reason."""
        rows = await _between(self.notes, "refused.", include_docs=True)
        return {row.doc["row"][0]: row.doc["row"][2] for row in rows if row.doc is not None}

    async def drop(self, version: Doc, *, held: Sequence[str], now: int) -> None:
        """Forget what the office holds of an item: its data keys, its images, and itself when nothing of it waits."""
        await _forget(self.wraps, await self.wraps.all_docs(keys=[f"w.{version['_id']}"]))
        await self._forget_blobs(held)
        if set(held) == set(version["blobs"]):
            await self._forget_version(version)
        else:
            await self._wait_on(version, is_known=True, now=now)

    async def lost(self, version: Doc, *, now: int) -> None:
        """Note that the office has a version no more; nothing here opens it, so its images wait for a phone's copy."""
        if not [row for row in await self.wraps.all_docs(keys=[f"w.{version['_id']}"]) if _is_here(row)]:
            await self._wait_on(version, is_known=False, now=now)

    async def unheard(self, *, now: int) -> list[str]:
        """Name the versions that wait for images and on which the office was not heard for long."""
        ids = [version["_id"] for version in await self.confirmed_versions() if version["blobs"]]
        rows = await self.notes.all_docs(keys=[f"images.{id_}" for id_ in ids], include_docs=True) if ids else []
        heard = {row.id.removeprefix("images."): row.doc["heard"] for row in rows if row.doc is not None}
        return [id_ for id_ in ids if abs(now - heard.get(id_, 0)) >= HEARD_FOR]

    async def _wait_on(self, version: Doc, *, is_known: bool, now: int) -> None:
        [noted] = await self.notes.all_docs(keys=[f"images.{version['_id']}"], include_docs=True)
        since = now if noted.doc is None else noted.doc["since"]
        here = await self.blobs.all_docs(keys=[f"blob.{digest}" for digest in version["blobs"]])
        if now - since < WAITS_FOR or (is_known and any(map(_is_here, here))):
            note = {"_id": f"images.{version['_id']}", "type": "images", "since": since, "heard": now}
            return await _write(self.notes, note)
        await self._forget_version(version)
        still_named = {blob for other in await self._of_case(case_of_version(version)) for blob in other["blobs"]}
        await self._forget_blobs(sorted(set(version["blobs"]) - still_named))

    async def _forget_version(self, version: Doc) -> None:
        await _forget(self.cases, await self.cases.all_docs(keys=[version["_id"]]))
        await _forget(self.notes, await self.notes.all_docs(keys=[f"images.{version['_id']}"]))

    async def _forget_blobs(self, digests: Sequence[str]) -> None:
        if digests:
            await _forget(self.blobs, await self.blobs.all_docs(keys=[f"blob.{digest}" for digest in digests]))

    async def confirmed_versions(self) -> list[Doc]:
        """Give the versions that the office has and of which images may wait here."""
        rows = [row for kind in _VERSIONS for row in await _between(self.cases, kind, include_docs=True)]
        wraps = {row.id.removeprefix("w.") for row in await self.wraps.all_docs()}
        return [bare(row.doc) for row in rows if row.doc is not None and row.id not in wraps]

    async def end(self, case: str, mark: Doc, *, is_erased: bool) -> None:
        """Keep the mark that ends a case; of an erased one everything else goes."""
        await _write(self.cases, mark)
        if not is_erased:
            return
        await self._forget_blobs(sorted({blob for doc in await self._of_case(case) for blob in doc["blobs"]}))
        for kind in _VERSIONS:
            await _forget(self.wraps, await _between(self.wraps, f"w.{kind}{case}."))
            await _forget(self.cases, await _between(self.cases, f"{kind}{case}."))
            for note in ("office", "refused", "images"):
                await _forget(self.notes, await _between(self.notes, f"{note}.{kind}{case}."))
        await _forget(self.cases, await _between(self.cases, f"ev.{case}."))

    async def _of_case(self, case: str) -> list[Doc]:
        rows = [row for kind in _VERSIONS for row in await _between(self.cases, f"{kind}{case}.", include_docs=True)]
        return [row.doc for row in rows if row.doc is not None]

    async def keep(self, event: Doc) -> None:
        """Keep a step that the office signed."""
        await _write(self.cases, event)

    async def compact(self) -> None:
        """Take what went off the disk too."""
        for store in (self.wraps, self.cases, self.blobs, self.notes):
            await store.compact()

    async def state(self, name: str = _STATE) -> Doc:
        """Give how far the relay is, or what another link noted under its name."""
        try:
            return bare(await self.notes.get_local(name))
        except NotFound:
            return {}

    async def put_state(self, state: Doc, name: str = _STATE) -> None:
        """Keep how far a link is."""
        await self.notes.put_local(name, {key: value for key, value in state.items() if key != "_id"})


@asynccontextmanager
async def open_hub_stores(folder: Path) -> AsyncIterator[HubStores]:
    """Open the databases of the hub in *folder*, which is there."""
    async with AsyncExitStack() as stack:
        stores = {each.name: open_sqlite(folder, each.name) for each in fields(HubStores)}
        for store in stores.values():
            stack.push_async_callback(store.close)
        yield HubStores(**stores)


async def _between(store: Store, prefix: str, *, include_docs: bool = False) -> list[Row]:
    rows = await store.all_docs(start=prefix, end=prefix[:-1] + chr(ord(prefix[-1]) + 1), include_docs=include_docs)
    return [row for row in rows if row.id.startswith(prefix)]


async def _write(store: Store, doc: Doc) -> None:
    [row] = await store.all_docs(keys=[doc["_id"]], include_docs=True)
    if row.doc is not None and bare(row.doc) == bare(doc):
        return
    known = {"_rev": row.rev} if row.doc is not None else {}
    await store.bulk_docs([bare(doc) | known])


def _is_here(row: Row) -> bool:
    return row.error is None and not row.deleted


async def _forget(store: Store, rows: Sequence[Row]) -> None:
    leaves = {row.id: [row.rev] for row in rows if row.rev is not None}
    if leaves:
        await store.purge(leaves)
