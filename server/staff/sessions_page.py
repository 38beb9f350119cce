"""The administrator's page of everybody's sessions: who is signed in, since when, and ending that.

Template: `staff/sessions.html` (user, csrf, sessions).
"""

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from server.guard import user_of
from server.office import office_of
from server.pages import render
from server.staff.accounts import is_login
from server.staff.sessions import sessions_of, token_of


async def sessions_page(request: Request) -> Response:
    """Answer `GET /staff/{lang}/sessions`."""
    user = user_of(request)
    sessions = await sessions_of(request).of(here=token_of(request))
    return render(
        request,
        "staff/sessions.html",
        lang=request.path_params["lang"],
        user=user,
        csrf=user.csrf,
        sessions=sessions,
    )


async def end_session(request: Request) -> Response:
    """Answer `POST /staff/{lang}/sessions` with `login` and `end`: a session's name, or `all` of that login."""
    fields, sessions = request.state.fields, sessions_of(request)
    login, name = fields.get("login", ""), fields.get("end", "")
    if not is_login(login):
        raise HTTPException(404)
    await office_of(request).audit.write("session-ended", who=user_of(request).login, about={"login": login})
    if name == "all":
        await sessions.end_all(login)
    else:
        await sessions.end_named(login, name)
    return RedirectResponse(f"/staff/{request.path_params['lang']}/sessions", status_code=303)
