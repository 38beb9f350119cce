"""What the embedded store promises beyond the contract of every store."""

import asyncio
import base64
import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from sync import sqlite_read
from sync.document import Doc
from sync.errors import BadRequest, NotFound, Unavailable
from sync.sqlite_store import SqliteStore, open_sqlite
from sync.store import Changes

pytestmark = pytest.mark.anyio


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqliteStore]:
    store = open_sqlite(tmp_path, "wraps")
    yield store
    await store.close()


async def test_a_token_of_another_file_is_refused(store: SqliteStore, tmp_path: Path) -> None:
    other = open_sqlite(tmp_path / "restored", "wraps")
    await other.bulk_docs([{"_id": "a"}])
    token = (await other.changes()).last_seq
    await other.close()

    with pytest.raises(BadRequest):
        await store.changes(token)


async def test_a_file_keeps_its_generation_and_a_copy_of_it_gets_its_own(store: SqliteStore, tmp_path: Path) -> None:
    first = (await store.info()).generation
    await store.close()
    shutil.copytree(tmp_path, tmp_path / "copy")
    shutil.copy2(tmp_path / "wraps.sqlite", tmp_path / "moved")
    found = []
    for folder in (tmp_path, tmp_path / "copy", tmp_path / "copy"):
        opened = open_sqlite(folder, "wraps")
        found.append((await opened.info()).generation)
        await opened.close()
    assert found == [first, found[1], found[1]]
    assert found[1] != first
    os.replace(tmp_path / "moved", tmp_path / "wraps.sqlite")  # the file alone is put back
    back = open_sqlite(tmp_path, "wraps")
    assert (await back.info()).generation not in found
    await back.close()


async def test_a_token_that_no_file_reaches_is_refused(store: SqliteStore) -> None:
    generation = (await store.info()).generation
    with pytest.raises(BadRequest):
        await store.changes(f"{10**30}-{generation}")


