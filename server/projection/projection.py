"""The disposable lists of cases, folded from the changes feed of `cases`: the same on either store, never the truth."""

import asyncio
import contextlib
import logging
import sqlite3
from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from server.background import keep_going
from server.projection.pace import Complaint, Flow, Pace, pace_of
from server.projection.projection_links import formers_of
from server.projection.projection_pace import (
    has_erased,
    select_areas,
    select_complaints,
    select_earliest,
    select_flow,
    select_passed,
)
from server.projection.projection_readers import DeviceNews, select_news
from server.projection.projection_rows import CaseRow, Page
from server.projection.projection_tables import (
    fold,
    forget,
    open_tables,
    read_meta,
    select,
    select_newest,
    select_quiet,
    select_received,
)
from server.projection.projection_times import Times
from server.projection.projection_work import Work, select_ended, select_work
from server.projection.stories import Story, select_stepped, select_stories
from server.query import whole_number
from sync.errors import BadRequest, Unavailable
from sync.store import Store

__all__ = ["CaseRow", "Page", "Projection"]

T = TypeVar("T")
log = logging.getLogger("rantau.projection")

_PAGE = 500  # changes folded in one transaction
_WAIT = 25.0  # seconds that the feed is asked to wait for news
_RETRY = 5.0  # seconds after the store did not answer
_PACE = 600  # seconds that the office's pace is told as it was: everybody who asks for a status asks for it


class Projection:
    """Keeps the lists up to date while it runs; deleting its file makes it begin at zero."""

    def __init__(self, path: Path, cases: Store, clock: Callable[[], int], *, time_zone: str) -> None:
        self._path = path
        self._time_zone = time_zone
        self._cases = cases
        self._clock = clock
        self._thread = ThreadPoolExecutor(1)  # the only one that touches the file
        self._db: sqlite3.Connection | None = None
        self._task: asyncio.Task[None] | None = None
        self._folding = asyncio.Lock()
        self._is_live = False  # what comes now is news
        self._pace: tuple[int, Pace] | None = None

    async def start(self) -> None:
        """Begin to follow the feed; safe to call twice."""
        if self._task is None:
            self._task = asyncio.create_task(keep_going(self._follow))

    async def stop(self) -> None:
        """Stop following and close the file; safe to call twice."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
        await self._in_thread(self._close)

    async def caught_up(self) -> None:
        """Fold everything that is in the store now."""
        async with self._folding:
            while await self._fold_page():
                pass
            self._is_live = True

    async def list(
        self, *, state: str | None = None, older: int | None = None, after: str | None = None, limit: int = 50
    ) -> Page:
        """Give a page of cases in the order of their arrival.

        Args:
            older: only cases of which nothing is newer than this time.
            after: the `next` of the page before.

        Raises:
            ValueError: *after* is none.
        """
        place = whole_number(after)
        return await self._in_thread(lambda: select(self._open(), state=state, older=older, after=place, limit=limit))

    async def newest(self, number: str, limit: int) -> Sequence[CaseRow]:
        """Give the newest cases, or those whose number, as it is spoken, begins so."""
        return await self._in_thread(lambda: select_newest(self._open(), number, limit))

    async def quiet(self, before: int) -> Sequence[CaseRow]:
        """Give every case in which nothing has happened since *before*, the longest quiet first."""
        return await self._in_thread(lambda: select_quiet(self._open(), before))

    async def work(self, ended: Collection[str], steps: Collection[str], *, newest: int) -> Work:
        """Give every case in none of the states *ended*, the *newest* of the others, and the times of *steps*."""
        return await self._in_thread(lambda: select_work(self._open(), ended, steps, newest=newest))

    async def ended(self, states: Collection[str], *, newest: int) -> Collection[str]:
        """Name so many cases that ended last: they are in one of *states*, and no message waits in them."""
        found = await self._in_thread(lambda: select_ended(self._open(), states, newest=newest))
        return frozenset(str(row[0]) for row in found)

    async def news(self, reader: str, since: str) -> DeviceNews:
        """Give what an enrolled device has to hear after the place *since*; empty is from the start."""
        now, list_ = self._clock(), (await self._meta())["list"]
        return await self._in_thread(lambda: select_news(self._open(), reader, since, now=now, list_=list_))

    async def received(self, case: str) -> int | None:
        """Tell when the office got a case; None while the lists do not have it."""
        return await self._in_thread(lambda: select_received(self._open(), case))

    async def formers(self, case: str) -> tuple[str, ...]:
        """Give the cases under voided codes that a case continues, the first one first."""
        return await self._in_thread(lambda: formers_of(self._open(), case))

    async def pace(self) -> Pace:
        """Give how fast the office has been of late."""
        now = self._clock()
        if self._pace is None or not 0 <= now - self._pace[0] < _PACE:
            self._pace = now, pace_of(await self._in_thread(lambda: select_passed(self._open(), now)))
        return self._pace[1]

    async def flow(self, first: int, end: int) -> Mapping[str, Flow]:
        """Give by service what went through the office from *first* until before *end*."""
        return await self._in_thread(lambda: select_flow(self._open(), first, end))

    async def stories(self) -> Sequence[Story]:
        """Tell every case from its arrival on."""
        return await self._in_thread(lambda: select_stories(self._open()))

    async def stepped(self, family: Sequence[str]) -> int | None:
        """Give the time of the last step, no message, of a case and of its former ones, the first one first."""
        return await self._in_thread(lambda: select_stepped(self._open(), family))

    async def areas(self, first: int, end: int) -> Sequence[tuple[str, str, int]]:
        """Give how many applications of each service came from each nagari from *first* until before *end*."""
        return await self._in_thread(lambda: select_areas(self._open(), first, end))

    async def earliest(self) -> int | None:
        """Tell when the first of the cases that are there was received."""
        return await self._in_thread(lambda: select_earliest(self._open()))

    async def has_erased(self) -> bool:
        """Say whether any case was erased."""
        return await self._in_thread(lambda: has_erased(self._open()))

    async def complaints(self, first: int, end: int) -> Sequence[Complaint]:
        """Give the complaints that came from *first* until before *end*."""
        return await self._in_thread(lambda: select_complaints(self._open(), first, end))

    async def _follow(self) -> None:
        while True:
            try:
                await self.caught_up()
                await self._cases.changes((await self._meta())["since"], limit=1, wait=_WAIT)
            except Unavailable:
                log.warning("the store is away; the lists stand still")
                await asyncio.sleep(_RETRY)
            except BadRequest:
                log.info("another store: the lists are rebuilt")

    async def _fold_page(self) -> bool:
        generation = await self._cases.generation()
        meta = await self._meta()
        if meta.get("generation") != generation:
            return await self._begin_anew(generation)
        try:
            page = await self._cases.changes(meta["since"], limit=_PAGE, include_docs=True)
        except BadRequest:
            return await self._begin_anew(generation)
        if page.last_seq != meta["since"]:
            times = Times(self._clock(), self._is_live, self._time_zone)
            await self._in_thread(lambda: fold(self._open(), page.results, since=page.last_seq, times=times))
        return page.pending > 0

    async def _begin_anew(self, generation: str) -> bool:
        self._is_live = False
        await self._in_thread(lambda: forget(self._open(), generation))
        return True

    async def _meta(self) -> dict[str, str]:
        return await self._in_thread(lambda: read_meta(self._open()))

    async def _in_thread(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    def _open(self) -> sqlite3.Connection:
        if self._db is None:
            self._db = open_tables(self._path)
        return self._db

    def _close(self) -> None:
        db, self._db = self._db, None
        if db is not None:
            db.close()
