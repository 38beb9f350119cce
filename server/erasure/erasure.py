"""Erases a case: its mark refuses whatever still comes of it, and its data keys are purged and written over.

What is left of it, here, in replicas and in old backups, is sealed under keys that nobody has any more. The office's
note that an erasure is under way outlives a crash: the next start finishes it, or a try after that.
"""

import logging
from collections.abc import Collection

from server.databases import Databases
from server.erasure.deletion import TRIES, compact, delete
from sync.document import Doc
from sync.errors import Forbidden, StoreError, Unavailable
from sync.shape import PREFIXES
from sync.store import Store

log = logging.getLogger("rantau.erasure")


async def erase(databases: Databases, case: str, gone: Doc) -> int:
    """Erase *case*, of which *gone* is the signed mark; give how many data keys went. Repeating it is harmless.

    Raises:
        Unavailable: it is not finished; ask again, or start the server again.
        Forbidden: the CouchDB account may not purge.
    """
    under_way = f"erasing.{case}"
    await put_once(databases.staff, {"_id": under_way, "type": "erasing", "gone": gone})
    await put_once(databases.cases, gone)
    count = await forget_keys(databases.wraps, [case])
    await delete(databases.staff, [{"_id": f"work.{case}"}])  # what it holds was sealed under these keys
    await delete(databases.staff, [{"_id": under_way}])  # a signed mark, which `cases` has too
    return count


async def unfinished_erasures(staff: Store) -> list[Doc]:
    """Give the notes of what is under way, or was when the server ended."""
    rows = await staff.all_docs(start="erasing.", end="erasing/", include_docs=True)
    return [row.doc for row in rows if row.doc is not None]


async def finish_erasures(databases: Databases) -> int:
    """Finish what was under way; give how many cases. What cannot be finished stays noted and keeps nothing else up."""
    count = 0
    for note in await unfinished_erasures(databases.staff):
        try:
            await erase(databases, note["_id"].removeprefix("erasing."), note["gone"])
        except StoreError as error:
            log.warning("an erasure is not finished, and is tried again: %s", type(error).__name__)
            continue
        count += 1
    return count


async def forget_keys(wraps: Store, cases: Collection[str]) -> int:
    """Purge every data key of *cases* and compact; give how many went.

    Raises:
        Unavailable: some may still be there, or in the log that somebody reads.
        Forbidden: the CouchDB account may not purge.
    """
    count = 0
    for _ in range(TRIES):
        leaves = await leaves_of(wraps, cases)
        if not leaves:
            break
        count += await _purge(wraps, leaves)
    else:
        raise Unavailable("some data keys are still there")
    await compact(wraps)
    return count


async def leaves_of(wraps: Store, cases: Collection[str]) -> dict[str, list[str]]:
    """Give the revisions that stand, by the id of each wrap of *cases*."""
    leaves: dict[str, list[str]] = {}
    for case in cases:
        for prefix in PREFIXES.values():
            for row in await wraps.all_docs(start=f"w.{prefix}.{case}.", end=f"w.{prefix}.{case}/"):
                docs = await wraps.open_revs(row.id, "all")
                leaves[row.id] = [doc["_rev"] for doc in docs if isinstance(doc, dict)]
    return leaves


async def _purge(wraps: Store, leaves: dict[str, list[str]]) -> int:
    try:
        await wraps.purge(leaves)
    except Forbidden:
        raise Forbidden("erasing needs an account that CouchDB lets purge: one of its administrators") from None
    except Unavailable:
        return 0  # looked at once more
    return len(leaves)


async def put_once(store: Store, doc: Doc) -> None:
    """Store a document unless one of its id is there already.

    Raises:
        Unavailable: it is not stored.
    """
    [row] = await store.bulk_docs([doc])
    if row.error == "conflict":
        return  # it is there already
    if row.error:
        raise Unavailable(row.reason or row.error)
