"""What the office promises to who complains: by when there is an answer, by which rule, and how sure that day is.

Rules that count from the day on which the office got a case are promises to people; the others order the desk's work.
"""

from dataclasses import dataclass
from datetime import date

from server.deadlines import FIRST, Deadline
from server.moments import local_day
from server.office import Office
from sync.events import SENT


@dataclass(frozen=True)
class Promise:
    """The last day on which there is an answer; `is_sure` when the holidays until then are confirmed."""

    state: str
    day: date
    rule: Deadline
    is_late: bool
    is_sure: bool


def promised(office: Office, service: str, state: str, at: int) -> Promise | None:
    """Say by when a case in *state*, which the office got at the Unix time *at*, is answered."""
    place = office.deadlines.find(service, state)
    if place is None or office.deadlines.rules[place].start != FIRST:
        return None
    zone = office.settings.office.time_zone
    day, today = office.deadlines.day(place, at, time_zone=zone), local_day(office.clock(), zone)
    is_sure = office.deadlines.working_days.is_sure(local_day(at, zone), day)
    return Promise(state, day, office.deadlines.rules[place], today > day, is_sure)


def promises_of(office: Office, service: str, kind: object) -> list[Promise]:
    """Say by when what is sent now gets a first answer, and its answer as that kind of complaint."""
    found = [promised(office, service, state, office.clock()) for state in (SENT, f"aduan_{kind}")]
    return [promise for promise in found if promise is not None]
