"""Reads the body of a request to the CouchDB face, bounded: strict JSON, or pieces as they come."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request

from server.body_deadline import Deadline
from sync.errors import BadRequest, TooLarge

JSON_LIMIT = 32 << 20  # bytes of a body of JSON: a batch of documents with their images
DOC_LIMIT = 24 << 20  # bytes of a document with its attachments, or of an attachment
NOTE_LIMIT = 64 << 10  # bytes of a `_local` document: fifty sessions of a checkpoint are a quarter of it
_LARGE = 1 << 20  # bytes from which a body waits for its turn, so that few of them are in memory at once
_AT_ONCE = 4
_BESIDE = 64 << 10  # bytes from which JSON is parsed beside the event loop


@asynccontextmanager
async def turn(request: Request) -> AsyncIterator[None]:
    """Wait until a large body may be in memory; small ones need not."""
    length = request.headers.get("content-length", "0")
    is_small = "transfer-encoding" not in request.headers and length.isdecimal() and int(length) < _LARGE
    if is_small:
        yield
        return
    state = request.app.state
    if not hasattr(state, "large_bodies"):
        state.large_bodies = asyncio.Semaphore(_AT_ONCE)
    async with state.large_bodies:
        yield


async def read_object(request: Request, *, limit: int = JSON_LIMIT) -> dict[str, Any]:
    """Give a body that is a JSON object.

    Raises:
        HTTPException: 413 for too much, 415 for another type.
        BadRequest: it is no JSON object, or has a key twice.
    """
    value = await read_json(request, limit=limit)
    if not isinstance(value, dict):
        raise BadRequest("Request body must be a JSON object")
    return value


async def read_json(request: Request, *, limit: int = JSON_LIMIT) -> Any:
    """Give a body of JSON."""
    kind = request.headers.get("content-type", "").split(";")[0].strip().lower()
    # A page elsewhere can have a browser post plain text here, but nothing that says it is JSON.
    if kind != "application/json":
        raise HTTPException(415)
    body = await read_whole(request, limit=limit)
    return await asyncio.to_thread(parse, body) if len(body) > _BESIDE else parse(body)


async def read_whole(request: Request, *, limit: int) -> bytes:
    """Give a whole body.

    Raises:
        HTTPException: 413 for too much.
    """
    body = bytearray()
    async for data in pieces(request, limit=limit):
        body += data
    return bytes(body)


async def pieces(request: Request, *, limit: int) -> AsyncIterator[bytes]:
    """Give a body as it comes.

    Raises:
        TooLarge: it is over the limit.
        BadRequest: it is packed, or stopped coming.
    """
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise HTTPException(415)
    count, stream, deadline = 0, request.stream(), Deadline()
    try:
        while True:
            async with asyncio.timeout(deadline.left()):
                data = await anext(stream, None)
            if data is None:
                return
            deadline.came(len(data))
            count += len(data)
            if count > limit:
                raise TooLarge("the request entity is too large")
            yield data
    except (TimeoutError, ClientDisconnect):
        raise BadRequest("the body was cut") from None


def parse(body: bytes) -> Any:
    """Parse JSON in which every key stands once and every number and character is one.

    Raises:
        BadRequest: it is none.
    """
    try:
        value = json.loads(body.decode(), object_pairs_hook=_object, parse_constant=_no_constant)
        if b"\\u" in body:
            json.dumps(value, ensure_ascii=False).encode()  # half a character is no text, and nothing could store it
    except (ValueError, RecursionError):
        raise BadRequest("invalid UTF-8 JSON") from None
    return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        # Two readers may take different ones of the same key twice, so nobody takes either (CVE-2017-12635).
        raise ValueError("a key twice")
    return found


def _no_constant(text: str) -> None:
    raise ValueError(text)
