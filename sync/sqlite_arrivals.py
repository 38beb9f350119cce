"""How those who wait for the changes feed hear of a commit, in whatever event loop they wait."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager, suppress


class Arrivals:
    """Wakes every waiting feed after a commit; called from the writer's thread."""

    def __init__(self) -> None:
        self._waiters: set[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = set()

    @contextmanager
    def heard(self) -> Iterator[asyncio.Event]:
        """Give an event that is set by every commit from now on."""
        waiter = (asyncio.get_running_loop(), asyncio.Event())
        self._waiters.add(waiter)
        try:
            yield waiter[1]
        finally:
            self._waiters.discard(waiter)

    def announce(self) -> None:
        """Set the events of all who wait."""
        for loop, arrival in list(self._waiters):
            with suppress(RuntimeError):  # that loop is closed: nobody waits in it any more
                loop.call_soon_threadsafe(arrival.set)


async def wait_for(arrival: asyncio.Event, seconds: float) -> None:
    """Wait until *arrival* is set or the time is over."""
    with suppress(TimeoutError):
        await asyncio.wait_for(arrival.wait(), seconds)
