"""Stands before every handler: finds who is signed in and asks the table of rights, so that no handler can forget to.

It hands the right on with the request: the office that a handler asks for has of its documents what is listed there.

A handler behind it finds the user as `request.state.user`, and the fields of a posted form as `request.state.fields`.
"""

import logging
from functools import wraps

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from server.couch.door import open_to_peers
from server.figures.feed_door import open_to_stakeholders
from server.handler import Handler
from server.ndjson import Problem
from server.office import RIGHT, Office, office_of
from server.posted import FILE_LIMIT, read_posted
from server.rights import DOOR, PEER, RIGHTS, STAKEHOLDER, STEP_UP, Right
from server.staff.page_step_up import ask_for_proof
from server.staff.sessions import User, current_user, is_genuine
from server.staff.staff_language import staff_language

log = logging.getLogger("rantau.guard")

API = "/staff/api/"
LOGIN = "/staff/login"


def guarded(name: str, handler: Handler) -> Handler:
    """Let only those through to *handler* whom the rights of the route *name* allow.

    Raises:
        LookupError: the table has no such route, so nobody may.
    """
    right = RIGHTS[name]
    if right.roles is None:
        return _confined(right, handler)
    if PEER in right.roles:
        return open_to_peers(right, handler)
    if STAKEHOLDER in right.roles:
        return open_to_stakeholders(right, handler)
    inside = _confined(right, handler)

    @wraps(handler)
    async def checked(request: Request) -> Response:
        request.scope[RIGHT] = DOOR
        refusal = await _refusal(request, right, name)
        return refusal or await inside(request)

    return checked


def _confined(right: Right, handler: Handler) -> Handler:
    @wraps(handler)
    async def inside(request: Request) -> Response:
        request.scope[RIGHT] = right
        return await handler(request)

    return inside


def user_of(request: Request) -> User:
    """Give who is signed in, in a handler behind the guard."""
    user: User = request.state.user
    return user


def asks_for_second_factor(office: Office) -> bool:
    """Say whether staff can do nothing before they have set up more than a password."""
    return not office.is_demo and office.settings.second_factor == "required"


async def _refusal(request: Request, right: Right, name: str) -> Response | None:
    user = await current_user(request)
    is_api = request.scope["path"].startswith(API)
    if user is None:
        return Problem(401, "signed-out") if is_api else RedirectResponse(LOGIN, status_code=303)
    if _has_to_set_up(request, user, right):
        if is_api:
            return Problem(403, "forbidden", "second-factor")
        return RedirectResponse(f"/staff/{staff_language(request, user)}/security", status_code=303)
    if not right.allows(user.roles):
        log.warning("refused: %s asked for %s without the role", user.login, name)
        return _forbidden("role", is_api=is_api)
    request.state.user = user
    if request.method == "POST" and not is_genuine(request, user, await _token(request, is_api=is_api)):
        log.warning("refused: a post to %s as %s that no page of ours made", name, user.login)
        return _forbidden("csrf", is_api=is_api)
    if _has_to_step_up(request, user, right):
        return Problem(403, "step-up") if is_api else await ask_for_proof(request, user)
    return None


def _has_to_set_up(request: Request, user: User, right: Right) -> bool:
    is_missing = asks_for_second_factor(office_of(request)) and not user.has_second_factor
    return is_missing and not right.is_for_setting_up


def _has_to_step_up(request: Request, user: User, right: Right) -> bool:
    is_first_factor = right.is_for_setting_up and not user.has_second_factor
    is_fresh = office_of(request).clock() - user.stepped_up_at <= STEP_UP
    return right.needs_step_up and not is_fresh and not is_first_factor


def _forbidden(reason: str, *, is_api: bool) -> Response:
    if is_api:
        return Problem(403, "forbidden", reason)
    raise HTTPException(403)


async def _token(request: Request, *, is_api: bool) -> str:
    if is_api:
        return request.headers.get("x-csrf", "")
    request.state.fields = await read_posted(request, limit=FILE_LIMIT)  # the route itself says less
    return str(request.state.fields.get("csrf", ""))
