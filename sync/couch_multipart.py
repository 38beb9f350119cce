"""A document and its attachments as one `multipart/related` body, as CouchDB reads it: JSON first, then the bytes.

CouchDB takes the parts in the order in which the JSON names those that `follow`; other servers go by the file name.
"""

import secrets
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

from sync.couch_http import to_json
from sync.document import Doc
from sync.streamed import Streams, announced, whole


@dataclass(frozen=True)
class Multipart:
    """A body that can be sent once."""

    headers: dict[str, str]
    chunks: AsyncIterator[bytes]


def multipart(doc: Doc, streams: Streams) -> Multipart:
    """Put *doc* and its *streams* together; the streams are read when the body is.

    Raises:
        BadRequest: the document is no JSON or does not announce an attachment.
    """
    lengths = announced(doc, streams)
    boundary = secrets.token_hex(16).encode()
    first = b"--%b\r\nContent-Type: application/json\r\n\r\n%b" % (boundary, to_json(_following(doc, streams)))
    heads = {name: _head(boundary, name, doc["_attachments"][name], lengths[name]) for name in streams}
    last = b"\r\n--%b--" % boundary
    length = len(first) + sum(map(len, heads.values())) + sum(lengths.values()) + len(last)

    async def chunks() -> AsyncIterator[bytes]:
        yield first
        for name, stream in streams.items():
            yield heads[name]
            async for chunk in whole(stream, lengths[name]):
                yield chunk
        yield last

    headers = {
        "Accept": "application/json",
        "Content-Type": f'multipart/related; boundary="{boundary.decode()}"',
        "Content-Length": str(length),
    }
    return Multipart(headers, chunks())


def _following(doc: Doc, streams: Streams) -> Doc:
    given: dict[str, Any] = doc.get("_attachments", {})
    # Without their digest: CouchDB has it of the compressed bytes where it compresses, and those are not sent.
    follow = {
        name: {"content_type": _type(given[name]), "revpos": given[name].get("revpos", 0), "follows": True}
        | {"length": given[name]["length"]}
        for name in streams
    }
    rest = {name: value for name, value in given.items() if name not in streams}
    return doc | ({"_attachments": follow | rest} if given else {})


def _head(boundary: bytes, name: str, stub: dict[str, Any], length: int) -> bytes:
    filename = "".join({'"': "%22", "\r": "%0D", "\n": "%0A"}.get(letter, letter) for letter in name)
    return (
        f'\r\n--{boundary.decode()}\r\nContent-Disposition: attachment; filename="{filename}"\r\n'
        f"Content-Type: {_type(stub)}\r\nContent-Length: {length}\r\n\r\n"
    ).encode(errors="replace")


def _type(stub: dict[str, Any]) -> str:
    text = str(stub.get("content_type", "application/octet-stream"))
    return text if text.isprintable() else "application/octet-stream"  # a header has no line ends in it
