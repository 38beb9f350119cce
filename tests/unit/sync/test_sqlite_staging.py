"""What a stream that is cut leaves in the folder and in the file of an embedded store: nothing."""

import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from sync.errors import Unavailable
from sync.sqlite_schema import BORN
from sync.sqlite_staging import IN_MEMORY
from sync.sqlite_store import open_sqlite

pytestmark = pytest.mark.anyio

LENGTH = 4 * IN_MEMORY
STUB = {"content_type": "application/octet-stream", "length": LENGTH, "revpos": 1, "stub": True}
DOC = {"_id": "a", "_rev": "1-a", "_attachments": {"body": STUB}}


def names_in(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


async def cut(seen: list[set[str]], folder: Path) -> AsyncIterator[bytes]:
    yield bytes(LENGTH // 2)
    seen.append(names_in(folder))
    raise Unavailable


async def test_a_cut_leaves_no_byte(tmp_path: Path) -> None:
    store = open_sqlite(tmp_path, "blobs")
    seen: list[set[str]] = []
    with pytest.raises(Unavailable):
        await store.put_streamed(DOC, {"body": cut(seen, tmp_path)})
    await store.close()

    # Not even while it lasts is there a file that a crash could leave.
    assert seen == [{"blobs.sqlite", "blobs.sqlite-wal", "blobs.sqlite-shm", BORN}]
    assert names_in(tmp_path) == {"blobs.sqlite", BORN}
    with sqlite3.connect(tmp_path / "blobs.sqlite") as file:
        assert file.execute("SELECT COUNT(*) FROM attachments").fetchone() == (0,)
        assert file.execute("SELECT COUNT(*) FROM chunks").fetchone() == (0,)
    file.close()
