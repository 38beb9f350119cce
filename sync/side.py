"""One side of a replication: a store, the pace that its link bears, and patience while it is away."""

import time
from collections.abc import Awaitable
from typing import TypeVar

from sync.errors import TooLarge, Unavailable
from sync.pace import Pace
from sync.replication import ReplicationLimits
from sync.store import Store

T = TypeVar("T")


class Side:
    """Asks a store for one thing at a time, of a size that its link bears."""

    def __init__(self, store: Store, limits: ReplicationLimits) -> None:
        self.store = store
        self.pace = Pace(first=limits.first, largest=limits.largest, seconds=limits.seconds)
        self._limits = limits
        self.reason = ""  # of the last failure
        self._failures = 0  # in a row

    async def ask(self, call: Awaitable[T], size: int = 0) -> T | None:
        """Give the answer to *call*; None when there was none, after a pause: ask again, of a smaller size now.

        Args:
            size: the bytes that travel in it; 0 where they are not known and few.

        Raises:
            Unavailable: the side has not answered so often that it counts as away.
            StoreError: as the store answered.
        """
        started = time.monotonic()
        try:
            answer = await call
        except (Unavailable, TooLarge) as error:
            self._failures += 1
            self.reason = error.reason
            if size:
                self.pace.dropped(size)
            if self._failures >= self._limits.attempts:
                raise Unavailable(error.reason) from error
            await self._limits.backoff.wait(self._failures)
            return None
        self._failures = 0
        if size:
            self.pace.passed(size, time.monotonic() - started)
        return answer

    async def answers(self) -> bool:
        """Say whether the store answers at all; if so it is not away, and its failures are counted from now."""
        try:
            await self.store.info()
        except Unavailable:
            return False
        self._failures = 0
        return True
