"""One worker thread with a short queue, for derivations that are slow on purpose: they never crowd out the rest."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from starlette.applications import Starlette

T = TypeVar("T")

QUEUE = 16  # waiting beside the one at work


class LaneFull(Exception):
    """So many are waiting that the next should come back later."""


class Lane:
    """Does one piece of work at a time."""

    def __init__(self, *, queue: int = QUEUE) -> None:
        self._thread = ThreadPoolExecutor(1)
        self._room = queue + 1

    async def run(self, work: Callable[[], T]) -> T:
        """Do *work* in the thread when its turn comes.

        Raises:
            LaneFull: too many are waiting.
        """
        if self._room == 0:
            raise LaneFull
        self._room -= 1
        future = asyncio.get_running_loop().run_in_executor(self._thread, work)
        future.add_done_callback(self._leave)
        # Whoever stops waiting does not free the place: the work goes on.
        return await asyncio.shield(future)

    def close(self) -> None:
        """Drop what is waiting."""
        self._thread.shutdown(wait=False, cancel_futures=True)

    def _leave(self, done: object) -> None:
        self._room += 1


def lane_of(app: Starlette, name: str) -> Lane:
    """Give the lane of that name in this application, made when first asked for."""
    lanes: dict[str, Lane] = app.state.lanes if hasattr(app.state, "lanes") else {}
    app.state.lanes = lanes
    return lanes.setdefault(name, Lane())
