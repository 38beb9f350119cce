"""What the projection tells of the office's pace: how long each recent case took from each of its steps until ready."""

import sqlite3

from server.pace import READY, RECENT, Passed
from sync.events import SENT

_READY = ", ".join(f"'{step}'" for step in READY)
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
