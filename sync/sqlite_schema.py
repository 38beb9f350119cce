"""The file of an embedded store: its tables, its settings, and how a connection to it is opened.

A file that is a copy, such as a restored backup, has another past than its readers believe: it gets a new generation.
What gives a copy away is the inode of the file and the time at which `BORN` beside it was made, which no copying keeps.
"""

import os
import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from sync.errors import BadRequest, Unavailable

BUSY = 30.0  # seconds that a writer waits for another process
BORN = "born"  # never written again: its change time is when it came into this folder
_BORN_TEXT = b"Leave this file alone: by it the stores beside it notice that they were restored from a backup.\n"

# WAL with FULL is durable at commit; secure_delete writes zeros over what is deleted, so that an erased wrap is gone
# from the file and not only from the index.
_SETTINGS = """
PRAGMA journal_mode = WAL;
PRAGMA synchronous = FULL;
PRAGMA secure_delete = ON;
PRAGMA foreign_keys = ON;
"""

_TABLES = """
CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS docs (
    id TEXT PRIMARY KEY, seq INTEGER NOT NULL UNIQUE, tree TEXT NOT NULL,
    rev TEXT NOT NULL, deleted INTEGER NOT NULL, body INTEGER
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS bodies (key INTEGER PRIMARY KEY, json TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS local (id TEXT PRIMARY KEY, n INTEGER NOT NULL, json TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS attachments (digest TEXT PRIMARY KEY, length INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS chunks (
    digest TEXT NOT NULL REFERENCES attachments ON DELETE CASCADE, n INTEGER NOT NULL, data BLOB NOT NULL,
    PRIMARY KEY (digest, n)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS uses (
    body INTEGER NOT NULL REFERENCES bodies ON DELETE CASCADE, digest TEXT NOT NULL REFERENCES attachments,
    PRIMARY KEY (body, digest)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS uses_of ON uses (digest);
"""


def connect(path: Path) -> sqlite3.Connection:
    """Open a connection; transactions are begun and ended by hand."""
    is_new = not path.exists()
    connection = sqlite3.connect(path, timeout=BUSY, isolation_level=None, check_same_thread=False)
    if is_new:
        # Its owner's alone, as the log beside it then is too. By name: to open and close the file would let go of
        # every lock that this process has on it.
        path.chmod(0o600)
    connection.row_factory = sqlite3.Row
    connection.executescript(_SETTINGS)
    return connection


def create(connection: sqlite3.Connection, path: Path) -> str:
    """Make the tables where there are none and give the file's generation: a new one when the file is a copy."""
    connection.executescript(_TABLES)
    place = _place(path)
    with transaction(connection):
        connection.execute("INSERT OR IGNORE INTO meta VALUES ('seq', 0)")
        known = dict(connection.execute("SELECT key, value FROM meta WHERE key IN ('generation', 'place')").fetchall())
        if "generation" not in known or known.get("place", place) != place:
            known["generation"] = renew(connection)
        if known.get("place") != place:
            connection.execute("INSERT OR REPLACE INTO meta VALUES ('place', ?)", [place])
    return str(known["generation"])


def renew(connection: sqlite3.Connection) -> str:
    """Give the file another generation: what was told of it before is not to be trusted any more."""
    generation = secrets.token_hex(8)
    connection.execute("INSERT OR REPLACE INTO meta VALUES ('generation', ?)", [generation])
    return generation


def _place(path: Path) -> str:
    born = path.parent / BORN
    with suppress(FileExistsError):
        handle = os.open(born, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        os.write(handle, _BORN_TEXT)
        os.close(handle)
    return f"{path.stat().st_ino} {born.stat().st_ctime_ns}"


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """Commit what is done inside, or none of it."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


@contextmanager
def snapshot(connection: sqlite3.Connection) -> Iterator[None]:
    """Let all that is read inside be of one moment; what is committed meanwhile is seen by the next."""
    connection.execute("BEGIN")
    try:
        yield
    finally:
        connection.execute("ROLLBACK")


@contextmanager
def map_errors() -> Iterator[None]:
    """Give SQLite's failures (locked for too long, disk full, file gone) as the store's own.

    Raises:
        Unavailable: SQLite failed.
        BadRequest: it was asked for a text or a number that it cannot have.
    """
    try:
        yield
    except (UnicodeEncodeError, OverflowError) as error:
        raise BadRequest(f"no text or number of ours: {error}") from None
    except (sqlite3.Error, OSError) as error:
        raise Unavailable(f"sqlite: {type(error).__name__}: {error}") from error
