"""What the console asks to have a case erased; the mark is signed in the officer's browser."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from server.erasure.erasure import erase
from server.guard import user_of
from server.items import ItemRefused, parse_line
from server.ndjson import JsonAnswer, Problem
from server.office import Office, office_of
from server.posted import read_body
from server.watch import case_versions
from sync.errors import Forbidden, OpenError
from sync.shape import is_case
from sync.statements import verify_gone

GONE_LIMIT = 1024  # bytes


async def erase_case(request: Request) -> Response:
    """Answer `POST /staff/api/cases/{case}/erase`, whose body is the signed mark `gone.<C>`."""
    office, case = office_of(request), request.path_params["case"]
    try:
        gone = parse_line(await read_body(request, limit=GONE_LIMIT), limit=GONE_LIMIT)
    except ItemRefused as refused:
        return Problem(400, "bad-mark", refused.reason)
    if not is_case(case) or not await case_versions(office.databases.cases, case):
        return Problem(404, "not-found")
    if _signed_case(office, gone) != case:
        return Problem(422, "bad-mark", "signature")
    if await office.projection.formers(case):
        return Problem(409, "not-erased", "former")  # its cases under voided codes go first
    await office.audit.write("erase", who=user_of(request).login, about={"case": case})
    try:
        keys = await erase(office.databases, case, gone)
    except Forbidden as error:
        return Problem(503, "not-erased", error.reason)
    return JsonAnswer({"keys": keys})


def _signed_case(office: Office, gone: Any) -> str | None:
    # A revision would make the mark an edit of one that is not there, and the keys would go without it.
    key = office.key_list.find(str(gone.get("kid"))) if isinstance(gone, dict) and "_rev" not in gone else None
    if key is None or key.use != "office" or key.state != "primary":
        return None
    try:
        return verify_gone(gone, key.pub)
    except OpenError:
        return None
