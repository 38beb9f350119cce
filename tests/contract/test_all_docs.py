"""What `all_docs` lists."""

import pytest

from sync.store import Row, Store
from tests.contract.revs import delete, edit, replicate, rev, with_history

pytestmark = pytest.mark.anyio

IDS = ["a", "a.1", "a.10", "a.2", "b-1", "b.1", "b_1", "c"]


async def fill(store: Store) -> None:
    await replicate(store, *[with_history(doc_id, "x", n=at) for at, doc_id in enumerate(reversed(IDS))])


async def ids(store: Store, start: str | None = None, end: str | None = None, **options: int) -> list[str]:
    limit, descending = options.get("limit"), bool(options.get("descending"))
    return [row.id for row in await store.all_docs(start=start, end=end, limit=limit, descending=descending)]


async def test_documents_stand_in_the_order_of_their_ids(store: Store) -> None:
    """all_docs lists by id, byte by byte, with the winning rev."""
    await fill(store)
    assert await store.all_docs() == [Row(doc_id, rev(1, "x")) for doc_id in IDS]


async def test_an_empty_store_lists_nothing(store: Store) -> None:
    """all_docs of an empty store is empty."""
    assert await store.all_docs() == []


async def test_both_ends_are_included(store: Store) -> None:
    """all_docs from start to end includes both, whether they are there or not."""
    await fill(store)
    assert await ids(store, "a.1", "b.1") == ["a.1", "a.10", "a.2", "b-1", "b.1"]
    assert await ids(store, "a.", "a/") == ["a.1", "a.10", "a.2"]
    assert await ids(store, start="b.1") == ["b.1", "b_1", "c"]
    assert await ids(store, end="a.1") == ["a", "a.1"]
    assert await ids(store, "x", "z") == []


async def test_a_limit_cuts_the_list(store: Store) -> None:
    """all_docs with a limit gives the first so many, none for zero."""
    await fill(store)
    assert await ids(store, start="a.1", limit=2) == ["a.1", "a.10"]
    assert await ids(store, limit=0) == []
    assert await ids(store, limit=100) == IDS


async def test_descending_begins_at_the_high_end(store: Store) -> None:
    """Descending, start is the higher end, as in CouchDB."""
    await fill(store)
    assert await ids(store, descending=1) == IDS[::-1]
    assert await ids(store, "b.1", "a.10", descending=1) == ["b.1", "b-1", "a.2", "a.10"]
    assert await ids(store, "b.1", descending=1, limit=2) == ["b.1", "b-1"]
    assert await ids(store, "a.10", "b.1", descending=1) == []


async def test_deleted_documents_are_not_listed(store: Store) -> None:
    """all_docs leaves tombstones out."""
    await delete(store, "a", await edit(store, "a"))
    await edit(store, "b")
    assert await ids(store) == ["b"]


async def test_conflicts_are_listed_once(store: Store) -> None:
    """A document with several leaves is one row, the winner's."""
    await replicate(store, with_history("a", "x"), with_history("a", "y"))
    assert await store.all_docs() == [Row("a", rev(1, "y"))]


async def test_documents_are_included(store: Store) -> None:
    """include_docs adds the winning documents."""
    await replicate(store, with_history("a", "x", n=1), with_history("b", "x", n=2))
    assert await store.all_docs(include_docs=True) == [
        Row("a", rev(1, "x"), doc={"_id": "a", "_rev": rev(1, "x"), "n": 1}),
        Row("b", rev(1, "x"), doc={"_id": "b", "_rev": rev(1, "x"), "n": 2}),
    ]


async def test_keys_are_answered_in_their_order(store: Store) -> None:
    """all_docs with keys has one row a key, in order: also for missing, repeated and deleted ones."""
    await edit(store, "a")
    tombstone = await delete(store, "b", await edit(store, "b"))
    await replicate(store, with_history("c", "x"))
    assert await store.all_docs(keys=["c", "nowhere", "b", "c"]) == [
        Row("c", rev(1, "x")),
        Row("nowhere", None, error="not_found"),
        Row("b", tombstone, deleted=True),
        Row("c", rev(1, "x")),
    ]


async def test_keys_include_documents_but_of_the_deleted(store: Store) -> None:
    """include_docs with keys gives documents; a tombstone's row has none."""
    await replicate(store, with_history("c", "x", n=1), with_history("d", "y", "x", deleted=True))
    assert await store.all_docs(keys=["c", "d", "e"], include_docs=True) == [
        Row("c", rev(1, "x"), doc={"_id": "c", "_rev": rev(1, "x"), "n": 1}),
        Row("d", rev(2, "y"), deleted=True),
        Row("e", None, error="not_found"),
    ]


async def test_no_keys_are_no_rows(store: Store) -> None:
    """all_docs with an empty list of keys is empty."""
    await edit(store, "a")
    assert await store.all_docs(keys=[]) == []
