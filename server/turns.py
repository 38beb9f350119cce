"""Lets so many exchanges at a time be worked on and no more, so that whoever opens a page waits for few of them.

A turn is held from the beginning until the answer begins, but never while the server waits for a phone: eight thousand
slow uploads hold none. Who has begun goes before who has not.
"""

import asyncio
from collections import deque

from starlette.types import ASGIApp, Message, Receive, Scope, Send

AT_ONCE = 16  # each is half a millisecond of work between two looks at who else is there
EXCHANGE = "/exchange"

Queue = deque["asyncio.Future[None]"]


class Turns:
    """Waits with an exchange until it is its turn."""

    def __init__(self, app: ASGIApp, *, at_once: int = AT_ONCE) -> None:
        self.app = app
        self.free = at_once
        self._begun: Queue = deque()
        self._new: Queue = deque()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Take a turn for an exchange."""
        if scope["type"] != "http" or scope["path"] != EXCHANGE:
            return await self.app(scope, receive, send)
        is_held = has_begun = False

        async def received() -> Message:
            nonlocal is_held
            if has_begun:
                return await receive()
            is_held = False
            self._give()
            message = await receive()
            await self._take(self._begun)
            is_held = True
            return message

        async def sent(message: Message) -> None:
            nonlocal is_held, has_begun
            has_begun = True
            if is_held:
                is_held = False
                self._give()
            await send(message)

        await self._take(self._new)
        is_held = True
        try:
            await self.app(scope, received, sent)
        finally:
            if is_held:
                self._give()
        return None

    async def _take(self, queue: Queue) -> None:
        if self.free:
            self.free -= 1
            return
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        queue.append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if not turn.cancelled():
                self._give()  # it came at the same moment
            raise

    def _give(self) -> None:
        for queue in (self._begun, self._new):
            while queue:
                turn = queue.popleft()
                if not turn.done():
                    turn.set_result(None)
                    return
        self.free += 1
