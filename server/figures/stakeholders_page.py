"""The page on which the head of office gives other bodies tokens for the feed, ties groups to them and withdraws them.

Template: `staff/stakeholders.html` (user, csrf, stakeholders, numbers by case, typed, once, error, given: name and
token of a new one, title_limit). A stakeholder is its document.
"""

from collections.abc import Awaitable, Mapping

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from server.appointments.waiting import GROUP_SERVICE
from server.erasure.data_requests import NotRecorded
from server.erasure.requests_page import case_by_number
from server.figures.stakeholders import TITLE, StakeholderError, Stakeholders, new_secret, secret_in
from server.guard import user_of
from server.office import Office, office_of
from server.pages import render
from sync.document import Doc
from sync.receipt_code import spoken_number

NOTHING: Mapping[str, str] = {"name": "", "title": ""}


async def stakeholders_page(request: Request) -> Response:
    """Answer `GET /staff/{lang}/stakeholders`."""
    return await _page(request)


async def add_stakeholder(request: Request) -> Response:
    """Answer `POST /staff/{lang}/stakeholders` with `name` and `title`: a token, which the same form of the same
    session shows again."""
    office, fields = office_of(request), request.state.fields
    typed = {key: fields.get(key, "").strip() for key in NOTHING}
    kept = Stakeholders(office.databases.staff, office.clock())
    secret = secret_in(fields, *typed.values(), user_of(request).csrf)
    try:
        async with office.deciding:
            if await kept.find(f"{typed['name']}.{secret}") is None:
                await kept.check(typed["name"], typed["title"])
                await _record(request, "stakeholder-added", typed["name"])
            token = await kept.add(typed["name"], typed["title"], secret)
    except StakeholderError as error:
        return await _page(request, typed=typed, error=str(error))
    return await _page(request, given=(typed["title"], token))


async def add_group(request: Request) -> Response:
    """Answer `POST /staff/{lang}/stakeholders/{name}/groups` with the `number` of a group's application."""
    office, doc = office_of(request), await _found(request, standing=True)
    try:
        case = await _group(office, request.state.fields.get("number", ""))
    except NotRecorded:
        return await _page(request, error="number", at=doc["name"])
    return await _written(request, _add_group(request, case))


async def withdraw_stakeholder(request: Request) -> Response:
    """Answer `POST /staff/{lang}/stakeholders/{name}/end`: its token opens nothing any more."""
    return await _written(request, _withdraw(request))


async def _add_group(request: Request, case: str) -> None:
    """Let a partner see a group, the trace in the audit first; one that it sees leaves none."""
    office = office_of(request)
    async with office.deciding:
        doc = await _found(request, standing=True)
        if case not in doc["groups"]:
            await _record(request, "stakeholder-group", doc["name"], case=case)
            await Stakeholders(office.databases.staff, office.clock()).add_group(doc, case)


async def _withdraw(request: Request) -> None:
    """End a token, the trace in the audit first; one that has ended leaves none."""
    office = office_of(request)
    async with office.deciding:
        doc = await _found(request)
        if doc["withdrawn_at"] is None:
            await _record(request, "stakeholder-withdrawn", doc["name"])
            await Stakeholders(office.databases.staff, office.clock()).withdraw(doc)


async def _found(request: Request, *, standing: bool = False) -> Doc:
    office = office_of(request)
    doc = await Stakeholders(office.databases.staff, office.clock()).get(request.path_params["name"])
    if doc is None or (standing and doc["withdrawn_at"] is not None):
        raise HTTPException(404)
    return doc


async def _group(office: Office, number: str) -> str:
    """Find the case of a group; an application of one person is told to nobody else."""
    case = await case_by_number(office, number)
    [row] = await office.projection.newest(case, 1)
    if row.service != GROUP_SERVICE:
        raise NotRecorded("number")
    return case


async def _record(request: Request, deed: str, name: str, **about: str) -> None:
    await office_of(request).audit.write(deed, who=user_of(request).login, about={"stakeholder": name, **about})


async def _written(request: Request, writing: Awaitable[None]) -> Response:
    try:
        await writing
    except StakeholderError as error:  # somebody else changed it in this moment
        return await _page(request, error=str(error))
    return RedirectResponse(f"/staff/{request.path_params['lang']}/stakeholders", status_code=303)


async def _page(
    request: Request,
    *,
    typed: Mapping[str, str] = NOTHING,
    error: str | None = None,
    at: str | None = None,
    given: tuple[str, str] | None = None,
) -> Response:
    office, user = office_of(request), user_of(request)
    found = await Stakeholders(office.databases.staff, office.clock()).all()
    return render(
        request,
        "staff/stakeholders.html",
        status_code=422 if error else 200,
        user=user,
        csrf=user.csrf,
        stakeholders=found,
        numbers={case: spoken_number(case) for doc in found for case in (*doc["groups"], *doc.get("requests", ()))},
        typed=typed,
        once=new_secret(),
        error=error,
        at=at,
        given=given,
        title_limit=TITLE,
    )
