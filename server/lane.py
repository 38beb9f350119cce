"""One worker thread with a short queue, for derivations that are slow on purpose: they never crowd out the rest.

Whoever asks is served in turn, and when the queue is full whoever has most in it gives way: one address that floods it
holds up nobody but itself.
"""

import asyncio
from collections import OrderedDict, deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeVar

from starlette.applications import Starlette

T = TypeVar("T")

QUEUE = 16  # waiting beside the one at work


class LaneFull(Exception):
    """So many are waiting that the next should come back later."""


@dataclass(frozen=True)
class _Piece:
    work: Callable[[], Any]
    done: "asyncio.Future[Any]"


class Lane:
    """Does one piece of work at a time."""

    def __init__(self, *, queue: int = QUEUE) -> None:
        self._thread = ThreadPoolExecutor(1)
        self._room = queue
        self._is_busy = False
        # By who asks; whose turn is next comes first, and nobody is in it with nothing.
        self._waiting: OrderedDict[str, deque[_Piece]] = OrderedDict()

    async def run(self, work: Callable[[], T], *, who: str = "") -> T:
        """Do *work* in the thread when the turn of *who* comes.

        Raises:
            LaneFull: too many are waiting, or somebody who has less waiting came.
        """
        if sum(map(len, self._waiting.values())) >= self._room and self._is_busy:
            self._make_room(who)
        piece = _Piece(work, asyncio.get_running_loop().create_future())
        piece.done.add_done_callback(_look_at)
        self._waiting.setdefault(who, deque()).append(piece)
        self._begin()
        # Whoever stops waiting does not free the place: the work goes on.
        done: T = await asyncio.shield(piece.done)
        return done

    def close(self) -> None:
        """Drop what is waiting."""
        for pieces in self._waiting.values():
            for piece in pieces:
                piece.done.cancel()
        self._waiting.clear()
        self._thread.shutdown(wait=False, cancel_futures=True)

    def _make_room(self, who: str) -> None:
        greediest = max(self._waiting, key=lambda other: len(self._waiting[other]), default=who)
        if len(self._waiting.get(greediest, ())) <= len(self._waiting.get(who, ())) + 1:
            raise LaneFull
        self._waiting[greediest].pop().done.set_exception(LaneFull())

    def _begin(self) -> None:
        if self._is_busy or not self._waiting:
            return
        who, pieces = self._waiting.popitem(last=False)
        piece = pieces.popleft()
        if pieces:
            self._waiting[who] = pieces  # behind everybody else
        self._is_busy = True
        future = asyncio.get_running_loop().run_in_executor(self._thread, piece.work)
        future.add_done_callback(lambda ended: self._end(piece, ended))

    def _end(self, piece: _Piece, ended: "asyncio.Future[Any]") -> None:
        self._is_busy = False
        if ended.cancelled():  # the lane was closed
            piece.done.cancel()
            return
        error = ended.exception()
        if piece.done.done():
            pass  # nobody waits
        elif error is not None:
            piece.done.set_exception(error)
        else:
            piece.done.set_result(ended.result())
        self._begin()


def _look_at(done: "asyncio.Future[Any]") -> None:
    """Take note of a failure, also when whoever asked for the work has gone."""
    if not done.cancelled():
        done.exception()


def lane_of(app: Starlette, name: str) -> Lane:
    """Give the lane of that name in this application, made when first asked for."""
    lanes: dict[str, Lane] = app.state.lanes if hasattr(app.state, "lanes") else {}
    app.state.lanes = lanes
    return lanes.setdefault(name, Lane())
