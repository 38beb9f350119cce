"""What the changes feed tells, and when; between documents no order is promised, shards have each their own."""

import asyncio

import pytest

from sync.errors import BadRequest
from sync.store import Change, Store
from tests.contract.revs import delete, edit, replicate, rev, with_history

pytestmark = pytest.mark.anyio


async def seen(store: Store, since: str = "0") -> list[tuple[str, tuple[str, ...], bool]]:
    changes = await store.changes(since)
    return [(change.id, change.revs, change.deleted) for change in changes.results]


async def test_each_document_is_there_once_by_its_last_change(store: Store) -> None:
    """changes lists every document once, with its newest change; who saw it before sees it again."""
    first = await edit(store, "a")
    b = await edit(store, "b")
    between = (await store.changes()).last_seq
    second = await edit(store, "a", first)
    assert sorted(await seen(store)) == [("a", (second,), False), ("b", (b,), False)]
    assert await seen(store, between) == [("a", (second,), False)]


async def test_an_empty_store_has_no_changes(store: Store) -> None:
    """changes of an empty store is empty, and its last_seq can be gone on from."""
    changes = await store.changes()
    assert (changes.results, changes.pending) == ((), 0)
    await edit(store, "a")
    assert [change.id for change in (await store.changes(changes.last_seq)).results] == ["a"]


async def test_a_deletion_is_a_change(store: Store) -> None:
    """changes marks a document whose winner is a tombstone."""
    tombstone = await delete(store, "a", await edit(store, "a"))
    assert await seen(store) == [("a", (tombstone,), True)]


async def test_only_the_winner_is_named(store: Store) -> None:
    """The style `main_only` names the winning rev alone."""
    await replicate(store, with_history("a", "x"), with_history("a", "y"))
    assert await seen(store) == [("a", (rev(1, "y"),), False)]


async def test_all_leaves_are_named_when_asked(store: Store) -> None:
    """The style `all_docs` names every leaf, the winner first, tombstones too."""
    await replicate(store, with_history("a", "x"), with_history("a", "y"), with_history("a", "z", "w", deleted=True))
    (change,) = (await store.changes(style="all_docs")).results
    assert change.revs[0] == rev(1, "y")
    assert set(change.revs) == {rev(1, "x"), rev(1, "y"), rev(2, "z")}
    assert not change.deleted


async def test_a_losing_leaf_is_a_change_too(store: Store) -> None:
    """A new leaf moves the document to the end of the feed even if it does not win."""
    await replicate(store, with_history("a", "y"))
    await edit(store, "b")
    before = (await store.changes()).last_seq
    await replicate(store, with_history("a", "x"))
    assert await seen(store, before) == [("a", (rev(1, "y"),), False)]


async def test_documents_are_included(store: Store) -> None:
    """include_docs adds the winning documents, tombstones too."""
    await replicate(store, with_history("a", "x", n=1), with_history("b", "y", "x", deleted=True))
    docs = {change.id: change.doc for change in (await store.changes(include_docs=True)).results}
    assert docs == {
        "a": {"_id": "a", "_rev": rev(1, "x"), "n": 1},
        "b": {"_id": "b", "_rev": rev(2, "y"), "_deleted": True},
    }


async def test_pages_follow_each_other(store: Store) -> None:
    """Going on from last_seq with a limit gives every change once; pending counts down to nothing."""
    await replicate(store, *[with_history(f"d{n}", "x") for n in range(7)])
    ids: list[str] = []
    pending: list[int] = []
    since = "0"
    while not pending or pending[-1]:
        changes = await store.changes(since, limit=3)
        ids += [change.id for change in changes.results]
        since = changes.last_seq
        pending.append(changes.pending)
    assert sorted(ids) == [f"d{n}" for n in range(7)]
    assert pending == [4, 1, 0]
    assert (await store.changes(since)).results == ()


async def test_the_seq_of_a_row_can_be_gone_on_from(store: Store) -> None:
    """The seq of any row is a `since` for what comes after it."""
    await replicate(store, *[with_history(f"d{n}", "x") for n in range(3)])
    rows = (await store.changes()).results
    assert {row[0] for row in await seen(store, rows[0].seq)} == {rows[1].id, rows[2].id}
    assert await seen(store, rows[2].seq) == []


async def test_nothing_is_after_now(store: Store) -> None:
    """since=now gives no changes and a last_seq from which only new ones follow."""
    await edit(store, "a")
    now = await store.changes("now")
    assert now.results == ()
    await edit(store, "b")
    assert [row[0] for row in await seen(store, now.last_seq)] == ["b"]


async def test_nothing_is_after_the_seq_of_info(store: Store) -> None:
    """info's update_seq is a `since` from which only new changes follow."""
    await edit(store, "a")
    update_seq = (await store.info()).update_seq
    assert await seen(store, update_seq) == []
    await edit(store, "b")
    assert [row[0] for row in await seen(store, update_seq)] == ["b"]


@pytest.mark.parametrize("since", ["garbage", "12-garbage", "-1", ""])
async def test_a_since_that_is_no_token_is_refused(store: Store, since: str) -> None:
    """changes raises BadRequest for a token that this kind of store never gave."""
    await edit(store, "a")
    with pytest.raises(BadRequest):
        await store.changes(since)


async def test_a_limit_cuts_the_feed(store: Store) -> None:
    """changes with a limit gives the first so many."""
    await replicate(store, *[with_history(f"d{n}", "x") for n in range(3)])
    changes = await store.changes(limit=2)
    assert len({change.id for change in changes.results}) == 2
    assert changes.pending == 1


async def test_waiting_ends_with_the_first_change(store: Store) -> None:
    """changes with wait answers as soon as something is written."""
    now = (await store.changes("now")).last_seq
    waiting = asyncio.create_task(store.changes(now, wait=15))
    await asyncio.wait([waiting], timeout=0.3)
    assert not waiting.done()
    first = await edit(store, "a")
    changes = await asyncio.wait_for(waiting, timeout=10)
    assert [(change.id, change.revs) for change in changes.results] == [("a", (first,))]
    assert await seen(store, changes.last_seq) == []


async def test_waiting_does_not_wait_when_there_is_something(store: Store) -> None:
    """changes with wait answers at once if there are changes already."""
    await edit(store, "a")
    changes = await asyncio.wait_for(store.changes(wait=60), timeout=10)
    assert [change.id for change in changes.results] == ["a"]


async def test_waiting_in_vain_ends(store: Store) -> None:
    """changes with wait gives no changes when the time is over, and a last_seq to go on from."""
    await edit(store, "a")
    now = (await store.changes("now")).last_seq
    changes = await asyncio.wait_for(store.changes(now, wait=0.2), timeout=5)
    assert changes.results == ()
    await edit(store, "b")
    assert [row[0] for row in await seen(store, changes.last_seq)] == ["b"]


async def test_several_may_wait(store: Store) -> None:
    """One change wakes everybody who waits."""
    now = (await store.changes("now")).last_seq
    waiting = [asyncio.create_task(store.changes(now, wait=15)) for _ in range(3)]
    await asyncio.wait(waiting, timeout=0.2)
    await edit(store, "a")
    answers = await asyncio.wait_for(asyncio.gather(*waiting), timeout=10)
    assert [[change.id for change in changes.results] for changes in answers] == [["a"]] * 3


async def test_a_change_is_a_plain_value(store: Store) -> None:
    """Without include_docs a row carries no document."""
    first = await edit(store, "a")
    (change,) = (await store.changes()).results
    assert change == Change(seq=change.seq, id="a", revs=(first,))
    assert isinstance(change.seq, str)
