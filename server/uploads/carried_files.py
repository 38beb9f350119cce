"""Sealed files that come in a bundle: stored by the rules of an upload, each small enough to be held."""

import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

from server.disk import DiskFull, check_files
from server.uploads.sealed_files import NotTaken, check_case, put_blob, version_naming
from sync.canonical import b32_encode, sha256
from sync.shape import case_of_version
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
        try:
            version = await version_naming(self.cases, version_id, digest)
            await check_case(self.cases, self.blobs, case_of_version(version), digest, length=len(data))
            check_files(self.disk)
        except DiskFull:
            return "no-room"
        except NotTaken as refused:
            return "no-room" if refused.reason == "case-full" else refused.reason
        return await self._write(data, digest)

    async def _write(self, data: bytes, digest: str) -> str:
        written = await put_blob(self.blobs, digest, len(data), _once(data))
        if written.error:
            log.warning("not stored: blob.%s: %s", digest, written.error)
            return "not-stored"
        return "stored" if written.durable else "kept"


async def _once(data: bytes) -> AsyncIterator[bytes]:
    yield data
