"""What the console's search reads: the sealed versions of many open cases at once, to be opened and looked through in
the officer's browser. It is audited as `index`, so that a case that was opened is one that somebody looked at."""

import asyncio

from starlette.requests import Request
from starlette.responses import Response

from server.guard import user_of
from server.ndjson import JsonAnswer, Problem
from server.office import office_of
from server.retention import ENDED
from server.watch import case_versions, case_wraps

PAGE = 100  # cases in an answer


async def list_index(request: Request) -> Response:
    """Answer `GET /staff/api/index?after=`: a page of cases in the order of their arrival; of those that are still open
    the versions and wraps are in `sealed`."""
    office = office_of(request)
    try:
        await office.projection.caught_up()
        page = await office.projection.list(after=request.query_params.get("after") or None, limit=PAGE)
    except ValueError:
        return Problem(400, "bad-request", "query")
    cases, wraps = office.databases.cases, office.databases.wraps
    wanted = [row.case for row in page.rows if row.state not in ENDED]
    found = await asyncio.gather(*(case_versions(cases, case) for case in wanted))
    held = await case_wraps(wraps, [version for versions in found for version in versions])
    sealed = {
        case: {"versions": versions, "wraps": {doc["_id"]: held[doc["_id"]] for doc in versions if doc["_id"] in held}}
        for case, versions in zip(wanted, found, strict=True)
    }
    if sealed:
        await office.audit.write("index", who=user_of(request).login, about={"cases": len(sealed)})
    content = {**page.to_json(), "sealed": sealed}
    return JsonAnswer(content)
