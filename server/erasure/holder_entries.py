"""Shuts a voided receipt code out: the entry by which it opens a data key goes from every wrap of its case."""

from collections.abc import Collection

from server.erasure.deletion import TRIES, compact
from server.erasure.erasure import leaves_of
from sync.document import Doc
from sync.errors import Unavailable
from sync.store import Store

HOLDER = "t"


async def shut_out(wraps: Store, cases: Collection[str]) -> int:
    """Take the holder's entry out of the wraps of *cases*, on disk too; give how many had one. Repeating is harmless.

    Raises:
        Unavailable: some may still have it; ask again.
    """
    count = 0
    for _ in range(TRIES):
        held = await _held(wraps, cases)
        if not held:
            break
        rows = await wraps.bulk_docs([{key: doc[key] for key in doc if key != HOLDER} for doc in held])
        count += len([row for row in rows if row.error is None])  # what a rotation changed meanwhile comes again
    else:
        raise Unavailable("some data keys are still open to the voided code")
    await compact(wraps)
    return count


async def _held(wraps: Store, cases: Collection[str]) -> list[Doc]:
    found = []
    for wrap_id in await leaves_of(wraps, cases):
        docs = await wraps.open_revs(wrap_id, "all")
        found += [doc for doc in docs if isinstance(doc, dict) and HOLDER in doc]
    return found
