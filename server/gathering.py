"""Gathers what many requests bring at the same time, so that it is checked and committed together.

On the day on which a whole regency has its signal back, thousands of exchanges bring an item each. One by one they
would ask the store the same questions thousands of times, and whoever only wants to read a page would wait behind them.
"""

import asyncio
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from server.intake import Intake, Outcome
from sync.errors import StoreError

LINES = 16  # taken together: 8 ms of checking during which nobody else is answered
AT_ONCE = 2  # goes; a CouchDB is far, and the next need not wait until the one before is back


@dataclass(frozen=True)
class _Brought:
    lines: Sequence[bytes] = field(repr=False)
    intake: Intake
    outcomes: "asyncio.Future[list[Outcome]]"


@dataclass
class Gathering:
    """The items of one server process that wait to be taken."""

    _waiting: deque[_Brought] = field(default_factory=deque)
    _going: set["asyncio.Task[None]"] = field(default_factory=set)

    async def take(self, intake: Intake, lines: Sequence[bytes]) -> list[Outcome]:
        """Take items with whatever others bring meanwhile; each has its own outcome, in order.

        Raises:
            Unavailable: as `Intake.take`.
        """
        if not lines:
            return []
        brought = _Brought(lines, intake, asyncio.get_running_loop().create_future())
        self._waiting.append(brought)
        if len(self._going) < AT_ONCE:
            going = asyncio.create_task(self._go())
            self._going.add(going)
            going.add_done_callback(self._going.discard)
        return await brought.outcomes

    async def _go(self) -> None:
        while self._waiting:
            await self._take(self._next())

    async def _take(self, together: Sequence[_Brought]) -> None:
        try:
            # One intake is as good as another, and the newest knows the newest keys.
            outcomes = await together[-1].intake.take([line for one in together for line in one.lines])
        except Exception as error:
            if len(together) == 1 or isinstance(error, StoreError):
                for one in together:
                    _fail(one.outcomes, error)
                return
            for one in together:  # what nobody foresaw in one of them is no harm to the others
                await self._take([one])
            return
        for one in together:
            own, outcomes = outcomes[: len(one.lines)], outcomes[len(one.lines) :]
            if not one.outcomes.done():  # else whoever asked went away
                one.outcomes.set_result(own)

    def _next(self) -> list[_Brought]:
        together = [self._waiting.popleft()]
        count = len(together[0].lines)
        while self._waiting and count + len(self._waiting[0].lines) <= LINES:
            together.append(self._waiting.popleft())
            count += len(together[-1].lines)
        return together


def _fail(outcomes: "asyncio.Future[list[Outcome]]", error: Exception) -> None:
    if not outcomes.done():
        outcomes.set_exception(error)
