"""Promise 6 of a replication: over a link that drops every 50 KB all arrives, at little more than it costs uncut."""

import base64
import os
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from bench.shaping_proxy import UNSHAPED, ShapingProxy
from sync.couch_http import Backoff
from sync.couch_store import CouchServer
from sync.document import Doc
from sync.replication import LINK, ONCE, ReplicationLimits, Summary
from sync.replicator import replicate
from sync.sqlite_store import open_sqlite
from sync.store import Store
from tests.contract.ends import content

pytestmark = pytest.mark.anyio

DROP = 50_000  # bytes up
NEVER = 10**12
COUNT = 300
DEAREST = 1.15  # times the bytes of the uncut run


async def no_sleep(seconds: float) -> None:
    pass


LIMITS = ReplicationLimits(backoff=Backoff(sleep=no_sleep))


def sealed(n: int) -> Doc:
    """Give a document as large as a sealed application, as little compressible."""
    text = base64.b64encode(os.urandom(900)).decode()
    return {"_id": f"app.{n:024}.{os.urandom(8).hex()}", "_rev": f"1-{os.urandom(16).hex()}", "sealed": text}


async def pushed(source: Store, url: str, name: str, drop: int) -> tuple[int, int, Summary]:
    """Push over a link that drops each connection after *drop* bytes; give the bytes, the connections, the summary."""
    port = urlsplit(url).port or 80
    async with (
        ShapingProxy(("127.0.0.1", port), UNSHAPED, cut_up=lambda sent: sent >= drop) as proxy,
        CouchServer(proxy.url, limits=LINK, backoff=ONCE) as server,
    ):
        target = await server.database(name)
        proxy.reset()
        summary = await replicate(source, target, limits=LIMITS)
        spent, connections = proxy.up.bytes + proxy.down.bytes, proxy.connections
    async with CouchServer(url) as server:
        assert await content(await server.database(name)) == await content(source)
    return spent, connections, summary


async def test_a_push_over_a_dropping_link_costs_little_more(pouchdb_url: str, tmp_path: Path) -> None:
    source = open_sqlite(tmp_path, "cases")
    await source.bulk_docs([sealed(n) for n in range(COUNT)], new_edits=False)
    uncut, _, _ = await pushed(source, pouchdb_url, "uncut", NEVER)
    cut, connections, summary = await pushed(source, pouchdb_url, "cut", DROP)
    await source.close()
    assert connections >= uncut // DROP // 2, "the link did not drop"
    assert summary.set_aside == ()
    assert summary.tally.written == COUNT
    assert cut <= DEAREST * uncut
