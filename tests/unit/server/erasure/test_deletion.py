"""What is deleted is deleted for certain, and stands in no file any more."""

from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from server.erasure.deletion import delete, delete_all
from sync.document import Doc
from sync.errors import Unavailable
from sync.sqlite_store import SqliteStore, open_sqlite
from sync.store import Written

pytestmark = pytest.mark.anyio

SECRET = b"sealed-to-nobody-else"


@pytest.fixture
async def staff(tmp_path: Path) -> AsyncIterator[SqliteStore]:
    store = open_sqlite(tmp_path, "staff")
    yield store
    await store.close()


async def kept(store: SqliteStore, **more: Any) -> Doc:
    """Store a document, over whatever is there, and give it with its revision."""
    doc = {"_id": "grant.k1.siti", "sealed": SECRET.decode()} | more
    [row] = await store.bulk_docs([doc])
    return doc | {"_rev": row.rev}


def is_on_disk(folder: Path) -> bool:
    return any(SECRET in path.read_bytes() for path in folder.glob("staff.sqlite*"))


async def test_what_a_document_held_is_in_no_file_any_more(staff: SqliteStore, tmp_path: Path) -> None:
    doc = await kept(staff)
    await staff.bulk_docs([{"_id": "user.upik"}])
    assert await delete_all(staff, [doc]) == 1
    assert not is_on_disk(tmp_path)
    assert [row.id for row in await staff.all_docs()] == ["user.upik"]


async def test_a_deletion_that_was_cut_off_before_the_disk_was_cleared_is_finished(
    staff: SqliteStore, tmp_path: Path
) -> None:
    await delete(staff, [await kept(staff)])
    assert is_on_disk(tmp_path)
    assert await delete_all(staff, []) == 0
    assert not is_on_disk(tmp_path)


async def test_what_was_written_meanwhile_goes_too(staff: SqliteStore, tmp_path: Path) -> None:
    stale = await kept(staff)
    await kept(staff, _rev=stale["_rev"], seen=1)
    await staff.bulk_docs([stale | {"_rev": "1-" + "f" * 32}], new_edits=False)  # and what stands beside it
    assert await delete_all(staff, [stale]) == 1
    assert await staff.all_docs() == []
    assert not is_on_disk(tmp_path)


async def test_a_deletion_that_is_not_written_is_no_deletion(staff: SqliteStore) -> None:
    doc = await kept(staff)

    class Refusing:
        def __getattr__(self, name: str) -> Any:
            return getattr(staff, name)

        async def bulk_docs(self, docs: Sequence[Doc]) -> list[Written]:
            return [Written(one["_id"], error="forbidden") for one in docs]

    with pytest.raises(Unavailable):
        await delete_all(Refusing(), [doc])  # type: ignore[arg-type]
