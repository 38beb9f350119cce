"""Fixtures of the server's tests: a real office in a process of its own, which many only ask, and empty databases."""

import os
import secrets
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from types import SimpleNamespace

import aiohttp
import pytest

from sync.couch_store import CouchServer
from sync.sqlite_store import open_sqlite
from sync.store import Store
from tests.serving import RunningOffice
from tests.stores import CountingStore

COUCHDB = os.environ.get("RANTAU_TEST_COUCHDB", "")
REAL = [pytest.param("couchdb", marks=pytest.mark.couchdb)] if COUCHDB else []


@pytest.fixture(scope="session")
def office_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningOffice]:
    with RunningOffice(tmp_path_factory.mktemp("office")) as office:
        yield office


@pytest.fixture(params=["sqlite", "pouchdb", *REAL])
async def cases(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Store]:
    """Give an empty database of cases: embedded, in pouchdb-server, and in the CouchDB if one is named."""
    if request.param == "sqlite":
        store = open_sqlite(tmp_path, "cases")
        yield store
        await store.close()
        return
    url = COUCHDB if request.param == "couchdb" else request.getfixturevalue("pouchdb_url")
    prefix = f"rantau-test-{secrets.token_hex(6)}-"
    async with CouchServer(url, prefix=prefix) as server:
        yield await server.database("cases")
    async with aiohttp.ClientSession() as session, session.delete(f"{url}/{prefix}cases") as answer:
        assert answer.ok


@pytest.fixture
async def databases(tmp_path: Path) -> AsyncIterator[SimpleNamespace]:
    """Give an office's databases, which count what is written to them."""
    stores = {name: CountingStore(open_sqlite(tmp_path, name)) for name in ("cases", "wraps", "blobs")}
    yield SimpleNamespace(**stores)
    for store in stores.values():
        await store.store.close()
