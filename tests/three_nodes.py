"""A CouchDB cluster of three nodes as far as claims meet it: writes and reads by majority, copies that arrive late.

After `fabric_doc_update.erl` and `fabric_doc_open.erl`: whoever is asked passes a write on to every node that it sees.
Two equal answers are the answer (201, or a conflict although one node took it); where no two are equal, one node that
took it is enough for a 202. What a node took, the others get in time, whatever was answered. Who is away gets it later.
"""

import asyncio
import hashlib
import json
import random
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

from sync.document import Doc, Rev
from sync.errors import Conflict, NotFound, Unavailable
from sync.revtree import Node, RevTree, merge
from sync.store import Written

QUORUM = 2


@dataclass
class OneNode:
    """One copy of one document: its tree and bodies."""

    tree: RevTree = field(default_factory=RevTree)
    bodies: dict[Rev, Doc] = field(default_factory=dict)

    def edit(self, doc: Doc) -> Rev:
        """Write an edit as every CouchDB does alone.

        Raises:
            Conflict: it does not build on a leaf.
        """
        parent = Rev.parse(doc["_rev"]) if "_rev" in doc else None
        if parent is None and self.tree.nodes:
            if not self.tree.is_deleted:
                raise Conflict
            parent = self.tree.winner
        if parent is not None and parent not in self.tree.leaves:
            raise Conflict
        content = json.dumps([str(parent), {key: doc[key] for key in doc if key != "_rev"}], sort_keys=True)
        rev = Rev((parent.generation if parent else 0) + 1, hashlib.md5(content.encode()).hexdigest())
        self.take([rev, *(self.tree.history(parent) if parent else [])], doc)
        return rev

    def take(self, path: list[Rev], doc: Doc) -> None:
        """Take a branch as replication brings it."""
        self.tree = merge(self.tree, path, Node(None, bool(doc.get("_deleted")), 1))
        self.bodies[path[0]] = {**doc, "_rev": str(path[0])}

    def take_all(self, other: "OneNode") -> None:
        for leaf in other.tree.leaves:
            self.take(other.tree.history(leaf), other.bodies[leaf])


@dataclass
class ThreeNodes:
    """The cluster, and its one document; `seen_from` is a door to it."""

    random: random.Random
    nodes: list[OneNode] = field(default_factory=lambda: [OneNode() for _ in range(3)])
    _late: set["asyncio.Task[None]"] = field(default_factory=set)

    def seen_from(self, away: Collection[int] = ()) -> "Door":
        """Give the cluster as a node sees it that cannot reach those *away*."""
        return Door(self, frozenset(away))

    async def settle(self) -> None:
        """Let everything arrive everywhere."""
        while self._late:
            await asyncio.gather(*self._late)
        for node in self.nodes:
            for other in self.nodes:
                node.take_all(other)

    async def arrive(self, seconds: float) -> None:
        """Wait long enough for that."""
        await self.settle()

    async def pause(self) -> None:
        for _ in range(self.random.randrange(6)):
            await asyncio.sleep(0)

    def later(self, work: Any) -> None:
        task = asyncio.ensure_future(work)
        self._late.add(task)
        task.add_done_callback(self._late.discard)

    async def spread(self, source: OneNode) -> None:
        await self.pause()
        for node in self.nodes:
            await self.pause()
            node.take_all(source)


@dataclass(frozen=True)
class Door:
    """The cluster as a `Store`, as far as `sync.claim` asks."""

    cluster: ThreeNodes
    away: frozenset[int]

    async def bulk_docs(self, docs: Sequence[Doc], *, new_edits: bool = True) -> list[Written]:
        [doc] = docs
        answers: list[Rev | None] = []  # None: a conflict
        for place, node in enumerate(order := self._order()):
            await self.cluster.pause()
            answers.append(self._edit(node, doc))
            if answers.count(answers[-1]) == QUORUM:
                for late in order[place + 1 :]:
                    self.cluster.later(self._edit_late(late, doc))
                return [self._answer(doc, answers[-1], durable=True)]
        took = [rev for rev in answers if rev is not None]
        if not took:
            raise Unavailable("no quorum")
        return [self._answer(doc, took[0], durable=False)]

    async def get(self, doc_id: str) -> Doc:
        seen: list[OneNode] = []
        for node in self._order():
            await self.cluster.pause()
            seen.append(node)
            winners = [one.tree.winner if one.tree.nodes else None for one in seen]
            if winners.count(winners[-1]) == QUORUM:
                return _living(node)
        merged = OneNode()
        for node in seen:
            merged.take_all(node)
            self.cluster.later(self.cluster.spread(node))
        return _living(merged)

    def _order(self) -> list[OneNode]:
        seen = [node for n, node in enumerate(self.cluster.nodes) if n not in self.away]
        return self.cluster.random.sample(seen, len(seen))

    def _edit(self, node: OneNode, doc: Doc) -> Rev | None:
        try:
            rev = node.edit(doc)
        except Conflict:
            return None
        self.cluster.later(self.cluster.spread(node))
        return rev

    async def _edit_late(self, node: OneNode, doc: Doc) -> None:
        await self.cluster.pause()
        self._edit(node, doc)

    def _answer(self, doc: Doc, rev: Rev | None, *, durable: bool) -> Written:
        if rev is None:
            return Written(doc["_id"], error=Conflict.error)
        return Written(doc["_id"], rev=str(rev), durable=durable)


def _living(node: OneNode) -> Doc:
    if not node.tree.nodes or node.tree.is_deleted:
        raise NotFound
    return dict(node.bodies[node.tree.winner])
