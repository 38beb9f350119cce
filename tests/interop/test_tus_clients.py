"""tuspy and tus-js-client, unmodified, send sealed files to a real office that is killed while they do."""

import io
import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tusclient.client import TusClient
from tusclient.uploader import Uploader

from sync.canonical import b64u_decode
from sync.document import Doc
from sync.keyring import verify_key_list
from sync.receipts import verify_receipt
from tests.applicants import Applicant
from tests.serving import ROOT, RunningOffice
from tests.uploading import TUS, digest_of, sealed_bytes

HERE = Path(__file__).parent
BIN = Path(sys.prefix) / "bin"
CHUNK = 32 * 1024


@pytest.fixture(scope="module", params=["embedded", "pouchdb"])
def office(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningOffice]:
    url = request.getfixturevalue("pouchdb_url") if request.param == "pouchdb" else None
    with RunningOffice(tmp_path_factory.mktemp("office"), store_url=url) as office:
        yield office


@dataclass
class Sent:
    """An application that the office has, and the file that it names."""

    office: RunningOffice
    applicant: Applicant
    version: Doc
    sealed: bytes

    @property
    def digest(self) -> str:
        return digest_of(self.sealed)

    @property
    def metadata(self) -> dict[str, str]:
        return {"version": self.version["_id"], "digest": self.digest}

    def held(self, receipt: Any) -> tuple[str, ...]:
        """Give the files that a receipt names, the receipt being the office's."""
        profile = self.office.ask("GET", "/office.json").json()
        key_list = verify_key_list(profile["keys"], b64u_decode(profile["root"]))
        return verify_receipt(receipt, self.version, key_list).held

    def read(self) -> bytes:
        """Read the file back, as the holder of the code."""
        word = f"Rantau {self.applicant.case}.{self.applicant.keys.proof}"
        return self.office.ask("GET", f"/blobs/{self.digest}", headers={"Authorization": word}).body


@pytest.fixture
def sent(office: RunningOffice) -> Sent:
    applicant, sealed = Applicant(office.url), sealed_bytes(150_000)
    version, wrap = applicant.seal(blobs=[digest_of(sealed)])
    applicant.post(version, wrap)
    return Sent(office, applicant, version, sealed)


def uploader(sent: Sent, *, url: str | None = None) -> Uploader:
    client = TusClient(f"{sent.office.url}/blobs/")
    return client.uploader(
        file_stream=io.BytesIO(sent.sealed), chunk_size=CHUNK, metadata=sent.metadata, url=url, retries=2,
        retry_delay=0, upload_checksum=True,
    )  # fmt: skip


def test_tuspy_goes_on_after_the_office_was_killed(sent: Sent) -> None:
    first = uploader(sent)
    first.upload(stop_at=3 * CHUNK)
    sent.office.restart()
    second = uploader(sent, url=first.url)
    assert second.offset == 3 * CHUNK, "nothing that was acknowledged is lost"
    second.upload()
    head = sent.office.ask("HEAD", f"/blobs/{sent.version['_id']}/{sent.digest}", headers=TUS)
    assert sent.held(json.loads(head.headers["rantau-receipt"])) == (sent.digest,)
    assert sent.read() == sent.sealed


def javascript(sent: Sent, path: Path, *, url: str = "", stop_after: str = "") -> Any:
    path.write_bytes(sent.sealed)
    arguments = [f"{sent.office.url}/blobs/", path, sent.version["_id"], sent.digest, url, stop_after]
    command = [BIN / "node", HERE / "tus-client.js", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, timeout=50)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_tus_js_client_goes_on_after_the_office_was_killed(sent: Sent, tmp_path: Path) -> None:
    first = javascript(sent, tmp_path / "sealed", stop_after=str(3 * CHUNK))
    assert first["accepted"] == 3 * CHUNK
    sent.office.restart()
    second = javascript(sent, tmp_path / "sealed", url=first["url"])
    assert second["sent"] == [["HEAD", 200], ["PATCH", 204], ["PATCH", 204]]
    assert [sent.held(receipt) for receipt in second["receipts"]] == [(sent.digest,)]
    assert sent.read() == sent.sealed


def test_what_the_office_has_already_costs_both_nothing(sent: Sent, tmp_path: Path) -> None:
    javascript(sent, tmp_path / "sealed")
    again = javascript(sent, tmp_path / "sealed")
    assert again["sent"] == [["POST", 201], ["PATCH", 409], ["HEAD", 200]]
    assert sent.held(again["receipts"][-1]) == (sent.digest,)
    uploader(sent).upload()
    assert sent.read() == sent.sealed
