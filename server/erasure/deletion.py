"""Deletes documents so that it counts: each deletion is written for certain, and `delete_all` takes it off the disk.

A deleted document stays readable in a database's files, body and all, until that is compacted; and a deletion that met
somebody else's write is not one. So nothing is deleted by a plain write of a tombstone. What a newer revision replaced
stays as long: `forget_replaced` is called wherever a secret was.
"""

import asyncio
import logging
from collections.abc import Iterable

from sync.document import Doc
from sync.errors import Unavailable
from sync.store import Store

log = logging.getLogger("rantau.deletion")

TRIES = 5  # times that something new may come in between
_PAUSES = (0.1, 0.3, 1.0)  # seconds until whoever reads an embedded store has read


async def delete_all(store: Store, docs: Iterable[Doc]) -> int:
    """Delete documents with what they held, on disk too; give how many there were. Repeating it is harmless, and
    finishes what was cut off before the disk was cleared.

    Raises:
        Unavailable: some may still be there, or readable in a file; ask again.
    """
    count = await delete(store, docs)
    await compact(store)
    return count


async def delete(store: Store, docs: Iterable[Doc]) -> int:
    """Delete documents that hold nothing to hide, whatever was written to them meanwhile; give how many there were.

    Raises:
        Unavailable: some may still be there; ask again.
    """
    wanted = list(dict.fromkeys(doc["_id"] for doc in docs))
    left = await _leaves(store, wanted)
    count = len({leaf["_id"] for leaf in left})
    for _ in range(TRIES if left else 0):
        await store.bulk_docs([{"_id": leaf["_id"], "_rev": leaf["_rev"], "_deleted": True} for leaf in left])
        left = await _leaves(store, wanted)
        if not left:
            break
    if left:
        raise Unavailable("some of what was to be deleted is still there")
    return count


async def compact(store: Store) -> None:
    """Take what was replaced, deleted or purged off the disk.

    Raises:
        Unavailable: it may still be in a file that somebody reads; ask again.
    """
    for pause in _PAUSES:
        try:
            return await store.compact()
        except Unavailable:  # somebody reads
            await asyncio.sleep(pause)
    await store.compact()


async def forget_replaced(store: Store) -> None:
    """Take replaced secrets off the disk, once what replaced them is written. They count no more either way: what
    somebody reads just now, as a backup does, keeps nothing up and goes the next time."""
    try:
        await compact(store)
    except Unavailable:
        log.warning("what was replaced in %s may be readable in its file until another secret is", store.name)


async def _leaves(store: Store, ids: list[str]) -> list[Doc]:
    """Give every leaf that is no tombstone: beside the one that is shown, another may stand."""
    rows = await store.all_docs(keys=ids) if ids else []
    found = [await store.open_revs(row.id, "all") for row in rows if row.error is None and not row.deleted]
    return [leaf for leaves in found for leaf in leaves if isinstance(leaf, dict) and not leaf.get("_deleted")]
