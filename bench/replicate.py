"""What replicating costs: N sealed applications from an embedded store to a CouchDB-protocol peer, ours and PouchDB's.

Both go between the same two ends, one after the other: the embedded store, which PouchDB in Node reaches through our
CouchDB face as every other program does, and pouchdb-server in memory behind a proxy that counts what passes. Where
RANTAU_TEST_COUCHDB names a real CouchDB, its own replicator pulls from the same face, and ours pushes into it.
"""

import asyncio
import base64
import json
import os
import secrets
import sys
import tempfile
from pathlib import Path
from typing import Any

import aiohttp

from bench.office_behind import tell
from bench.peer import couch_protocol_server
from bench.shaping_proxy import UNSHAPED, WHOLE, ShapingProxy
from sync.document import Doc
from sync.sqlite_store import open_sqlite
from tests.people import person
from tests.plain_serving import PlainServer
from tests.sealed_items import OfficeKeys, new_keys, seal_pair

HERE = Path(__file__).parent
SIZES = (1000, 10_000)
RUNS = 2  # of the largest, of which the faster counts, for both alike
COUCHDB = os.environ.get("RANTAU_TEST_COUCHDB")


def measure() -> dict[str, Any]:
    """Replicate 1,000 and 10,000 applications by us and by the peer, and compare."""
    return asyncio.run(_measure())


async def _measure() -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder, PlainServer(Path(folder)) as face:
        for size in SIZES:
            await asyncio.to_thread(face.make, f"cases-{size}")
            await _fill(Path(folder), f"cases-{size}", size)
        ours = await _both_sizes("ours", lambda name, url: _ours(Path(folder), name, url))
        peer = await _both_sizes("peer", lambda name, url: _node(f"{face.url}/{name}", url))
        couchdb = await _couchdb(Path(folder), face) if COUCHDB else {}
    return {
        **ours,
        "peer": peer,
        "times_faster": round(ours["docs_per_s"] / peer["docs_per_s"], 2),
        "bytes_ratio": round(ours["bytes"] / peer["bytes"], 3),
        "rss_growth_mb": round(ours["rss_mb_10000"] - ours["rss_mb_1000"], 1),
        **couchdb,
    }


async def _both_sizes(who: str, run: Any) -> dict[str, float]:
    small = await _counted(who, SIZES[0], run)
    large = [await _counted(who, SIZES[1], run) for _ in range(RUNS)]
    best = max(large, key=lambda one: one["docs_per_s"])
    return {
        "docs_per_s": best["docs_per_s"],
        "requests": best["requests"],
        "bytes": best["bytes"],
        "rss_mb_1000": small["rss_mb"],
        "rss_mb_10000": max(one["rss_mb"] for one in large),
    }


async def _counted(who: str, size: int, run: Any) -> dict[str, float]:
    """Replicate into a fresh peer behind a proxy that counts."""
    async with couch_protocol_server() as port, ShapingProxy(("127.0.0.1", port), UNSHAPED, slice=WHOLE) as proxy:
        url = f"{proxy.url}/copy"
        await _make(url)
        proxy.reset()
        told = await run(f"cases-{size}", url)
        if told["written"] != size:
            raise RuntimeError(f"{who} wrote {told['written']} of {size}")
        found = {
            "docs_per_s": round(size / told["seconds"]),
            "requests": proxy.requests,
            "bytes": proxy.up.bytes + proxy.down.bytes,
            "rss_mb": round(told["rss_mb"], 1),
        }
        tell(f"replicate: {who}: {size}: {found}")
        return found


async def _ours(folder: Path, name: str, url: str) -> dict[str, float]:
    return await _told(sys.executable, "-m", "bench.replicate_ours", str(folder), name, url)


async def _node(source: str, target: str) -> dict[str, float]:
    return await _told(str(Path(sys.prefix) / "bin" / "node"), str(HERE / "replicate-peer.js"), source, target)


async def _told(*command: str) -> dict[str, float]:
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE, cwd=HERE.parent)
    output, _ = await process.communicate()
    if process.returncode:
        raise RuntimeError(f"{command[0]} ended with {process.returncode}")
    told: dict[str, float] = json.loads(output)
    return told


async def _couchdb(folder: Path, face: PlainServer) -> dict[str, Any]:
    """Let CouchDB's own replicator pull the same, and push into the same CouchDB ourselves."""
    names = [f"rantau-bench-{secrets.token_hex(6)}" for _ in range(2)]
    try:
        for name in names:
            await _make(f"{COUCHDB}/{name}")
        size = SIZES[-1]
        ours = await _ours(folder, f"cases-{size}", f"{COUCHDB}/{names[0]}")
        started = asyncio.get_running_loop().time()
        body = {"source": f"{face.url}/cases-{size}", "target": f"{COUCHDB}/{names[1]}"}
        async with aiohttp.ClientSession() as session, session.post(f"{COUCHDB}/_replicate", json=body) as answer:
            told = await answer.json(content_type=None)
        seconds = asyncio.get_running_loop().time() - started
        if told["history"][0]["docs_written"] != size:
            raise RuntimeError(f"CouchDB's replicator: {told}")
        return {"couchdb": {"docs_per_s": round(size / seconds), "ours_docs_per_s": round(size / ours["seconds"])}}
    finally:
        async with aiohttp.ClientSession() as session:
            for name in names:
                await session.delete(f"{COUCHDB}/{name}")


async def _make(url: str) -> None:
    async with aiohttp.ClientSession() as session, session.put(url) as answer:
        if answer.status != 201:
            raise RuntimeError(f"no database: {answer.status}")


async def _fill(folder: Path, name: str, size: int) -> None:
    """Keep *size* applications there: one is really sealed, the others are as long and as little compressible."""
    answers = [str(value) for value in person(1).values()]
    version, _ = seal_pair(OfficeKeys(), new_keys(), groups={"personal": answers})
    store = open_sqlite(folder, name)
    docs = [_like(version, n) for n in range(size)]
    for at in range(0, size, 1000):
        rows = await store.bulk_docs(docs[at : at + 1000], new_edits=False)
        assert not any(row.error for row in rows)
    await store.close()


def _like(version: Doc, n: int) -> Doc:
    kind, case, v = version["_id"].split(".")
    own = {key: _random(value) for key, value in version.items() if key != "_id"}
    case = f"{n:x}".rjust(len(case), "a")
    return {"_id": f"{kind}.{case}.{secrets.token_hex(len(v))[: len(v)]}", "_rev": f"1-{secrets.token_hex(16)}", **own}


def _random(value: Any) -> Any:
    """Give as much base64 of random bytes in place of each long text."""
    if isinstance(value, str) and len(value) > 20:
        return base64.urlsafe_b64encode(os.urandom(len(value))).decode()[: len(value)]
    if isinstance(value, dict):
        return {key: _random(inner) for key, inner in value.items()}
    return [_random(inner) for inner in value] if isinstance(value, list) else value


if __name__ == "__main__":
    print(json.dumps(measure()))
