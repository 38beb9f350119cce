"""What happens to documents that bring their own revs: branches are kept, one leaf wins, repetition is harmless."""

import asyncio

import pytest

from sync.errors import NotFound
from sync.store import Store
from tests.contract.revs import delete, edit, replicate, rev, with_history

pytestmark = pytest.mark.anyio


async def test_a_document_is_stored_under_the_rev_it_brings(store: Store) -> None:
    """bulk_docs without new_edits stores the document under its `_rev` and says so."""
    (written,) = await store.bulk_docs([{"_id": "a", "_rev": rev(1, "x"), "n": 1}], new_edits=False)
    assert (written.id, written.rev, written.error, written.durable) == ("a", rev(1, "x"), None, True)
    assert await store.get("a") == {"_id": "a", "_rev": rev(1, "x"), "n": 1}


async def test_repeating_changes_nothing(store: Store) -> None:
    """The same document again gets the same row, and the feed does not move."""
    doc = {"_id": "a", "_rev": rev(1, "x"), "n": 1}
    first = await store.bulk_docs([doc], new_edits=False)
    before = (await store.info()).update_seq
    assert await store.bulk_docs([doc, doc], new_edits=False) == first * 2
    assert (await store.info()).update_seq == before
    assert (await store.get("a", conflicts=True)) == doc


async def test_the_same_document_many_times_at_once_is_one(store: Store) -> None:
    """Calls at the same time with the same document all succeed and leave one leaf."""
    doc = {"_id": "a", "_rev": rev(1, "x")}
    rows = await asyncio.gather(*[store.bulk_docs([doc], new_edits=False) for _ in range(20)])
    assert {(row.rev, row.error) for (row,) in rows} == {(rev(1, "x"), None)}
    assert await store.open_revs("a", "all") == [doc]
    assert len((await store.changes()).results) == 1


async def test_the_first_body_under_a_rev_stays(store: Store) -> None:
    """A rev that is there is not written again, even if another body comes under it."""
    await replicate(store, {"_id": "a", "_rev": rev(1, "x"), "n": 1})
    await replicate(store, {"_id": "a", "_rev": rev(1, "x"), "n": 2})
    assert (await store.get("a"))["n"] == 1


async def test_a_second_root_is_kept_beside_the_first(store: Store) -> None:
    """Two revs without common history are both kept; the higher wins and names the other among its conflicts."""
    await replicate(store, with_history("a", "x", n=1), with_history("a", "y", n=2))
    assert await store.get("a", conflicts=True) == {
        "_id": "a",
        "_rev": rev(1, "y"),
        "n": 2,
        "_conflicts": [rev(1, "x")],
    }
    assert (await store.get("a", rev=rev(1, "x")))["n"] == 1


async def test_who_wins_does_not_depend_on_the_order(store: Store) -> None:
    """The same leaves in the opposite order give the same winner."""
    await replicate(store, with_history("a", "x"), with_history("a", "y"))
    await replicate(store, with_history("b", "y"), with_history("b", "x"))
    assert (await store.get("a"))["_rev"] == (await store.get("b"))["_rev"] == rev(1, "y")


async def test_the_longer_history_wins(store: Store) -> None:
    """The leaf of the higher generation wins over a higher signature, by number and not by text."""
    await replicate(store, with_history("a", "z"), with_history("a", "a", "b"))
    assert (await store.get("a"))["_rev"] == rev(2, "a")
    names = [f"n{n}" for n in range(9)]
    await replicate(store, with_history("b", *names), with_history("b", "m10", *names))
    await replicate(store, with_history("b", "z9", *names[1:]))
    assert (await store.get("b"))["_rev"] == rev(10, "m10")


async def test_a_living_leaf_wins_over_a_tombstone(store: Store) -> None:
    """A tombstone of a higher generation does not hide a living leaf, nor is it a conflict."""
    await replicate(store, with_history("a", "x"), with_history("a", "z", "y", deleted=True))
    assert await store.get("a", conflicts=True) == {"_id": "a", "_rev": rev(1, "x")}


async def test_deleting_the_winner_shows_the_other_leaf(store: Store) -> None:
    """When the winning leaf is deleted, the next one becomes the document."""
    await replicate(store, with_history("a", "x", n=1), with_history("a", "y", n=2))
    await delete(store, "a", rev(1, "y"))
    assert await store.get("a", conflicts=True) == {"_id": "a", "_rev": rev(1, "x"), "n": 1}


