"""CouchDB's replication checkpoints: how far a replication came, written down on both sides and believed if they agree.

Each side holds `_local/<replication id>` with the id of the last session, the source's seq up to which the target has
everything, and a short history of earlier sessions. Two logs are compared as CouchDB does
(`couch_replicator_scheduler_job.erl`): the newest session that both know counts, with the seq that the side recorded
which fell behind. A side that was restored from an older backup knows fewer sessions, a lost one none; then an older
place is taken, or the start: everything after it is looked at again, which costs time and loses nothing.

In one point we are stricter: within one session CouchDB believes the source. A target restored to the middle of it
would lose what came after; so of two places in the same session the one that was recorded first counts.

The id is made of the generations of both stores: a store that was made anew has no past.
"""

import hashlib
import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from email.utils import formatdate
from typing import Any

from sync.canonical import b32_encode
from sync.document import Doc
from sync.errors import NotFound
from sync.replication import SetAside, Tally
from sync.store import Info, Store

ZERO = "0"
HISTORY = 50  # sessions remembered, as in CouchDB
VERSION = 4

Entry = dict[str, Any]


@dataclass(frozen=True)
class Agreed:
    """What both sides' logs allow to believe."""

    since: str = ZERO
    history: tuple[Entry, ...] = ()
    set_aside: tuple[SetAside, ...] = ()


def replication_id(source: Info, target: Info) -> str:
    """Name the replication from one store into another, the same after every restart of either."""
    text = f"rantau {source.generation} {target.generation}"
    return b32_encode(hashlib.sha256(text.encode()).digest())[:32]


def compare(source: Doc, target: Doc) -> Agreed:
    """Find the place from which to go on by the logs of both sides; when in doubt it is zero."""
    try:
        return _compare(source, target)
    except (LookupError, TypeError, ValueError, AttributeError):
        return Agreed()  # not a log of ours, or of a form that we do not know


def _compare(source: Doc, target: Doc) -> Agreed:
    set_aside = tuple({(row[0], row[1]): SetAside(*row) for log in (source, target) for row in _aside(log)}.values())
    ours, theirs = list(source["history"]), list(target["history"])
    if source["session_id"] == target["session_id"]:
        since, history = _same_session(source, target, ours, theirs), ours
    else:
        since, history = _common_session(ours, theirs)
    if not isinstance(since, str) or since == ZERO:
        return Agreed()
    return Agreed(since, tuple(history), set_aside)


def _aside(log: Doc) -> list[list[str]]:
    return [[str(part) for part in row] for row in log.get("set_aside", ())]


def _same_session(source: Doc, target: Doc, ours: list[Entry], theirs: list[Entry]) -> str:
    if source["source_last_seq"] == target["source_last_seq"]:
        return str(source["source_last_seq"])
    checked = ours[0]["missing_checked"], theirs[0]["missing_checked"]
    if checked[0] == checked[1]:
        return str(ours[0]["start_last_seq"])
    return str((source if checked[0] < checked[1] else target)["source_last_seq"])


def _common_session(ours: list[Entry], theirs: list[Entry]) -> tuple[str, list[Entry]]:
    """Walk both histories from the newest session, as CouchDB's `compare_rep_history`."""
    while ours and theirs:
        (newest, *ours_before), (other, *theirs_before) = ours, theirs
        if newest["session_id"] in _sessions(theirs):
            return newest["recorded_seq"], ours_before
        if other["session_id"] in _sessions(ours_before):
            return other["recorded_seq"], theirs_before
        ours, theirs = ours_before, theirs_before
    return ZERO, []


def _sessions(history: Sequence[Entry]) -> set[str]:
    return {entry["session_id"] for entry in history}


@dataclass
class Session:
    """One run of one replication, and its log."""

    source: Store
    target: Store
    log: str
    agreed: Agreed
    is_target_empty: bool = False
    id: str = field(default_factory=lambda: secrets.token_hex(16))
    start_time: str = field(default_factory=lambda: formatdate(time.time(), usegmt=True))

    @classmethod
    async def begin(cls, source: Store, target: Store) -> "Session":
        """Read both logs.

        Raises:
            StoreError: a side does not answer, or does not let us in.
        """
        there = await target.info()
        log = replication_id(await source.info(), there)
        agreed = compare(await _read(source, log), await _read(target, log))
        return cls(source, target, log, agreed, is_target_empty=not there.doc_count and not there.doc_del_count)

    async def record(self, seq: str, tally: Tally, set_aside: Sequence[SetAside]) -> None:
        """Write down on both sides that the target has everything up to *seq*, but what was set aside.

        Raises:
            StoreError: a side did not take it; what it has still holds.
        """
        entry = {
            "session_id": self.id,
            "start_time": self.start_time,
            "end_time": formatdate(time.time(), usegmt=True),
            "start_last_seq": self.agreed.since,
            "end_last_seq": seq,
            "recorded_seq": seq,
            "missing_checked": tally.checked,
            "missing_found": tally.missing,
            "docs_read": tally.read,
            "docs_written": tally.written,
            "doc_write_failures": len(set_aside),
        }
        log = {
            "session_id": self.id,
            "source_last_seq": seq,
            "replication_id_version": VERSION,
            "history": [entry, *self.agreed.history[: HISTORY - 1]],
            "set_aside": [list(row) for row in set_aside],
        }
        for store in (self.source, self.target):
            await store.put_local(self.log, log)


async def _read(store: Store, log: str) -> Doc:
    try:
        return await store.get_local(log)
    except NotFound:
        return {}
