"""How the embedded store forgets: what was purged or overwritten is in no byte of its files."""

import base64
import random
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from sync.document import Doc
from sync.errors import NotFound, Unavailable
from sync.sqlite_schema import connect
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


async def test_purged_bodies_of_every_length_leave_no_byte(store: SqliteStore, tmp_path: Path) -> None:
    """With this seed, plain deleting leaves copies of four of them in pages whose rows moved."""
    rng = random.Random(2)
    docs: list[Doc] = [
        {"_id": f"w.{n:04}", "_rev": "1-a", "t": f"<{n:05}>" + "y" * rng.choice([0, 50, 300, 900])} for n in range(300)
    ]
    await store.bulk_docs(docs, new_edits=False)

    gone = rng.sample(docs, 200)
    for doc in gone:
        await store.purge({doc["_id"]: ["1-a"]})

    files = every_byte(tmp_path)
    assert [doc["t"][:7] for doc in gone if doc["t"][:7].encode() in files] == []
    assert (await store.info()).doc_count == 100


async def test_a_purge_says_so_when_a_reader_holds_the_log(store: SqliteStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sync.sqlite_schema.BUSY", 0.05)
    quick = SqliteStore(store.path, "wraps")
    (row,) = await quick.bulk_docs([{"_id": "w.one", "text": SECRET}])
    reader = connect(store.path)
    reader.execute("BEGIN")
    reader.execute("SELECT * FROM bodies").fetchall()

    with pytest.raises(Unavailable):
        await quick.purge({"w.one": [str(row.rev)]})
    reader.close()
    await quick.purge({"w.one": [str(row.rev)]})

    await quick.close()
    assert not search([store.path.parent], [SECRET])


async def test_compaction_gives_the_room_back(store: SqliteStore) -> None:
    await store.bulk_docs([{"_id": f"w.{n}", "_rev": "1-a", "text": "y" * 9000} for n in range(100)], new_edits=False)
    await store.purge({f"w.{n}": ["1-a"] for n in range(1, 100)})

    await store.compact()

    assert store.path.stat().st_size < 100_000
    assert (await store.get("w.0"))["text"] == "y" * 9000


async def test_an_overwritten_body_is_gone_after_compaction(store: SqliteStore, tmp_path: Path) -> None:
    (row,) = await store.bulk_docs([{"_id": "w.one", "text": SECRET}])
    await store.bulk_docs([{"_id": "w.one", "_rev": row.rev, "text": "other"}])

    await store.compact()

    assert not search([tmp_path], [SECRET])
    assert (await store.get("w.one"))["text"] == "other"


async def test_a_stream_says_when_its_attachment_was_purged(store: SqliteStore) -> None:
    data = base64.b64encode(bytes(300_000)).decode()
    (row,) = await store.bulk_docs([{"_id": "blob.a", "_attachments": {"body": {"data": data}}}])
    stream = store.attachment_chunks("blob.a", "body")
    await anext(stream)

    await store.purge({"blob.a": [str(row.rev)]})

    with pytest.raises(NotFound):
        await anext(stream)


async def test_bytes_that_two_documents_have_stay_for_the_other(store: SqliteStore) -> None:
    inline = {"body": {"data": base64.b64encode(b"both").decode()}}
    (row, _) = await store.bulk_docs([{"_id": "a", "_attachments": inline}, {"_id": "b", "_attachments": inline}])
    await store.purge({"a": [str(row.rev)]})
    assert (await store.attachment("b", "body")).data == b"both"

    await store.compact()

    assert (await store.attachment("b", "body")).data == b"both"


def every_byte(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.iterdir())
