"""Part of the projection: each case told from its arrival on, as the figures of the office are worked out of it."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from sync.events import MESSAGE, SENT

_CASES = """
SELECT cases."case", service, kind, area, first_at, received, formers, reader FROM cases
LEFT JOIN readers ON readers."case" = cases."case" ORDER BY arrived
"""
# Of the first version of each case, whether its arrival was seen; and when its newest version or message came.
_FIRST = """
SELECT "case", is_seen, min(arrived) FROM versions WHERE kind != 'msg' GROUP BY "case"
"""
_NEWEST = 'SELECT "case", max(received) FROM versions GROUP BY "case"'
_STEPS = 'SELECT "case", step, at FROM events WHERE step != ? ORDER BY "case", n'


@dataclass(frozen=True, kw_only=True)
class Story:
    """One case; times are Unix seconds.

    Attributes:
        kind: `app`, an application, or `cmp`, a complaint.
        made: when its first version was sealed, by the device's clock.
        received: when the office got it.
        is_seen: whether it was seen coming; after the lists are made anew the device's clock is all that is left of it.
        newest: when the office got the newest version or message of it.
        steps: the office's steps in their order, without messages.
        device: the enrolled device that collected it, if one did.
    """

    case: str
    service: str
    kind: str
    area: str | None
    made: int
    received: int
    steps: tuple[tuple[str, int], ...] = ()
    device: str | None = None
    is_seen: bool = True
    newest: int = 0

    @property
    def way(self) -> int | None:
        """Give the seconds between sealing and arrival, where both are known."""
        return max(0, self.received - self.made) if self.is_seen else None

    def state(self, end: int) -> tuple[str, int] | None:
        """Give the step at which it stood just before *end*, and since when; None if it had not come."""
        if self.received >= end:
            return None
        return next(((step, at) for step, at in reversed(self.steps) if at < end), (SENT, self.received))


def select_stories(db: sqlite3.Connection) -> list[Story]:
    """Tell every case that is in the lists, in the order of their arrival."""
    steps: dict[str, list[tuple[str, int]]] = {}
    for case, step, at in db.execute(_STEPS, [MESSAGE]):
        steps.setdefault(case, []).append((step, at))
    seen = {case: bool(is_seen) for case, is_seen, _ in db.execute(_FIRST)}
    newest = dict(db.execute(_NEWEST))
    return [
        Story(
            case=case,
            service=service,
            kind=kind,
            area=area,
            made=made,
            received=received,
            steps=tuple(each for one in family for each in steps.get(one, ())),
            device=device,
            is_seen=next((seen[one] for one in family if one in seen), False),
            newest=max(newest.get(one, 0) for one in family),
        )
        for case, service, kind, area, made, received, formers, device in db.execute(_CASES)
        for family in [(*formers.split(), case)]
    ]


def select_stepped(db: sqlite3.Connection, family: Sequence[str]) -> int | None:
    """Give the time of the last step, no message, of a case and of those that it continues, the first one first."""
    for case in reversed(family):
        found = db.execute('SELECT at FROM events WHERE "case" = ? AND step != ? ORDER BY n DESC', [case, MESSAGE])
        for (at,) in found:
            return int(at)
    return None
