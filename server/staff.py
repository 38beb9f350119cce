"""Signing officers in and out, and the page of the console, which does the rest in the browser.

Templates: `staff/login.html` (error: a text or None; login) and `staff/console.html` (user, csrf).
"""

from functools import partial

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from server.guard import LOGIN, user_of
from server.lane import LaneFull, lane_of
from server.login_delays import LoginDelays
from server.office import Office, office_of
from server.origin import is_foreign
from server.pages import render
from server.passwords import verify_password
from server.posted import read_posted
from server.sessions import User, sign_in, sign_out
from sync.document import Doc, is_id
from sync.errors import NotFound

HOME = "/staff/"
RETRY_AFTER = 5  # seconds
_LONGEST = 1024  # characters of a password


async def login_page(request: Request) -> Response:
    """Answer `GET /staff/login`."""
    return _login_page(request, 200)


async def login(request: Request) -> Response:
    """Answer `POST /staff/login`: the same, as slowly, for a wrong password and for nobody's login."""
    office = office_of(request)
    if is_foreign(request, office.settings.origin):
        raise HTTPException(403)
    fields = await read_posted(request)
    name, password = fields.get("login", "").strip().lower(), fields.get("password", "")
    delays, address = _delays(request), request.client.host if request.client else ""
    wait = delays.wait(name, address, now=office.clock())
    if wait:
        return _login_page(request, 429, error="login.wait", login=name, seconds=wait)
    account = await _account(office, name)
    if not await _is_right(request, account, password):
        delays.failed(name, address, now=office.clock())
        await office.audit.write("login-failed", who=name if account else "?")
        return _login_page(request, 403, error="login.wrong", login=name)
    delays.succeeded(name, address)
    await office.audit.write("login", who=name)
    response = RedirectResponse(HOME, status_code=303)
    await sign_in(request, response, name)
    return response


async def logout(request: Request) -> Response:
    """Answer `POST /staff/logout`."""
    response = RedirectResponse(LOGIN, status_code=303)
    await sign_out(request, response)
    await office_of(request).audit.write("logout", who=user_of(request).login)
    return response


async def console_page(request: Request) -> Response:
    """Answer `GET /staff/` and `GET /staff/{lang}/`."""
    user = user_of(request)
    return render(request, "staff/console.html", lang=_lang(request, user), user=user, csrf=user.csrf)


def _login_page(
    request: Request, status_code: int, *, error: str | None = None, login: str = "", seconds: int = 0
) -> Response:
    office, lang = office_of(request), _lang(request, None)
    text = office.catalogues[lang].text(error, seconds=seconds) if error else None
    response = render(request, "staff/login.html", status_code=status_code, lang=lang, error=text, login=login)
    if seconds:
        response.headers["Retry-After"] = str(seconds)
    return response


async def _is_right(request: Request, account: Doc | None, password: str) -> bool:
    phc = None if account is None or account.get("disabled") else account["password"]
    try:
        return await lane_of(request.app, "passwords").run(partial(verify_password, phc, password[:_LONGEST]))
    except LaneFull:
        raise HTTPException(503, headers={"Retry-After": str(RETRY_AFTER)}) from None


async def _account(office: Office, name: str) -> Doc | None:
    if not is_id(f"user.{name}"):
        return None
    try:
        return await office.databases.staff.get(f"user.{name}")
    except NotFound:
        return None


def _delays(request: Request) -> LoginDelays:
    state = request.app.state
    if not hasattr(state, "login_delays"):
        state.login_delays = LoginDelays()
    delays: LoginDelays = state.login_delays
    return delays


def _lang(request: Request, user: User | None) -> str:
    languages = office_of(request).catalogues.languages
    asked = (request.path_params.get("lang"), request.query_params.get("lang"), user and user.lang)
    return next((lang for lang in asked if lang in languages), languages[0])
