"""Attachments on the CouchDB face: streamed out, from any byte on; taken in and removed as edits of their document."""

import base64
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from server.couch.body import DOC_LIMIT, read_whole
from server.couch.face import Asked
from server.couch.revs import one_line
from server.couch.stream import CouchStream
from server.couch.target import Options
from server.couch.words import answer_of, refusal
from server.uploads.byte_range import bytes_of, part_of
from sync.document import Doc
from sync.errors import Conflict, NotFound


async def show_attachment(request: Request, asked: Asked, options: Options) -> Response:
    """Answer `GET /couch/{db}/{id}/{name}`, or a part of it where `Range` asks for one."""
    doc = await asked.store.get(asked.target.document, rev=options.word("rev"))
    stub = _stub(doc, asked.target.attachment)
    length, etag = stub["length"], f'"{stub["digest"].removeprefix("md5-")}"'
    headers = {"ETag": etag, "Content-MD5": etag.strip('"')}
    if request.headers.get("if-none-match") == etag:
        return Response(status_code=304, headers={"ETag": etag, "Cache-Control": "no-store"})
    part = part_of(request.headers.get("range", ""), length)
    if part is None:
        return refusal(416, error="requested_range_not_satisfiable", headers={"Content-Range": f"bytes */{length}"})
    chunks = bytes_of(asked.store, asked.target.document, asked.target.attachment, part, rev=doc["_rev"])
    # What peers store is no page of ours: no browser is to show it as one.
    headers |= part.headers | {"Content-Disposition": "attachment"}
    return CouchStream(chunks, media_type=one_line(stub["content_type"]), status_code=part.status, headers=headers)


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
