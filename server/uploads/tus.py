"""Takes sealed files in by tus 1.0: core, creation, creation with upload, checksum, expiration.

An upload's address is `/blobs/<version>/<digest>`: everything that is needed to go on is in it and in the store.
Without a checksum whatever came of a body that was cut stays; the digest of the whole decides in the end. With one,
a body is kept in memory or in a nameless file until it is known to be right; it is sealed.
"""

import asyncio
import base64
import hashlib
import hmac
import json
import re
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass
from email.utils import formatdate
from functools import wraps
from typing import IO, Any

from starlette.requests import Request
from starlette.responses import Response

from server.couch.admission import is_blob
from server.disk import DiskFull
from server.handler import Handler
from server.ndjson import Problem, later
from server.office import office_of
from server.uploads.sealed_files import CHECKSUM_MISMATCH, NotTaken, SealedFiles, files_of
from server.uploads.upload_turns import Cut, Turn, Turns
from server.uploads.uploads import ADDITIONS, BLOB_LIMIT, PIECE, Upload
from sync.cipher import OVERHEAD
from sync.document import Doc
from sync.errors import Conflict
from sync.padding import is_padded_length
from sync.shape import PREFIXES, case_of_version, is_case, is_v

VERSION = "1.0.0"
CHUNK_TYPE = "application/offset+octet-stream"
_CHECKSUMS = ("sha256", "sha1")
_EXTENSIONS = "creation,creation-with-upload,checksum,expiration"
_NUMBER = re.compile("[0-9]{1,15}")
_NAMES = {400: "bad-request", 404: "not-found", 409: "conflict", 410: "gone", 413: "too-large", 415: "unsupported"}
_NAMES |= {CHECKSUM_MISMATCH: "checksum"}


def _tus(handler: Handler) -> Handler:
    @wraps(handler)
    async def speaking(request: Request) -> Response:
        if request.headers.get("tus-resumable") != VERSION:
            answer: Response = Problem(412, "version")
            answer.headers["Tus-Version"] = VERSION
        else:
            answer = await _answered(handler, request)
        answer.headers["Tus-Resumable"] = VERSION
        if request.scope["http_version"].startswith("1"):
            # A browser sends all of a body again, unasked, where a connection is cut that had carried something else.
            answer.headers["Connection"] = "close"
        return answer

    return speaking


async def _answered(handler: Handler, request: Request) -> Response:
    try:
        return await handler(request)
    except NotTaken as refused:
        return Problem(refused.status, _NAMES[refused.status], refused.reason)
    except DiskFull as error:
        return later(error)
    except Conflict:
        return Problem(409, _NAMES[409], "offset")


async def tell(request: Request) -> Response:
    """Answer `OPTIONS /blobs/`: what of tus is spoken here."""
    headers = {
        "Tus-Resumable": VERSION,
        "Tus-Version": VERSION,
        "Tus-Extension": _EXTENSIONS,
        "Tus-Max-Size": str(BLOB_LIMIT),
        "Tus-Checksum-Algorithm": ",".join(_CHECKSUMS),
        "Cache-Control": "no-store",
    }
    return Response(status_code=204, headers=headers)


@_tus
async def create(request: Request) -> Response:
    """Answer `POST /blobs/`: begin an upload; one that is here whole already is complete at once."""
    files, length = _files(request), _length(request)
    wanted = _metadata(request.headers.get("upload-metadata", ""))
    async with _turns(request).take(wanted.key) as turn:
        version = await files.version(wanted.version, wanted.digest)
        upload = await files.uploads.find(wanted.version, wanted.digest)
        known = await files.length(wanted.digest) if upload is None else None
        if known is not None:
            answer = await _complete(files, version, known)
        else:
            await files.check_room(case_of_version(version), wanted.digest, length)
            upload = await files.uploads.begin(wanted.version, wanted.digest, length)
            answer = await _begun(request, files, version, upload, turn)
    answer.status_code = 201
    answer.headers["Location"] = f"/blobs/{wanted.version}/{wanted.digest}"
    return answer


@_tus
async def show(request: Request) -> Response:
    """Answer `HEAD /blobs/<version>/<digest>`: how much is here; of a whole one with a new receipt."""
    files, wanted = _files(request), _wanted(request)
    async with _turns(request).last(wanted.key):
        version = await files.version(wanted.version, wanted.digest)
        upload = await files.uploads.find(wanted.version, wanted.digest)
        if upload is not None:
            return await _state(files, version, upload, status=200)
        known = await files.length(wanted.digest)
        if known is None:
            raise NotTaken(404, "not-begun")
        answer = await _complete(files, version, known)
        answer.status_code = 200
        return answer


@_tus
async def add(request: Request) -> Response:
    """Answer `PATCH /blobs/<version>/<digest>`: add bytes at the offset."""
    if request.method == "POST" and request.headers.get("x-http-method-override", "").upper() != "PATCH":
        return Problem(405, "method-not-allowed")
    files, wanted = _files(request), _wanted(request)
    _check_type(request)
    offset = _whole_number(request, "upload-offset")
    async with _turns(request).take(wanted.key) as turn:
        version = await files.version(wanted.version, wanted.digest)
        upload = await files.uploads.find(wanted.version, wanted.digest)
        known = await files.length(wanted.digest) if upload is None else upload.offset
        if known is None:
            raise NotTaken(404, "not-begun")
        if offset != known:
            raise Conflict
        if upload is None:  # it is here; some clients say so with a chunk of no bytes
            return await _complete(files, version, known)
        return await _state(files, version, await _grown(request, files, upload, turn))


