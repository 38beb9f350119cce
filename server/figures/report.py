"""The office's own figures of its work, worked out of what lies there in the clear; plain values only.

Each table is made by one function of stories and visits. What stands in a cell is a number, a day or a key (a step, the
code of a nagari) that whoever shows it puts into words. A share of the cases is told by the nearest rank: the 90th
percentile of ten cases is what the ninth of them took.
"""

import math
import operator
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from statistics import median
from typing import Literal
from zoneinfo import ZoneInfo

from server.appointments.visits import Visit
from server.erasure.retention import APPLICANTS_TURN, ENDED
from server.moments import local_day
from server.projection.pace import DAY, READY
from server.projection.stories import Story
from sync.events import SENT, STEPS

QUIET = 30  # days after which an applicant whose turn it is seems to have given up
_AWAITED = APPLICANTS_TURN - {"kedaluwarsa"}  # a code that ran out is counted by itself
LATE = 3  # days between sealing and arrival: who has a signal once in three days has sent by then

Kind = Literal["text", "step", "reason", "area", "day", "count", "days", "percent"]
Cell = str | int | float | date | None


@dataclass(frozen=True)
class Column:
    """A column: the key of its heading, and what stands in it."""

    key: str
    kind: Kind


@dataclass(frozen=True)
class Table:
    """One table of figures.

    Attributes:
        names: how many of its first columns say what a row is about.
        drawn: the column that its chart shows.
        over_time: its rows are moments one after the other.
        unseen: of how much of what it counts only the phones' clocks tell when it came.
    """

    key: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    names: int = 1
    drawn: int = 1
    over_time: bool = False
    unseen: int = 0


@dataclass(frozen=True)
class Device:
    """A volunteer's device, or a hub: its name, whose it is, and when the office heard of it last (Unix seconds).

    Of a hub also how many versions it said then that it holds, None if it said nothing, and since when.
    """

    id: str
    login: str
    seen: int
    held: int | None = None
    since: int = 0


@dataclass(frozen=True)
class Period:
    """The days from `first` to `last` at the office, in its `zone`."""

    first: date
    last: date
    zone: str

    @property
    def begin(self) -> int:
        """Give the Unix time at which it begins."""
        return _midnight(self.first, self.zone)

    @property
    def end(self) -> int:
        """Give the Unix time just after it."""
        return _midnight(self.last + timedelta(1), self.zone)

    def has(self, at: int) -> bool:
        """Say whether the Unix time *at* lies in it."""
        return self.begin <= at < self.end


def arrivals(stories: Iterable[Story], period: Period, *, by: Literal["day", "week"]) -> Table:
    """Count what came on each day, or in each week from Monday on; days on which nothing came are there too."""
    floor: Callable[[date], date] = _monday if by == "week" else lambda day: day
    days = [period.first + timedelta(n) for n in range((period.last - period.first).days + 1)]
    came = Counter((floor(local_day(one.received, period.zone)), one.kind) for one in _in(stories, period))
    rows = tuple((day, came[day, "app"], came[day, "cmp"]) for day in dict.fromkeys(map(floor, days)))
    columns = (Column(by, "day"), *_columns(applications="count", complaints="count"))
    return Table("arrivals", columns, rows, over_time=True)


def stock(stories: Iterable[Story], at: int) -> Table:
    """Count the applications that stand at each step just before *at*, and how long the oldest has stood there."""
    since: dict[str, list[int]] = {}
    for state in (one.state(at) for one in stories if one.kind == "app"):
        if state is not None and state[0] not in ENDED:
            since.setdefault(state[0], []).append(state[1])
    rows = tuple((step, len(since[step]), _days(at - min(since[step]))) for step in _in_order(since))
    return Table("stock", _columns(step="step", applications="count", oldest="days"), rows)


def stays(stories: Iterable[Story], period: Period) -> Table:
    """Tell how long applications stood at each step that they left in the period, and until they were ready."""
    took: dict[str, list[int]] = {}
    for one in stories:
        if one.kind == "app":
            for step, seconds in _left(one, period):
                took.setdefault(step, []).append(seconds)
    rows = tuple(
        (step, median_days(took[step]), _days(percentile(took[step], 90)), len(took[step])) for step in _in_order(took)
    )
    return Table("stays", _columns(step="step", median="days", p90="days", applications="count"), rows)


def visits(found: Iterable[Visit], now: int) -> Table:
    """Count by place the appointments of the hours that are over: who came, who did not, of whom nobody noted it."""
    by_place: dict[str, list[Visit]] = {}
    for visit in found:
        if visit.offer.ends <= now:
            by_place.setdefault(visit.offer.place, []).append(visit)
    rows = []
    for place, there in sorted(by_place.items()):
        taken, arrived, absent = (_count(there, name) for name in ("taken", "arrived", "absent"))
        places = sum(visit.places for visit in there)
        share = round(100 * absent / (arrived + absent), 1) if arrived + absent else None
        rows.append((place, places, taken, arrived, absent, taken - arrived - absent, share))
    columns = _columns(
        place="text", places="count", taken="count", arrived="count", absent="count", unmarked="count", share="percent"
    )
    return Table("visits", columns, tuple(rows), drawn=4)


def given_up(stories: Iterable[Story], found: Iterable[Visit], period: Period, *, given_back: int, now: int) -> Table:
    """Tell at which step people stop: by what they or the office recorded, or because nothing more comes from them."""
    stopped: Counter[tuple[str, str]] = Counter()
    for one in stories:
        if one.kind == "app":
            stopped.update(_stops(one, period, now))
    stopped["terjadwal", "absent"] = _count(found, "absent")
    stopped["terjadwal", "given-back"] = given_back
    order = _in_order({step for step, _ in stopped})
    rows = [(step, reason, count) for (step, reason), count in stopped.items() if count]
    rows.sort(key=lambda row: (order.index(row[0]), row[1]))
    return Table("given-up", _columns(step="step", reason="reason", times="count"), tuple(rows), names=2, drawn=2)


