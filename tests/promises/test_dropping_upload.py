"""Promise 6 of a relayed photograph: over a link that is cut every 40 KB it arrives, at a tenth more than its size."""

import http.client
import os
import signal
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from bench.shaping_proxy import UNSHAPED, ShapingProxy
from server.uploads.tus import CHUNK_TYPE
from sync.blob_sender import BlobSender
from sync.couch_http import Backoff
from sync.errors import Forbidden, NotFound, Unavailable
from sync.shape import blob_rev
from sync.sqlite_store import SqliteStore, open_sqlite
from tests.applicants import Applicant
from tests.raw_http import request_bytes
from tests.serving import RunningOffice
from tests.uploading import TUS, digest_of, metadata, sealed_bytes

pytestmark = pytest.mark.anyio

DROP = 40_000  # bytes up
SLICE = 500  # bytes under way when the link is cut
DEAREST = 1.1  # times the file, both ways together, headers and all


async def no_sleep(seconds: float) -> None:
    pass


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningOffice]:
    with RunningOffice(tmp_path_factory.mktemp("office")) as office:
        yield office


@pytest.fixture
async def blobs(tmp_path: Path) -> AsyncIterator[SqliteStore]:
    store = open_sqlite(tmp_path, "blobs")
    yield store
    await store.close()


async def keep(blobs: SqliteStore, sealed: bytes, digest: str = "") -> str:
    """Store a file, as a hub that took it in did, under its digest if no other is named; give that."""

    async def body() -> AsyncIterator[bytes]:
        yield sealed

    digest = digest or digest_of(sealed)
    stub = {"content_type": "application/octet-stream", "length": len(sealed), "revpos": 1}
    doc = {"_id": f"blob.{digest}", "_rev": blob_rev(digest), "_attachments": {"body": stub}}
    await blobs.put_streamed(doc, {"body": body()})
    return digest


def application(office: RunningOffice, digest: str) -> tuple[Applicant, str]:
    applicant = Applicant(office.url)
    version, wrap = applicant.seal(blobs=[digest])
    applicant.post(version, wrap)
    return applicant, version["_id"]


def head(method: str, url: str, headers: dict[str, str]) -> bytes:
    return request_bytes(method, url.encode(), [(name, value.encode()) for name, value in headers.items()])


def sender(blobs: SqliteStore, url: str) -> BlobSender:
    return BlobSender(blobs, url, backoff=Backoff(sleep=no_sleep))


async def test_a_link_that_is_cut_every_40_kb_carries_a_photograph_at_a_tenth_more(
    office: RunningOffice, blobs: SqliteStore
) -> None:
    sealed = sealed_bytes(600_000)
    digest = await keep(blobs, sealed)
    applicant, version = application(office, digest)
    target = ("127.0.0.1", urlsplit(office.url).port or 80)
    async with (
        ShapingProxy(target, UNSHAPED, cut_up=lambda sent: sent >= DROP, slice=SLICE) as proxy,
        sender(blobs, proxy.url) as sending,
    ):
        receipt = await sending.upload(version, digest)
        spent, connections = proxy.up.bytes + proxy.down.bytes, proxy.connections
    assert receipt is not None
    assert receipt[0][5] == [digest]
    assert connections > len(sealed) // DROP, "the link was not cut"
    assert spent <= DEAREST * len(sealed), (spent, len(sealed), connections)
    word = f"Rantau {applicant.case}.{applicant.keys.proof}"
    assert office.ask("GET", f"/blobs/{digest}", headers={"Authorization": word}).body == sealed


def test_an_office_that_stood_still_meanwhile_keeps_what_came_before_it_was_asked(office: RunningOffice) -> None:
    offsets = []
    for _ in range(8):  # which of the two it begins with is chance
        sealed = sealed_bytes(100_000)
        _, version = application(office, digest_of(sealed))
        url = f"/blobs/{version}/{digest_of(sealed)}"
        named = {
            "upload-length": str(len(sealed)),
            "upload-metadata": metadata(version=version, digest=digest_of(sealed)),
        }
        assert office.ask("POST", "/blobs/", headers=TUS | named).status == 201
        added = {**TUS, "content-type": CHUNK_TYPE, "upload-offset": "0", "content-length": str(len(sealed))}
        os.killpg(office.process.pid, signal.SIGSTOP)
        os.waitpid(office.process.pid, os.WUNTRACED)
        try:
            with closing(socket.create_connection(("127.0.0.1", office.port))) as cut:
                cut.sendall(head("PATCH", url, added) + sealed[:DROP])
            asking = socket.create_connection(("127.0.0.1", office.port))
            asking.sendall(head("HEAD", url, TUS))
        finally:
            os.killpg(office.process.pid, signal.SIGCONT)
        with closing(asking), closing(http.client.HTTPResponse(asking, method="HEAD")) as answer:
            answer.begin()
            offsets.append(answer.headers["upload-offset"])
    assert offsets == [str(DROP)] * 8


async def test_what_is_there_already_is_not_sent_again(office: RunningOffice, blobs: SqliteStore) -> None:
    digest = await keep(blobs, sealed_bytes(100_000))
    _, version = application(office, digest)
    async with sender(blobs, office.url) as sending:
        await sending.upload(version, digest)
    async with (
        ShapingProxy(("127.0.0.1", office.port), UNSHAPED) as proxy,
        sender(blobs, proxy.url) as sending,
    ):
        receipt = await sending.upload(version, digest)
        assert proxy.up.bytes < 1000
    assert receipt is not None


async def test_what_is_refused_for_good_is_told_from_what_may_go_later(
    office: RunningOffice, blobs: SqliteStore
) -> None:
    digest, forged = await keep(blobs, sealed_bytes()), await keep(blobs, sealed_bytes())
    _, version = application(office, digest)
    async with sender(blobs, office.url) as sending:
        with pytest.raises(NotFound):
            await sending.upload(version, digest_of(b"we do not have it"))
        with pytest.raises(NotFound):
            await sending.upload(version, forged)
        # A disk that went bad here: what is sent has not the digest that it is kept under.
        await blobs.purge({f"blob.{digest}": [blob_rev(digest)]})
        await keep(blobs, sealed_bytes(), digest)
        with pytest.raises(Forbidden):
            await sending.upload(version, digest)
    async with sender(blobs, "http://localhost:9") as sending:
        with pytest.raises(Unavailable):
            await sending.upload(version, digest)