async def test_a_commit_between_two_looks_is_not_passed_over(
    store: SqliteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    loop, look = asyncio.get_running_loop(), sqlite_read.last_seq

    def last_seq_after_a_commit(connection: sqlite3.Connection) -> int:
        asyncio.run_coroutine_threadsafe(store.bulk_docs([{"_id": "between"}]), loop).result(10)
        return look(connection)

    with monkeypatch.context() as patched:
        patched.setattr(sqlite_read, "last_seq", last_seq_after_a_commit)
        first = await store.changes()

    seen = [*first.results, *(await store.changes(first.last_seq)).results]
    assert [change.id for change in seen] == ["between"]


async def test_a_limit_of_none_passes_nothing_over(store: SqliteStore) -> None:
    await store.bulk_docs([{"_id": "a"}])
    assert await store.changes(limit=0) == Changes((), f"0-{(await store.info()).generation}", 1)


async def test_the_generation_stays_when_the_file_is_opened_again(store: SqliteStore, tmp_path: Path) -> None:
    again = open_sqlite(tmp_path, "wraps")
    assert (await again.info()).generation == (await store.info()).generation
    await again.close()


async def test_a_waiting_feed_hears_of_another_process(store: SqliteStore, tmp_path: Path) -> None:
    since = (await store.info()).update_seq
    script = (
        "import asyncio, sys; from pathlib import Path; from sync.sqlite_store import open_sqlite\n"
        "async def main():\n"
        "    store = open_sqlite(Path(sys.argv[1]), 'wraps')\n"
        "    await store.bulk_docs([{'_id': 'x'}])\n"
        "    await store.close()\n"
        "asyncio.run(main())"
    )
    waiting = asyncio.ensure_future(store.changes(since, wait=30))
    await asyncio.to_thread(subprocess.run, [sys.executable, "-c", script, tmp_path], check=True)

    assert [change.id for change in (await waiting).results] == ["x"]


async def test_writers_at_once_each_get_their_own_answer(store: SqliteStore) -> None:
    good = [store.bulk_docs([{"_id": f"d{n}", "n": n}]) for n in range(200)]
    bad = [store.bulk_docs([{"_id": "_bad"}]) for _ in range(20)]

    rows = [rows[0] for rows in await asyncio.gather(*good, *bad)]

    assert [row.error for row in rows] == [None] * 200 + ["illegal_docid"] * 20
    assert (await store.info()).doc_count == 200


async def test_a_write_that_nobody_waits_for_any_more_is_whole(store: SqliteStore) -> None:
    writes = [asyncio.ensure_future(store.bulk_docs([{"_id": f"d{n}"}])) for n in range(50)]
    await asyncio.sleep(0)
    for write in writes:
        write.cancel()
    await asyncio.gather(*writes, return_exceptions=True)

    await store.bulk_docs([{"_id": "after"}])
    assert (await store.info()).doc_count == 51


async def test_what_comes_after_the_end_is_refused(store: SqliteStore) -> None:
    await store.close()
    with pytest.raises(Unavailable):
        await store.bulk_docs([{"_id": "a"}])
    with pytest.raises(Unavailable):
        await store.get("a")


async def test_its_files_are_its_owners_alone(store: SqliteStore) -> None:
    await store.bulk_docs([{"_id": "a"}])
    modes = {path.name: oct(path.stat().st_mode & 0o777) for path in store.path.parent.iterdir()}
    assert set(modes.values()) == {"0o600"}, modes
    assert "wraps.sqlite-wal" in modes


POISON: list[Any] = [
    5,
    {"_id": "\ud800"},
    {"_id": "p", "text": "\ud800"},
    {"_id": "p", "n": float("nan")},
    {"_id": "p", "_deleted": "false"},
    {"_id": "p", "_rev": None},
    {"_id": "_design/"},
    {"_id": "p", "_attachments": {"_body": {"data": ""}}},
    {"_id": "p", "_attachments": {"body": 5}},
    {"_id": "p", "_attachments": {"body": {"data": "", "content_type": 5}}},
    {"_id": "p", "deep": json.loads("[" * 600 + "]" * 600)},
]


@pytest.mark.parametrize("new_edits", [True, False])
async def test_a_document_that_no_file_takes_gets_a_row(store: SqliteStore, *, new_edits: bool) -> None:
    good: list[Doc] = [{"_id": "a"}, {"_id": "b"}] if new_edits else [{"_id": i, "_rev": "1-a"} for i in "ab"]
    rows = await store.bulk_docs([good[0], *POISON, good[1]], new_edits=new_edits)

    assert [row.error is None for row in rows] == [True, *[False] * len(POISON), True]
    assert {row.error for row in rows[1:-1]} <= {"bad_request", "doc_validation", "illegal_docid"}
    assert [row.id for row in await store.all_docs()] == ["a", "b"]


async def test_an_id_that_is_no_text_is_a_bad_request(store: SqliteStore) -> None:
    with pytest.raises(BadRequest):
        await store.all_docs(keys=["\ud800"])


async def test_a_local_document_may_come_with_others(store: SqliteStore) -> None:
    rows = await store.bulk_docs([{"_id": "a"}, {"_id": "_local/note", "n": 1}])
    assert [(row.id, row.error) for row in rows] == [("a", None), ("_local/note", None)]
    assert (await store.get_local("note"))["n"] == 1

    await store.bulk_docs([{"_id": "_local/note", "_deleted": True}])
    with pytest.raises(NotFound):
        await store.get_local("note")


async def test_an_ancestors_body_may_come_late(store: SqliteStore) -> None:
    """As in CouchDB: it is kept and can be read until a compaction."""
    await store.bulk_docs(
        [
            {"_id": "a", "_rev": "2-b", "n": 2, "_revisions": {"start": 2, "ids": ["b", "a"]}},
            {"_id": "a", "_rev": "1-a", "n": 1},
        ],
        new_edits=False,
    )
    before = (await store.info()).update_seq
    await store.bulk_docs([{"_id": "a", "_rev": "1-a", "n": 3}], new_edits=False)

    assert (await store.get("a", rev="1-a"))["n"] == 1
    assert (await store.get("a"))["n"] == 2
    assert (await store.info()).update_seq == before


async def test_data_that_comes_with_an_edit_is_new_in_it(store: SqliteStore) -> None:
    await store.bulk_docs([{"_id": "a", "_attachments": {"body": {"data": "aGk=", "revpos": 7}}}])
    assert (await store.get("a"))["_attachments"]["body"]["revpos"] == 1


async def test_a_large_attachment_is_streamed_from_any_byte(store: SqliteStore) -> None:
    data = bytes(range(256)) * 2000
    inline = {"body": {"data": base64.b64encode(data).decode(), "content_type": "application/octet-stream"}}
    await store.bulk_docs([{"_id": "blob.a", "_attachments": inline}])

    for start in (0, 1, 65_535, 65_536, 200_001, len(data)):
        found = b"".join([chunk async for chunk in store.attachment_chunks("blob.a", "body", start=start)])
        assert found == data[start:]