async def test_an_edit_may_build_on_a_losing_leaf(store: Store) -> None:
    """bulk_docs with new_edits builds on the leaf that is named; longer now, it wins."""
    await replicate(store, with_history("a", "x"), with_history("a", "y"))
    second = await edit(store, "a", rev(1, "x"), n=2)
    assert (await store.get("a", conflicts=True))["_conflicts"] == [rev(1, "y")]
    assert (await store.get("a"))["_rev"] == second


async def test_an_edit_without_rev_does_not_build_on_a_tombstone_beside_a_living_leaf(store: Store) -> None:
    """While any leaf lives, an edit without `_rev` is a conflict."""
    await replicate(store, with_history("a", "x"), with_history("a", "z", "y", deleted=True))
    (written,) = await store.bulk_docs([{"_id": "a"}])
    assert written.error == "conflict"


async def test_a_history_brings_its_ancestors(store: Store) -> None:
    """`_revisions` names ancestors; get with revs gives them back, though their bodies are not there."""
    await replicate(store, with_history("a", "z", "y", "x", n=3))
    got = await store.get("a", revs=True)
    assert got == with_history("a", "z", "y", "x", n=3)
    with pytest.raises(NotFound):
        await store.get("a", rev=rev(1, "x"))


async def test_a_child_takes_the_place_of_its_parent(store: Store) -> None:
    """A rev whose `_revisions` name a leaf extends that branch: no conflict arises."""
    await replicate(store, with_history("a", "x", n=1), with_history("a", "y", "x", n=2))
    assert await store.get("a", conflicts=True) == {"_id": "a", "_rev": rev(2, "y"), "n": 2}


async def test_an_ancestor_that_comes_late_changes_nothing(store: Store) -> None:
    """A rev that is already known as an ancestor does not become a leaf again."""
    await replicate(store, with_history("a", "y", "x", n=2), with_history("a", "x", n=1))
    assert await store.open_revs("a", "all") == [{"_id": "a", "_rev": rev(2, "y"), "n": 2}]


async def test_branches_from_one_parent_are_both_leaves(store: Store) -> None:
    """Two children of one rev are a conflict with common history."""
    await replicate(store, with_history("a", "x"), with_history("a", "b", "x"), with_history("a", "c", "x"))
    got = await store.get("a", conflicts=True, revs=True)
    assert got["_rev"] == rev(2, "c")
    assert got["_conflicts"] == [rev(2, "b")]
    assert got["_revisions"] == with_history("a", "c", "x")["_revisions"]


async def test_a_long_history_is_stemmed(store: Store) -> None:
    """Of a history longer than the limit the newest thousand revs are kept."""
    names = [f"n{n}" for n in range(1100, 0, -1)]
    await replicate(store, with_history("a", *names))
    revisions = (await store.get("a", revs=True))["_revisions"]
    assert revisions["start"] == 1100
    assert len(revisions["ids"]) == 1000
    assert revisions["ids"] == with_history("a", *names)["_revisions"]["ids"][:1000]


async def test_a_replicated_tombstone_deletes(store: Store) -> None:
    """A tombstone that comes with its history deletes the document it descends from."""
    await replicate(store, with_history("a", "x"), with_history("a", "y", "x", deleted=True))
    with pytest.raises(NotFound) as raised:
        await store.get("a")
    assert raised.value.reason == "deleted"


async def test_a_tombstone_may_come_before_the_document(store: Store) -> None:
    """A tombstone is stored even where the document never was."""
    await replicate(store, with_history("a", "y", "x", deleted=True))
    await replicate(store, with_history("a", "x"))
    with pytest.raises(NotFound) as raised:
        await store.get("a")
    assert raised.value.reason == "deleted"
    assert await store.all_docs() == []


async def test_many_documents_at_once_get_their_own_rows(store: Store) -> None:
    """Calls at the same time each get the rows of their own documents, in order."""
    calls = [[with_history(f"d{n:02}-{m}", "x") for m in range(n % 4 + 1)] for n in range(30)]
    answers = await asyncio.gather(*[store.bulk_docs(docs, new_edits=False) for docs in calls])
    assert [[row.id for row in rows] for rows in answers] == [[doc["_id"] for doc in docs] for docs in calls]
    assert len(await store.all_docs()) == sum(map(len, calls))
