"""What the projection tells of the office's work: how long recent cases took, and what went through it when."""

import sqlite3

from server.projection.pace import DAY, ENDS, READY, RECENT, Complaint, Flow, Passed
from sync.events import MESSAGE, SENT

_READY, _ENDS = (", ".join(f"'{step}'" for step in steps) for steps in (READY, ENDS))
# Of a case under a second code the first steps lie elsewhere: it is left out.
_PASSED = f"""
WITH ready AS (
    SELECT "case", min(at) AS at FROM events WHERE step IN ({_READY}) GROUP BY "case" HAVING min(at) >= ?
), recent AS (
    SELECT "case", service, received, ready.at AS ready FROM ready JOIN cases USING ("case")
    WHERE kind = 'app' AND formers = ''
)
SELECT service, '{SENT}', ready - received FROM recent WHERE received <= ready
UNION ALL
SELECT service, step, ready - max(at) FROM recent JOIN events USING ("case") WHERE at < ready GROUP BY "case", step
"""  # noqa: S608 - made of names from the code


def select_passed(db: sqlite3.Connection, now: int) -> list[Passed]:
    """Give what each case that was ready of late took from each step, the last time that it stood there."""
    return db.execute(_PASSED, [now - RECENT]).fetchall()


_FIRST = 'SELECT "case", min(at) AS at FROM events WHERE step IN'
_IN_TIME = "kind = 'app' AND at >= :first AND at < :end"
_FLOW = f"""
SELECT 'received', service, 0 FROM (SELECT *, received AS at FROM cases) WHERE {_IN_TIME}
UNION ALL SELECT 'ended', service, 0 FROM ({_FIRST} ({_ENDS}) GROUP BY "case") JOIN cases USING ("case")
WHERE {_IN_TIME}
UNION ALL SELECT 'ready', service, at - received FROM ({_FIRST} ({_READY}) GROUP BY "case") JOIN cases USING ("case")
WHERE {_IN_TIME} AND at > received
"""  # noqa: S608 - made of names from the code


def select_flow(db: sqlite3.Connection, first: int, end: int) -> dict[str, Flow]:
    """Give by service what was received, ended and made ready from *first* until before *end*."""
    found: dict[str, Flow] = {}
    for what, service, seconds in db.execute(_FLOW, {"first": first, "end": end}):
        one = Flow(what == "received", what == "ended", (seconds / DAY,) if what == "ready" else ())
        found[service] = found.get(service, Flow()) + one
    return found


_AREAS = """
SELECT area, service, count(*) FROM cases WHERE kind = 'app' AND area IS NOT NULL AND received >= ? AND received < ?
GROUP BY area, service ORDER BY area
"""


def select_areas(db: sqlite3.Connection, first: int, end: int) -> list[tuple[str, str, int]]:
    """Give how many applications of each service came from each nagari that is named, from *first* to before *end*."""
    return db.execute(_AREAS, [first, end]).fetchall()


def select_earliest(db: sqlite3.Connection) -> int | None:
    """Tell when the first case was received."""
    at: int | None = db.execute("SELECT min(received) FROM cases").fetchone()[0]
    return at


def has_erased(db: sqlite3.Connection) -> bool:
    """Say whether any case was erased."""
    return db.execute("SELECT 1 FROM gone LIMIT 1").fetchone() is not None


_COMPLAINTS = """
SELECT "case", service, received FROM cases WHERE kind = 'cmp' AND received >= ? AND received < ?
"""
_STEPS = 'SELECT step, at FROM events WHERE "case" = ? AND step != ? ORDER BY n'


def select_complaints(db: sqlite3.Connection, first: int, end: int) -> list[Complaint]:
    """Give the complaints received in that time, with the steps of each in order."""
    found = db.execute(_COMPLAINTS, [first, end]).fetchall()
    return [
        Complaint(service, received, tuple(db.execute(_STEPS, [case, MESSAGE]))) for case, service, received in found
    ]
