"""Part of the projection: what each enrolled device has to hear of the cases that it collected.

A case's reader is the device that its first version names. Whoever sends a later version of somebody else's case is
told that it arrived and reads nothing, or a device could make itself the reader of any case whose id it saw.

The index is `[reader, seen]`: another server, or a rebuilt list, has seen things at other times and in another order,
so a place in its list goes on from an hour before; in the same list it goes on exactly (`n`).
"""

import re
import sqlite3
from dataclasses import dataclass
from typing import Any

from sync.canonical import MAX_INT
from sync.document import Doc
from sync.events import event_id
from sync.statements import is_device

TABLES = """
CREATE TABLE readers ("case" TEXT PRIMARY KEY, reader TEXT) WITHOUT ROWID;
CREATE TABLE news (
    n INTEGER PRIMARY KEY AUTOINCREMENT, reader TEXT NOT NULL, seen INTEGER NOT NULL, "case" TEXT NOT NULL,
    id TEXT NOT NULL, UNIQUE (reader, id)
);
CREATE INDEX news_by_reader ON news (reader, seen);
CREATE INDEX news_by_case ON news ("case");
"""
OVERLAP = 3600  # seconds
MOST = 200  # documents of one answer
_MARKS = ("gone.", "code.")  # what ends a case: it was erased, or its code voided
_TOKEN = re.compile(r"([a-z2-7]{8})\.([0-9]{1,15})\.([0-9]{1,15})")


@dataclass(frozen=True)
class DeviceNews:
    """The ids of what a device has to hear, where it goes on, and whether something is left."""

    ids: tuple[str, ...]
    since: str
    more: bool


def fold_version(db: sqlite3.Connection, case: str, doc: Doc, now: int) -> None:
    """Note a version: its device hears that it arrived, and reads the case if this is the first."""
    device = doc["device"] if is_device(doc["device"]) else None
    if doc["type"] != "message":
        is_first = db.execute("INSERT OR IGNORE INTO readers VALUES (?, ?)", [case, device]).rowcount > 0
        if is_first and device is not None:
            for (n,) in db.execute('SELECT n FROM events WHERE "case" = ? ORDER BY n', [case]).fetchall():
                _tell(db, device, now, case, event_id(case, n))
    if device is not None:
        _tell(db, device, now, case, doc["_id"])


def fold_event(db: sqlite3.Connection, case: str, id_: str, now: int) -> None:
    """Note a taken event."""
    found = db.execute('SELECT reader FROM readers WHERE "case" = ?', [case]).fetchone()
    if found is not None and found[0] is not None:
        _tell(db, found[0], now, case, id_)


def is_mark(id_: str) -> bool:
    """Say whether a document ends a case."""
    return id_.startswith(_MARKS)


def fold_mark(db: sqlite3.Connection, case: str, id_: str, now: int) -> None:
    """Note what ends a case: whoever heard of the case hears that, and nothing else any more."""
    heard = {reader for (reader,) in db.execute('SELECT reader FROM news WHERE "case" = ?', [case])}
    db.execute("""DELETE FROM news WHERE "case" = ? AND substr(id, 1, 5) NOT IN (?, ?)""", [case, *_MARKS])
    for reader in sorted(heard):
        _tell(db, reader, now, case, id_)


def select_news(db: sqlite3.Connection, reader: str, since: str, *, now: int, list_: str) -> DeviceNews:
    """Give what *reader* has to hear after the place *since* of whichever list; *list_* names this one."""
    found = _TOKEN.fullmatch(since)
    known, n, seen = (found[1], int(found[2]), int(found[3])) if found else ("", 0, 0)
    where, place = ("n > ?", n) if known == list_ else ("seen >= ?", seen - OVERLAP)
    rows = db.execute(
        f"SELECT n, seen, id FROM news WHERE reader = ? AND {where} ORDER BY n LIMIT ?",  # noqa: S608 - ours
        [reader, min(place, MAX_INT), MOST + 1],
    ).fetchall()
    more, rows = len(rows) > MOST, rows[:MOST]
    last, at = _place(db, rows, now=now, more=more)
    return DeviceNews(tuple(id_ for _, _, id_ in rows), f"{list_}.{last}.{at}", more)


def _place(db: sqlite3.Connection, rows: list[Any], *, now: int, more: bool) -> tuple[int, int]:
    if more:
        return rows[-1][0], rows[-1][1]
    newest = db.execute("SELECT seq FROM sqlite_sequence WHERE name = 'news'").fetchone()
    return newest[0] if newest else 0, now


def _tell(db: sqlite3.Connection, reader: str, seen: int, case: str, id_: str) -> None:
    # What is there was told already: these documents never change.
    db.execute('INSERT OR IGNORE INTO news (reader, seen, "case", id) VALUES (?, ?, ?, ?)', [reader, seen, case, id_])
