"""What `bulk_docs` does with documents that get their rev from the store."""

import asyncio
from typing import Any

import pytest

from sync.errors import NotFound
from sync.store import Store
from tests.contract.revs import delete, edit, replicate, rev, with_history

pytestmark = pytest.mark.anyio


async def test_a_new_document_gets_a_first_rev_and_reads_back(store: Store) -> None:
    """bulk_docs gives a new document a rev of generation 1; get gives it back with that rev."""
    (written,) = await store.bulk_docs([{"_id": "a", "x": 1}])
    assert written.rev is not None
    assert written.rev.startswith("1-")
    assert (written.id, written.error, written.durable) == ("a", None, True)
    assert await store.get("a") == {"_id": "a", "_rev": written.rev, "x": 1}


async def test_values_come_back_as_they_went_in(store: Store) -> None:
    """A document keeps every JSON value, text of any script included."""
    fields: dict[str, Any] = {
        "text": 'Minang: "kaba" — 𝄞 \u0000\u001f\\ ꦗꦮ',
        "numbers": [0, -1, 2**53 - 1, 1.5, -0.25],
        "rest": {"": None, "a": [True, False, {}], "deep": [[[[]]]]},
    }
    await edit(store, "a", **fields)
    got = await store.get("a")
    del got["_id"], got["_rev"]
    assert got == fields


async def test_what_a_replicator_notes_in_a_document_is_kept(store: Store) -> None:
    """The members that CouchDB's replicator adds to its documents are stored like others, `_` or not."""
    notes = {"_replication_id": "r", "_replication_state": "triggered", "_replication_state_time": 1}
    notes |= {"_replication_state_reason": "none", "_replication_stats": {}}
    first = await edit(store, "a", **notes)
    assert await store.get("a") == {"_id": "a", "_rev": first, **notes}


async def test_what_is_passed_in_is_not_changed(store: Store) -> None:
    """bulk_docs leaves the caller's document alone."""
    doc = {"_id": "a", "list": [1]}
    await store.bulk_docs([doc])
    assert doc == {"_id": "a", "list": [1]}


async def test_an_edit_on_the_rev_gets_the_next_generation(store: Store) -> None:
    """bulk_docs with the current rev replaces the body and counts one generation up."""
    first = await edit(store, "a", x=1)
    second = await edit(store, "a", first, y=2)
    assert second.startswith("2-")
    assert await store.get("a") == {"_id": "a", "_rev": second, "y": 2}


async def test_an_older_rev_is_still_readable(store: Store) -> None:
    """get with a rev gives that rev's body until a compaction."""
    first = await edit(store, "a", x=1)
    await edit(store, "a", first, x=2)
    assert await store.get("a", rev=first) == {"_id": "a", "_rev": first, "x": 1}


async def test_an_edit_without_rev_on_an_existing_document_is_a_conflict(store: Store) -> None:
    """bulk_docs answers a `conflict` row for it, and the document stays as it was."""
    first = await edit(store, "a", x=1)
    (written,) = await store.bulk_docs([{"_id": "a", "x": 2}])
    assert (written.id, written.rev, written.error) == ("a", None, "conflict")
    assert await store.get("a") == {"_id": "a", "_rev": first, "x": 1}


async def test_an_edit_on_an_old_rev_is_a_conflict(store: Store) -> None:
    """bulk_docs refuses to build on a rev that is no leaf."""
    first = await edit(store, "a", x=1)
    await edit(store, "a", first, x=2)
    (written,) = await store.bulk_docs([{"_id": "a", "_rev": first, "x": 3}])
    assert written.error == "conflict"


async def test_an_edit_on_an_unknown_rev_is_a_conflict(store: Store) -> None:
    """bulk_docs refuses to build on a rev that was never there, even of a new document."""
    (written,) = await store.bulk_docs([{"_id": "a", "_rev": rev(1, "nowhere"), "x": 3}])
    assert written.error == "conflict"
    with pytest.raises(NotFound):
        await store.get("a")


async def test_each_document_of_a_batch_stands_alone(store: Store) -> None:
    """A conflict of one document does not keep the others from being written; the rows are in order."""
    await edit(store, "b")
    written = await store.bulk_docs([{"_id": "a"}, {"_id": "b"}, {"_id": "c"}])
    assert [(row.id, row.error) for row in written] == [("a", None), ("b", "conflict"), ("c", None)]
    assert [row.id for row in await store.all_docs()] == ["a", "b", "c"]


async def test_an_empty_batch_has_no_rows(store: Store) -> None:
    """bulk_docs of nothing does nothing."""
    assert await store.bulk_docs([]) == []
    assert await store.bulk_docs([], new_edits=False) == []


async def test_of_edits_at_once_one_wins(store: Store) -> None:
    """Edits of the same rev at the same time: exactly one is written, the others are conflicts."""
    first = await edit(store, "a", x=0)
    tries = [store.bulk_docs([{"_id": "a", "_rev": first, "x": n}]) for n in range(1, 6)]
    errors = sorted(str(rows[0].error) for rows in await asyncio.gather(*tries))
    assert errors == ["None", *["conflict"] * 4]


async def test_of_creations_at_once_one_wins(store: Store) -> None:
    """Creating the same id at the same time with different bodies: exactly one is written."""
    tries = [store.bulk_docs([{"_id": "a", "who": n}]) for n in range(5)]
    rows = [rows[0] for rows in await asyncio.gather(*tries)]
    assert sorted(str(row.error) for row in rows) == ["None", *["conflict"] * 4]
    (winner,) = [n for n, row in enumerate(rows) if row.error is None]
    assert (await store.get("a"))["who"] == winner


