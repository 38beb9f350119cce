"""Reads a document whose attachments come as parts of the same body, as CouchDB's replicator sends them."""

import base64
import zlib
from collections.abc import AsyncIterator
from typing import Any

from starlette.requests import Request

from server.couch_body import DOC_LIMIT, parse, pieces
from server.couch_multipart import Event, PartBegins, PartData, PartReader, boundary_of
from sync.document import Doc
from sync.errors import BadRequest, TooLarge

_GZIP = 16 + zlib.MAX_WBITS


async def read_related(request: Request, *, limit: int = DOC_LIMIT) -> Doc:
    """Give the document, its attachments with their data in it.

    Raises:
        BadRequest: the parts are not those that the document names.
        TooLarge: they are over the limit, as sent or after unpacking.
    """
    reader = PartReader(boundary_of(request.headers["content-type"]))
    parts: list[bytearray] = []
    async for event in _events(request, reader, limit):
        if isinstance(event, PartBegins):
            parts.append(bytearray())
        elif isinstance(event, PartData):
            parts[-1] += event.data
    if not reader.is_whole or not parts:
        raise BadRequest("the multipart body was cut")
    doc = parse(bytes(parts.pop(0)))
    attachments = doc.get("_attachments") if isinstance(doc, dict) else None
    if not isinstance(doc, dict) or not isinstance(attachments, dict | None):
        raise BadRequest("the first part must be a document")
    return doc | ({"_attachments": _filled(attachments, parts, limit)} if attachments else {})


async def _events(request: Request, reader: PartReader, limit: int) -> AsyncIterator[Event]:
    async for data in pieces(request, limit=limit):
        for event in reader.feed(data):
            yield event


def _filled(attachments: dict[str, Any], parts: list[bytearray], limit: int) -> dict[str, Any]:
    following = [name for name, value in attachments.items() if isinstance(value, dict) and value.get("follows")]
    if len(following) != len(parts):
        raise BadRequest("as many parts must follow as the document names attachments")
    # They come in the order in which the document names them.
    data = dict(zip(following, parts, strict=True))
    return {name: _one(value, data.get(name), limit) for name, value in attachments.items()}


def _one(value: Any, data: bytearray | None, limit: int) -> Any:
    if data is None:
        # Of what CouchDB keeps packed it tells the digest of the packed bytes, which are not ours.
        packed = isinstance(value, dict) and value.get("encoding", "identity") != "identity"
        return {key: value[key] for key in value if key != "digest"} if packed else value
    plain = _unpacked(bytes(data), limit) if value.get("encoding") == "gzip" else bytes(data)
    kept = {key: value[key] for key in ("content_type", "revpos") if key in value}
    return kept | {"data": base64.b64encode(plain).decode()}


def _unpacked(data: bytes, limit: int) -> bytes:
    stream = zlib.decompressobj(_GZIP)
    try:
        plain = stream.decompress(data, limit)
    except zlib.error:
        raise BadRequest("an attachment is not the gzip that it says it is") from None
    if not stream.eof:
        raise TooLarge("the request entity is too large")
    return plain
