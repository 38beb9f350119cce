"""Attachments on the CouchDB face: streamed out, from any byte on; taken in and removed as edits of their document."""

import base64
import re
from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from server.couch_body import DOC_LIMIT, read_whole
from server.couch_face import Asked
from server.couch_revs import one_line
from server.couch_stream import CouchStream
from server.couch_target import Options
from server.couch_words import answer_of, refusal
from sync.document import Doc
from sync.errors import Conflict, NotFound

_RANGE = re.compile(r"bytes=([0-9]{0,15})-([0-9]{0,15})")


async def show_attachment(request: Request, asked: Asked, options: Options) -> Response:
    """Answer `GET /couch/{db}/{id}/{name}`, or a part of it where `Range` asks for one."""
    doc = await asked.store.get(asked.target.document, rev=options.word("rev"))
    stub = _stub(doc, asked.target.attachment)
    length, etag = stub["length"], f'"{stub["digest"].removeprefix("md5-")}"'
    headers = {"ETag": etag, "Accept-Ranges": "bytes", "Content-MD5": etag.strip('"')}
    if request.headers.get("if-none-match") == etag:
        return Response(status_code=304, headers={"ETag": etag, "Cache-Control": "no-store"})
    part = _part(request.headers.get("range", ""), length)
    if part is None:
        return refusal(416, error="requested_range_not_satisfiable", headers={"Content-Range": f"bytes */{length}"})
    start, end = part
    is_whole = (start, end) == (0, length)
    headers["Content-Length"] = str(end - start)
    headers |= {} if is_whole else {"Content-Range": f"bytes {start}-{end - 1}/{length}"}
    chunks = _between(asked, doc["_rev"], start, end)
    # What peers store is no page of ours: no browser is to show it as one.
    headers |= {"Content-Disposition": "attachment"}
    kind = one_line(stub["content_type"])
    return CouchStream(chunks, media_type=kind, status_code=200 if is_whole else 206, headers=headers)


async def put_attachment(request: Request, asked: Asked, options: Options) -> Response:
    """Answer `PUT /couch/{db}/{id}/{name}?rev=`."""
    rev = _rev(request, options)
    doc = await _edited(asked, rev)
    data = await read_whole(request, limit=DOC_LIMIT)
    content_type = request.headers.get("content-type", "application/octet-stream")
    value = {"content_type": content_type, "data": base64.b64encode(data).decode()}
    doc["_attachments"] = doc.get("_attachments", {}) | {asked.target.attachment: value}
    [written] = await asked.face.write(asked.store, [doc])
    return answer_of(written)


async def delete_attachment(request: Request, asked: Asked, options: Options) -> Response:
    """Answer `DELETE /couch/{db}/{id}/{name}?rev=`."""
    rev = _rev(request, options)
    if rev is None:
        raise Conflict("Document update conflict.")
    doc = await _edited(asked, rev)
    _stub(doc, asked.target.attachment)
    del doc["_attachments"][asked.target.attachment]
    [written] = await asked.face.write(asked.store, [doc])
    return answer_of(written, status=200)


async def _edited(asked: Asked, rev: str | None) -> Doc:
    """Give the document on which an edit of its attachments builds; a new one where there is none."""
    try:
        doc = await asked.store.get(asked.target.document, rev=rev)
    except NotFound:
        if rev is not None:
            raise Conflict("Document update conflict.") from None
        return {"_id": asked.target.document}
    if rev is None:
        raise Conflict("Document update conflict.")
    return doc


def _rev(request: Request, options: Options) -> str | None:
    return options.word("rev") or request.headers.get("if-match", "").strip().strip('"') or None


def _stub(doc: Doc, name: str) -> dict[str, Any]:
    found: dict[str, Any] | None = doc.get("_attachments", {}).get(name)
    if found is None:
        raise NotFound("Document is missing attachment")
    return found


def _part(wanted: str, length: int) -> tuple[int, int] | None:
    """Read a `Range`: from where to before where; None where nothing is left; whole where it asks for several."""
    found = _RANGE.fullmatch(wanted.strip())
    if found is None or not (found[1] or found[2]):
        return 0, length
    if not found[1]:
        return (max(0, length - int(found[2])), length) if int(found[2]) else None
    start, end = int(found[1]), min(length, int(found[2]) + 1 if found[2] else length)
    return (start, end) if start < end else None


async def _between(asked: Asked, rev: str, start: int, end: int) -> AsyncIterator[bytes]:
    left = end - start
    chunks = asked.store.attachment_chunks(asked.target.document, asked.target.attachment, rev=rev, start=start)
    async with aclosing(chunks) as pieces:  # type: ignore[type-var]  # both stores give generators
        async for chunk in pieces:
            if left <= 0:
                return
            yield chunk[:left]
            left -= len(chunk)
