"""Answers that are lines of JSON, sent as they become known and compressed where that saves bytes.

Starlette's own StreamingResponse is not used: while it sends, it reads from the connection to notice a client that
leaves, and would so swallow the rest of a body that is still coming in.
"""

import json
import zlib
from collections.abc import AsyncIterator
from typing import Any, Protocol

import brotli
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

NDJSON = "application/x-ndjson"
_QUALITY = 5  # of brotli's 11: beyond it, receipts cost time and save nothing


class Problem(JSONResponse):
    """An error before any line: a name, and the reason where there is one more to tell."""

    media_type = "application/problem+json"

    def __init__(self, status: int, error: str, reason: str | None = None, *, retry_after: int | None = None) -> None:
        headers = {"Cache-Control": "no-store"} | ({"Retry-After": str(retry_after)} if retry_after else {})
        super().__init__({"error": error, "reason": reason}, status_code=status, headers=headers)


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


def choose_encoding(accepted: str) -> str | None:
    """Choose from an Accept-Encoding header; None is to send as is."""
    offers = [part.strip().lower().replace(" ", "") for part in accepted.split(",")]
    names = {offer.split(";")[0] for offer in offers if not offer.endswith((";q=0", ";q=0.0"))}
    return next((name for name in _ENCODERS if name in names), None)


class NdjsonResponse(Response):
    """Sends batches of rows, a line each."""

    media_type = NDJSON

    def __init__(self, batches: AsyncIterator[list[Any]], *, encoding: str | None = None) -> None:
        super().__init__(headers={"Cache-Control": "no-store", "Vary": "Accept-Encoding"})
        del self.headers["content-length"]
        if encoding:
            self.headers["Content-Encoding"] = encoding
        self._batches = batches
        self._encoder: Encoder = _ENCODERS[encoding]() if encoding else _Plain()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it; a client that is no longer there is nobody's error."""
        try:
            await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
            async for rows in self._batches:
                await _send(send, self._encoder.process(lines(rows)), more=True)
            await _send(send, self._encoder.finish(), more=False)
        except OSError:
            return


def lines(rows: list[Any]) -> bytes:
    """Write rows as lines of JSON."""
    return b"".join(json.dumps(row, separators=(",", ":")).encode() + b"\n" for row in rows)


async def _send(send: Send, body: bytes, *, more: bool) -> None:
    await send({"type": "http.response.body", "body": body, "more_body": more})
