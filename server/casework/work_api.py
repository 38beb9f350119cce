"""The work that is open, for the console's queues: every case with whose turn it is and by when it is to be done.

Nothing in it is personal. It comes whole: queues are counted, sorted and looked through while the server is away.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from server.casework.casework import assignments
from server.casework.index_api import NEWEST_ENDED
from server.deadlines import ARRIVAL, FIRST
from server.erasure.retention import APPLICANTS_TURN, ENDED
from server.moments import local_day
from server.ndjson import JsonAnswer
from server.office import Office, office_of
from server.packing import pack
from server.projection.projection_work import COLUMNS, Values, Work

_FORMERS, _SERVICE, _STATE = COLUMNS.index("formers"), COLUMNS.index("service"), COLUMNS.index("state")
_RECEIVED, _WAITING = COLUMNS.index("received"), COLUMNS.index("waiting")
MORE = ("waits_for", "due", "rule")  # columns beside those of the projection


async def list_work(request: Request) -> Response:
    """Answer `GET /staff/api/work?known=&case=`: the open cases, or one, as rows of `columns`, and what ended last.

    There are no rows when *known* is still the place.
    """
    office = office_of(request)
    await office.projection.caught_up()
    work = await office.projection.work(ENDED, office.deadlines.starts, newest=NEWEST_ENDED)
    today = local_day(office.clock(), office.settings.office.time_zone).isoformat()
    place = f"{work.place}.{today}"
    told: dict[str, Any] = {"place": place, "today": today, "counts": work.counts}
    told["assigned"] = await assignments(office.databases.staff)
    if request.query_params.get("known") == place:
        return JsonAnswer(told)
    one = request.query_params.get("case")
    rows = [[*row, *_more(office, row, work)] for row in work.rows if one is None or row[0] == one]
    told |= {"columns": [*COLUMNS, *MORE], "rows": rows, "rules": _rules(office)}
    told["ended"] = work.ended if one is None else []
    return pack(request, JsonAnswer(told))


def _more(office: Office, row: Values, work: Work) -> tuple[str, str | None, int | None]:
    """Say for whom a case waits, by when it is to be done, and by which rule."""
    family = [*str(row[_FORMERS]).split(), str(row[0])]
    came, stepped = _newest(work.came, family), _newest(work.stepped, family)
    if row[_STATE] in APPLICANTS_TURN and came <= stepped:
        return "office" if row[_WAITING] else "applicant", None, None
    rule = office.deadlines.find(str(row[_SERVICE]), str(row[_STATE]))
    if rule is None:
        return "office", None, None
    name = office.deadlines.rules[rule].start
    if name == FIRST:
        day = office.deadlines.day(rule, int(row[_RECEIVED] or 0), time_zone=office.settings.office.time_zone)
        return "office", day.isoformat(), rule
    start = came if name == ARRIVAL else max((work.steps.get(case, {}).get(name, 0) for case in family), default=0)
    day = office.deadlines.day(rule, start or came, time_zone=office.settings.office.time_zone)
    return "office", day.isoformat(), rule


def _newest(times: Mapping[str, int], family: Iterable[str]) -> int:
    return max(times.get(case, 0) for case in family)


def _rules(office: Office) -> list[dict[str, Any]]:
    return [
        {"days": rule.days, "law": rule.law, "checked": rule.checked.isoformat(), "unverified": rule.unverified}
        for rule in office.deadlines.rules
    ]
