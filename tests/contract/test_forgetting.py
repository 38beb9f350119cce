"""What `purge` and `compact` leave behind."""

import pytest

from sync.errors import NotFound
from sync.store import Store
from tests.contract.revs import delete, edit, replicate, rev, with_history

pytestmark = pytest.mark.anyio


async def test_a_purged_document_never_was(store: Store) -> None:
    """purge of the only leaf leaves nothing: not found as `missing`, not listed, not in the feed, not counted."""
    first = await edit(store, "a")
    await edit(store, "b")
    assert await store.purge({"a": [first]}) == {"a": (first,)}
    with pytest.raises(NotFound) as raised:
        await store.get("a")
    assert raised.value.reason == "missing"
    assert [row.id for row in await store.all_docs()] == ["b"]
    assert [row.error for row in await store.all_docs(keys=["a"])] == ["not_found"]
    assert [change.id for change in (await store.changes()).results] == ["b"]
    told = await store.info()
    assert (told.doc_count, told.doc_del_count) == (1, 0)


async def test_a_purge_raises_the_seq(store: Store) -> None:
    """purge moves update_seq, so that who follows the feed notices."""
    first = await edit(store, "a")
    before = (await store.info()).update_seq
    await store.purge({"a": [first]})
    assert (await store.info()).update_seq != before


async def test_a_purged_rev_is_missing_again(store: Store) -> None:
    """revs_diff asks again for what was purged, and it can be written again."""
    doc = with_history("a", "x", n=1)
    await replicate(store, doc)
    await store.purge({"a": [rev(1, "x")]})
    assert (await store.revs_diff({"a": [rev(1, "x")]}))["a"].missing == (rev(1, "x"),)
    await replicate(store, doc)
    assert (await store.get("a"))["n"] == 1


async def test_a_tombstone_can_be_purged(store: Store) -> None:
    """purge takes tombstones like other leaves, and the count of the deleted goes down."""
    tombstone = await delete(store, "a", await edit(store, "a"))
    assert await store.purge({"a": [tombstone]}) == {"a": (tombstone,)}
    assert (await store.info()).doc_del_count == 0
    assert (await store.changes()).results == ()


async def test_the_history_goes_with_its_leaf(store: Store) -> None:
    """purge of a leaf takes the ancestors that only it has."""
    await replicate(store, with_history("a", "z", "y", "x"))
    await store.purge({"a": [rev(3, "z")]})
    diff = await store.revs_diff({"a": [rev(1, "x"), rev(2, "y"), rev(3, "z")]})
    assert len(diff["a"].missing) == 3


async def test_the_other_leaf_stays(store: Store) -> None:
    """purge of one leaf of a conflict leaves the other, which then wins."""
    await replicate(store, with_history("a", "b", "x", n=1), with_history("a", "c", "x", n=2))
    await store.purge({"a": [rev(2, "c")]})
    assert await store.get("a", conflicts=True, revs=True) == with_history("a", "b", "x", n=1)


async def test_only_leaves_are_purged(store: Store) -> None:
    """purge passes over a rev that has a child, and over unknown ones."""
    first = await edit(store, "a")
    second = await edit(store, "a", first)
    assert await store.purge({"a": [first, rev(1, "nowhere")]}) == {"a": ()}
    assert (await store.get("a"))["_rev"] == second


async def test_an_unknown_document_purges_to_nothing(store: Store) -> None:
    """purge of what is not there says that nothing went."""
    assert await store.purge({"a": [rev(1, "x")]}) == {"a": ()}


async def test_compaction_drops_old_bodies_only(store: Store) -> None:
    """compact leaves every leaf readable and no older rev."""
    first = await edit(store, "a", n=1)
    second = await edit(store, "a", first, n=2)
    await replicate(store, with_history("b", "x", n=3), with_history("b", "y", n=4))
    tombstone = await delete(store, "c", await edit(store, "c"))
    await store.compact()
    with pytest.raises(NotFound) as raised:
        await store.get("a", rev=first)
    assert raised.value.reason == "missing"
    assert (await store.get("a"))["_rev"] == second
    assert [(await store.get("b", rev=rev(1, name)))["n"] for name in "xy"] == [3, 4]
    assert (await store.get("c", rev=tombstone))["_deleted"] is True
    assert await store.revs_diff({"a": [first, second]}) == {}
