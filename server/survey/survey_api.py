"""What the console asks about the survey: the sealed answers, page by page, and the sums that it made of them.

Answers are opened in an officer's browser alone; what comes back are counts by month and service.
"""

from starlette.requests import Request
from starlette.responses import Response

from server.guard import user_of
from server.items import ItemRefused, parse_line
from server.ndjson import JsonAnswer, Problem
from server.office import office_of
from server.posted import read_body
from server.survey.survey_tally import Tally, TallyRefused, keep_tally, read_rows
from server.watch import bare, case_wraps
from sync.shape import PREFIXES

SUMS_LIMIT = 2 << 20  # bytes: ten years of ten services
_MOST_BRACKETS = 200_000
_PAGE = 200  # answers at a time
_PREFIX = PREFIXES["survey"]


async def list_answers(request: Request) -> Response:
    """Answer `GET /staff/api/survey?after=`: `[version, wrap]` each, and after which id the next page begins."""
    office, after = office_of(request), request.query_params.get("after", "")
    start = f"{after}\0" if after.startswith(f"{_PREFIX}.") else f"{_PREFIX}."
    rows = await office.databases.cases.all_docs(start=start, end=f"{_PREFIX}/", include_docs=True, limit=_PAGE)
    versions = [bare(row.doc) for row in rows if row.doc is not None and not row.deleted]
    wraps = await case_wraps(office.databases.wraps, versions)
    if not after:
        await office.audit.write("survey-opened", who=user_of(request).login)
    pairs = [[version, wraps[version["_id"]]] for version in versions if version["_id"] in wraps]
    return JsonAnswer({"rows": pairs, "next": rows[-1].id if len(rows) == _PAGE else None})


async def keep_sums(request: Request) -> Response:
    """Answer `POST /staff/api/survey` with `{"rows": […], "unread": n}`: the sums of every answer there is."""
    office = office_of(request)
    try:
        line = await read_body(request, limit=SUMS_LIMIT)
        match parse_line(line, limit=SUMS_LIMIT, brackets=_MOST_BRACKETS):
            case {"rows": rows, "unread": int(unread)} if unread >= 0:
                tally = Tally(read_rows(rows), office.clock(), unread)
            case _:
                raise TallyRefused
    except (ItemRefused, TallyRefused):
        return Problem(422, "bad-request", "malformed")
    count = sum(row.respondents for row in tally.rows)
    await office.audit.write("survey-counted", who=user_of(request).login, about={"answers": count})
    await keep_tally(office.databases.staff, tally)
    return JsonAnswer({"answers": count}, status_code=201)
