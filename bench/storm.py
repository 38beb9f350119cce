"""Eight thousand phones come back at once, 1,500 of them on slow uploads, with one application each, on both stores:
the embedded one, and the CouchDB that RANTAU_TEST_COUCHDB names, else a server that speaks its protocol.

The office is one real server process; the phones are a process of their own, which tries again as a phone does; and
here a new visitor opens the first page all the while, over a new connection each time.
"""

import asyncio
import http.client
import json
import os
import secrets
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import aiohttp

from bench.office_behind import tell
from bench.peer import couch_protocol_server
from bench.storm_phones import DEVICES, SLOW
from server.databases import NAMES
from sync.couch_store import CouchServer
from sync.sqlite_store import open_sqlite
from tests.serving import RunningOffice

EVERY = 0.25  # seconds between visitors
COUCHDB = os.environ.get("RANTAU_TEST_COUCHDB")
PREFIX = f"rantau-storm-{secrets.token_hex(6)}-"


def measure() -> dict[str, Any]:
    """Let the phones come back to an office on the embedded store, then to one on a CouchDB."""
    embedded = _storm(None)
    return {**embedded, "couch": asyncio.run(_on_couch())}


async def _on_couch() -> dict[str, Any]:
    if COUCHDB:
        try:
            return await asyncio.to_thread(_storm, COUCHDB)
        finally:
            await _forget(COUCHDB)
    async with couch_protocol_server() as port:
        return await asyncio.to_thread(_storm, f"http://127.0.0.1:{port}")


def _storm(store_url: str | None) -> dict[str, Any]:
    # Of the proxy's word, so that each village has an address of its own.
    env = {"RANTAU_PROXY": "127.0.0.1", "RANTAU_COUCHDB_PREFIX": PREFIX}
    with tempfile.TemporaryDirectory() as folder:
        with RunningOffice(Path(folder), store_url=store_url, env=env) as office:
            visitor = Visitor(office.url)
            told = _phones(office.url, visitor)
            rss = _peak_rss(office.process.pid)
        stored = asyncio.run(_stored(Path(folder), store_url))
    found = {
        "devices": DEVICES,
        "slow": SLOW,
        "stored": stored,
        "receipts": told["receipts"],
        "tries": told["tries"],
        "seconds": round(told["seconds"], 1),
        "p99_ms": visitor.p99(),
        "visitors": len(visitor.took),
        "rss_mb": rss,
    }
    tell(f"storm: {'embedded' if store_url is None else 'couch'}: {found}")
    return found


def _phones(url: str, visitor: "Visitor") -> Any:
    command = [sys.executable, "-m", "bench.storm_phones", url]
    with subprocess.Popen(command, cwd=Path(__file__).parents[1], stdout=subprocess.PIPE) as phones:
        assert phones.stdout is not None
        phones.stdout.readline()  # they begin
        visitor.start()
        told = phones.stdout.readline()
        visitor.stop()
    return json.loads(told)


class Visitor(threading.Thread):
    """Opens the first page now and then, and notes how long each time took."""

    def __init__(self, url: str) -> None:
        super().__init__(daemon=True)
        self.took: list[float] = []
        self._netloc = urlsplit(url).netloc
        self._over = threading.Event()

    def run(self) -> None:
        while not self._over.wait(EVERY):
            self.took.append(self._visit())

    def stop(self) -> None:
        self._over.set()
        self.join()

    def p99(self) -> int:
        ordered = sorted(self.took)
        return round(1000 * ordered[int(len(ordered) * 0.99)])

    def _visit(self) -> float:
        started = time.monotonic()
        with closing(http.client.HTTPConnection(self._netloc, timeout=60)) as connection:
            connection.request("GET", "/id/")
            answer = connection.getresponse()
            if answer.status != 200 or not answer.read():
                raise RuntimeError(f"no page: {answer.status}")
        return time.monotonic() - started


def _peak_rss(pid: int) -> float:
    """Give the megabytes that the server's largest process had at most."""
    folders = [Path(f"/proc/{pid}"), *(Path(f"/proc/{child}") for child in _children(pid))]
    lines = [line for folder in folders for line in (folder / "status").read_text().splitlines()]
    return round(max(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024, 1)


def _children(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/task/{pid}/children").read_text().split()


async def _stored(folder: Path, store_url: str | None) -> int:
    """Count the applications that are there with their keys."""
    if store_url is None:
        stores = [open_sqlite(folder / "data", name) for name in ("cases", "wraps")]
        found = await _both(*stores)
        for store in stores:
            await store.close()
        return found
    async with CouchServer(store_url, prefix=PREFIX) as server:
        return await _both(await server.database("cases"), await server.database("wraps"))


async def _forget(url: str) -> None:
    async with aiohttp.ClientSession() as session:
        for name in NAMES:
            await session.delete(f"{url}/{PREFIX}{name}")


async def _both(cases: Any, wraps: Any) -> int:
    keys = {row.id for row in await wraps.all_docs()}
    return sum(f"w.{row.id}" in keys for row in await cases.all_docs(start="app.", end="app/"))


if __name__ == "__main__":
    print(json.dumps(measure()))
