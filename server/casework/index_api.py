"""What the console's search reads: the sealed versions of many cases at once, to be opened and looked through in the
officer's browser. It is audited as `index`, so that a case that was opened is one that somebody looked at."""

import asyncio
from collections.abc import Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from server.erasure.retention import ENDED
from server.guard import user_of
from server.ndjson import JsonAnswer, Problem
from server.office import office_of
from server.watch import case_versions, case_wraps
from sync.shape import is_case

PAGE = 200  # cases in an answer
# Of what ended: a week of a busy office. It comes with what is open; what ended earlier the browser asks for by name,
# once it has those.
NEWEST_ENDED = 1000


async def list_index(request: Request) -> Response:
    """Answer `GET /staff/api/index?after=`: a page of cases in the order of their arrival; of those that are open or
    ended last the versions and wraps are in `sealed`. With `?cases=` it is `sealed` of the named ones alone."""
    office, query = office_of(request), request.query_params
    if "cases" in query:
        return await _named(request, query["cases"].split(","))
    try:
        await office.projection.caught_up()
        page = await office.projection.list(after=query.get("after") or None, limit=PAGE)
    except ValueError:
        return Problem(400, "bad-request", "query")
    ended = await office.projection.ended(ENDED, newest=NEWEST_ENDED)
    wanted = [row.case for row in page.rows if row.state not in ENDED or row.waiting or row.case in ended]
    sealed = await _sealed(request, wanted)
    return JsonAnswer({**page.to_json(), "sealed": sealed})


async def _named(request: Request, cases: Sequence[str]) -> Response:
    if len(cases) > PAGE or not all(map(is_case, cases)):
        return Problem(400, "bad-request", "query")
    return JsonAnswer({"sealed": await _sealed(request, cases)})


async def _sealed(request: Request, wanted: Sequence[str]) -> dict[str, Any]:
    """Give what is sealed of the wanted cases, and leave the trace of it."""
    office = office_of(request)
    cases, wraps = office.databases.cases, office.databases.wraps
    found = await asyncio.gather(*(case_versions(cases, case) for case in wanted))
    held = await case_wraps(wraps, [version for versions in found for version in versions])
    sealed = {
        case: {"versions": versions, "wraps": {doc["_id"]: held[doc["_id"]] for doc in versions if doc["_id"] in held}}
        for case, versions in zip(wanted, found, strict=True)
        if versions
    }
    if sealed:
        await office.audit.write("index", who=user_of(request).login, about={"cases": len(sealed)})
    return sealed
