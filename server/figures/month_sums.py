"""The sums of each month that is over, kept before its cases are erased: numbers by service and by nagari, no case.

Without them the figures of a month would be fewer the later they are worked out. They are kept as `tally.2026-03` in
`staff`, never shown as they are, and never counted again.
"""

import asyncio
import logging
from calendar import monthrange
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from server.erasure.retention import DAY
from server.moments import local_day
from server.office import Office
from server.projection.pace import Flow
from sync.document import Doc
from sync.errors import StoreError

log = logging.getLogger("rantau.sums")

EVERY = 3600.0  # seconds
SETTLED = 7 * DAY  # seconds after its end in which steps taken without a signal still come


@dataclass(frozen=True)
class MonthSums:
    """What went through the office by service, and what was received by nagari.

    `is_whole`: nothing of it can have been erased before it was counted.
    """

    flows: Mapping[str, Flow] = field(default_factory=dict)
    areas: Mapping[str, int] = field(default_factory=dict)
    is_whole: bool = True

    def __add__(self, other: "MonthSums") -> "MonthSums":
        flows = dict(self.flows)
        for service, flow in other.flows.items():
            flows[service] = flows.get(service, Flow()) + flow
        areas = Counter(self.areas) + Counter(other.areas)
        return MonthSums(flows, areas, is_whole=self.is_whole and other.is_whole)


async def keep_months(opened: Callable[[], Office], *, every: float = EVERY) -> None:
    """Keep the sums of what is over each hour, until cancelled; *opened* is asked for the office each time."""
    while True:
        await asyncio.sleep(every)
        try:
            await keep_sums(opened())
        except StoreError as error:
            log.warning("the sums of the months are kept later: %s", type(error).__name__)


async def keep_sums(office: Office) -> list[str]:
    """Keep the sums of every month that is over and has none; give which.

    Raises:
        StoreError: doing it again is harmless.
    """
    zone, until = office.settings.office.time_zone, office.clock() - SETTLED
    await office.projection.caught_up()
    earliest = await office.projection.earliest()
    months = months_between(f"{local_day(earliest, zone):%Y-%m}", last_month(until, zone)) if earliest else []
    kept = await _kept(office, months)
    lacking = [month for month in months if month not in kept]
    docs = [_to_doc(month, await _counted(office, month)) for month in lacking]
    # Of two servers that count at once one meets conflicts: the other counted the same.
    rows = await office.databases.staff.bulk_docs(docs) if docs else []
    return [row.id.partition(".")[2] for row in rows if not row.error]


async def sums_of(office: Office, first: str, last: str) -> MonthSums:
    """Add up the months from *first* to *last*: as they were kept, the others as they are counted now."""
    await office.projection.caught_up()
    months = months_between(first, last)
    kept = await _kept(office, months)
    total = MonthSums()
    for month in months:
        total += kept.get(month) or await _counted(office, month)
    return total


def months_between(first: str, last: str) -> list[str]:
    """Name every month from *first* to *last*, each written 2026-01."""
    begin, end = (int(month[:4]) * 12 + int(month[5:]) - 1 for month in (first, last))
    return [f"{n // 12}-{n % 12 + 1:02}" for n in range(begin, end + 1)]


def last_month(at: int, zone: str) -> str:
    """Name the last month that is over at the Unix time *at*."""
    return f"{local_day(at, zone).replace(day=1) - timedelta(1):%Y-%m}"


def bounds_of(month: str, zone: str) -> tuple[int, int]:
    """Give the Unix times at which a month begins and is over at the office."""
    first = date.fromisoformat(f"{month}-01")
    after = first + timedelta(monthrange(first.year, first.month)[1])
    begin, end = (
        int(datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone)).timestamp()) for day in (first, after)
    )
    return begin, end


async def _counted(office: Office, month: str) -> MonthSums:
    begin, end = bounds_of(month, office.settings.office.time_zone)
    areas: Counter[str] = Counter()
    for area, service, count in await office.projection.areas(begin, end):
        if office.forms.is_for_document(service):
            areas[area] += count
    flows = await office.projection.flow(begin, end)
    counted = {service: flow for service, flow in flows.items() if office.forms.is_for_document(service)}
    safe = begin >= office.settings.retention.quiet_before(office.clock())
    return MonthSums(counted, areas, is_whole=safe or not await office.projection.has_erased())


async def _kept(office: Office, months: Sequence[str]) -> dict[str, MonthSums]:
    keys = [f"tally.{month}" for month in months]
    rows = await office.databases.staff.all_docs(keys=keys, include_docs=True) if keys else []
    return {row.id.partition(".")[2]: _from_doc(row.doc) for row in rows if row.doc is not None and not row.deleted}


def _to_doc(month: str, sums: MonthSums) -> Doc:
    flows = {
        name: [flow.received, flow.ended, [round(day, 2) for day in flow.days]] for name, flow in sums.flows.items()
    }
    told = {"flows": flows, "areas": dict(sums.areas), "is_whole": sums.is_whole}
    return {"_id": f"tally.{month}", "type": "tally", **told}


def _from_doc(doc: Mapping[str, Any]) -> MonthSums:
    flows = {name: Flow(received, ended, tuple(days)) for name, (received, ended, days) in doc["flows"].items()}
    return MonthSums(flows, doc["areas"], is_whole=doc["is_whole"])
