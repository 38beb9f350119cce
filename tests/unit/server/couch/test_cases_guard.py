"""CouchDB itself refuses what is neither sealed nor one of the clear fields; so does our own intake."""

import json
import os
import uuid
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from server.couch.cases_guard import DESIGN, put_guard
from server.databases import open_databases
from server.settings import load_settings
from sync.couch_store import CouchServer
from sync.document import Doc
from sync.errors import ShapeError
from sync.shape import check_shape
from sync.store import Store

ROWS = json.loads((Path(__file__).parents[3] / "vectors" / "cases-guard.json").read_text())
COUCHDB = os.environ.get("RANTAU_TEST_COUCHDB")


def named(*, taken: bool) -> list[Any]:
    found = [
        (name, doc) for name, doc, is_taken in ROWS if is_taken == taken and not name.startswith(("as Couch", "a d"))
    ]
    return [pytest.param(doc, id=name) for name, doc in found]


@pytest.mark.parametrize("doc", [case for case in named(taken=True) if case.id.startswith("version")])
def test_what_it_takes_is_a_version_here_too(doc: Doc) -> None:
    check_shape(doc)


@pytest.mark.parametrize("doc", [case for case in named(taken=False) if case.id.startswith("version")])
def test_what_it_refuses_is_no_version_here_either(doc: Doc) -> None:
    with pytest.raises(ShapeError):
        check_shape(doc)


@pytest.fixture(params=["pouchdb", pytest.param("couchdb", marks=pytest.mark.couchdb)])
async def couch(request: pytest.FixtureRequest) -> AsyncIterator[CouchServer]:
    if request.param == "couchdb" and not COUCHDB:
        pytest.skip("RANTAU_TEST_COUCHDB names no CouchDB")
    url = COUCHDB if request.param == "couchdb" else request.getfixturevalue("pouchdb_url")
    async with CouchServer(url, prefix=f"guard-{uuid.uuid4().hex[:8]}-") as server:
        yield server
        if request.param == "couchdb":
            await server._http.request("DELETE", f"/{server._prefix}cases", safe=False)


async def written(store: Store, docs: list[Doc]) -> dict[str, str | None]:
    rows = await store.bulk_docs([{**doc, "_id": doc["_id"]} for doc in docs])
    return {row.id: row.error for row in rows}


@pytest.mark.anyio
async def test_couchdb_takes_what_is_sealed_and_nothing_in_clear(couch: CouchServer) -> None:
    cases = await couch.database("cases")
    assert await put_guard(cases)
    good = {doc["_id"]: doc for name, doc, is_taken in ROWS if is_taken and not name.startswith(("as Couch", "a d"))}
    outcome = await written(cases, list(good.values()))
    assert set(outcome.values()) == {None}, outcome
    for name, doc, is_taken in ROWS:
        if (
            is_taken
            or "_id" not in doc
            or not isinstance(doc["_id"], str)
            or "_attachments" in doc
            or "_deleted" in doc
        ):
            continue
        [row] = await cases.bulk_docs([{**doc, "_rev": "7-a"}], new_edits=False)
        assert row.error == "forbidden", name
    names = {row.id for row in await cases.all_docs()} - {DESIGN}
    assert names == set(good)


@pytest.mark.anyio
async def test_a_deletion_needs_no_more_than_its_name(couch: CouchServer) -> None:
    cases = await couch.database("cases")
    await put_guard(cases)
    event = next(doc for name, doc, is_taken in ROWS if is_taken and name.startswith("event"))
    [row] = await cases.bulk_docs([event])
    [gone] = await cases.bulk_docs([{"_id": event["_id"], "_rev": row.rev, "_deleted": True}])
    assert gone.error is None


@pytest.mark.anyio
async def test_an_older_guard_gives_way(couch: CouchServer) -> None:
    cases = await couch.database("cases")
    old = {"_id": DESIGN, "language": "javascript", "validate_doc_update": "function () {}"}
    await cases.bulk_docs([old])
    assert await put_guard(cases)
    rev = (await cases.get(DESIGN))["_rev"]
    assert rev.startswith("2-")
    assert await put_guard(cases)
    assert (await cases.get(DESIGN))["_rev"] == rev


@pytest.mark.anyio
async def test_an_office_in_a_couchdb_has_its_guard(pouchdb_url: str, tmp_path: Path) -> None:
    names = {"RANTAU_DATA": str(tmp_path / "data"), "RANTAU_COUCHDB": pouchdb_url}
    settings = load_settings(names | {"RANTAU_COUCHDB_PREFIX": f"g{uuid.uuid4().hex[:8]}-"})
    async with open_databases(settings) as databases:
        assert (await databases.cases.get(DESIGN))["language"] == "javascript"
