"""Claiming an id, so that exactly one of many who want it has it: a number of an event, a place of a slot.

Creating a document is not enough: where a cluster's nodes do not see each other, two creations can both be answered
202, and on three nodes one of them later loses to the other. So a claim is two writes, `held` and then `taken`, the
second only after a 201; what is only held counts for nobody, and is freed when it grows old.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from sync.document import Doc
from sync.errors import BadRequest, NotFound, Unavailable
from sync.store import Store, Written

STALE = 60  # seconds after which a claim that was only held is freed
TRIES = 6
PAUSE = 0.05  # seconds; doubled with each try, and never the same for two

Sleep = Callable[[float], Awaitable[None]]


@dataclass(frozen=True)
class Taken:
    """The id belongs to the claimant; `doc` is what stands there."""

    doc: Doc


@dataclass(frozen=True)
class Lost:
    """The id belongs to another, whose document this is."""

    doc: Doc


async def claim(
    store: Store, doc_id: str, body: Doc, *, claimant: str, now: int, sleep: Sleep = asyncio.sleep
) -> Taken | Lost:
    """Try to take *doc_id* for *claimant* with *body*; the same claimant may ask again and gets the same answer.

    Args:
        body: the document without `_id`, `_rev` and `claim`.
        now: Unix seconds.

    Raises:
        Unavailable: no quorum, or too many at once; nobody was promised anything, and the claimant may ask again.
        BadRequest: no store takes such a document.
    """
    for turn in range(TRIES):
        row = await _write(store, {**body, "_id": doc_id, "claim": ["held", claimant, now]})
        if row.error is None and row.durable:
            return await _take(store, doc_id, row, body, claimant=claimant, now=now)
        if row.error is None:
            await _free(store, doc_id, row.rev)
        elif row.error != "conflict":
            raise BadRequest(row.reason or "", error=row.error)
        else:
            outcome = await _meet(store, doc_id, claimant=claimant, now=now)
            if outcome is not None:
                return outcome
        await sleep(PAUSE * 2**turn * (0.5 + random.random()))  # noqa: S311 - spreads the retries, keeps no secret
    raise Unavailable(f"{doc_id} could not be claimed")


async def _take(store: Store, doc_id: str, held: Written, body: Doc, *, claimant: str, now: int) -> Taken | Lost:
    doc = {**body, "_id": doc_id, "_rev": held.rev, "claim": ["taken", claimant, now]}
    row = await _write(store, doc)
    if row.error is None and row.durable:
        await _clear(store, doc_id)
        return Taken({**doc, "_rev": row.rev})
    if row.error is None:
        # It stands on too few nodes to be promised: while they are away, the others see it held and may free it.
        raise Unavailable(f"{doc_id} was taken without a quorum")
    found = await _read(store, doc_id)
    state, owner, _ = _claim_of(found)
    if found is None or state != "taken":
        raise Unavailable(f"{doc_id} was freed while it was being taken")
    return Taken(found) if owner == claimant else Lost(found)


async def _meet(store: Store, doc_id: str, *, claimant: str, now: int) -> Taken | Lost | None:
    """Look at who has the id; None when it was freed, or is held by somebody who may still take it."""
    found = await _read(store, doc_id)
    if found is None:
        return None
    state, owner, at = _claim_of(found)
    if state == "taken":
        return Taken(found) if owner == claimant else Lost(found)
    # Of what is held under our own name nothing says that a quorum took it: one node may have, after which two others
    # had somebody else's. Only a new creation is answered.
    if owner == claimant or now - at > STALE:
        await _free(store, doc_id, found["_rev"])
    return None


async def _clear(store: Store, doc_id: str) -> None:
    """Delete what stands before a taken claim: a creation that one node took on top of a claim that was freed."""
    found = await _read(store, doc_id)
    if found is not None and _claim_of(found)[0] == "held":
        await _free(store, doc_id, found["_rev"])


def _claim_of(found: Doc | None) -> tuple[str, str | None, int]:
    """Give state, claimant and time; what stands there without a claim was not claimed and is nobody's to free."""
    match found:
        case {"claim": [str(state), str(owner), int(at)]}:
            return state, owner, at
    return "taken", None, 0


async def _write(store: Store, doc: Doc) -> Written:
    return (await store.bulk_docs([doc]))[0]


async def _read(store: Store, doc_id: str) -> Doc | None:
    try:
        return await store.get(doc_id)
    except NotFound:
        return None


async def _free(store: Store, doc_id: str, rev: str | None) -> None:
    await store.bulk_docs([{"_id": doc_id, "_rev": rev, "_deleted": True}])
