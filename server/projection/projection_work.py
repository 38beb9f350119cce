"""Part of the projection: the work that is open, in one reading, with the moments from which deadlines are counted."""

import sqlite3
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sync.events import MESSAGE

COLUMNS = (
    "case", "service", "form", "kind", "state", "n", "versions", "area", "channel", "number", "formers", "first_at",
    "received", "last_at", "waiting",
)  # fmt: skip

_NAMES = ", ".join(f'"{name}"' for name in COLUMNS)
_CAME = 'SELECT "case", max(received) FROM versions WHERE kind <> \'msg\' GROUP BY "case"'
_STEPS = 'SELECT "case", step, max(at) FROM events WHERE step <> ? GROUP BY "case", step'

Values = tuple[str | int | None, ...]


@dataclass(frozen=True)
class Work:
    """Open cases as the lists have them, in the order of `COLUMNS` and of their arrival.

    Attributes:
        came: when the newest version of each case was received; a message is none.
        stepped: the time of the newest step of each case; a message is none.
        steps: of each case, the newest time of every step that was asked for.
        ended: those of them that ended last, the newest first; no message waits in them.
        counts: how many cases each state has, those that ended too.
        place: changes with everything that is folded in.
    """

    rows: tuple[Values, ...]
    ended: tuple[Values, ...]
    came: Mapping[str, int]
    stepped: Mapping[str, int]
    steps: Mapping[str, Mapping[str, int]]
    counts: Mapping[str, int]
    place: str


def select_work(db: sqlite3.Connection, ended: Collection[str], steps: Collection[str], *, newest: int) -> Work:
    """Read every case that has not ended or in which a message waits, and the *newest* of the others.

    Args:
        steps: those whose times are wanted.
    """
    marks = ",".join("?" * len(ended))
    rows = db.execute(
        f"SELECT {_NAMES} FROM cases WHERE state NOT IN ({marks}) OR waiting > 0 ORDER BY arrived",  # noqa: S608 - names from above
        [*ended],
    ).fetchall()
    times: dict[str, dict[str, int]] = {}
    stepped: dict[str, int] = {}
    for case, step, at in db.execute(_STEPS, [MESSAGE]):
        stepped[case] = max(at, stepped.get(case, 0))
        if step in steps:
            times.setdefault(case, {})[step] = at
    return Work(
        rows=tuple(rows),
        ended=select_ended(db, ended, newest=newest),
        came=dict(db.execute(_CAME)),
        stepped=stepped,
        steps=times,
        counts=dict(db.execute("SELECT state, count(*) FROM cases GROUP BY state")),
        place=db.execute("SELECT value FROM meta WHERE name = 'since'").fetchone()[0],
    )


def select_ended(db: sqlite3.Connection, ended: Collection[str], *, newest: int) -> tuple[Values, ...]:
    """Read so many of the cases that are in one of the states *ended* with no message waiting, the newest first."""
    marks = ",".join("?" * len(ended))
    rows = db.execute(
        f"SELECT {_NAMES} FROM cases WHERE state IN ({marks}) AND waiting = 0"  # noqa: S608 - names from above
        " ORDER BY last_at DESC, arrived DESC LIMIT ?",
        [*ended, newest],
    )
    return tuple(rows.fetchall())
