"""Removing somebody from the office: the account ends at once, with its sessions and the grants of its keys.

What the person may have copied before stays readable to them; so a new key is due, and open cases are re-wrapped.
"""

from starlette.requests import Request
from starlette.responses import Response

from server.erasure.deletion import delete_all
from server.guard import user_of
from server.keys.key_holders import docs_of
from server.ndjson import JsonAnswer, Problem
from server.office import office_of
from server.staff.accounts import AccountError, Accounts
from server.staff.proving import account_of
from server.staff.sessions import Sessions

BODY_LIMIT = 1024  # bytes


async def remove_officer(request: Request) -> Response:
    """Answer `POST /staff/api/officers/{login}/remove`."""
    office, login = office_of(request), request.path_params["login"]
    staff = office.databases.staff
    if await account_of(staff, login) is None:
        return Problem(404, "not-found")
    if login == user_of(request).login:
        return Problem(422, "not-removed", "self")
    await office.audit.write("removed", who=user_of(request).login, about={"login": login})
    try:
        # First, so that nobody grants or signs in behind what is deleted then.
        await Accounts(staff, office.clock()).set_disabled(login, disabled=True)
    except AccountError as error:
        return Problem(409, "not-removed", error.reason)
    await Sessions(staff, office.clock).end_all(login)
    grants = [grant for grant in await docs_of(staff, "grant") if grant["officer"] == login]
    await delete_all(staff, grants)
    return JsonAnswer({"grants": len(grants)})
