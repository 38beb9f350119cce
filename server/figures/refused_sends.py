"""Counts what was sent whole and refused, by day and nagari, for the office's figures; of no case and no device.

They are counted in memory and written down each minute as `refused.<day>` in `staff`; a crash loses what it had not
written. Whoever sends with made-up nagari fills nothing: beyond `MOST` of them a day the rest counts as of none.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from server.items import ItemRefused, read_well_made
from server.moments import local_day
from sync.errors import NotFound, StoreError
from sync.store import Store

log = logging.getLogger("rantau.refused")

EVERY = 60.0  # seconds
MOST = 500  # nagari of a day
AT_ONCE = 20_000  # sends that are remembered, so that one that is tried again counts once; and nagari and minutes
_ENDED = ("gone", "voided")  # what the office itself has ended is no failed send
NO_AREA = ""

Counts = dict[str, int]  # by code of the nagari


@dataclass
class RefusedSends:
    """What was refused since it was last written down; one for a server."""

    _ids: set[str] = field(default_factory=set)
    _counts: Counter[tuple[int, str]] = field(default_factory=Counter)  # by time and nagari

    def note(self, refused: Iterable[tuple[bytes, str]], now: int) -> None:
        """Count lines that were refused, each with its reason; what is not well made is of no device of ours."""
        for line, reason in refused:
            try:
                item = read_well_made(line)
            except ItemRefused:
                continue
            if reason not in _ENDED and item.id not in self._ids:
                self._count(item.id, now - now % 60, item.version["area"] or NO_AREA)

    def _count(self, id_: str, at: int, area: str) -> None:
        if len(self._ids) >= AT_ONCE:
            self._ids.clear()
        self._ids.add(id_)
        is_room = (at, area) in self._counts or len(self._counts) < AT_ONCE
        self._counts[at, area if is_room else NO_AREA] += 1

    async def write(self, staff: Store, zone: str) -> None:
        """Write down what was counted, by the day at the office.

        Raises:
            StoreError: it is not written, and counts the next time.
        """
        while self._counts:
            day = local_day(min(at for at, _ in self._counts), zone)
            own = Counter({key: n for key, n in self._counts.items() if local_day(key[0], zone) == day})
            await _add(staff, day, own)
            self._counts -= own  # more may have come meanwhile


async def keep_refused(opened: Callable[[], tuple[RefusedSends, Store, str]], *, every: float = EVERY) -> None:
    """Write down what was counted each minute, until cancelled; *opened* gives it with where to, and the time zone."""
    while True:
        await asyncio.sleep(every)
        sends, staff, zone = opened()
        try:
            await sends.write(staff, zone)
        except StoreError as error:
            log.warning("what was refused is written down later: %s", type(error).__name__)


async def refused_between(staff: Store, first: date, last: date) -> Mapping[str | None, int]:
    """Give by nagari how many sends were refused from the day *first* to *last*; None is of no nagari that is named."""
    rows = await staff.all_docs(start=f"refused.{first}", end=f"refused.{last}", include_docs=True)
    found: Counter[str | None] = Counter()
    for row in rows:
        for area, count in (row.doc or {"areas": {}})["areas"].items():
            found[area or None] += count
    return found


async def _add(staff: Store, day: date, counts: Mapping[tuple[int, str], int]) -> None:
    id_ = f"refused.{day}"
    try:
        doc = await staff.get(id_)
    except NotFound:
        doc = {"_id": id_, "type": "refused-sends", "areas": {}}
    areas: Counts = dict(doc["areas"])
    for (_, area), count in counts.items():
        name = area if area in areas or len(areas) < MOST else NO_AREA
        areas[name] = areas.get(name, 0) + count
    [row] = await staff.bulk_docs([doc | {"areas": areas}])
    if row.error:
        raise StoreError(row.error)
