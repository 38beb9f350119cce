"""The reference server of tus, unmodified, takes a file from each of our senders over a link that breaks.

What is ours it does not know: it gives no receipt, and its uploads have the address that docs/formats.md §10 fixes.
Our senders ask there whatever `Location` says, so that nothing but the version and the digest has to outlive a reload.
"""

import asyncio
import json
import os
import signal
import subprocess
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator, Callable, Coroutine
from functools import partial
from pathlib import Path
from typing import Any, Self

import pytest

from bench.shaping_proxy import UNSHAPED, ShapingProxy
from sync.blob_sender import BlobSender
from sync.couch_http import Backoff
from sync.shape import blob_rev
from sync.sqlite_store import open_sqlite
from tests.serving import ROOT, free_port
from tests.uploading import digest_of, sealed_bytes

pytestmark = pytest.mark.anyio

HERE = Path(__file__).parent
NODE = Path(sys.prefix) / "bin/node"
VERSION = "app.a.b"
DROP = 40_000  # bytes up after which the link breaks: who begins anew each time never ends
SLICE = 500  # bytes under way when it does
WHO = ("hub", "page", "worker")

Sender = Callable[[bytes, Path, str, Callable[[], None]], Coroutine[Any, Any, None]]


class ReferenceServer:
    """A server process that keeps its uploads in *folder*, and its port when it is killed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Have it run and listen."""
        if self._process:
            return
        command = [NODE, HERE / "tus-server.js", str(self.port), self.folder]
        self._process = subprocess.Popen(command, cwd=ROOT, stdout=PIPE, start_new_session=True)
        assert self._process.stdout is not None
        assert self._process.stdout.readline() == b"listens\n"

    def kill(self) -> None:
        """End it with no chance to finish what it is doing."""
        process, self._process = self._process, None
        if process:
            os.killpg(process.pid, signal.SIGKILL)  # node of the wheel is a wrapper around the real one
            process.communicate()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self.kill()


async def as_hub(sealed: bytes, folder: Path, url: str, mend: Callable[[], None]) -> None:
    """Send what a phone left at a hub."""

    async def body() -> AsyncIterator[bytes]:
        yield sealed

    async def wait(seconds: float) -> None:
        mend()

    blobs, digest = open_sqlite(folder, "blobs"), digest_of(sealed)
    stub = {"content_type": "application/octet-stream", "length": len(sealed), "revpos": 1}
    doc = {"_id": f"blob.{digest}", "_rev": blob_rev(digest), "_attachments": {"body": stub}}
    await blobs.put_streamed(doc, {"body": body()})
    async with BlobSender(blobs, url, backoff=Backoff(sleep=wait)) as sender:
        assert await sender.upload(VERSION, digest) is None, "all of it is there, and nobody signed for it"
    await blobs.close()


async def as_phone(who: str, sealed: bytes, folder: Path, url: str, mend: Callable[[], None]) -> None:
    """Send what was photographed, from a page or from the service worker."""
    (folder / "sealed").write_bytes(sealed)
    command = [NODE, HERE / "our-tus-clients.js", who, url, folder / "sealed", VERSION, digest_of(sealed)]
    process = await asyncio.create_subprocess_exec(*command, cwd=ROOT, stdin=PIPE, stdout=PIPE)
    assert process.stdin is not None
    assert process.stdout is not None
    reached = 0
    async for line in process.stdout:
        offset = json.loads(line)
        if offset is None:
            mend()
            process.stdin.write(b"\n")
            continue
        assert offset >= reached, "nothing that was acknowledged is sent again"
        reached = offset
    assert await process.wait() == 0
    assert reached == len(sealed)


@pytest.mark.parametrize("send", [as_hub, partial(as_phone, "page"), partial(as_phone, "worker")], ids=WHO)
async def test_each_of_our_senders_goes_on_where_the_reference_server_is(send: Sender, tmp_path: Path) -> None:
    sealed, breaks = sealed_bytes(200_000), [0]

    def cut_up(_: int) -> bool:
        if proxy.up.bytes - breaks[-1] < DROP:
            return False
        if len(breaks) == 1:
            server.kill()
        breaks.append(proxy.up.bytes)
        return True

    with ReferenceServer(tmp_path / "uploads") as server:
        async with ShapingProxy(("127.0.0.1", server.port), UNSHAPED, cut_up=cut_up, slice=SLICE) as proxy:
            await send(sealed, tmp_path, proxy.url, server.start)
    assert len(breaks) > len(sealed) // DROP, "the link did not break"
    assert (server.folder / VERSION / digest_of(sealed)).read_bytes() == sealed
