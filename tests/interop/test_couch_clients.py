"""Real clients of CouchDB, unmodified, against the face in a real server process, on either store."""

import base64
import json
import os
import secrets
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import pytest

from tests.plain_serving import PlainServer
from tests.serving import ROOT

HERE = Path(__file__).parent
BIN = Path(sys.prefix) / "bin"
COUCHDB = os.environ.get("RANTAU_TEST_COUCHDB")


@pytest.fixture(scope="module", params=["sqlite", "pouchdb"])
def plain(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[PlainServer]:
    couchdb = request.getfixturevalue("pouchdb_url") if request.param == "pouchdb" else ""
    with PlainServer(tmp_path_factory.mktemp("plain"), couchdb=couchdb) as server:
        yield server


@pytest.fixture
def url(plain: PlainServer) -> str:
    """Give the URL of an empty database."""
    return plain.make(f"db-{secrets.token_hex(6)}")


def node(script: str, *arguments: object, stdin: str = "") -> Any:
    command = [BIN / "node", HERE / script, *map(str, arguments)]
    done = subprocess.run(command, input=stdin, capture_output=True, text=True, cwd=ROOT, timeout=50)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def ask(url: str, content: Any = None, *, method: str | None = None) -> Any:
    body, parts = None if content is None else json.dumps(content).encode(), urlsplit(url)
    headers = {"Content-Type": "application/json"}
    if parts.username:
        headers |= {
            "Authorization": "Basic " + base64.b64encode(f"{parts.username}:{parts.password}".encode()).decode()
        }
        url = urlunsplit(parts._replace(netloc=f"{parts.hostname}:{parts.port}"))
    request = urllib.request.Request(url, body, headers, method=method)
    with urllib.request.urlopen(request, timeout=50) as answer:
        return json.loads(answer.read())


def test_pouchdb_pushes_and_pulls_documents_attachments_and_conflicts(url: str, tmp_path: Path) -> None:
    assert node("pouchdb-client.js", url, tmp_path, "push-and-pull") == {
        "pushed": [True, 6, 0], "again": 0, "pulled": [True, 6], "twice": ["1-b", ["1-a"]], "isImageSame": True,
        "ids": ["a/b", "image", "plain", "twice"],
    }  # fmt: skip


def test_pouchdb_stays_in_sync_live_in_both_directions(url: str, tmp_path: Path) -> None:
    assert node("pouchdb-client.js", url, tmp_path, "live") == {"here": True, "text": "halo"}


def test_pouchdb_works_on_the_face_itself(url: str, tmp_path: Path) -> None:
    seen = node("pouchdb-client.js", url, tmp_path, "direct")
    assert seen["missing"] in ([404, "deleted"], [404, "missing"])  # pouchdb-server says `missing` of both
    assert seen | {"missing": None} == {
        "conflict": "conflict", "note": "halo", "generations": 2, "removed": True, "missing": None,
        "bulk": [["ok"], ["error"]], "changes": [["doc", True]], "count": 0,
    }  # fmt: skip


def test_nano_reads_writes_and_lists(plain: PlainServer, url: str) -> None:
    assert node("nano-client.js", plain.url, url.rpartition("/")[2]) == {
        "conflict": [409, "conflict"], "bulk": [True, True], "note": "halo", "ids": ["first", "fourth", "third"],
        "first": 2, "some": [2, "not_found"], "changed": ["first", "third", "fourth", "second"],
        "missing": [404, "not_found"], "info": 3,
    }  # fmt: skip


def test_couchdb_python_dumps_and_loads(plain: PlainServer, url: str, tmp_path: Path) -> None:
    body = {"content_type": "application/octet-stream", "data": base64.b64encode(bytes(range(256)) * 20).decode()}
    docs = [{"_id": f"doc{n}", "n": n} for n in range(30)] + [{"_id": "image", "_attachments": {"body": body}}]
    ask(f"{url}/_bulk_docs", {"docs": docs})
    other = plain.make(f"db-{secrets.token_hex(6)}")
    dump = tmp_path / "dump"
    dump.write_bytes(subprocess.run([BIN / "couchdb-dump", url], capture_output=True, check=True, timeout=50).stdout)
    # From a file: what it reads from standard input is text in Python 3, and it expects bytes.
    load = [BIN / "couchdb-load", "--input", dump, other]
    subprocess.run(load, capture_output=True, check=True, timeout=50)
    rows = [ask(f"{one}/_all_docs?include_docs=true&attachments=true")["rows"] for one in (url, other)]
    assert len(rows[0]) == 31
    assert [_comparable(row["doc"]) for row in rows[0]] == [_comparable(row["doc"]) for row in rows[1]]


@pytest.mark.couchdb
@pytest.mark.parametrize("direction", ["push", "pull"])
def test_couchdbs_own_replicator_brings_everything(plain: PlainServer, url: str, direction: str) -> None:
    if not COUCHDB:
        pytest.skip("RANTAU_TEST_COUCHDB names no CouchDB")
    name = f"rantau-test-{secrets.token_hex(6)}"
    ask(f"{COUCHDB}/{name}", method="PUT")
    try:
        source, target = (url, f"{COUCHDB}/{name}") if direction == "pull" else (f"{COUCHDB}/{name}", url)
        text = {"content_type": "text/plain", "data": base64.b64encode(b"halo " * 500).decode()}
        image = {"content_type": "application/octet-stream", "data": base64.b64encode(bytes(300_000)).decode()}
        docs = [{"_id": f"doc{n}", "n": n} for n in range(300)]
        ask(f"{source}/_bulk_docs", {"docs": [*docs, {"_id": "image", "_attachments": {"t": text, "i": image}}]})
        twins = [{"_id": "twice", "_rev": f"1-{sig}", "n": sig} for sig in "ab"]
        ask(f"{source}/_bulk_docs", {"docs": twins, "new_edits": False})
        job = {"source": source, "target": target}
        first, again = (ask(f"{COUCHDB}/_replicate", job) for _ in range(2))
        assert (first["history"][0]["docs_written"], first["history"][0]["doc_write_failures"]) == (303, 0)
        assert again["no_changes"] is True
        asked = "_all_docs?include_docs=true&attachments=true&conflicts=true"
        ours, theirs = (
            {row["id"]: _comparable(row["doc"]) for row in ask(f"{one}/{asked}")["rows"]} for one in (source, target)
        )
        assert ours == theirs
    finally:
        ask(f"{COUCHDB}/{name}", method="DELETE")


def _comparable(doc: dict[str, Any]) -> dict[str, Any]:
    # CouchDB keeps text packed, and its digest is that of the packed bytes; pouchdb-server makes up its revs.
    parts = {name: (one["content_type"], one["data"]) for name, one in doc.pop("_attachments", {}).items()}
    return doc | {"attachments": parts, "_rev": doc["_rev"].partition("-")[0]}
