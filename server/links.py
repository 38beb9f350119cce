"""How the links to elsewhere are: when each last worked, what went wrong since, and what waits. For `rantau status`."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from server.hubs import LASTS
from sync.document import Doc
from sync.errors import NotFound, Unavailable
from sync.store import Store

SILENT = 3 * 86_400  # seconds after which a hub that says nothing needs somebody to look
LATE = 86_400  # seconds that something may wait, or a link be without success, before that is told as wrong
_TRIES = 5


@dataclass(frozen=True)
class Link:
    """One link in words; `lag` is a sentence about what is behind."""

    name: str
    is_well: bool
    reached_at: int | None
    lag: str
    error: str | None = None


def link_of(name: str, state: Mapping[str, Any], lag: str, *, now: int, is_well: bool = True) -> Link:
    """Read how a link is from the note of who works it."""
    reached, failed, error = state.get("reached_at"), state.get("failed_at"), state.get("error")
    is_recent = reached is not None and now - reached < LATE
    # A village is without a connection half of the day; what the other side says when it is reached is another thing.
    is_told = error is not None and reached is not None and reached >= (failed or 0)
    return Link(name, is_well and is_recent and not is_told, reached, lag, error)


def link_of_hub(doc: Doc, *, now: int) -> Link | None:
    """Read how a hub's link is, as the office knows it; None of one that was revoked."""
    name = f"hub {doc['hub']}"
    if doc["revoked_at"] is not None:
        return None
    if doc["joined_at"] is None:
        is_open = now <= doc["enrolled_at"] + LASTS
        return Link(name, is_open, None, "has not joined yet", None if is_open else "its code is past; enrol it anew")
    is_heard = now - doc["seen"] < SILENT
    return Link(name, is_heard, doc["seen"], "says itself what waits there", None if is_heard else "nothing for days")


async def note_link(staff: Store, source: str, target: str, changes: Doc) -> None:
    """Note how a copy between two places went; the places are named without a password."""
    doc_id = f"link.{hashlib.sha256(f'{source} {target}'.encode()).hexdigest()[:24]}"
    for _ in range(_TRIES):
        try:
            known = await staff.get(doc_id)
        except NotFound:
            known = {"_id": doc_id, "type": "link", "source": source, "target": target}
        [row] = await staff.bulk_docs([known | changes])
        if not row.error:
            return
    raise Unavailable("the note of a link is being written by others")


async def noted_links(staff: Store) -> list[Link]:
    """Give the copies that were noted, each as a link."""
    rows = await staff.all_docs(start="link.", end="link/", include_docs=True)
    return [_noted(row.doc) for row in rows if row.doc is not None]


def _noted(doc: Doc) -> Link:
    """Read how a copy went; how often it is made is whoever makes it."""
    count, error = doc.get("set_aside", 0), doc.get("error")
    lag = f"{count} documents set aside" if count else "nothing set aside"
    return Link(f"{doc['source']} → {doc['target']}", not count and error is None, doc.get("reached_at"), lag, error)