@dataclass(frozen=True)
class _Wanted:
    version: str
    digest: str

    def __post_init__(self) -> None:
        prefix, _, rest = self.version.partition(".")
        case, _, v = rest.partition(".")
        if prefix not in PREFIXES.values() or not is_case(case) or not is_v(v) or not is_blob(f"blob.{self.digest}"):
            raise NotTaken(404, "unknown")

    @property
    def key(self) -> str:
        return f"{self.version}/{self.digest}"


def _wanted(request: Request) -> _Wanted:
    return _Wanted(request.path_params["version"], request.path_params["digest"])


def _metadata(text: str) -> _Wanted:
    """Read what the file is of; what else a client says of it, a name in any script for one, is passed over."""
    found = dict(pair.strip().partition(" ")[::2] for pair in text.split(","))
    try:
        given = {name: base64.b64decode(found[name], validate=True).decode("ascii") for name in ("version", "digest")}
    except (KeyError, ValueError):
        raise NotTaken(400, "metadata") from None
    return _Wanted(**given)


def _length(request: Request) -> int:
    length = _whole_number(request, "upload-length")
    if length > BLOB_LIMIT:
        raise NotTaken(413, "length")
    if not is_padded_length(length - OVERHEAD):  # nothing sealed is so long
        raise NotTaken(400, "length")
    return length


def _whole_number(request: Request, name: str) -> int:
    text = request.headers.get(name, "")
    if _NUMBER.fullmatch(text) is None:
        raise NotTaken(400, name.removeprefix("upload-"))
    return int(text)


def _check_type(request: Request) -> None:
    if request.headers.get("content-type", "").strip().lower() != CHUNK_TYPE:
        raise NotTaken(415, "content-type")


async def _begun(request: Request, files: SealedFiles, version: Doc, upload: Upload, turn: Turn) -> Response:
    """Take what comes with a creation: only at the beginning, or it would have to say where it belongs."""
    if upload.offset == 0 and "content-type" in request.headers and request.headers.get("content-length") != "0":
        _check_type(request)
        upload = await _grown(request, files, upload, turn)
    return await _state(files, version, upload)


async def _grown(request: Request, files: SealedFiles, upload: Upload, turn: Turn) -> Upload:
    left = upload.length - upload.offset
    if upload.additions >= ADDITIONS:
        raise NotTaken(413, "too-many-pieces")
    if int(request.headers.get("content-length", "0")) > left:
        raise NotTaken(413, "length")
    pieces = _at_most(turn.body(request, PIECE), left)
    with tempfile.SpooledTemporaryFile(4 * PIECE) as file:
        if "upload-checksum" in request.headers:
            pieces = await _checked(pieces, file, request.headers["upload-checksum"])
        try:
            async for piece in pieces:
                upload = await files.uploads.add(upload, piece)
        except Cut:
            pass  # whoever comes again asks where to go on
    return upload


async def _at_most(pieces: AsyncIterator[bytes], left: int) -> AsyncIterator[bytes]:
    async for piece in pieces:
        left -= len(piece)
        if left < 0:
            raise NotTaken(413, "length")
        yield piece


async def _checked(pieces: AsyncIterator[bytes], file: IO[bytes], checksum: str) -> AsyncIterator[bytes]:
    """Take a body in whole; give it again once it has its checksum."""
    algorithm, _, wanted = checksum.partition(" ")
    if algorithm not in _CHECKSUMS:
        raise NotTaken(400, "checksum")
    found = hashlib.new(algorithm, usedforsecurity=False)
    try:
        async for piece in pieces:
            found.update(piece)
            await asyncio.to_thread(file.write, piece)
    except Cut:
        return _again(file, 0)  # nobody knows whether it was right
    if not hmac.compare_digest(base64.b64encode(found.digest()), wanted.strip().encode("latin-1")):
        raise NotTaken(CHECKSUM_MISMATCH, "checksum")
    return _again(file, file.tell())


async def _again(file: IO[bytes], length: int) -> AsyncIterator[bytes]:
    file.seek(0)
    for at in range(0, length, PIECE):
        yield await asyncio.to_thread(file.read, min(PIECE, length - at))


async def _state(files: SealedFiles, version: Doc, upload: Upload, *, status: int = 204) -> Response:
    """Answer with how far an upload is; a whole one is stored where it belongs first."""
    headers = _progress(upload.offset, upload.length)
    if not upload.is_whole:
        headers["Upload-Expires"] = formatdate(upload.expires, usegmt=True)
    elif await files.finish(upload):
        headers |= _receipt(await files.receipt(version))
    return Response(status_code=status, headers=headers)


async def _complete(files: SealedFiles, version: Doc, length: int) -> Response:
    receipt = _receipt(await files.receipt(version))
    return Response(status_code=204, headers=_progress(length, length) | receipt)


def _progress(offset: int, length: int) -> dict[str, str]:
    return {"Upload-Offset": str(offset), "Upload-Length": str(length), "Cache-Control": "no-store"}


def _receipt(receipt: list[Any] | None) -> dict[str, str]:
    return {} if receipt is None else {"Rantau-Receipt": json.dumps(receipt, separators=(",", ":"))}


def _files(request: Request) -> SealedFiles:
    """Give where files go: to the office's, or to those of the hub that says so."""
    make = getattr(request.app.state, "files", None)
    found: SealedFiles = files_of(office_of(request)) if make is None else make()
    return found


def _turns(request: Request) -> Turns:
    state = request.app.state
    if not hasattr(state, "upload_turns"):
        state.upload_turns = Turns()
    turns: Turns = state.upload_turns
    return turns
