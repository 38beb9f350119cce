"""Part of the projection: each case told from its arrival on, as the figures of the office are worked out of it."""

import sqlite3
from dataclasses import dataclass

from sync.events import MESSAGE, SENT

_CASES = """
SELECT cases."case", service, kind, area, first_at, received, formers, reader FROM cases
LEFT JOIN readers ON readers."case" = cases."case" ORDER BY arrived
"""
_STEPS = 'SELECT "case", step, at FROM events WHERE step != ? ORDER BY "case", n'


@dataclass(frozen=True, kw_only=True)
class Story:
    """One case; times are Unix seconds.

    Attributes:
        kind: `app`, an application, or `cmp`, a complaint.
        made: when its first version was sealed, by the device's clock.
        received: when the office got it.
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
    return [
        Story(
            case=case,
            service=service,
            kind=kind,
            area=area,
            made=made,
            received=received,
            steps=tuple(each for one in (*formers.split(), case) for each in steps.get(one, ())),
            device=device,
        )
        for case, service, kind, area, made, received, formers, device in db.execute(_CASES)
    ]