async def test_a_deleted_document_is_missing(store: Store) -> None:
    """get of a document whose winning rev is a tombstone raises NotFound with the reason `deleted`."""
    await delete(store, "a", await edit(store, "a", x=1))
    with pytest.raises(NotFound) as raised:
        await store.get("a")
    assert (raised.value.error, raised.value.reason) == ("not_found", "deleted")


async def test_a_document_that_never_was_is_missing(store: Store) -> None:
    """get of an unknown id raises NotFound with the reason `missing`."""
    with pytest.raises(NotFound) as raised:
        await store.get("a")
    assert (raised.value.error, raised.value.reason) == ("not_found", "missing")


async def test_an_unknown_rev_is_missing(store: Store) -> None:
    """get of an unknown rev of a known document raises NotFound with the reason `missing`."""
    await edit(store, "a")
    with pytest.raises(NotFound) as raised:
        await store.get("a", rev=rev(1, "nowhere"))
    assert raised.value.reason == "missing"


async def test_a_tombstone_reads_by_its_rev(store: Store) -> None:
    """get of the tombstone's own rev gives it, with `_deleted`."""
    tombstone = await delete(store, "a", await edit(store, "a", x=1))
    assert await store.get("a", rev=tombstone) == {"_id": "a", "_rev": tombstone, "_deleted": True}


async def test_a_tombstone_keeps_its_fields(store: Store) -> None:
    """A deletion is an edit: what its body holds is kept."""
    first = await edit(store, "a")
    tombstone = await edit(store, "a", first, _deleted=True, why="erased")
    assert (await store.get("a", rev=tombstone))["why"] == "erased"


async def test_a_deleted_document_can_be_made_anew_without_a_rev(store: Store) -> None:
    """bulk_docs without `_rev` builds on the tombstone."""
    tombstone = await delete(store, "a", await edit(store, "a", x=1))
    anew = await edit(store, "a", x=2)
    assert tombstone.startswith("2-")
    assert anew.startswith("3-")
    assert await store.get("a") == {"_id": "a", "_rev": anew, "x": 2}


async def test_a_deletion_on_an_old_rev_is_a_conflict(store: Store) -> None:
    """A deletion builds on a leaf like every other edit."""
    first = await edit(store, "a")
    await edit(store, "a", first, x=2)
    (written,) = await store.bulk_docs([{"_id": "a", "_rev": first, "_deleted": True}])
    assert written.error == "conflict"


@pytest.mark.parametrize(
    ("poison", "error"),
    [
        ({"_id": "_poison"}, "illegal_docid"),
        ({"_id": ""}, "illegal_docid"),
        ({"_id": "p", "_unknown": 1}, "doc_validation"),
        ({"_id": "p", "_rev": "no rev"}, "bad_request"),
        ({"_id": "p", "_attachments": {"body": {"data": "no base64!"}}}, "bad_request"),
        ({"_id": "p", "_attachments": {"body": {"stub": True, "digest": "md5-AA==", "revpos": 1}}}, "missing_stub"),
    ],
    ids=["reserved id", "empty id", "unknown member", "rev", "base64", "stub"],
)
async def test_a_poisoned_document_gets_a_row(store: Store, poison: dict[str, Any], error: str) -> None:
    """A document that no store takes gets CouchDB's word for it in its row; the others of the batch are written."""
    written = await store.bulk_docs([{"_id": "a"}, poison, {"_id": "b"}])
    assert [row.error for row in written] == [None, error, None]
    assert [row.id for row in await store.all_docs()] == ["a", "b"]


@pytest.mark.parametrize(
    ("poison", "error"),
    [
        ({"_id": "_poison", "_rev": rev(1, "a")}, "illegal_docid"),
        ({"_id": "p", "_rev": rev(1, "a"), "_unknown": 1}, "doc_validation"),
        ({"_id": "p", "_rev": "no rev"}, "bad_request"),
        ({"_id": "p"}, "bad_request"),
        ({"_id": "p", "_rev": rev(1, "a"), "_revisions": {"start": "1", "ids": ["a"]}}, "doc_validation"),
        ({"_id": "p", "_rev": rev(1, "a"), "_attachments": {"body": {"data": "no base64!"}}}, "bad_request"),
    ],
    ids=["reserved id", "unknown member", "rev", "no rev", "revisions", "base64"],
)
async def test_a_poisoned_replicated_document_gets_a_row(store: Store, poison: dict[str, Any], error: str) -> None:
    """The same holds for documents that bring their rev, and for calls that happen to be grouped with it."""
    alone = store.bulk_docs([with_history("other", "x")], new_edits=False)
    batch = store.bulk_docs([with_history("a", "x"), poison, with_history("b", "x")], new_edits=False)
    others, written = await asyncio.gather(alone, batch)
    assert [row.error for row in others] == [None]
    assert [row.error for row in written] == [None, error, None]
    assert [row.id for row in await store.all_docs()] == ["a", "b", "other"]


async def test_documents_are_counted(store: Store) -> None:
    """info counts the documents that are there and those that are deleted."""
    await edit(store, "a")
    await replicate(store, with_history("b", "x"), with_history("b", "y"))
    await delete(store, "c", await edit(store, "c"))
    told = await store.info()
    assert (told.doc_count, told.doc_del_count) == (2, 1)


async def test_the_generation_stays(store: Store) -> None:
    """info tells the same generation each time, whatever is written."""
    before = (await store.info()).generation
    await edit(store, "a")
    assert (await store.info()).generation == before != ""


async def test_close_may_be_called_twice(store: Store) -> None:
    """close is safe to call twice."""
    await store.close()
    await store.close()
