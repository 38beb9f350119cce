"""Sealed files that come in a bundle: stored only under the digest that an accepted version of a living case names.

The rules are those of an upload (`server.sealed_files`); one file is small enough to be held.
"""

import logging
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

from server.sealed_files import CASE_LIMIT, RESERVE, stub_of
from server.watch import bare, case_versions, marks_of
from sync.canonical import b32_encode, sha256
from sync.errors import NotFound
from sync.shape import blob_rev, case_of_version
from sync.store import Store

log = logging.getLogger("rantau.bundle")


@dataclass(frozen=True)
class CarriedFiles:
    """Where they go; *disk* is the folder of an embedded store."""

    cases: Store
    blobs: Store
    disk: Path | None

    async def take(self, data: bytes, digest: str, *, version_id: str) -> str:
        """Store a file, or say in a word why not: `stored` and `kept` are no refusals.

        Raises:
            Unavailable: the store did not answer; repeating it is harmless.
        """
        if b32_encode(sha256(data)) != digest:
            return "id-mismatch"
        case = case_of_version({"_id": version_id})
        for mark, _ in await marks_of(self.cases, case):
            return "gone" if mark == "erase" else mark
        if not await self._is_named(version_id, digest):
            return "unknown"
        if not await self._has_room(case, digest, len(data)):
            return "no-room"
        return await self._write(data, digest)

    async def _is_named(self, version_id: str, digest: str) -> bool:
        try:
            return digest in bare(await self.cases.get(version_id))["blobs"]
        except NotFound:
            return False

    async def _has_room(self, case: str, digest: str, length: int) -> bool:
        if self.disk and shutil.disk_usage(self.disk).free < RESERVE:
            log.error("less than %d MB of disk are free: no photographs are taken", RESERVE >> 20)
            return False
        names = {name for version in await case_versions(self.cases, case) for name in version["blobs"]} - {digest}
        stubs = [await stub_of(self.blobs, name) for name in sorted(names)]
        return sum(int(stub["length"]) for stub in stubs if stub) + length <= CASE_LIMIT

    async def _write(self, data: bytes, digest: str) -> str:
        body = {"content_type": "application/octet-stream", "length": len(data), "revpos": 1}
        doc = {"_id": f"blob.{digest}", "_rev": blob_rev(digest), "_attachments": {"body": body}}
        written = await self.blobs.put_streamed(doc, {"body": _once(data)})
        if written.error:
            log.warning("not stored: blob.%s: %s", digest, written.error)
            return "not-stored"
        return "stored" if written.durable else "kept"


async def _once(data: bytes) -> AsyncIterator[bytes]:
    yield data
