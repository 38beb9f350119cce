"""The page on which staff look after their own ways in: sessions, authenticator app, recovery codes.

Template: `staff/security.html` (user, csrf, sessions, has_app, codes_left, secret, uri, error, codes).
"""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from server import totp
from server.guard import user_of
from server.office import office_of
from server.pages import render
from server.proving import account_of
from server.second_factor import new_recovery_codes, with_app
from server.sessions import sessions_of, token_of
from sync.canonical import b64u_decode, b64u_encode
from sync.document import Doc


async def security_page(request: Request) -> Response:
    """Answer `GET /staff/{lang}/security`."""
    return await _page(request)


async def set_up_app(request: Request) -> Response:
    """Answer `POST /staff/{lang}/security/app`: the code proves that the app has the secret; codes are shown once."""
    office, user, fields = office_of(request), user_of(request), request.state.fields
    secret, account = _secret_in(fields.get("secret", "")), await _account(request)
    changes = with_app(secret, fields.get("code", ""), now=office.clock())
    if changes is None:
        return await _page(request, error="staff.security.app.wrong", secret=secret, status_code=422)
    codes, hashed = new_recovery_codes()
    await office.audit.write("second-factor", who=user.login)
    await office.databases.staff.bulk_docs([account | changes | {"recovery_codes": hashed}])
    return await _page(request, codes=codes)


async def end_sessions(request: Request) -> Response:
    """Answer `POST /staff/{lang}/security/sessions` with `end`: a session's name, or `others`."""
    office, user, name = office_of(request), user_of(request), request.state.fields.get("end", "")
    sessions = sessions_of(request)
    if name == "others":
        await sessions.end_all(user.login, but=token_of(request))
    else:
        await sessions.end_named(user.login, name)
    await office.audit.write("session-ended", who=user.login)
    return RedirectResponse(f"/staff/{request.path_params['lang']}/security", status_code=303)


def _secret_in(text: str) -> bytes:
    try:
        secret = b64u_decode(text)
    except ValueError:
        secret = b""
    return secret if len(secret) == totp.SECRET else totp.new_secret()


async def _page(
    request: Request,
    *,
    error: str | None = None,
    secret: bytes | None = None,
    codes: list[str] | None = None,
    status_code: int = 200,
) -> Response:
    office, user, account = office_of(request), user_of(request), await _account(request)
    secret = secret or totp.new_secret()
    return render(
        request,
        "staff/security.html",
        status_code=status_code,
        user=user,
        csrf=user.csrf,
        sessions=await sessions_of(request).of(user.login, here=token_of(request)),
        has_app=bool(account.get("totp")),
        codes_left=len(account.get("recovery_codes", [])),
        secret=b64u_encode(secret),
        typed=totp.in_base32(secret),
        uri=totp.uri_of(secret, login=user.login, office=office.settings.office.name),
        error=error,
        codes=codes,
    )


async def _account(request: Request) -> Doc:
    account = await account_of(office_of(request).databases.staff, user_of(request).login)
    assert account is not None  # the guard has just read it
    return account
