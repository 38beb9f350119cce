"""Part of the projection: when something was received, and its place in the order of arrival.

What nothing may link with anything else of its sender tells the day and no hour, as an anonymous complaint does. It is
noted by the day on which it came, with the messages about it, and stands before all else of that day, in an order that
follows from its id: otherwise a list would show it beside what the same phone sent a moment before.
"""

import hashlib
import sqlite3
from dataclasses import dataclass

from server.moments import day_start
from sync.document import Doc

_STEP = 1 << 20  # between the places of two arrivals: what tells no hour is put between


@dataclass(frozen=True)
class Times:
    """When a page of the feed was read, at the office's time.

    Attributes:
        now: Unix time.
        is_news: whether it came just now.
        heard: the last time that anything was folded as it came.
    """

    now: int
    is_news: bool
    time_zone: str
    heard: int = 0

    def received(self, at: int) -> int:
        """Tell when the office got what a device says to be of *at*, as near as it can be told."""
        return self.now if self.is_news else max(min(at, self.now), self.heard)

    def day(self, at: int) -> int:
        """Give when the day began."""
        return day_start(at, self.time_zone)


def tells_no_hour(db: sqlite3.Connection, case: str, doc: Doc, times: Times) -> bool:
    """Say whether a version, or the complaint that a message is about, tells a day and no hour."""
    if doc["type"] == "complaint":
        return bool(doc["at"] == times.day(doc["at"]))
    complaints = db.execute("SELECT at FROM versions WHERE \"case\" = ? AND kind = 'cmp'", [case])
    return doc["type"] == "message" and any(at == times.day(at) for (at,) in complaints)


def next_place(db: sqlite3.Connection) -> int:
    """Give the place after all that arrived."""
    last: int = db.execute("SELECT coalesce(max(arrived), 0) FROM versions").fetchone()[0]
    return (last // _STEP + 1) * _STEP


def place_on(db: sqlite3.Connection, day: int, id_: str) -> int:
    """Give a place before all else that was received on or after the *day* that began then."""
    query = "SELECT coalesce(max(arrived), 0) FROM versions WHERE received < ?"
    before: int = db.execute(query, [day]).fetchone()[0]
    spread = int.from_bytes(hashlib.sha256(id_.encode()).digest()[:4])
    return before // _STEP * _STEP + 1 + spread % (_STEP - 1)
