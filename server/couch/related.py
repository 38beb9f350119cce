"""Reads a document whose attachments come as parts of the same body, as CouchDB's replicator sends them.

The parts come in the order in which the document names them. They are passed on as streams where their lengths are
known beforehand; what CouchDB sends packed is unpacked in memory, up to a limit.
"""

import base64
import zlib
from collections.abc import AsyncIterator
from typing import Any

from starlette.requests import Request

from server.couch.body import DOC_LIMIT, parse, pieces
from server.couch.multipart import Event, PartBegins, PartData, PartEnds, PartReader, boundary_of
from sync.document import Doc
from sync.errors import BadRequest, TooLarge
from sync.streamed import Streams

_GZIP = 16 + zlib.MAX_WBITS
_CUT = "the multipart body was cut"


class Related:
    """One body: its document, then its parts, each of which has to be read to its end before the next."""

    def __init__(self, request: Request, *, limit: int = DOC_LIMIT) -> None:
        self._reader = PartReader(boundary_of(request.headers["content-type"]))
        self._events = self._parts(pieces(request, limit=limit))
        self._limit = limit
        self.doc: Doc = {}

    async def _parts(self, chunks: AsyncIterator[bytes]) -> AsyncIterator[Event]:
        async for data in chunks:
            for event in self._reader.feed(data):
                yield event

    async def read_document(self) -> None:
        """Read the first part.

        Raises:
            BadRequest: it is no document.
        """
        doc = parse(b"".join([data async for data in self._part()]))
        if not isinstance(doc, dict) or not isinstance(doc.get("_attachments", {}), dict):
            raise BadRequest("the first part must be a document")
        self.doc = doc

    @property
    def following(self) -> dict[str, dict[str, Any]]:
        """Give what the document says of the attachments that come as parts."""
        given = self.doc.get("_attachments", {}).items()
        return {name: value for name, value in given if isinstance(value, dict) and value.get("follows")}

    @property
    def is_plain(self) -> bool:
        """Say whether every part is announced with its length and is not packed."""
        return all(
            type(value.get("length")) is int and value.get("encoding", "identity") == "identity"
            for value in self.following.values()
        )

    def streamed(self) -> tuple[Doc, Streams]:
        """Give the document and the parts as streams, to be read in their order."""
        names = list(self.following)
        stubs = {
            name: {key: value[key] for key in ("content_type", "revpos", "length") if key in value}
            for name, value in self.following.items()
        }
        given = {name: stubs.get(name, value) for name, value in self.doc.get("_attachments", {}).items()}
        doc = self.doc | ({"_attachments": given} if given else {})
        return doc, {name: self._part(is_last=name == names[-1]) for name in names}

    async def whole(self) -> Doc:
        """Give the document with the data of its parts in it.

        Raises:
            BadRequest: the parts are not those that the document names.
            TooLarge: they are over the limit when unpacked.
        """
        following, filled = self.following, dict[str, Any]()
        for number, (name, value) in enumerate(following.items(), 1):
            data = b"".join([data async for data in self._part(is_last=number == len(following))])
            filled[name] = _inline(value, data, self._limit)
        given = {name: filled.get(name, _without_packed_digest(value)) for name, value in self._given()}
        return self.doc | ({"_attachments": given} if given else {})

    def _given(self) -> list[tuple[str, Any]]:
        return list(self.doc.get("_attachments", {}).items())

    async def _part(self, *, is_last: bool = False) -> AsyncIterator[bytes]:
        if not isinstance(await anext(self._events, None), PartBegins):
            raise BadRequest(_CUT)
        async for event in self._events:
            if isinstance(event, PartData):
                yield event.data
            elif isinstance(event, PartEnds):
                break
        else:
            raise BadRequest(_CUT)
        if is_last and not self._reader.is_whole:
            raise BadRequest("more parts follow than the document names")


def _inline(value: dict[str, Any], data: bytes, limit: int) -> dict[str, Any]:
    plain = _unpacked(data, limit) if value.get("encoding") == "gzip" else data
    kept = {key: value[key] for key in ("content_type", "revpos") if key in value}
    return kept | {"data": base64.b64encode(plain).decode()}


def _without_packed_digest(value: Any) -> Any:
    # Of what CouchDB keeps packed it tells the digest of the packed bytes, which are not ours.
    packed = isinstance(value, dict) and value.get("encoding", "identity") != "identity"
    return {key: value[key] for key in value if key != "digest"} if packed else value


def _unpacked(data: bytes, limit: int) -> bytes:
    stream = zlib.decompressobj(_GZIP)
    try:
        plain = stream.decompress(data, limit)
    except zlib.error:
        raise BadRequest("an attachment is not the gzip that it says it is") from None
    if not stream.eof:
        raise TooLarge("the request entity is too large")
    return plain
