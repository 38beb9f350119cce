"""Removing somebody from the office: the account ends at once, with its sessions and the grants of its keys.

What the person may have copied before stays readable to them; so a new key is due, and open cases are re-wrapped.
"""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from server.guard import user_of
from server.key_changes import docs_of
from server.ndjson import Problem
from server.office import office_of
from server.proving import account_of

BODY_LIMIT = 1024  # bytes


async def remove_officer(request: Request) -> Response:
    """Answer `POST /staff/api/officers/{login}/remove`."""
    office, login = office_of(request), request.path_params["login"]
    staff = office.databases.staff
    account = await account_of(staff, login)
    if account is None:
        return Problem(404, "not-found")
    if login == user_of(request).login:
        return Problem(422, "not-removed", "self")
    await office.audit.write("removed", who=user_of(request).login, about={"login": login})
    grants = [grant for grant in await docs_of(staff, "grant") if grant["officer"] == login]
    sessions = [session for session in await docs_of(staff, "s") if session["login"] == login]
    ended = [{"_id": doc["_id"], "_rev": doc["_rev"], "_deleted": True} for doc in (*grants, *sessions)]
    await staff.bulk_docs([account | {"disabled": True}, *ended])
    return JSONResponse({"grants": len(grants)}, headers={"Cache-Control": "no-store"})
