"""What the office tells of its work: received, ended, days, satisfaction, complaints answered in time.

Of groups of fewer than `LEAST` no number is told: somebody might be known by it. The same applications are told by
service and by nagari; where the two sums differ by so few, they are told by service alone. What was published, and that
it is published once, is in `server.figures.published_figures`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from server.erasure.retention import ENDED
from server.figures.month_sums import bounds_of, sums_of
from server.moments import local_day
from server.office import Office
from server.projection.pace import Complaint
from server.survey.survey_tally import LEAST, ikm_of_rows, read_tally
from sync.events import SENT


@dataclass(frozen=True)
class Line:
    """One service; None is fewer than `LEAST`."""

    service: str
    received: int | None
    ended: int | None
    days: float | None


@dataclass(frozen=True, kw_only=True)
class Figures:
    """The figures of the months from `first` to `last`, worked out `at`; None is too few.

    `ikm` is value, band and answers; `is_whole` says that nothing was erased before it was counted.
    """

    first: str
    last: str
    at: int
    lines: tuple[Line, ...]
    ikm: tuple[str, str, int] | None
    complaints: int | None  # percent answered in time
    areas: tuple[tuple[str, int], ...] = ()  # received by the code of the nagari, without those of fewer than `LEAST`
    is_whole: bool = True

    @property
    def is_empty(self) -> bool:
        """Say whether there is nothing to tell."""
        return not (self.lines or self.ikm or self.complaints is not None)

    def titles(self, texts: Mapping[str, str]) -> dict[str, str]:
        """Name its services; one whose form is gone keeps its short name."""
        return {line.service: texts.get(f"form.{line.service}.title", line.service) for line in self.lines}


async def figures_of(office: Office, first: str, last: str) -> Figures:
    """Work the figures out of the months from *first* to *last*, each written 2026-01."""
    sums = await sums_of(office, first, last)
    counted = [
        Line(service, _told(flow.received), _told(flow.ended), flow.median_days if len(flow.days) >= LEAST else None)
        for service, flow in sorted(sums.flows.items())
    ]
    lines = tuple(line for line in counted if (line.received, line.ended, line.days) != (None, None, None))
    areas = tuple((area, count) for area, count in sorted(sums.areas.items()) if count >= LEAST)
    ikm = ikm_of_rows((await read_tally(office.databases.staff)).between(first, last))
    return Figures(
        first=first,
        last=last,
        at=office.clock(),
        lines=lines,
        ikm=None if ikm is None else (str(ikm.value), ikm.band, ikm.respondents),
        complaints=await _complaints(office, first, last),
        areas=_unless_told_apart(areas, lines),
        is_whole=sums.is_whole,
    )


def _unless_told_apart(areas: tuple[tuple[str, int], ...], lines: tuple[Line, ...]) -> tuple[tuple[str, int], ...]:
    """Give what each nagari sent, unless it and what each service received differ by so few that these are known."""
    differ = abs(sum(line.received or 0 for line in lines) - sum(count for _, count in areas))
    return () if 0 < differ < LEAST else areas


async def _complaints(office: Office, first: str, last: str) -> int | None:
    """Give how many percent were answered in time; None while one still may be: the quick answers come first."""
    zone = office.settings.office.time_zone
    today = local_day(office.clock(), zone)
    (begin, _), (_, end) = bounds_of(first, zone), bounds_of(last, zone)
    ends = [(each, _deadline(office, each)) for each in await office.projection.complaints(begin, end)]
    due = [(_answered(each), last) for each, last in ends if last is not None]
    if len(due) < LEAST or any(at is None and today <= last for at, last in due):
        return None
    return round(100 * sum(at is not None and local_day(at, zone) <= last for at, last in due) / len(due))


def _answered(complaint: Complaint) -> int | None:
    return next((at for step, at in complaint.steps if step in ENDED), None)


def _deadline(office: Office, complaint: Complaint) -> date | None:
    """Give the last day for an answer, by the class that it was given last before that; None where no rule has one."""
    deadlines, answered = office.content.deadlines, _answered(complaint)
    before = [step for step, at in complaint.steps if answered is None or at < answered]
    rules = [deadlines.find(complaint.service, state) for state in (SENT, *before)]
    known = [rule for rule in rules if rule is not None]
    zone = office.settings.office.time_zone
    return deadlines.day(known[-1], complaint.received, time_zone=zone) if known else None


def _told(count: int) -> int | None:
    return count if count >= LEAST else None
