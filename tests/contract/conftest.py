"""Every store in turn: the embedded one, pouchdb-server, and the real CouchDB that RANTAU_TEST_COUCHDB names.

That one must be of a single node: a cluster agrees with the suite in the end only, and the suite asks at once.
"""

import os
import secrets
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from sync.couch_store import CouchServer
from sync.sqlite_store import open_sqlite
from sync.store import Store
from tests.contract.deviations import POUCHDB, POUCHDB_ENDS

COUCHDB = os.environ.get("RANTAU_TEST_COUCHDB")


@pytest.fixture(params=["sqlite", "pouchdb", pytest.param("couchdb", marks=pytest.mark.couchdb)])
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Store]:
    """Give an empty database of each kind of store."""
    if request.param == "sqlite":
        embedded = open_sqlite(tmp_path, "cases")
        yield embedded
        await embedded.close()
        return
    if request.param == "pouchdb":
        _expect_deviation(request)
    url = _couchdb() if request.param == "couchdb" else request.getfixturevalue("pouchdb_url")
    prefix = f"rantau-test-{secrets.token_hex(8)}-"  # a name is never used twice: deleting is not done at once
    async with CouchServer(url, prefix=prefix) as server:
        yield await server.database("cases")
        async with aiohttp.ClientSession() as session, session.delete(f"{url}/{prefix}cases") as answer:
            assert answer.status in (200, 202)


def _couchdb() -> str:
    if not COUCHDB:
        pytest.skip("RANTAU_TEST_COUCHDB names no CouchDB")
    return COUCHDB


def _expect_deviation(request: pytest.FixtureRequest) -> None:
    name = request.node.name.replace("[pouchdb]", "").replace("[pouchdb-", "[")
    if name in POUCHDB_ENDS:
        pytest.skip(f"pouchdb-server {POUCHDB_ENDS[name]}")
    if name in POUCHDB:
        # xfail is strict in this project: a deviation that is gone fails the test until its line is taken out.
        request.applymarker(pytest.mark.xfail(reason=f"pouchdb-server {POUCHDB[name]}"))
