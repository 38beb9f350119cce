"""What the embedded store promises beyond the contract of every store."""

import asyncio
import base64
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from sync.errors import BadRequest
from sync.sqlite_store import SqliteStore, open_sqlite
from tests.markers import search

pytestmark = pytest.mark.anyio

SECRET = "Qxwyzv-Marantiasa-78"


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqliteStore]:
    store = open_sqlite(tmp_path, "wraps")
    yield store
    await store.close()


async def test_a_purged_body_is_gone_from_the_file(store: SqliteStore, tmp_path: Path) -> None:
    (row,) = await store.bulk_docs([{"_id": "w.one", "text": SECRET}])
    await store.bulk_docs([{"_id": f"w.{n}", "text": "another"} for n in range(50)])
    assert search([tmp_path], [SECRET])

    await store.purge({"w.one": [str(row.rev)]})

    assert not search([tmp_path], [SECRET])


async def test_an_overwritten_body_is_gone_after_compaction(store: SqliteStore, tmp_path: Path) -> None:
    (row,) = await store.bulk_docs([{"_id": "w.one", "text": SECRET}])
    await store.bulk_docs([{"_id": "w.one", "_rev": row.rev, "text": "other"}])

    await store.compact()

    assert not search([tmp_path], [SECRET])
    assert (await store.get("w.one"))["text"] == "other"


async def test_a_token_of_another_file_is_refused(store: SqliteStore, tmp_path: Path) -> None:
    other = open_sqlite(tmp_path / "restored", "wraps")
    await other.bulk_docs([{"_id": "a"}])
    token = (await other.changes()).last_seq
    await other.close()

    with pytest.raises(BadRequest):
        await store.changes(token)


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


async def test_a_large_attachment_is_streamed_from_any_byte(store: SqliteStore) -> None:
    data = bytes(range(256)) * 2000
    inline = {"body": {"data": base64.b64encode(data).decode(), "content_type": "application/octet-stream"}}
    await store.bulk_docs([{"_id": "blob.a", "_attachments": inline}])

    for start in (0, 1, 65_535, 65_536, 200_001, len(data)):
        found = b"".join([chunk async for chunk in store.attachment_chunks("blob.a", "body", start=start)])
        assert found == data[start:]
