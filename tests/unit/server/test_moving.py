"""An embedded office moves into a CouchDB, is found whole there, and goes on where it was."""

import asyncio
import os
from pathlib import Path

import pytest

from server.databases import NAMES
from sync.couch_store import CouchServer
from sync.sqlite_store import open_sqlite
from tests.applicants import Applicant
from tests.contract.ends import content
from tests.officers import ApiOfficer
from tests.serving import RunningOffice

COUCHDB = os.environ.get("RANTAU_TEST_COUCHDB")


@pytest.fixture(params=["pouchdb", pytest.param("couchdb", marks=pytest.mark.couchdb)])
def store_url(request: pytest.FixtureRequest) -> str:
    if request.param == "couchdb":
        return COUCHDB or pytest.skip("RANTAU_TEST_COUCHDB names no CouchDB")
    url: str = request.getfixturevalue("pouchdb_url")
    return url


def test_an_office_moves_and_goes_on(store_url: str, tmp_path: Path) -> None:
    prefix = f"moved-{tmp_path.parent.name}-{tmp_path.name}-".lower().replace("_", "-")
    secret = tmp_path / "couchdb"
    secret.write_text(store_url)
    office = RunningOffice(tmp_path / "office", env={"RANTAU_COUCHDB_PREFIX": prefix}).start()
    early = Applicant(office.url)
    early.send()

    first = office.run("move-to-couchdb", f"@{secret}")  # while it is served
    assert "public" in first.stdout, first.stderr
    late = Applicant(office.url)
    late.send()
    office.kill()

    second = office.run("move-to-couchdb", f"@{secret}")
    assert second.returncode == 0, second.stdout + second.stderr
    assert second.stdout.count("the same on both sides") == len(NAMES)
    assert f"RANTAU_COUCHDB to @{secret}" in second.stdout
    assert asyncio.run(differing(office.folder / "data", store_url, prefix)) == []

    moved = RunningOffice(office.folder, store_url=store_url, env={"RANTAU_COUCHDB_PREFIX": prefix}, port=office.port)
    with moved:
        officer = ApiOfficer(moved.url).sign_in()
        assert {early.case, late.case} <= {row["case"] for row in officer.get("cases").body["rows"]}
        after = Applicant(moved.url)
        after.send()
    asyncio.run(drop(store_url, prefix))


def test_what_differs_is_named_and_nothing_is_said_to_be_done(pouchdb_url: str, tmp_path: Path) -> None:
    prefix = f"differs-{tmp_path.parent.name}-".lower().replace("_", "-")
    office = RunningOffice(tmp_path / "office", env={"RANTAU_COUCHDB_PREFIX": prefix}).start()
    office.kill()

    async def plant() -> None:
        async with CouchServer(pouchdb_url, prefix=prefix) as server:
            blobs = await server.database("blobs")
            await blobs.bulk_docs([{"_id": "blob.planted", "_rev": "1-a"}], new_edits=False)

    asyncio.run(plant())
    done = office.run("move-to-couchdb", pouchdb_url)
    assert done.returncode == 1
    assert "only in the CouchDB: blob.planted 1-a" in done.stdout
    assert "does not hold the same" in done.stderr
    assert "RANTAU_COUCHDB" not in done.stdout


async def differing(folder: Path, url: str, prefix: str) -> list[str]:
    found = []
    async with CouchServer(url, prefix=prefix) as server:
        for name in NAMES:
            store = open_sqlite(folder, name)
            there = await content(await server.database(name))
            there.pop("_design/guard", None)
            if await content(store) != there:
                found.append(name)
            await store.close()
    return found


async def drop(url: str, prefix: str) -> None:
    async with CouchServer(url, prefix=prefix) as server:
        for name in NAMES:
            store = await server.database(name)
            await server._http.request("DELETE", store._path, safe=True)
