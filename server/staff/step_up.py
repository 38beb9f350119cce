"""Stepping up: who is signed in proves once more who sits there, before what cannot be undone."""

from starlette.requests import Request
from starlette.responses import Response

from server.guard import user_of
from server.items import ItemRefused, parse_line
from server.ndjson import JsonAnswer, Problem
from server.office import office_of
from server.posted import read_body
from server.rights import STEP_UP
from server.staff.proving import prove
from server.staff.sessions import sessions_of, token_of

STEP_UP_LIMIT = 4096  # bytes


async def step_up(request: Request) -> Response:
    """Answer `POST /staff/api/step-up` with `{"password","code"}` or `{"assertion"}` of a passkey: the session counts
    as proved for some minutes."""
    user = user_of(request)
    try:
        body = parse_line(await read_body(request, limit=STEP_UP_LIMIT), limit=STEP_UP_LIMIT)
    except ItemRefused as refused:
        return Problem(400, "bad-request", refused.reason)
    if not isinstance(body, dict) or not body or not all(isinstance(value, str) for value in body.values()):
        return Problem(400, "bad-request", "password")
    proof = await prove(request, user.login, body)
    if proof.wait:
        return Problem(429, "too-many", retry_after=proof.wait)
    if not proof.is_right:
        return Problem(422, "wrong", "password")
    await office_of(request).audit.write("step-up", who=user.login)
    await sessions_of(request).step_up(token_of(request))
    return JsonAnswer({"seconds": STEP_UP})
