"""Event loops of the tests: one in a thread of its own for what serves or drives, one that tells what was left open.

A connection that is left open is noticed only when it is collected, and then it is another test that fails.
"""

import asyncio
import socket
import threading
from collections.abc import Coroutine
from typing import Any, Self, TypeVar

from aiohttp import web

T = TypeVar("T")
_ACCEPTED = 3  # turns of the loop from a connection's being accepted until its server knows it


class StrictLoop(asyncio.SelectorEventLoop):
    """Fails when it is closed before its connections are."""

    def close(self) -> None:
        left = [] if self.is_closed() else [one for one in self._transports.values() if _is_open(one)]
        told = [f"{one} {one.get_extra_info('sockname')} to {one.get_extra_info('peername')}" for one in left]
        for one in left:
            one.abort()
        if left:
            self.run_until_complete(asyncio.sleep(0))
        super().close()
        assert not told, f"left open: {', '.join(told)}"


class OwnLoop:
    """Runs from the start; `close` ends what still runs on it."""

    def __init__(self) -> None:
        self._loop = StrictLoop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    def do(self, work: Coroutine[Any, Any, T], *, patience: float = 20) -> T:
        """Wait for *work*, at most *patience* seconds."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(patience)

    def close(self) -> None:
        self.do(_end_all())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


class OwnServer:
    """Serves *app* on *port* of 127.0.0.1, 0: a free one, in the loop in which it is started."""

    def __init__(self, app: web.Application, *, port: int = 0) -> None:
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        self._socket = socket.create_server(("127.0.0.1", port))
        self.port = self._socket.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"

    async def start(self) -> Self:
        await self._runner.setup()
        await web.SockSite(self._runner, self._socket).start()
        return self

    async def stop(self) -> None:
        """End it with every connection: one that was just being accepted, and one whose client reads no more."""
        asyncio.get_running_loop().remove_reader(self._socket)  # takes no more, but what it took is made first:
        for _ in range(_ACCEPTED):  # asyncio loses a connection whose server is closed before the connection is made
            await asyncio.sleep(0)
        connections = [handler.transport for handler in self._runner.server.connections]
        await self._runner.cleanup()
        for connection in filter(None, connections):
            connection.abort()
        await asyncio.sleep(0)


async def _end_all() -> None:
    while left := asyncio.all_tasks() - {asyncio.current_task()}:
        for task in left:
            task.cancel()
        await asyncio.wait(left)
    await asyncio.sleep(0)  # what was closed is gone with the loop's next turn


def _is_open(transport: asyncio.Transport) -> bool:
    return transport.get_extra_info("socket").fileno() >= 0
