"""Signing officers in and out, and the page of the console, which does the rest in the browser.

Templates: `staff/login.html` (error: a text or None; login) and `staff/console.html` (user, csrf,
content_due, papers: as the console gets them).
"""

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from server.editing.content_page import due_for
from server.guard import LOGIN, user_of
from server.ndjson import JsonAnswer
from server.office import office_of
from server.origin import is_foreign
from server.pages import render
from server.posted import read_posted
from server.rehearsal.first_day_page import first_day_of
from server.staff.proving import passkeys_of, prove, prove_by_passkey
from server.staff.sessions import sign_in, sign_out
from server.staff.staff_language import staff_language

HOME = "/staff/"
_HOMES = (("desk", "counter"), ("head", "audit"), ("administrator", "accounts"))  # of whoever opens no cases


async def login_page(request: Request) -> Response:
    """Answer `GET /staff/login`."""
    return _login_page(request, 200)


async def login(request: Request) -> Response:
    """Answer `POST /staff/login`, by password or by passkey: the same for whatever was wrong."""
    office = office_of(request)
    if is_foreign(request, office.settings.origin):
        raise HTTPException(403)
    fields = await read_posted(request)
    name, assertion = fields.get("login", "").strip().lower(), fields.get("assertion", "")
    proof = await (prove_by_passkey(request, assertion) if assertion else prove(request, name, fields))
    if proof.wait:
        return _login_page(request, 429, error="login.wait", login=name, seconds=proof.wait)
    if not proof.is_right or proof.account is None:
        return _login_page(request, 403, error="login.passkey" if assertion else "login.wrong", login=name)
    await office.audit.write("login", who=proof.account["login"])
    response = RedirectResponse(HOME, status_code=303)
    await sign_in(request, response, proof.account["login"])
    return response


async def passkey_challenge(request: Request) -> Response:
    """Answer `GET /staff/login/passkey`: what a browser needs to ask a passkey to sign."""
    return JsonAnswer(passkeys_of(office_of(request)).signing_options())


async def logout(request: Request) -> Response:
    """Answer `POST /staff/logout`."""
    await office_of(request).audit.write("logout", who=user_of(request).login)
    response = RedirectResponse(LOGIN, status_code=303)
    await sign_out(request, response)
    return response


async def console_page(request: Request) -> Response:
    """Answer `GET /staff/` and `GET /staff/{lang}/`."""
    user = user_of(request)
    home = next((page for role, page in _HOMES if role in user.roles), None)
    if home is not None and "officer" not in user.roles:
        return RedirectResponse(f"/staff/{staff_language(request, user)}/{home}", status_code=303)
    lang, due = staff_language(request, user), due_for(request)
    papers = office_of(request).content.papers.to_json()
    return render(
        request,
        "staff/console.html",
        lang=lang,
        user=user,
        csrf=user.csrf,
        content_due=due,
        papers=papers,
        first_day=await first_day_of(request),
    )


def _login_page(
    request: Request, status_code: int, *, error: str | None = None, login: str = "", seconds: int = 0
) -> Response:
    office, lang = office_of(request), staff_language(request, None)
    text = office.catalogues[lang].text(error, seconds=seconds) if error else None
    response = render(request, "staff/login.html", status_code=status_code, lang=lang, error=text, login=login)
    if seconds:
        response.headers["Retry-After"] = str(seconds)
    return response
