"""Sends a long answer of the CouchDB face as it is made, and stops making it when whoever asked has left."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import aclosing

from starlette.responses import Response
from starlette.types import Receive, Scope, Send


class CouchStream(Response):
    """An answer whose body comes in pieces; the request's own body has been read before."""

    def __init__(
        self,
        pieces: AsyncIterator[bytes],
        *,
        media_type: str = "application/json",
        status_code: int = 200,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        # As a header, or Starlette would say of every text that it is UTF-8.
        own = {"Cache-Control": "no-store", "Content-Type": media_type}
        super().__init__(status_code=status_code, headers={**own, **(headers or {})})
        if "Content-Length" not in (headers or {}):
            del self.headers["content-length"]
        self._pieces = pieces

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it; a client that is no longer there is nobody's error."""
        sending = asyncio.create_task(self._send(scope, send))
        leaving = asyncio.create_task(_left(receive))
        try:
            await asyncio.wait({sending, leaving}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            leaving.cancel()
            if not sending.done():
                sending.cancel()
            await asyncio.wait({sending, leaving})
        if not sending.cancelled():
            sending.result()

    async def _send(self, scope: Scope, send: Send) -> None:
        async with aclosing(self._pieces) as pieces:  # type: ignore[type-var]  # every one of ours is a generator
            try:
                await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
                if scope["method"] != "HEAD":
                    async for piece in pieces:
                        await send({"type": "http.response.body", "body": piece, "more_body": True})
                await send({"type": "http.response.body", "body": b"", "more_body": False})
            except OSError:
                return


async def _left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
