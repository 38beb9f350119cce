"""Which sealed files are taken, and what is given for them: a receipt of the version that names them.

A file is taken only under the digest that an accepted version of a living case names, up to a size a case; so a
stranger can send no more than he has sealed applications for.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any

from server.couch.checked import CheckedStream
from server.disk import check_files
from server.exchange import intake_of
from server.intake import Intake, present
from server.office import Office
from server.uploads.uploads import Upload, Uploads
from server.watch import bare, case_versions, marks_of
from sync.canonical import b32_decode
from sync.document import Doc
from sync.errors import NotFound, StoreError, Unavailable
from sync.shape import blob_rev, case_of_version
from sync.store import Store, Written

log = logging.getLogger("rantau.blobs")

CASE_LIMIT = 32 << 20  # bytes of all files of a case; three photographs are 70 KB
CHECKSUM_MISMATCH = 460  # tus 1.0, checksum
SWEEP_EVERY = 3600.0  # seconds


class NotTaken(Exception):
    """The file is not taken: `status` and `reason` go into the answer."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


@dataclass(frozen=True, kw_only=True)
class SealedFiles:
    """The sealed files of one office or hub: `pending` keeps what is coming in, `done` hears of what is whole."""

    cases: Store
    blobs: Store
    pending: Store
    intake: Intake
    clock: Callable[[], int]
    done: Callable[[], None] = field(default=lambda: None, repr=False)

    @property
    def uploads(self) -> Uploads:
        """Give what is still coming in."""
        return Uploads(self.pending, self.clock)

    async def version(self, version_id: str, digest: str) -> Doc:
        """Give the version that names a file.

        Raises:
            NotTaken: 410, the case was erased or its code voided; 404, no accepted version names it.
        """
        return await version_naming(self.cases, version_id, digest)

    async def length(self, digest: str) -> int | None:
        """Tell how many bytes a file has that is here whole."""
        stub = await stub_of(self.blobs, digest)
        return None if stub is None else int(stub["length"])

    async def receipt(self, version: Doc) -> list[Any] | None:
        """Give a new receipt; None when it is not known that everything is stored durably."""
        return await self.intake.receipt_of(version)

    async def check_room(self, case: str, digest: str, length: int) -> None:
        """See that a file still fits.

        Raises:
            NotTaken: 413, the case has too much.
            DiskFull: not beside everything else.
        """
        begun = [upload.length for upload in await self.uploads.of_case(case) if upload.digest != digest]
        await check_case(self.cases, self.blobs, case, digest, length=length + sum(begun))
        check_files(self.intake.disk)

    async def finish(self, upload: Upload) -> bool:
        """Store a file that is here whole; say whether durably. Repeating it is harmless.

        Raises:
            NotTaken: 460, it has another digest; it is forgotten.
            Unavailable: the store did not take it; what came is still there.
        """
        checked = CheckedStream(self.uploads.chunks(upload), b32_decode(upload.digest))
        try:
            written = await put_blob(self.blobs, upload.digest, upload.length, checked.chunks())
        except Unavailable:
            if not checked.is_wrong:
                raise
        if checked.is_wrong:
            await self.uploads.drop(upload.id)
            raise NotTaken(CHECKSUM_MISMATCH, "digest")
        if written.error:
            raise Unavailable(written.reason or written.error)
        if written.durable:
            await self.uploads.drop(upload.id)
        self.done()
        return written.durable

    async def sweep(self) -> int:
        """Forget uploads that nobody went on with, and those of which no living case has a version; give how many."""
        uploads, cases = await self.uploads.every(), self.cases
        if not uploads:
            return 0
        rows = await cases.all_docs(keys=[upload.version for upload in uploads])
        known = {row.id for row in rows if row.error is None and not row.deleted}
        of = {upload.id: case_of_version({"_id": upload.version}) for upload in uploads}
        closed = {case for mark in ("gone.", "code.") for case in await present(cases, mark, set(of.values()))}
        now = self.clock()
        over = [up for up in uploads if up.expires <= now or up.version not in known or of[up.id] in closed]
        for upload in over:
            await self.uploads.drop(upload.id)
        return len(over)


def files_of(office: Office) -> SealedFiles:
    """Give the sealed files of an office."""
    databases = office.databases
    return SealedFiles(
        cases=databases.cases,
        blobs=databases.blobs,
        pending=databases.staff,
        intake=intake_of(office),
        clock=office.clock,
    )


async def keep_swept(opened: Callable[[], SealedFiles], *, every: float = SWEEP_EVERY) -> None:
    """Sweep now and from time to time, until cancelled; what is *opened* is asked for each time."""
    while True:
        try:
            await opened().sweep()
        except StoreError as error:
            log.warning("unfinished uploads could not be swept: %s", type(error).__name__)
        await asyncio.sleep(every)


async def version_naming(cases: Store, version_id: str, digest: str) -> Doc:
    """Give the version that names a file.

    Raises:
        NotTaken: 410, the case was erased or its code voided; 404, no accepted version names it.
    """
    for mark, _ in await marks_of(cases, case_of_version({"_id": version_id})):
        raise NotTaken(410, "gone" if mark == "erase" else mark)
    try:
        version = bare(await cases.get(version_id))
    except NotFound:
        raise NotTaken(404, "unknown") from None
    if digest not in version["blobs"]:
        raise NotTaken(404, "unknown")
    return version


async def check_case(cases: Store, blobs: Store, case: str, digest: str, *, length: int) -> None:
    """See that a case bears *length* bytes beside its files other than *digest*.

    Raises:
        NotTaken: 413, it has too much.
    """
    names = {name for version in await case_versions(cases, case) for name in version["blobs"]} - {digest}
    stubs = [await stub_of(blobs, name) for name in sorted(names)]
    if sum(int(stub["length"]) for stub in stubs if stub) + length > CASE_LIMIT:
        raise NotTaken(413, "case-full")


async def put_blob(blobs: Store, digest: str, length: int, chunks: AsyncIterator[bytes]) -> Written:
    """Store a file under its digest; a repeat is the same write."""
    body = {"content_type": "application/octet-stream", "length": length, "revpos": 1}
    doc = {"_id": f"blob.{digest}", "_rev": blob_rev(digest), "_attachments": {"body": body}}
    return await blobs.put_streamed(doc, {"body": chunks})


async def stub_of(blobs: Store, digest: str) -> dict[str, Any] | None:
    """Give what is stored of a file beside its bytes, with the revision of its document as `rev`."""
    try:
        doc = await blobs.get(f"blob.{digest}")
    except NotFound:
        return None
    stub: dict[str, Any] = doc["_attachments"]["body"]
    return stub | {"rev": doc["_rev"]}
