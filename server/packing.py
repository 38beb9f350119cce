"""Compresses answers that are made for one request, whole or as they grow.

What is secret in them (a receipt code) stands beside what was posted, and a length may tell of that: only posts from
our own pages are answered so (origin.py), and nobody else can make them guess.
"""

import zlib
from typing import Protocol

import brotli
from starlette.requests import Request
from starlette.responses import Response

from server.site.resources import choose_encoding

_QUALITY = 5  # of brotli's 11: beyond it, an answer for one costs time and saves nothing
_WORTH = 600  # bytes: below, an answer is one packet anyway


class Encoder(Protocol):
    """A compressor that can give out all it has taken so far."""

    def process(self, data: bytes) -> bytes:
        """Compress, giving out everything."""

    def finish(self) -> bytes:
        """Give what closes the stream."""


class _Brotli:
    def __init__(self) -> None:
        self._stream = brotli.Compressor(quality=_QUALITY)

    def process(self, data: bytes) -> bytes:
        return bytes(self._stream.process(data) + self._stream.flush())

    def finish(self) -> bytes:
        return bytes(self._stream.finish())


class _Gzip:
    def __init__(self) -> None:
        self._stream = zlib.compressobj(wbits=16 + zlib.MAX_WBITS)

    def process(self, data: bytes) -> bytes:
        return self._stream.compress(data) + self._stream.flush(zlib.Z_SYNC_FLUSH)

    def finish(self) -> bytes:
        return self._stream.flush()


class _Plain:
    def process(self, data: bytes) -> bytes:
        return data

    def finish(self) -> bytes:
        return b""


_ENCODERS: dict[str, type[Encoder]] = {"br": _Brotli, "gzip": _Gzip}
_BY_SIZE = {"br": b"", "gzip": b"+"}  # the smaller is chosen, and brotli always is


def choose_live_encoding(accepted: str) -> str | None:
    """Choose from an Accept-Encoding header for an answer that is made now; None is to send as is."""
    return choose_encoding(accepted, _BY_SIZE)


def encoder_of(name: str | None) -> Encoder:
    """Give a fresh encoder for what `choose_live_encoding` chose."""
    return _ENCODERS[name]() if name else _Plain()


def pack(request: Request, response: Response) -> Response:
    """Compress the body of *response* where the browser can read it and it is worth it."""
    name = choose_live_encoding(request.headers.get("accept-encoding", ""))
    response.headers["Vary"] = "Accept-Encoding"
    if name and len(response.body) >= _WORTH:
        encoder = encoder_of(name)
        response.body = encoder.process(bytes(response.body)) + encoder.finish()
        response.headers["Content-Encoding"] = name
        response.headers["Content-Length"] = str(len(response.body))
    return response
