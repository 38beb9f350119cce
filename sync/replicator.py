"""Copies whole databases from one store into another by CouchDB's documented sequence; push and pull are the same.

`changes_feed` reads what the target lacks while `taking_in` writes what was read before, a few batches between them;
`checkpoint` writes down how far it came. Stopping is cancelling, at any moment: what is written is written, and a
checkpoint names only what came before everything that was still under way.
"""

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing
from typing import Any

from sync.changes_feed import Reading
from sync.checkpoint import Session
from sync.errors import Conflict, Forbidden, Unavailable
from sync.replication import Fetched, Mark, Progress, ReplicationLimits, SetAside, Summary, Tally
from sync.side import Side
from sync.store import Store
from sync.taking_in import TakingIn

AHEAD = 2  # batches that are read before the one under way is written

Item = list[Fetched] | SetAside | Mark
Report = Callable[[Progress], None]


async def replicate(
    source: Store, target: Store, *, limits: ReplicationLimits | None = None, on_progress: Report | None = None
) -> Summary:
    """Copy what *target* lacks of *source*, as the source is now, and end.

    Raises:
        Unavailable: a side was away for too long; what was written stays, and the next time goes on from there.
        StoreError: a side does not let us do it.
    """
    replication = await Replication.begin(source, target, limits or ReplicationLimits(), on_progress)
    await replication.catch_up()
    return replication.summary()


async def replicate_for_ever(
    source: Store, target: Store, *, limits: ReplicationLimits | None = None, on_progress: Report | None = None
) -> None:
    """Copy what *target* lacks of *source*, and what comes, until cancelled; while a side is away, wait for it.

    Raises:
        StoreError: a side does not let us do it.
    """
    limits = limits or ReplicationLimits()
    failures = 0
    while True:
        try:
            # Anew after every absence: whoever was away may have come back as an older self.
            replication = await Replication.begin(source, target, limits, on_progress)
            await replication.catch_up()
            while True:
                failures = 0
                await replication.catch_up(wait=limits.wait)
        except Unavailable:
            failures += 1
            await limits.backoff.wait(failures)


class Replication:
    """One session between two stores; made by `begin`."""

    def __init__(self, session: Session, limits: ReplicationLimits, on_progress: Report | None) -> None:
        source, target = Side(session.source, limits), Side(session.target, limits)
        self._session = session
        self._limits = limits
        self._on_progress = on_progress or (lambda _: None)
        self._reading = Reading(source, target, limits, session.agreed.since, is_target_empty=session.is_target_empty)
        self._taking_in = TakingIn(source, target, limits)
        self._target = target
        self._again = list(session.agreed.set_aside)
        self._done = session.agreed.since  # everything before it is handled
        self._recorded = (0, set(session.agreed.set_aside))
        self._checked = self._pending = self._read = 0
        self._checkpointed = True
        self._started = self._last_record = self._last_again = time.monotonic()

    @classmethod
    async def begin(
        cls, source: Store, target: Store, limits: ReplicationLimits, on_progress: Report | None = None
    ) -> "Replication":
        """Agree with both sides where to begin.

        Raises:
            Unavailable: a side was away for too long.
        """
        both = Side(target, limits)
        while (session := await both.ask(Session.begin(source, target))) is None:
            pass
        return cls(session, limits, on_progress)

    async def catch_up(self, wait: float = 0) -> None:
        """Go on to the end of the source's feed, waiting up to *wait* seconds for something to come.

        Raises:
            Unavailable: a side was away for too long.
        """
        async with aclosing(_ahead(self._items(wait))) as items:
            async for item in items:
                await self._handle(item)
        self._reading.is_target_empty = False
        await self._record()

    def summary(self) -> Summary:
        """Say what was done."""
        return Summary(
            since=self._session.agreed.since,
            last_seq=self._done,
            tally=self._tally(),
            set_aside=tuple(self._taking_in.set_aside.values()),
            seconds=time.monotonic() - self._started,
            checkpointed=self._checkpointed,
        )

    async def _items(self, wait: float) -> AsyncIterator[Item]:
        now = time.monotonic()
        if now - self._last_again >= self._limits.again:
            self._again, self._last_again = list(self._taking_in.set_aside.values()), now
        again, self._again = self._again, []
        async for found in self._reading.missing_of(again):
            yield found
        async for item in self._reading.pages(wait):
            yield item

    async def _handle(self, item: Item) -> None:
        if isinstance(item, Mark):
            await self._pass(item)
        elif isinstance(item, SetAside):
            self._taking_in.put_aside(item)
        else:
            self._read += len(item)
            await self._taking_in.write(item)
            self._report()

    async def _pass(self, mark: Mark) -> None:
        self._done = mark.seq
        self._checked += mark.rows
        self._pending = mark.pending
        self._report()
        if time.monotonic() - self._last_record >= self._limits.checkpoint:
            await self._record()

    async def _record(self) -> None:
        set_aside = set(self._taking_in.set_aside.values())
        if self._recorded == (self._checked, set_aside) or len(set_aside) > self._limits.set_aside:
            return
        while True:
            try:
                recorded = self._session.record(self._done, self._tally(), sorted(set_aside))
                if await self._target.ask(_true(recorded)):
                    break
            except Forbidden:
                self._checkpointed = False
                return
            except Conflict:
                return  # another replication of the same two is about it; ours is written the next time
        self._recorded = (self._checked, set_aside)
        self._last_record = time.monotonic()

    def _tally(self) -> Tally:
        return Tally(
            checked=self._checked,
            missing=self._reading.missing,
            read=self._read,
            written=self._taking_in.written,
            size=self._taking_in.size,
        )

    def _report(self) -> None:
        seconds = time.monotonic() - self._started
        self._on_progress(Progress(tally=self._tally(), pending=self._pending, seconds=seconds))


async def _true(call: Any) -> bool:
    await call
    return True


async def _ahead(items: AsyncIterator[Item]) -> AsyncGenerator[Item, None]:
    """Give the same items, while those after them are being made; what making them raises comes in its place."""
    queue: asyncio.Queue[Item | BaseException | None] = asyncio.Queue(AHEAD)

    async def make() -> None:
        try:
            async for item in items:
                await queue.put(item)
            await queue.put(None)
        except Exception as error:
            await queue.put(error)

    making = asyncio.create_task(make())
    try:
        while (item := await queue.get()) is not None:
            if isinstance(item, BaseException):
                raise item
            yield item
    finally:
        making.cancel()
        await asyncio.wait([making])
