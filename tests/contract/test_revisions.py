"""How revs are read and compared: `get`, `open_revs`, `bulk_get`, `revs_diff`."""

import pytest

from sync.document import Doc
from sync.errors import NotFound
from sync.store import Got, RevsDiff, Store
from tests.contract.revs import delete, edit, replicate, rev, with_history

pytestmark = pytest.mark.anyio

LEFT = with_history("a", "c", "b", "a", n="left")
RIGHT = with_history("a", "d", "b", "a", n="right")
GONE = with_history("a", "e", "a", deleted=True)


def bare(doc: Doc) -> Doc:
    """Give a document without its history."""
    return {name: value for name, value in doc.items() if name != "_revisions"}


def by_rev(docs: list[Doc | str]) -> list[Doc | str]:
    return sorted(docs, key=lambda doc: doc if isinstance(doc, str) else doc["_rev"])


async def test_open_revs_all_gives_every_leaf(store: Store) -> None:
    """open_revs("all") gives the leaves, losing and deleted ones too."""
    await replicate(store, LEFT, RIGHT, GONE)
    assert by_rev(await store.open_revs("a", "all")) == by_rev([bare(LEFT), bare(RIGHT), bare(GONE)])


async def test_open_revs_gives_the_asked_revs_and_names_the_missing(store: Store) -> None:
    """open_revs of a list gives each rev, and the text of one that is not there."""
    await replicate(store, LEFT, RIGHT)
    asked = [LEFT["_rev"], rev(7, "nowhere")]
    assert by_rev(await store.open_revs("a", asked)) == by_rev([bare(LEFT), rev(7, "nowhere")])


async def test_open_revs_counts_a_rev_without_body_as_missing(store: Store) -> None:
    """open_revs of an ancestor whose body never came gives its text."""
    await replicate(store, LEFT)
    assert await store.open_revs("a", [rev(2, "b")]) == [rev(2, "b")]


async def test_open_revs_latest_gives_what_became_of_a_rev(store: Store) -> None:
    """open_revs with latest gives the leaves that descend from the asked rev."""
    await replicate(store, LEFT, RIGHT)
    assert by_rev(await store.open_revs("a", [rev(2, "b")], latest=True)) == by_rev([bare(LEFT), bare(RIGHT)])


async def test_open_revs_history_gives_the_ancestors(store: Store) -> None:
    """open_revs with history adds `_revisions`."""
    await replicate(store, LEFT, RIGHT)
    assert by_rev(await store.open_revs("a", "all", history=True)) == by_rev([LEFT, RIGHT])


async def test_open_revs_all_of_an_unknown_document_is_missing(store: Store) -> None:
    """open_revs("all") raises NotFound for an id that never was."""
    with pytest.raises(NotFound):
        await store.open_revs("a", "all")


async def test_open_revs_of_an_unknown_document_names_the_revs(store: Store) -> None:
    """open_revs of a list gives every rev as missing for an id that never was."""
    assert await store.open_revs("a", [rev(1, "x")]) == [rev(1, "x")]


async def test_open_revs_takes_very_many_revs(store: Store) -> None:
    """open_revs answers for a list that no URL could hold."""
    await replicate(store, LEFT)
    many = [rev(1, f"x{n}") for n in range(300)]
    answer = await store.open_revs("a", [*many, LEFT["_rev"]])
    assert by_rev(answer) == by_rev([*many, bare(LEFT)])


async def test_get_latest_follows_a_rev_to_its_leaf(store: Store) -> None:
    """get of an old rev with latest gives the leaf that it became."""
    await replicate(store, LEFT)
    assert await store.get("a", rev=rev(1, "a"), latest=True) == bare(LEFT)


async def test_get_by_rev_gives_a_losing_leaf(store: Store) -> None:
    """get of a losing leaf's rev gives that leaf, with its own history when asked."""
    await replicate(store, LEFT, RIGHT)
    assert await store.get("a", rev=LEFT["_rev"], revs=True) == LEFT


async def test_bulk_get_gives_each_in_its_place(store: Store) -> None:
    """bulk_get answers in the order of the question, an error standing where a document would."""
    await replicate(store, LEFT, with_history("b", "x"))
    asked = [("b", rev(1, "x")), ("nowhere", rev(1, "x")), ("a", rev(9, "no")), ("a", LEFT["_rev"])]
    answer = await store.bulk_get(asked)
    assert answer == [
        Got("b", ({"_id": "b", "_rev": rev(1, "x")},)),
        Got("nowhere", error="not_found"),
        Got("a", error="not_found"),
        Got("a", (bare(LEFT),)),
    ]


async def test_bulk_get_without_rev_gives_all_leaves(store: Store) -> None:
    """bulk_get of an id alone gives every leaf, tombstones too."""
    await replicate(store, LEFT, RIGHT, GONE)
    (got,) = await store.bulk_get([("a", None)], revs=True)
    assert by_rev(list(got.docs)) == by_rev([LEFT, RIGHT, GONE])


async def test_bulk_get_of_an_unknown_id_alone_is_an_error(store: Store) -> None:
    """bulk_get of an id that never was gives `not_found`."""
    assert await store.bulk_get([("a", None)]) == [Got("a", error="not_found")]


async def test_bulk_get_latest_gives_the_descendants(store: Store) -> None:
    """bulk_get with latest gives the leaves that descend from the asked rev."""
    await replicate(store, LEFT, RIGHT)
    (got,) = await store.bulk_get([("a", rev(2, "b"))], latest=True)
    assert by_rev(list(got.docs)) == by_rev([bare(LEFT), bare(RIGHT)])


async def test_bulk_get_of_nothing_is_nothing(store: Store) -> None:
    """bulk_get of an empty list is an empty list."""
    assert await store.bulk_get([]) == []


async def test_revs_diff_names_what_is_missing(store: Store) -> None:
    """revs_diff names the revs that are not there and leaves out documents that lack nothing."""
    await replicate(store, LEFT, with_history("b", "x"))
    diff = await store.revs_diff(
        {"a": [LEFT["_rev"], rev(1, "a"), rev(1, "q")], "b": [rev(1, "x")], "c": [rev(1, "y"), rev(2, "y")]}
    )
    assert set(diff) == {"a", "c"}
    assert diff["a"] == RevsDiff((rev(1, "q"),))
    assert sorted(diff["c"].missing) == sorted([rev(1, "y"), rev(2, "y")])


async def test_revs_diff_names_possible_ancestors(store: Store) -> None:
    """revs_diff names the own leaves of a lower generation than the missing rev."""
    await replicate(store, LEFT, GONE)
    diff = await store.revs_diff({"a": [rev(4, "f")]})
    assert sorted(diff["a"].possible_ancestors) == sorted([LEFT["_rev"], GONE["_rev"]])
    assert (await store.revs_diff({"a": [rev(3, "f")]}))["a"].possible_ancestors == (GONE["_rev"],)
    assert (await store.revs_diff({"a": [rev(2, "f")]}))["a"].possible_ancestors == ()


async def test_revs_diff_knows_tombstones_and_ancestors(store: Store) -> None:
    """Neither a tombstone nor an ancestor that is known by name only is missing."""
    first = await edit(store, "a")
    tombstone = await delete(store, "a", first)
    await replicate(store, with_history("b", "y", "x"))
    assert await store.revs_diff({"a": [first, tombstone], "b": [rev(1, "x"), rev(2, "y")]}) == {}


async def test_revs_diff_of_nothing_is_nothing(store: Store) -> None:
    """revs_diff of an empty question is empty."""
    assert await store.revs_diff({}) == {}
    assert await store.revs_diff({"a": []}) == {}
