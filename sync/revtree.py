"""Revision trees: the edit history of one document, merged without anybody deciding. Pure; knows no store.

Theory. Every edit names its parent, so the edits of one document form a tree; replication brings paths of it in any
order and any number of times. Merging is the union of the edges `rev -> parent`, which is commutative, associative
and idempotent: two stores that saw the same paths have the same tree, whatever the order (CouchDB keeps the same
set as a forest of paths, `couch_key_tree.erl`; the answers below are the same, the representation is simpler). That
an edit has one parent only is the editors' promise, as its signature covers the parent; who breaks it and tells two
histories of one edit is believed the first time, where CouchDB keeps the edit twice.

A store keeps only the newest `revs_limit` generations of each branch (stemming), so a tree may have several roots.
A root whose parent is not known is joined to it when a longer path comes by. What all stores must agree on without
talking is the winner: a leaf that is not deleted before one that is, then the higher generation, then the higher
signature.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from sync.document import Rev

REVS_LIMIT = 1000  # generations of a branch that are kept, as in CouchDB


@dataclass(frozen=True)
class Node:
    """One edit.

    Attributes:
        parent: None where history begins or was stemmed.
        body: where the store keeps the body; None for an ancestor of which only the rev is known.
    """

    parent: Rev | None
    deleted: bool = False
    body: int | None = None


@dataclass(frozen=True)
class RevTree:
    """The edits of one document by their rev."""

    nodes: Mapping[Rev, Node] = field(default_factory=dict)

    def __contains__(self, rev: Rev) -> bool:
        return rev in self.nodes

    @property
    def leaves(self) -> list[Rev]:
        """Give every edit that nothing builds on, the winning rev first."""
        parents = {node.parent for node in self.nodes.values()}
        return sorted((rev for rev in self.nodes if rev not in parents), key=self._rank, reverse=True)

    @property
    def winner(self) -> Rev:
        """Give the winning rev.

        Raises:
            ValueError: the tree is empty.
        """
        return max(self.leaves, key=self._rank)

    @property
    def is_deleted(self) -> bool:
        """Say whether the document counts as deleted: its winning rev is a tombstone."""
        return self.nodes[self.winner].deleted

    @property
    def conflicts(self) -> list[Rev]:
        """Give the leaves beside the winner that are not deleted."""
        return [rev for rev in self.leaves[1:] if not self.nodes[rev].deleted]

    def _rank(self, rev: Rev) -> tuple[bool, Rev]:
        return (not self.nodes[rev].deleted, rev)

    def history(self, rev: Rev) -> list[Rev]:
        """Give *rev* and its known ancestors, newest first."""
        path: list[Rev] = []
        found: Rev | None = rev
        while found is not None and found in self.nodes:
            path.append(found)
            found = self.nodes[found].parent
        return path

    def leaves_from(self, rev: Rev) -> list[Rev]:
        """Give the leaves that descend from *rev* (itself, when it is one): CouchDB's `latest`."""
        return [leaf for leaf in self.leaves if rev in self.history(leaf)]

    def missing(self, revs: Iterable[Rev]) -> list[Rev]:
        """Give those of *revs* that the tree does not know."""
        return [rev for rev in revs if rev not in self.nodes]

    def possible_ancestors(self, missing: Sequence[Rev]) -> list[Rev]:
        """Give the leaves from which one of the *missing* could have been edited: those of a lower generation."""
        newest = max((rev.generation for rev in missing), default=0)
        return sorted(leaf for leaf in self.leaves if leaf.generation < newest)


def merge(tree: RevTree, path: Sequence[Rev], newest: Node, *, revs_limit: int = REVS_LIMIT) -> RevTree:
    """Add a path of edits, newest first; what is known already stays as it is, but gains a body that it lacked.

    Args:
        newest: the first edit of the path; its `parent` is ignored, the path says it.
        revs_limit: how many generations of each branch are kept afterwards.
    """
    nodes = dict(tree.nodes)
    for rev, parent in zip(path, [*path[1:], None], strict=True):
        known = nodes.setdefault(rev, Node(parent))
        if known.parent is None and parent is not None:
            nodes[rev] = replace(known, parent=parent)
        elif known.parent != parent:
            break  # it ends here, or tells another history of a known edit: the first that was told stays
    if nodes[path[0]].body is None:
        nodes[path[0]] = replace(newest, parent=nodes[path[0]].parent)
    return stem(RevTree(nodes), revs_limit)


def stem(tree: RevTree, revs_limit: int) -> RevTree:
    """Keep the newest *revs_limit* generations of each branch."""
    kept = {rev for leaf in tree.leaves for rev in tree.history(leaf)[:revs_limit]}
    if len(kept) == len(tree.nodes):
        return tree
    nodes = {rev: tree.nodes[rev] for rev in kept}
    return RevTree({rev: node if node.parent in kept else replace(node, parent=None) for rev, node in nodes.items()})


def purge(tree: RevTree, revs: Iterable[Rev]) -> tuple[RevTree, list[Rev]]:
    """Cut off the named leaves with the ancestors that no other leaf has; give what is left and which leaves went."""
    gone = [rev for rev in tree.leaves if rev in set(revs)]
    kept = {rev for leaf in tree.leaves if leaf not in gone for rev in tree.history(leaf)}
    return RevTree({rev: node for rev, node in tree.nodes.items() if rev in kept}), gone


def dump(tree: RevTree) -> str:
    """Write a tree as compact JSON: rows `[rev, parent, deleted, body]` in the order of the revs."""
    rows = [
        [str(rev), node.parent and str(node.parent), int(node.deleted), node.body]
        for rev, node in sorted(tree.nodes.items())
    ]
    return json.dumps(rows, separators=(",", ":"))


def load(text: str) -> RevTree:
    """Read what `dump` wrote."""
    return RevTree(
        {
            Rev.parse(rev): Node(parent and Rev.parse(parent), bool(deleted), body)
            for rev, parent, deleted, body in json.loads(text)
        }
    )
