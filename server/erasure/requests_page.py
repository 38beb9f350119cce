"""The page on which the front desk records that somebody wants to see or correct their data, and sees the clock run.

Template: `staff/requests.html` (user, csrf, requests, now, kinds, kind, number, hours, once, error).
"""

import re

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from server.erasure.data_requests import HOUR, KINDS, DataRequests, NotRecorded, new_request
from server.guard import user_of
from server.office import Office, office_of
from server.once import name_in, new_name
from server.pages import render

_NUMBER = re.compile(r"[a-z2-7]{8}[0-9a-z]?|[a-z2-7]{24}")
MOST_HOURS = 72 * 10  # since a request was received: a letter that lay somewhere


async def requests_page(request: Request) -> Response:
    """Answer `GET /staff/{lang}/requests`."""
    return await _page(request)


async def record_request(request: Request) -> Response:
    """Answer `POST /staff/{lang}/requests` with `kind`, `number` of the case and `hours` since it was received."""
    office, user, fields = office_of(request), user_of(request), request.state.fields
    kind, number, hours = (fields.get(name, "").strip() for name in ("kind", "number", "hours"))
    try:
        case, since = await case_by_number(office, number), _hours(hours)
        received_at, name = office.clock() - since * HOUR, name_in(fields, kind, case, since)
        await record(office, user.login, kind, case, received_at=received_at, name=name)
    except NotRecorded as refused:
        return await _page(request, kind=kind, number=number, hours=hours, error=str(refused))
    return _back(request)


async def close_request(request: Request) -> Response:
    """Answer `POST /staff/{lang}/requests/{id}`: it is done."""
    try:
        await close(office_of(request), user_of(request).login, request.path_params["id"])
    except NotRecorded:
        raise HTTPException(404) from None
    return _back(request)


async def record(office: Office, login: str, kind: str, case: str, *, received_at: int, name: str) -> None:
    """Record a request under *name*, its trace in the audit first; one that is recorded leaves none.

    Raises:
        NotRecorded: what `new_request` refuses.
    """
    made = new_request(kind, case, received_at=received_at, now=office.clock(), name=name)
    requests, about = DataRequests(office.databases.staff), {"case": case, "kind": kind, "request": name}
    async with office.deciding:
        if await requests.has(name):
            return
        await office.audit.write("request", who=login, about=about)
        await requests.keep(made, by=login)


async def close(office: Office, login: str, name: str) -> None:
    """Close a request, its trace in the audit first; one that was closed before leaves none.

    Raises:
        NotRecorded: there is none of that name.
    """
    requests = DataRequests(office.databases.staff)
    async with office.deciding:
        asked = await requests.find(name)
        if asked.done_at is not None:
            return
        about = {"case": asked.case, "kind": asked.kind, "request": name}
        await office.audit.write("request-done", who=login, about=about)
        await requests.close(name, now=office.clock())


async def case_by_number(office: Office, number: str) -> str:
    """Find the one case whose number, now or before its code was replaced, is this.

    Raises:
        NotRecorded: `number`: none, or several.
    """
    typed = "".join(number.lower().split())
    if not _NUMBER.fullmatch(typed):
        raise NotRecorded("number")
    await office.projection.caught_up()
    found = await office.projection.newest(typed, 2)
    if len(found) != 1:
        raise NotRecorded("number")
    return found[0].case


def _hours(text: str) -> int:
    if not text:
        return 0
    if not re.fullmatch(r"[0-9]{1,3}", text) or int(text) > MOST_HOURS:
        raise NotRecorded("time")
    return int(text)


def _back(request: Request) -> Response:
    return RedirectResponse(f"/staff/{request.path_params['lang']}/requests", status_code=303)


async def _page(
    request: Request, *, kind: str = KINDS[0], number: str = "", hours: str = "", error: str = ""
) -> Response:
    office, user = office_of(request), user_of(request)
    now = office.clock()
    return render(
        request,
        "staff/requests.html",
        status_code=422 if error else 200,
        user=user,
        csrf=user.csrf,
        requests=await DataRequests(office.databases.staff).listed(now),
        now=now,
        kinds=KINDS,
        kind=kind,
        number=number,
        hours=hours,
        once=new_name(),
        error=error,
    )
