"""Revision trees: the same paths give the same tree, whoever brings them and in whatever order."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.document import Rev
from sync.revtree import Node, RevTree, dump, load, merge, purge, stem

Path = list[Rev]


def rev(text: str) -> Rev:
    return Rev.parse(text)


def grow(*paths: tuple[str, bool] | str, revs_limit: int = 1000) -> RevTree:
    """Merge paths written `3-c 2-b 1-a`; a pair with True ends in a tombstone."""
    tree = RevTree()
    for body, path in enumerate(paths):
        text, deleted = (path, False) if isinstance(path, str) else path
        tree = merge(tree, [rev(part) for part in text.split()], Node(None, deleted, body), revs_limit=revs_limit)
    return tree


def shape(tree: RevTree) -> set[tuple[str, str | None, bool]]:
    return {(str(r), node.parent and str(node.parent), node.deleted) for r, node in tree.nodes.items()}


@st.composite
def histories(draw: st.DrawFn) -> list[tuple[Path, bool]]:
    """Random edits of one document, each as the path from it to the first; some are deletions."""
    seed = draw(st.integers(0, 2**32))
    rng = random.Random(seed)
    paths: list[Path] = [[Rev(1, "a")]]
    for n in range(draw(st.integers(0, 14))):
        parent = rng.choice(paths)
        paths.append([Rev(parent[0].generation + 1, f"{n:x}{rng.randrange(16):x}"), *parent])
    return [(path, rng.random() < 0.2) for path in paths]


@given(histories(), st.randoms(use_true_random=False))
def test_any_order_and_repetition_give_the_same_tree(edits: list[tuple[Path, bool]], rng: random.Random) -> None:
    trees = []
    for _ in range(3):
        again = [*edits, *rng.choices(edits, k=3)]
        rng.shuffle(again)
        # An ancestor that came with a path is known without its own deletion, so leaves are what must agree.
        tree = RevTree()
        for path, deleted in again:
            tree = merge(tree, path, Node(None, deleted, 1))
        trees.append((tree.leaves, tree.winner, tree.conflicts, {(r, n.parent) for r, n in tree.nodes.items()}))
    assert trees[0] == trees[1] == trees[2]


@given(histories(), st.integers(1, 6), st.randoms(use_true_random=False))
def test_stemmed_histories_keep_their_leaves(edits: list[tuple[Path, bool]], limit: int, rng: random.Random) -> None:
    whole = RevTree()
    for path, deleted in edits:
        whole = merge(whole, path, Node(None, deleted, 1))
    stemmed = stem(whole, limit)
    assert stemmed.leaves == whole.leaves
    assert all(stemmed.history(leaf)[:limit] == whole.history(leaf)[:limit] for leaf in whole.leaves)
    assert stem(stemmed, limit) == stemmed


@given(histories(), st.integers(2, 5), st.randoms(use_true_random=False))
def test_cut_histories_join_where_they_overlap(edits: list[tuple[Path, bool]], length: int, rng: random.Random) -> None:
    whole, joined = RevTree(), RevTree()
    for path, deleted in edits:
        whole = merge(whole, path, Node(None, deleted, 1))
    rng.shuffle(edits)
    for path, deleted in edits:  # every edit with its nearest ancestors only, as stores give them that stem
        joined = merge(joined, path[:length], Node(None, deleted, 1))
    assert joined == whole


@given(histories())
def test_a_tree_survives_being_written_down(edits: list[tuple[Path, bool]]) -> None:
    tree = RevTree()
    for body, (path, deleted) in enumerate(edits):
        tree = merge(tree, path, Node(None, deleted, body))
    assert load(dump(tree)) == tree


def test_the_longer_branch_wins() -> None:
    assert str(grow("2-a 1-a", "3-a 2-b 1-a").winner) == "3-a"


def test_of_two_as_long_the_higher_signature_wins() -> None:
    tree = grow("2-a 1-a", "2-b 1-a")
    assert str(tree.winner) == "2-b"
    assert [str(r) for r in tree.conflicts] == ["2-a"]


def test_what_is_alive_wins_over_any_tombstone() -> None:
    tree = grow("2-a 1-a", ("5-z 4-z 3-z 2-z 1-a", True))
    assert str(tree.winner) == "2-a"
    assert not tree.is_deleted
    assert not tree.conflicts


def test_a_document_is_deleted_when_all_its_leaves_are() -> None:
    tree = grow(("2-a 1-a", True), ("2-b 1-a", True))
    assert tree.is_deleted
    assert [str(r) for r in tree.leaves] == ["2-b", "2-a"]


def test_a_path_without_its_beginning_joins_when_the_beginning_comes() -> None:
    tree = grow("4-d 3-c", "3-c 2-b 1-a")
    assert shape(tree) == shape(grow("4-d 3-c 2-b 1-a"))


def test_a_known_edit_changes_nothing() -> None:
    tree = grow("2-b 1-a", "3-c 2-b 1-a")
    assert merge(tree, [rev("2-b"), rev("1-a")], Node(None, True, 9)) == tree
    assert merge(tree, [rev("3-c")], Node(None, True, 9)) == tree


def test_an_ancestor_of_which_only_the_rev_was_known_gains_its_body() -> None:
    tree = grow("3-c 2-b 1-a", "2-b 1-a")
    assert tree.nodes[rev("2-b")].body == 1
    assert [str(r) for r in tree.leaves] == ["3-c"]


def test_of_two_histories_of_one_edit_the_first_is_believed() -> None:
    tree = grow("3-c 2-b 1-a", "3-c 2-x 1-y", "4-d 3-c 2-x")
    assert shape(tree) == shape(grow("4-d 3-c 2-b 1-a"))


def test_the_oldest_generations_are_stemmed() -> None:
    tree = grow("4-d 3-c 2-b 1-a", revs_limit=2)
    assert shape(tree) == {("4-d", "3-c", False), ("3-c", None, False)}


def test_latest_gives_the_leaves_that_descend() -> None:
    tree = grow("3-c 2-b 1-a", "3-d 2-b 1-a", "2-x 1-a")
    assert [str(r) for r in tree.leaves_from(rev("2-b"))] == ["3-d", "3-c"]


def test_possible_ancestors_are_leaves_of_a_lower_generation() -> None:
    tree = grow("3-c 2-b 1-a", "2-x 1-a")
    missing = tree.missing([rev("3-n"), rev("2-b")])
    assert [str(r) for r in missing] == ["3-n"]
    assert [str(r) for r in tree.possible_ancestors(missing)] == ["2-x"]


def test_a_purge_takes_a_leaf_and_what_only_it_needed() -> None:
    left, gone = purge(grow("3-c 2-b 1-a", "2-x 1-a"), [rev("3-c"), rev("1-a")])
    assert [str(r) for r in gone] == ["3-c"]
    assert shape(left) == {("2-x", "1-a", False), ("1-a", None, False)}


def test_purging_every_leaf_leaves_nothing() -> None:
    left, gone = purge(grow("2-b 1-a"), [rev("2-b")])
    assert not left.nodes
    assert [str(r) for r in gone] == ["2-b"]


@pytest.mark.parametrize("path", ["1-a", "2-b 1-a", "3-c 2-b 1-a"])
def test_history_goes_back_to_the_first_edit(path: str) -> None:
    tree = grow(path)
    assert " ".join(map(str, tree.history(tree.winner))) == path
