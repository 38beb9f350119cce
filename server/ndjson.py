"""Answers that are lines of JSON, sent as they become known and compressed where that saves bytes.

Starlette's own StreamingResponse is not used: while it sends, it reads from the connection to notice a client that
leaves, and would so swallow the rest of a body that is still coming in.
"""

import json
from collections.abc import AsyncIterator
from typing import Any

from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from server.disk import DiskFull
from server.packing import Encoder, encoder_of
from sync.errors import Unavailable

NDJSON = "application/x-ndjson"


class Problem(JSONResponse):
    """An error before any line: a name, and the reason where there is one more to tell."""

    media_type = "application/problem+json"

    def __init__(self, status: int, error: str, reason: str | None = None, *, retry_after: int | None = None) -> None:
        headers = {"Cache-Control": "no-store"} | ({"Retry-After": str(retry_after)} if retry_after else {})
        super().__init__({"error": error, "reason": reason}, status_code=status, headers=headers)


def later(error: Unavailable) -> Problem:
    """Answer that the store is away or its disk full: whoever asks comes again."""
    # Why a store is away may name files and hosts.
    reason = error.reason if isinstance(error, DiskFull) else None
    return Problem(503, "unavailable", reason, retry_after=error.retry_after)


class JsonAnswer(JSONResponse):
    """An answer of the console's, in JSON, that nothing on the way keeps."""

    def __init__(self, content: Any, *, status_code: int = 200) -> None:
        super().__init__(content, status_code=status_code, headers={"Cache-Control": "no-store"})


class NdjsonResponse(Response):
    """Sends batches of rows, a line each."""

    media_type = NDJSON

    def __init__(self, batches: AsyncIterator[list[Any]], *, encoding: str | None = None) -> None:
        super().__init__(headers={"Cache-Control": "no-store", "Vary": "Accept-Encoding"})
        del self.headers["content-length"]
        if encoding:
            self.headers["Content-Encoding"] = encoding
        self._batches = batches
        self._encoder: Encoder = encoder_of(encoding)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it; a client that is no longer there is nobody's error."""
        try:
            await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
            async for rows in self._batches:
                await _send(send, self._encoder.process(lines(rows)), more=True)
            await _send(send, self._encoder.finish(), more=False)
        except OSError:
            return


async def begun(batches: AsyncIterator[list[Any]]) -> tuple[list[Any], AsyncIterator[list[Any]]]:
    """Give the first batch, and the same batches again: whatever it raises comes before an answer has begun."""
    first = await anext(batches)

    async def all_of_them() -> AsyncIterator[list[Any]]:
        yield first
        async for rows in batches:
            yield rows

    return first, all_of_them()


def lines(rows: list[Any]) -> bytes:
    """Write rows as lines of JSON."""
    return b"".join(json.dumps(row, separators=(",", ":")).encode() + b"\n" for row in rows)


async def _send(send: Send, body: bytes, *, more: bool) -> None:
    await send({"type": "http.response.body", "body": body, "more_body": more})
