"""What the office tells of its work: received, ended, days, satisfaction, complaints answered in time.

Of groups of fewer than `LEAST` no number is told, and no total from which one could be worked out: somebody might be
known by it. What is published is a signed document of `public` and stays as it was, whatever is erased later.
"""

import base64
import json
from calendar import monthrange
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from server.moments import local_day
from server.office import Office
from server.pace import Complaint
from server.retention import ENDED
from server.survey_tally import LEAST, ikm_of_rows, read_tally
from sync.document import Doc
from sync.errors import NotFound
from sync.events import SENT

FIGURES = "figures"  # the document, in `public`


@dataclass(frozen=True)
class Line:
    """One service; None is fewer than `LEAST`."""

    service: str
    received: int | None
    ended: int | None
    days: float | None


@dataclass(frozen=True, kw_only=True)
class Figures:
    """The figures of the months from `first` to `last`; `ikm` is value, band and answers; None is too few."""

    first: str
    last: str
    lines: tuple[Line, ...]
    ikm: tuple[str, str, int] | None
    complaints: int | None  # percent answered in time
    areas: tuple[tuple[str, int], ...] = ()  # received by the code of the nagari, without those of fewer than `LEAST`

    @property
    def is_empty(self) -> bool:
        """Say whether there is nothing to tell."""
        return not (self.lines or self.ikm or self.complaints is not None)

    def to_bytes(self) -> bytes:
        """Write them as they are published."""
        return json.dumps(asdict(self), ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()


async def figures_of(office: Office, first: str, last: str) -> Figures:
    """Work the figures out of the months from *first* to *last*, each written 2026-01."""
    zone = office.settings.office.time_zone
    begin, end = _begin(first, zone), _end(last, zone)
    await office.projection.caught_up()
    flows = await office.projection.flow(begin, end)
    lines = [
        Line(service, _told(flow.received), _told(flow.ended), flow.median_days if len(flow.days) >= LEAST else None)
        for service, flow in sorted(flows.items())
    ]
    ikm = ikm_of_rows((await read_tally(office.databases.staff)).between(first, last))
    return Figures(
        first=first,
        last=last,
        lines=tuple(line for line in lines if (line.received, line.ended, line.days) != (None, None, None)),
        ikm=None if ikm is None else (str(ikm.value), ikm.band, ikm.respondents),
        complaints=await _complaints(office, begin, end, zone),
        areas=tuple((area, count) for area, count in await office.projection.areas(begin, end) if count >= LEAST),
    )


async def published_figures(office: Office) -> tuple[Figures, int] | None:
    """Give the figures that were published last, and when."""
    try:
        doc = await office.databases.public.get(FIGURES, attachments=True)
        return _read(doc), int(doc["signed"][4])
    except (NotFound, KeyError, TypeError, ValueError):
        return None


def _read(doc: Doc) -> Figures:
    told: Mapping[str, Any] = json.loads(base64.b64decode(doc["_attachments"]["body"]["data"]))
    ikm = told["ikm"]
    lines = tuple(Line(**line) for line in told["lines"])
    areas = tuple((area, count) for area, count in told.get("areas", ()))  # older ones do not tell them
    return Figures(**{**told, "lines": lines, "ikm": ikm and (ikm[0], ikm[1], ikm[2]), "areas": areas})


async def _complaints(office: Office, begin: int, end: int, zone: str) -> int | None:
    """Give how many percent were answered in time, of those that were answered or should have been by now."""
    today = local_day(office.clock(), zone)
    judged = [_is_in_time(office, each, today) for each in await office.projection.complaints(begin, end)]
    due = [is_in_time for is_in_time in judged if is_in_time is not None]
    return round(100 * sum(due) / len(due)) if len(due) >= LEAST else None


def _is_in_time(office: Office, complaint: Complaint, today: date) -> bool | None:
    """Judge by the deadline of the class that it was given last before the answer; None while there is time."""
    deadlines, zone = office.content.deadlines, office.settings.office.time_zone
    answered = next((at for step, at in complaint.steps if step in ENDED), None)
    before = [step for step, at in complaint.steps if answered is None or at < answered]
    rules = [deadlines.find(complaint.service, state) for state in (SENT, *before)]
    known = [rule for rule in rules if rule is not None]
    if not known:
        return None
    last = deadlines.day(known[-1], complaint.received, time_zone=zone)
    if answered is not None:
        return local_day(answered, zone) <= last
    return None if today <= last else False


def _told(count: int) -> int | None:
    return count if count >= LEAST else None


def _begin(month: str, zone: str) -> int:
    year, number = map(int, month.split("-"))
    return int(datetime(year, number, 1, tzinfo=ZoneInfo(zone)).timestamp())


def _end(month: str, zone: str) -> int:
    year, number = map(int, month.split("-"))
    days = monthrange(year, number)[1]
    return int(datetime(year, number, days, tzinfo=ZoneInfo(zone)).timestamp()) + 86400
