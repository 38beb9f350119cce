"""Two offices and the clients of CouchDB between them: what one took in arrives at the other, and nothing else does."""

import base64
import json
import secrets
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from server.couch.peers import OPEN
from sync.canonical import b32_encode, sha256
from sync.document import Doc
from sync.shape import blob_rev, write_once_rev
from tests.applicants import Applicant
from tests.interop.test_couch_clients import COUCHDB, ask
from tests.serving import ROOT, RunningOffice

HERE = Path(__file__).parent
BIN = Path(sys.prefix) / "bin"


@dataclass(frozen=True)
class Peered:
    """An office with an account for a program."""

    office: RunningOffice
    secret: str
    name: str = "cermin"

    def url(self, database: str = "") -> str:
        return f"http://{self.name}:{self.secret}@localhost:{self.office.port}/couch/{database}"

    def ask(self, method: str, path: str, content: Any = None) -> Any:
        basic = base64.b64encode(f"{self.name}:{self.secret}".encode()).decode()
        headers = {"Authorization": f"Basic {basic}", "Content-Type": "application/json"}
        body = b"" if content is None else json.dumps(content).encode()
        return self.office.ask(method, f"/couch{path}", headers=headers, body=body).json()

    def docs(self, database: str) -> list[Doc]:
        body = {"include_docs": True, "attachments": True}
        return [row["doc"] for row in self.ask("POST", f"/{database}/_all_docs", body)["rows"]]


def peered(office: RunningOffice, *options: str, name: str = "cermin") -> Peered:
    made = office.run("peers", "add", name, *[f"--database={database}" for database in OPEN], *options)
    assert made.returncode == 0, made.stderr
    return Peered(office, made.stdout.splitlines()[-1].strip(), name)


@pytest.fixture(scope="module", params=["sqlite", "pouchdb"])
def source(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Peered]:
    """Give an office that has an application and its image."""
    store_url = request.getfixturevalue("pouchdb_url") if request.param == "pouchdb" else None
    prefix = {"RANTAU_COUCHDB_PREFIX": "first-"}
    with RunningOffice(tmp_path_factory.mktemp("first"), store_url=store_url, env=prefix) as office:
        peer = peered(office)
        version, _ = Applicant(office.url).seal()
        image = secrets.token_bytes(50_000)
        digest = b32_encode(sha256(image))
        body = {"content_type": "application/octet-stream", "data": base64.b64encode(image).decode()}
        blob = {"_id": f"blob.{digest}", "_rev": blob_rev(digest), "_attachments": {"body": body}}
        for database, doc in (("cases", version | {"_rev": write_once_rev(version)}), ("blobs", blob)):
            answer = peer.ask("POST", f"/{database}/_bulk_docs", {"docs": [doc], "new_edits": False})
            assert answer == []
        yield peer


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Peered]:
    with RunningOffice(tmp_path_factory.mktemp("second")) as office:
        yield peered(office)


def node(*arguments: object, stdin: str = "") -> Any:
    command = [BIN / "node", HERE / "pouchdb-client.js", *map(str, arguments)]
    done = subprocess.run(command, input=stdin, capture_output=True, text=True, cwd=ROOT, timeout=50)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_pouchdb_carries_applications_and_images_from_office_to_office(
    source: Peered, target: Peered, tmp_path: Path
) -> None:
    for database in ("cases", "blobs"):
        folder = tmp_path / database
        folder.mkdir()
        pulled = node(source.url(database), folder, "pull")
        assert pulled["pulled"] == [True, 1], [doc["_id"] for doc in pulled["docs"]]
        wrong = [{"_id": "note", "_rev": "1-a", "nama": "Upik"}, {"_id": "_design/x", "_rev": "1-a", "views": {}}]
        again = tmp_path / f"{database}-again"
        again.mkdir()
        pushed = node(target.url(database), again, "push", stdin=json.dumps([*pulled["docs"], *wrong]))
        assert pushed["pushed"][0] == 1
        assert len(pushed["denied"]) == 2
        [doc] = source.docs(database)
        arrived = target.docs(database)
        assert doc in arrived
        assert all(one["_id"].startswith(("app.", "blob.")) for one in arrived)


def test_couchdb_python_dumps_an_office_and_loads_another(source: Peered, target: Peered, tmp_path: Path) -> None:
    # Its reader turns line ends of attachments around, so it carries documents but not every image.
    dump = tmp_path / "dump"
    done = subprocess.run([BIN / "couchdb-dump", source.url("cases")], capture_output=True, check=True, timeout=50)
    dump.write_bytes(done.stdout)
    load = [BIN / "couchdb-load", "--input", dump, target.url("cases")]
    subprocess.run(load, capture_output=True, check=True, timeout=50)
    assert source.docs("cases")[0] in target.docs("cases")


@pytest.mark.couchdb
def test_couchdbs_own_replicator_carries_from_office_to_office(source: Peered, target: Peered) -> None:
    if not COUCHDB:
        pytest.skip("RANTAU_TEST_COUCHDB names no CouchDB")
    for database in ("cases", "blobs"):
        between = f"{COUCHDB}/rantau-test-{secrets.token_hex(6)}"
        ask(between, method="PUT")
        try:
            jobs = [(source.url(database), between), (between, target.url(database))]
            done = [ask(f"{COUCHDB}/_replicate", {"source": one, "target": other}) for one, other in jobs]
            told = [(job["history"][0]["docs_written"], job["history"][0]["doc_write_failures"]) for job in done]
            assert told[0] == (1, 0)
            assert told[1][1] == 0
            assert source.docs(database)[0] in target.docs(database)
        finally:
            ask(between, method="DELETE")


def test_who_only_reads_pulls_and_pushes_nothing(source: Peered, tmp_path: Path) -> None:
    reader = peered(source.office, "--read-only", name="pembaca")
    (tmp_path / "a").mkdir()
    assert node(reader.url("cases"), tmp_path / "a", "pull")["pulled"] == [True, 1]
    assert reader.ask("POST", "/cases/_bulk_docs", {"docs": [{"_id": "x"}]})["error"] == "forbidden"


def test_an_account_is_listed_audited_and_ends_at_once(source: Peered) -> None:
    office = source.office
    peer = peered(office, name="sebentar")
    assert peer.ask("GET", "/")["couchdb"] == "Welcome"
    assert "sebentar" in office.run("peers", "list").stdout
    assert office.run("peers", "revoke", "sebentar").returncode == 0
    assert peer.ask("GET", "/")["error"] == "unauthorized"
    assert office.run("peers", "revoke", "sebentar").returncode == 1
    audited = office.run("audit", "show").stdout
    assert "sebentar" in audited
    for secret in (peer.secret, source.secret):
        assert secret not in audited + office.log.read_text()
        assert base64.b64encode(f"sebentar:{secret}".encode()).decode() not in office.log.read_text()
