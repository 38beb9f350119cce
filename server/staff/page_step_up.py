"""Asking, between a form and its answer, who sits there: what was posted waits in the page that asks.

Template: `staff/prove.html` (user, csrf, action, back, fields: what was posted, error: a text or None).
"""

from starlette.requests import Request
from starlette.responses import Response

from server.office import office_of
from server.pages import render
from server.staff.proving import prove
from server.staff.sessions import User, sessions_of, token_of
from server.staff.staff_language import staff_language

PROOF = "proof-"  # what the names of the fields of a proof begin with


async def ask_for_proof(request: Request, user: User) -> Response | None:
    """Give the page that asks; or None when the posted fields, which lose it, hold a proof that is right."""
    fields: dict[str, str] = request.state.fields
    given = {name.removeprefix(PROOF): text for name, text in fields.items() if name.startswith(PROOF)}
    request.state.fields = {name: text for name, text in fields.items() if not name.startswith(PROOF)}
    if not given:
        return _page(request, user)
    proof = await prove(request, user.login, given)
    if proof.wait:
        return _page(request, user, "login.wait", status_code=429, seconds=proof.wait)
    if not proof.is_right:
        return _page(request, user, "staff.step-up.wrong")
    await office_of(request).audit.write("step-up", who=user.login)
    await sessions_of(request).step_up(token_of(request))
    return None


def _page(
    request: Request, user: User, error: str | None = None, *, status_code: int = 403, seconds: int = 0
) -> Response:
    lang = staff_language(request, user)
    response = render(
        request,
        "staff/prove.html",
        status_code=status_code,
        lang=lang,
        user=user,
        csrf=user.csrf,
        action=request.scope["path"],
        back="/".join(request.scope["path"].split("/")[:4]),  # the page that the form is on: /staff/id/accounts
        fields=request.state.fields,
        error=office_of(request).catalogues[lang].text(error, seconds=seconds) if error else None,
    )
    if seconds:
        response.headers["Retry-After"] = str(seconds)
    return response
