"""The tables of the projection and how a change of `cases` is folded into them; plain SQLite, no waiting.

A case's place in the queue is the order in which it reached the store (`arrived`), which the feed repeats when the
projection is rebuilt; what devices say of the time is only shown. When something was received no store says: it is
noted here as it comes, and stays when everything else is made anew. projection_times.py says of what only the day is.
"""

import contextlib
import os
import sqlite3
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from server.projection import projection_readers as readers
from server.projection.projection_links import family_of, formers_of, goes_on
from server.projection.projection_rows import CaseRow, Event, Page, summary
from server.projection.projection_times import Times, next_place, place_on, tells_no_hour
from sync.canonical import b32_encode
from sync.document import Doc
from sync.shape import is_case
from sync.store import Change

SCHEMA = 7  # another number, another file: it is rebuilt
MAX_ROWS = 200
_TABLES = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE versions (
    id TEXT PRIMARY KEY, arrived INTEGER NOT NULL, "case" TEXT NOT NULL, kind TEXT NOT NULL, service TEXT NOT NULL,
    form TEXT NOT NULL, at INTEGER NOT NULL, received INTEGER NOT NULL, channel TEXT NOT NULL, area TEXT,
    is_seen INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX versions_by_case ON versions ("case", arrived);
CREATE TABLE events (
    "case" TEXT NOT NULL, n INTEGER NOT NULL, step TEXT NOT NULL, at INTEGER NOT NULL, about TEXT NOT NULL,
    PRIMARY KEY ("case", n)
) WITHOUT ROWID;
CREATE TABLE noted (id TEXT PRIMARY KEY, "case" TEXT NOT NULL, received INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE gone ("case" TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE codes (old TEXT PRIMARY KEY, new TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX codes_by_new ON codes (new);
CREATE TABLE cases (
    "case" TEXT PRIMARY KEY, arrived INTEGER NOT NULL, service TEXT NOT NULL, form TEXT NOT NULL,
    first_at INTEGER NOT NULL, last_at INTEGER NOT NULL, received INTEGER NOT NULL, state TEXT NOT NULL,
    n INTEGER NOT NULL, versions INTEGER NOT NULL, area TEXT, channel TEXT NOT NULL, number TEXT NOT NULL,
    kind TEXT NOT NULL, waiting INTEGER NOT NULL, formers TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX cases_by_arrival ON cases (arrived);
CREATE INDEX cases_by_state ON cases (state, arrived);
"""
_COLUMNS = (
    '"case", service, form, first_at, last_at, received, state, n, versions, area, channel, number, kind, waiting,'
    " formers, arrived"
)
_NOTE = "INSERT OR IGNORE INTO noted"
_RECEIVED = 'SELECT id, "case", received FROM versions WHERE is_seen'
_KINDS = {"app", "cmp", "msg"}  # a survey belongs to no case that somebody works on


def open_tables(path: Path) -> sqlite3.Connection:
    """Open the file; one of another schema, or none at all that SQLite reads, is begun anew."""
    db = _connect(path)
    try:
        is_ours = db.execute("PRAGMA user_version").fetchone()[0] == SCHEMA
    except sqlite3.DatabaseError:
        is_ours = False
    if not is_ours:
        noted = _noted(db)
        db.close()
        for name in (path, path.with_name(path.name + "-wal"), path.with_name(path.name + "-shm")):
            name.unlink(missing_ok=True)
        db = _connect(path)
        db.executescript(
            f"PRAGMA journal_mode = WAL; BEGIN; {_TABLES} {readers.TABLES} PRAGMA user_version = {SCHEMA}; COMMIT;"
        )
        db.executemany(f"{_NOTE} VALUES (?, ?, ?)", noted)
    db.execute("PRAGMA synchronous = NORMAL")  # the last commits may be lost in a crash: they are folded again
    return db


def _noted(db: sqlite3.Connection) -> list[tuple[str, str, int]]:
    for query in (_RECEIVED, _RECEIVED.removesuffix(" WHERE is_seen")):  # an older schema does not say which were seen
        with contextlib.suppress(sqlite3.DatabaseError):
            return db.execute(query).fetchall()
    return []


def _connect(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(path, check_same_thread=False, isolation_level=None)


def read_meta(db: sqlite3.Connection) -> dict[str, str]:
    """Give where the fold stands: `since` and `generation`, if it began."""
    return dict(db.execute("SELECT name, value FROM meta"))


def forget(db: sqlite3.Connection, generation: str) -> None:
    """Empty every table but what was noted, and begin at zero with a store of this generation."""
    with _transaction(db):
        db.execute(f"{_NOTE} {_RECEIVED}")
        for table in ("meta", "versions", "events", "gone", "codes", "cases", "readers", "news"):
            db.execute(f"DELETE FROM {table}")  # noqa: S608 - names from the line above
        meta = [("since", "0"), ("generation", generation), ("list", b32_encode(os.urandom(5)))]
        db.executemany("INSERT INTO meta VALUES (?, ?)", meta)


def fold(db: sqlite3.Connection, changes: Sequence[Change], *, since: str, times: Times) -> None:
    """Take a page of the feed in, together with the place after it; what is no news was received some time before."""
    with _transaction(db):
        times = replace(times, heard=int(read_meta(db).get("heard", "0")))
        touched = {case for change in changes for case in _fold_one(db, change, times)}
        for case in {one for member in touched for one in family_of(db, member)}:
            _sum_up(db, case)
        db.execute("UPDATE meta SET value = ? WHERE name = 'since'", [since])
        if times.is_news:
            db.execute("INSERT OR REPLACE INTO meta VALUES ('heard', ?)", [str(times.now)])


def select(db: sqlite3.Connection, *, state: str | None, older: int | None, after: int | None, limit: int) -> Page:
    """Give a page of cases: of one state, whose last step is before *older*, that arrived after *after*."""
    wanted = {"state = ?": state, "last_at < ?": older, "arrived > ?": after}
    where = [(clause, value) for clause, value in wanted.items() if value is not None]
    text = " AND ".join(clause for clause, _ in where) or "1"
    limit = max(1, min(limit, MAX_ROWS))
    found = db.execute(
        f"SELECT {_COLUMNS} FROM cases WHERE {text} ORDER BY arrived LIMIT ?",  # noqa: S608 - clauses are ours
        [*(value for _, value in where), limit + 1],
    ).fetchall()
    rows = tuple(_case_row(row) for row in found[:limit])
    counts = dict(db.execute("SELECT state, count(*) FROM cases GROUP BY state"))
    return Page(rows, str(found[limit - 1][-1]) if len(found) > limit else None, counts)


def select_newest(db: sqlite3.Connection, number: str, limit: int) -> list[CaseRow]:
    """Give cases whose id, or a former one, is *number* or begins as it does: its ninth character checks the others."""
    begins = number if is_case(number) else number[:8]
    found = db.execute(
        f"SELECT {_COLUMNS} FROM cases WHERE instr(' ' || \"case\" || ' ' || formers, ?) > 0"  # noqa: S608
        " ORDER BY arrived DESC LIMIT ?",
        [f" {begins}", limit],
    )
    return [_case_row(row) for row in found]


def select_received(db: sqlite3.Connection, case: str) -> int | None:
    """Tell when a case was received."""
    found = db.execute('SELECT received FROM cases WHERE "case" = ?', [case]).fetchone()
    return found and int(found[0])


def select_quiet(db: sqlite3.Connection, before: int) -> list[CaseRow]:
    """Give every case in which nothing has happened since *before*."""
    found = db.execute(f"SELECT {_COLUMNS} FROM cases WHERE last_at <= ? ORDER BY last_at", [before])  # noqa: S608
    return [_case_row(row) for row in found]


class _transaction:
    def __init__(self, db: sqlite3.Connection) -> None:
        self.db = db

    def __enter__(self) -> None:
        self.db.execute("BEGIN IMMEDIATE")

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self.db.execute("ROLLBACK" if kind else "COMMIT")


def _case_row(row: tuple[Any, ...]) -> CaseRow:
    values: list[Any] = list(row[:-1])
    values[-1] = tuple(values[-1].split())
    return CaseRow(*values)


def _fold_one(db: sqlite3.Connection, change: Change, times: Times) -> list[str]:
    kind, _, rest = change.id.partition(".")
    case = rest.split(".")[0]
    if kind == "gone":
        return _fold_gone(db, case, times, deleted=change.deleted)
    if kind == "code":
        return _fold_code(db, case, change, times)
    if kind == "ev":
        return _fold_event(db, case, change, times)
    if kind in _KINDS and change.doc is not None and not change.deleted:
        return _fold_version(db, case, change.doc, times)
    return []


def _fold_gone(db: sqlite3.Connection, case: str, times: Times, *, deleted: bool) -> list[str]:
    if not deleted:
        readers.fold_mark(db, case, f"gone.{case}", times.now)
        db.execute("INSERT OR IGNORE INTO gone VALUES (?)", [case])
        for table in ("versions", "events", "noted"):
            db.execute(f'DELETE FROM {table} WHERE "case" = ?', [case])  # noqa: S608 - names from the line above
    return [case]


def _fold_code(db: sqlite3.Connection, case: str, change: Change, times: Times) -> list[str]:
    if change.deleted or change.doc is None:
        return []
    readers.fold_mark(db, case, change.id, times.now)
    db.execute("INSERT OR IGNORE INTO codes VALUES (?, ?)", [case, change.doc["to"]])
    return [case]


def _fold_event(db: sqlite3.Connection, case: str, change: Change, times: Times) -> list[str]:
    n, doc = int(change.id.rpartition(".")[2]), change.doc
    if change.deleted or doc is None or doc["claim"][0] != "taken":
        db.execute('DELETE FROM events WHERE "case" = ? AND n = ?', [case, n])
    else:
        row = [case, n, doc["step"], doc["at"], " ".join(doc["on"])]
        db.execute("INSERT OR REPLACE INTO events VALUES (?, ?, ?, ?, ?)", row)
        if not _is_ended(db, case):
            readers.fold_event(db, case, change.id, times.now)
    return [case]


def _fold_version(db: sqlite3.Connection, case: str, doc: Doc, times: Times) -> list[str]:
    row = {key: doc[key] for key in ("service", "form", "at", "channel", "area")}
    row |= {"id": doc["_id"], "case": case, "kind": doc["_id"].split(".")[0]}
    noted = db.execute("SELECT received FROM noted WHERE id = ?", [doc["_id"]]).fetchone()
    received = noted[0] if noted else times.received(doc["at"])
    is_day = tells_no_hour(db, case, doc, times)
    row["received"] = times.day(received) if is_day else received
    row["is_seen"] = times.is_news or noted is not None
    row["arrived"] = place_on(db, row["received"], doc["_id"]) if is_day else next_place(db)
    db.execute(
        "INSERT OR IGNORE INTO versions VALUES"
        " (:id, :arrived, :case, :kind, :service, :form, :at, :received, :channel, :area, :is_seen)",
        row,
    )
    if not _is_ended(db, case):
        readers.fold_version(db, case, doc, times.now)
    return [case]


def _is_ended(db: sqlite3.Connection, case: str) -> bool:
    """Say whether nothing more of a case is for who holds its code: it was erased, or the code voided."""
    return _is_gone(db, case) or db.execute("SELECT 1 FROM codes WHERE old = ?", [case]).fetchone() is not None


def _is_gone(db: sqlite3.Connection, case: str) -> bool:
    return db.execute('SELECT 1 FROM gone WHERE "case" = ?', [case]).fetchone() is not None


def _sum_up(db: sqlite3.Connection, case: str) -> None:
    db.execute('DELETE FROM cases WHERE "case" = ?', [case])
    if _is_gone(db, case) or goes_on(db, case):
        return
    formers = formers_of(db, case)
    versions = [row for one in (*formers, case) for row in _versions(db, one)]
    if not versions:
        return
    versions.sort(key=lambda row: (row[0] == "msg", row[1]))
    before = [event for one in formers for event in _events(db, one)]
    row = [*summary(case, versions, before, _events(db, case)), " ".join(formers), versions[0][1]]
    marks = ",".join("?" * len(row))
    db.execute(f"INSERT INTO cases ({_COLUMNS}) VALUES ({marks})", row)  # noqa: S608 - a constant


def _versions(db: sqlite3.Connection, case: str) -> list[tuple[Any, ...]]:
    return db.execute(
        'SELECT kind, arrived, service, form, at, received, channel, area, id FROM versions WHERE "case" = ?', [case]
    ).fetchall()


def _events(db: sqlite3.Connection, case: str) -> list[Event]:
    return db.execute('SELECT n, step, at, about FROM events WHERE "case" = ? ORDER BY n', [case]).fetchall()
