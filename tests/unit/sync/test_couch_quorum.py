"""Whether a 201 is believed: one node, all nodes, some away, and accounts that may not ask."""

from typing import Any

import pytest
from aiohttp import web

from sync.couch_http import Backoff
from sync.couch_store import CouchServer
from sync.errors import Unavailable
from tests.answering import Asked, answering, refusal, reply

pytestmark = pytest.mark.anyio


class Cluster:
    """Says 201 to every write, and as much of the truth as it is asked for."""

    def __init__(self, *, copies: int = 3, nodes: int = 3, away: int = 0, admin: bool = True) -> None:
        self.copies = copies
        self.nodes = [f"n{n}" for n in range(nodes)]
        self.present = self.nodes[away:]
        self.admin = admin
        self.probe = 201
        self.lost: set[str] = set()
        self.asked: list[str] = []

    async def __call__(self, asked: Asked, request: web.Request) -> web.StreamResponse:
        self.asked.append(asked.path)
        if asked.path == "/_membership":
            told = {"all_nodes": self.present, "cluster_nodes": self.nodes}
            return reply(told) if self.admin else refusal(401, "unauthorized")
        name = asked.path.removeprefix("/cases").strip("/")
        answers: dict[str, Any] = {
            "": lambda: reply({"doc_count": 0, "update_seq": "0", "cluster": {"n": self.copies}}),
            "_bulk_docs": lambda: reply([], 201),
            "_bulk_get": lambda: reply({"results": [self._found(one) for one in asked.json["docs"]]}),
            "_local/rantau-quorum": lambda: reply({"ok": True, "rev": "0-1"}, self.probe),
        }
        return answers[name]()

    def _found(self, one: dict[str, str]) -> dict[str, Any]:
        if one["id"] in self.lost:
            return {"id": one["id"], "docs": [{"error": {"error": "not_found"}}]}
        return {"id": one["id"], "docs": [{"ok": {"_id": one["id"], "_rev": one["rev"]}}]}


async def durable(cluster: Cluster) -> list[bool]:
    docs = [{"_id": name, "_rev": "1-x"} for name in "ab"]
    async with answering(cluster) as server, CouchServer(server.url) as couch:
        store = await couch.database("cases")
        cluster.asked.clear()
        return [row.durable for row in await store.bulk_docs(docs, new_edits=False)]


async def test_with_one_copy_201_is_the_truth() -> None:
    """Where there is one copy nothing else is asked, nor on servers that are no cluster."""
    cluster = Cluster(copies=1, nodes=1)
    assert await durable(cluster) == [True, True]
    assert cluster.asked == ["/cases/_bulk_docs", "/cases"]


async def test_with_all_nodes_present_it_is_read_back() -> None:
    cluster = Cluster()
    assert await durable(cluster) == [True, True]
    assert cluster.asked == ["/cases/_bulk_docs", "/cases", "/_membership", "/cases/_bulk_get"]


async def test_what_is_not_read_back_is_not_durable() -> None:
    """A document that the present nodes do not have is stored somewhere, but not safe."""
    cluster = Cluster()
    cluster.lost = {"b"}
    assert await durable(cluster) == [True, False]


@pytest.mark.parametrize(
    ("copies", "nodes", "away", "is_durable"),
    [
        (3, 3, 1, True),  # two of three copies are the quorum
        (3, 3, 2, False),
        (3, 6, 1, True),
        (3, 6, 2, False),  # both may hold the same shard
        (2, 2, 1, False),
        (5, 5, 2, True),
        (5, 5, 3, False),
    ],
)
async def test_so_many_nodes_may_be_away(copies: int, nodes: int, away: int, is_durable: bool) -> None:
    """Durable is what has its quorum among the present nodes wherever its shard lies."""
    assert await durable(Cluster(copies=copies, nodes=nodes, away=away)) == [is_durable] * 2


@pytest.mark.parametrize(("probe", "is_durable"), [(201, True), (202, False)])
async def test_an_account_that_may_not_ask_writes_a_probe(probe: int, is_durable: bool) -> None:
    """Without the right to see the members, an ordinary write to `_local` tells whether the quorum answers."""
    cluster = Cluster(admin=False)
    cluster.probe = probe
    assert await durable(cluster) == [is_durable] * 2
    assert "/cases/_local/rantau-quorum" in cluster.asked


async def test_when_it_cannot_be_told_the_write_is_unavailable() -> None:
    """A cluster that stops answering in between leaves the outcome open."""

    async def dies(asked: Asked, request: web.Request) -> web.StreamResponse:
        return refusal(503, "away") if asked.path == "/_membership" else await Cluster()(asked, request)

    backoff = Backoff(attempts=1)
    async with answering(dies) as server, CouchServer(server.url, backoff=backoff) as couch:
        store = await couch.database("cases")
        with pytest.raises(Unavailable):
            await store.bulk_docs([{"_id": "a", "_rev": "1-x"}], new_edits=False)
