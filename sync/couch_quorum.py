"""Says of a write with `new_edits=false` whether enough copies of it are kept for a receipt.

CouchDB answers such a write with 201 as soon as the nodes that it reached agree, be it one node of three (seen on
3.5.0: the replies are empty, and equal empty replies pass for a quorum). Reading back with `r` does not tell either:
where the quorum is not there, the one copy is given out. So three things are asked, after the write:

1. `/_membership`: so few nodes are away that the quorum must be among those present, wherever the shards lie. Only a
   server administrator may ask that. Anyone else makes an ordinary write, `_local/rantau-quorum`, of which CouchDB
   says honestly 201 or 202 (a stand-in for the document's own shard, exact while every node has every shard).
2. Reading back with `r`: the nodes that are present now have it, even if they were away when it was written.

Of a database with one copy, and of servers that are no cluster, 201 is the truth and nothing is asked.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sync.couch_http import CouchHttp, to_json
from sync.couch_wire import parsed
from sync.errors import Forbidden, NotFound
from sync.store import Written

PROBE = "_local/rantau-quorum"


class Quorum:
    """The quorum of one database."""

    def __init__(self, http: CouchHttp, path: str) -> None:
        self._http = http
        self._path = path
        self._copies: int | None = None

    async def confirm(self, rows: Sequence[Written]) -> list[Written]:
        """Give the rows back, those not durable after all that are not known to be in a quorum of copies."""
        durable = [row for row in rows if row.durable]
        if not durable:
            return list(rows)
        copies = await self._count_copies()
        if copies == 1:
            return list(rows)
        quorum = copies // 2 + 1
        found = await self._read_back(durable, quorum) if await self._is_present(copies, quorum) else set()
        return [replace(row, durable=row.durable and (row.id, row.rev) in found) for row in rows]

    async def _count_copies(self) -> int:
        if self._copies is None:
            self._copies = parsed(_copies, await self._http.get(self._path))
        return self._copies

    async def _is_present(self, copies: int, quorum: int) -> bool:
        try:
            away = parsed(_nodes_away, await self._http.get("/_membership"))
        except (Forbidden, NotFound):
            probe = await self._http.request("PUT", f"{self._path}/{PROBE}", body=to_json({}), safe=True)
            return probe.status == 201
        return copies - away >= quorum

    async def _read_back(self, rows: Sequence[Written], quorum: int) -> set[tuple[str, str]]:
        asked = {"docs": [{"id": row.id, "rev": row.rev} for row in rows]}
        answer = await self._http.ask(f"{self._path}/_bulk_get", asked, {"r": str(quorum)})
        return parsed(_revs_found, answer)


def _copies(info: Any) -> int:
    return int(info.get("cluster", {}).get("n", 1))


def _nodes_away(membership: Any) -> int:
    return len(set(membership["cluster_nodes"]) - set(membership["all_nodes"]))


def _revs_found(answer: Any) -> set[tuple[str, str]]:
    said = [doc for result in answer["results"] for doc in result["docs"]]
    return {(doc["ok"]["_id"], doc["ok"]["_rev"]) for doc in said if "ok" in doc}
