"""The file of an embedded store: its tables, its settings, and how a connection to it is opened."""

import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sync.errors import BadRequest, Unavailable

BUSY = 30.0  # seconds that a writer waits for another process

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


def create(connection: sqlite3.Connection) -> str:
    """Make the tables where there are none and give the file's generation, a name it got when it was made."""
    connection.executescript(_TABLES)
    generation = secrets.token_hex(8)
    connection.execute("INSERT OR IGNORE INTO meta VALUES ('generation', ?), ('seq', 0)", [generation])
    return str(connection.execute("SELECT value FROM meta WHERE key = 'generation'").fetchone()[0])


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