def areas(stories: Iterable[Story], period: Period, *, stuck: Mapping[str, int]) -> Table:
    """Count by nagari what came, what was long on its way and what did not get through, the most first.

    Args:
        stuck: by case, how many files were begun to be sent and have stood still since.
    """
    by_area: dict[str | None, list[Story]] = {}
    for one in _in(stories, period):
        by_area.setdefault(one.area, []).append(one)
    rows = []
    for area, came in by_area.items():
        way = _way(came)
        kinds = Counter(one.kind for one in came)
        files = sum(stuck.get(one.case, 0) for one in came)
        rows.append((area, kinds["app"], kinds["cmp"], _late(came), _days(max(way)) if way else None, files))
    rows.sort(key=lambda row: (-row[1], -row[2], row[0] or ""))
    columns = _columns(
        area="area", applications="count", complaints="count", late="count", longest="days", stuck="count"
    )
    return Table("areas", columns, tuple(rows), unseen=_unseen(came for each in by_area.values() for came in each))


def devices(known: Sequence[Device], stories: Sequence[Story], period: Period, now: int) -> Table:
    """Tell of volunteers' devices for how long each has been silent, and what it collected; the most silent first."""
    came: dict[str | None, list[Story]] = {}
    for one in _in(stories, period):
        came.setdefault(one.device, []).append(one)
    own = {each.id: came.get(each.id, []) for each in known}
    rows = [
        (each.login, _days(now - each.seen), local_day(each.seen, period.zone), len(own[each.id]), _late(own[each.id]))
        for each in _by_silence(known)
    ]
    columns = _columns(device="text", silent="days", heard="day", applications="count", late="count")
    return Table("devices", columns, tuple(rows), unseen=_unseen(one for each in own.values() for one in each))


def hubs(
    known: Sequence[Device], stories: Sequence[Story], period: Period, now: int, *, by_case: Mapping[str, str]
) -> Table:
    """Tell the same of hubs, by what came by each as *by_case* says, and what each said that it holds."""
    table = devices(known, [replace(one, device=by_case.get(one.case)) for one in stories], period, now)
    said = [(each.held, local_day(each.since, period.zone) if each.held else None) for each in _by_silence(known)]
    columns = (Column("hub", "text"), *table.columns[1:], *_columns(held="count", since="day"))
    return replace(table, key="hubs", columns=columns, rows=tuple(map(operator.add, table.rows, said)))


def refused(counts: Mapping[str | None, int]) -> Table:
    """Tell by nagari how many sends the server refused, the most first."""
    rows = sorted(counts.items(), key=lambda row: (-row[1], row[0] or ""))
    return Table("refused", _columns(area="area", refused="count"), tuple(rows))


def percentile(values: Sequence[int], share: int) -> int:
    """Give the least of *values* that *share* percent of them do not exceed (nearest rank)."""
    return sorted(values)[max(1, math.ceil(share * len(values) / 100)) - 1]


def median_days(seconds: Sequence[int]) -> float:
    """Give the middle, in days rounded to one tenth."""
    return _days(median(seconds))


def _left(one: Story, period: Period) -> Iterable[tuple[str, int]]:
    """Give each step that a case left in the period, and how many seconds it had stood there; last, until ready."""
    stood, since = SENT, one.received
    for step, at in one.steps:
        if step != stood:
            if period.has(at):
                yield stood, max(0, at - since)
            stood, since = step, at
    ready = next((at for step, at in one.steps if step in READY), None)
    if ready is not None and period.has(ready):
        yield "ready", max(0, ready - one.received)


def _stops(one: Story, period: Period, now: int) -> Iterable[tuple[str, str]]:
    before = SENT
    for step, at in one.steps:
        if step in ("kedaluwarsa", "dibatalkan") and period.has(at):
            yield before, "lapsed" if step == "kedaluwarsa" else "cancelled"
        before = step
    state = one.state(min(period.end, now + 1))
    # Once, on the day on which it became so; whoever has sent something since has not given up.
    if state and state[0] in _AWAITED and one.newest <= state[1]:
        quiet = state[1] + QUIET * DAY
        if quiet <= now and period.has(quiet):
            yield state[0], "quiet"


def _by_silence(known: Iterable[Device]) -> list[Device]:
    return sorted(known, key=lambda each: (each.seen, each.login))


def _in(stories: Iterable[Story], period: Period) -> Iterable[Story]:
    return (one for one in stories if period.has(one.received))


def _unseen(came: Iterable[Story]) -> int:
    return sum(not one.is_seen for one in came)


def _way(came: Iterable[Story]) -> list[int]:
    return [one.way for one in came if one.way is not None]


def _late(came: Sequence[Story]) -> int | None:
    """Count what was long on its way; None where of nothing that came it is known."""
    way = _way(came)
    return sum(seconds > LATE * DAY for seconds in way) if way or not came else None


def _count(found: Iterable[Visit], what: str) -> int:
    return sum(len(getattr(visit, what)) for visit in found)


def _in_order(steps: Iterable[str]) -> list[str]:
    order = (SENT, *STEPS)
    return sorted(steps, key=lambda step: (order.index(step) if step in order else len(order), step))


def _columns(**kinds: Kind) -> tuple[Column, ...]:
    return tuple(Column(key, kind) for key, kind in kinds.items())


def _days(seconds: float) -> float:
    return round(seconds / DAY, 1)


def _monday(day: date) -> date:
    return day - timedelta(day.weekday())


def _midnight(day: date, zone: str) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone)).timestamp())
