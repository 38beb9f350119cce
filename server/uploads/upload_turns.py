"""One request at a time for each upload: whoever comes later ends the one before, which first keeps what it has.

A phone that lost its connection asks at once where to go on, while its old request still waits for bytes here. This
is about requests under way in this process only; between processes the store decides.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from starlette.requests import ClientDisconnect, Request

from server.body_deadline import Deadline

_LAST_BYTES = 0.2  # seconds in which what has arrived already, or that the connection broke, is told
_HANDING_OVER = 10.0  # seconds that the one before may take to store what it has
_OVERTAKING = 0.02  # seconds in which what arrived while the process slept begins, in any order


class Turn:
    """The turn of one request."""

    def __init__(self) -> None:
        self.is_wanted = asyncio.Event()
        self.is_over = asyncio.Event()

    async def body(self, request: Request, piece: int) -> AsyncIterator[bytes]:
        """Give the request's body in pieces of *piece* bytes, the last one shorter, as far as it comes.

        Raises:
            Cut: after the last piece, when there should have been more.
        """
        held, chunks, deadline = bytearray(), request.stream(), Deadline()
        is_cut = False
        while True:
            try:
                chunk = await self._next(chunks, deadline.left())
            except (ClientDisconnect, TimeoutError):
                is_cut = True
                break
            if chunk is None:
                break
            deadline.came(len(chunk))
            held += chunk
            while len(held) >= piece:
                yield bytes(held[:piece])
                del held[:piece]
        if held:
            yield bytes(held)
        if is_cut:
            raise Cut

    async def _next(self, chunks: AsyncIterator[bytes], patience: float) -> bytes | None:
        reading = asyncio.ensure_future(anext(chunks, None))
        wanted = asyncio.ensure_future(self.is_wanted.wait())
        try:
            await asyncio.wait({reading, wanted}, timeout=max(patience, 0), return_when=asyncio.FIRST_COMPLETED)
            if not reading.done() and self.is_wanted.is_set():
                await asyncio.wait({reading}, timeout=_LAST_BYTES)
            if not reading.done():
                raise TimeoutError
            return reading.result()
        finally:
            wanted.cancel()
            reading.cancel()


class Cut(Exception):
    """The body ended before its end: the connection broke, was silent, or its sender has come again."""


class Turns:
    """The turns of one application."""

    def __init__(self) -> None:
        self._last: dict[str, Turn] = {}

    @asynccontextmanager
    async def last(self, name: str) -> AsyncIterator[Turn]:
        """Wait for a turn after all that was sent before: a busy machine may begin the request that asks first."""
        await asyncio.sleep(_OVERTAKING)
        async with self.take(name) as turn:
            yield turn

    @asynccontextmanager
    async def take(self, name: str) -> AsyncIterator[Turn]:
        """Wait for the turn of whatever *name* names; taken before anything else is awaited, in the order of asking."""
        before, mine = self._last.get(name), Turn()
        self._last[name] = mine
        try:
            if before is not None:
                before.is_wanted.set()
                with suppress(TimeoutError):
                    await asyncio.wait_for(before.is_over.wait(), _HANDING_OVER)
            yield mine
        finally:
            mine.is_over.set()
            if self._last.get(name) is mine:
                del self._last[name]
