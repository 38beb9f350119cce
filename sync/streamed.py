"""Attachments as streams: what a document says of them beforehand, and whether as much came."""

from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from typing import Any

from sync.document import Doc
from sync.errors import BadRequest, Unavailable

Streams = Mapping[str, AsyncIterator[bytes]]


def announced(doc: Doc, streams: Streams) -> dict[str, int]:
    """Give the length in bytes that *doc* announces for each stream.

    Raises:
        BadRequest: it does not name one of them, or not with its length.
    """
    stubs = doc.get("_attachments")
    lengths = {name: _length(stubs.get(name)) if isinstance(stubs, dict) else None for name in streams}
    found = {name: length for name, length in lengths.items() if length is not None}
    if len(found) < len(lengths):
        raise BadRequest("an attachment comes without its length", error="doc_validation")
    return found


def _length(stub: Any) -> int | None:
    length = stub.get("length") if isinstance(stub, dict) else None
    return length if type(length) is int and length >= 0 else None


async def whole(stream: AsyncIterator[bytes], length: int) -> AsyncIterator[bytes]:
    """Pass a stream on.

    Raises:
        Unavailable: it is longer or shorter than *length*.
    """
    left = length
    async for chunk in stream:
        left -= len(chunk)
        if left < 0:
            break
        yield chunk
    if left:
        raise Unavailable("an attachment is not as long as announced")


async def let_go(streams: Streams) -> None:
    """End streams that are not read to their end, so that what they hold is free at once."""
    for stream in streams.values():
        close = getattr(stream, "aclose", None)
        if close is not None:
            with suppress(RuntimeError):  # a request that is just ending still reads it, and ends it with itself
                await close()
