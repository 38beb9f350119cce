"""Reads what comes over the wire from a CouchDB: up to a limit, inflated up to a limit, every failure one of ours."""

import json
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import aiohttp

from sync.errors import (
    BadRequest,
    Conflict,
    Forbidden,
    NotFound,
    PreconditionFailed,
    StoreError,
    TooLarge,
    Unavailable,
)

CHUNK = 64 * 1024  # bytes
_REASON = 300  # characters of a server's reason that are worth keeping
_BY_STATUS: dict[int, type[StoreError]] = {
    401: Forbidden,
    403: Forbidden,
    404: NotFound,
    409: Conflict,
    412: PreconditionFailed,
    413: TooLarge,
}
_INFLATED = ("gzip", "deflate")
Parsed = TypeVar("Parsed")


class ServerFault(Unavailable):
    """CouchDB answered 500: it is in trouble, or something in this very request broke it."""


class Redirected(Unavailable):
    """A redirect came where a CouchDB should be. It is never followed: it would carry the credentials elsewhere."""


class AnswerTooLarge(Exception):
    """More came than the limit allows; whoever asked says which error that is."""


@contextmanager
def errors_mapped() -> Iterator[None]:
    """Turn what aiohttp and the network raise into `Unavailable`; the messages name no address."""
    try:
        yield
    except TimeoutError:
        raise Unavailable("no answer in time") from None
    except (aiohttp.ClientError, OSError, zlib.error) as error:
        raise Unavailable(f"{type(error).__name__}") from error


async def read_capped(response: aiohttp.ClientResponse, limit: int) -> bytes:
    """Read a body, inflated, up to *limit* bytes.

    Raises:
        AnswerTooLarge: there is more.
    """
    encoding = response.headers.get("Content-Encoding", "identity")
    if encoding != "identity" and encoding not in _INFLATED:
        raise Unavailable(f"unknown content encoding {encoding[:20]}")
    inflate = zlib.decompressobj(wbits=47) if encoding in _INFLATED else None  # 47: reads gzip and zlib
    content = bytearray()
    async for chunk in response.content.iter_chunked(CHUNK):
        room = limit - len(content) + 1
        content += inflate.decompress(chunk, room) if inflate else chunk
        if len(content) > limit:
            raise AnswerTooLarge(f"the answer is over {limit} bytes")
    if inflate and not inflate.eof:
        raise Unavailable("the answer was cut")
    return bytes(content)


async def error_of(response: aiohttp.ClientResponse) -> StoreError:
    """Say which error an answer of status 300 and over is."""
    status = response.status
    if status < 400:
        return Redirected(f"redirected with {status}")
    word, reason = await _said(response)
    if status == 500:
        return ServerFault(f"{word}: {reason}")
    if status > 500 or status in (408, 429):
        return Unavailable(f"{status} {word}: {reason}")
    if status == 413:
        return TooLarge(f"{word}: {reason}")  # CouchDB has several words for it, we have one
    error = _BY_STATUS.get(status, BadRequest)(reason, error=word)
    error.status = status
    return error


async def _said(response: aiohttp.ClientResponse) -> tuple[str, str]:
    """Read CouchDB's own `error` and `reason`, if it is CouchDB that answered."""
    try:
        body = json.loads(await read_capped(response, CHUNK))
        return str(body["error"])[:_REASON], str(body.get("reason") or "")[:_REASON]
    except (AnswerTooLarge, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return "unknown_error", ""


def parsed(parse: Callable[[Any], Parsed], body: Any) -> Parsed:
    """Read an answer with *parse*.

    Raises:
        Unavailable: it has not the shape that CouchDB gives; something else answers there.
    """
    try:
        return parse(body)
    except (LookupError, TypeError, ValueError, AttributeError):
        raise Unavailable("the answer is not one of CouchDB's") from None
