"""The page on which staff look after their own ways in: password, second factor, sessions.

Template: `staff/security.html` (user, csrf, once, after, sessions, is_needed, has_app, passkeys, passkeys_are_possible,
codes_left, secret, typed, uri, error: the part of the page and the text, wrong: the field of it, codes: new ones, done:
a text, shortest).
"""

from functools import partial

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from server.erasure.deletion import forget_replaced
from server.guard import asks_for_second_factor, user_of
from server.office import office_of
from server.once import new_name, tied
from server.pages import render
from server.staff import totp
from server.staff.accounts import AccountError, good_password
from server.staff.passwords import LONGEST, SHORTEST, verify_password
from server.staff.proving import account_of, in_lane, knows_password, passkeys_of
from server.staff.second_factor import recovery_codes_left
from server.staff.sessions import sessions_of, token_of
from sync.canonical import b32_encode, b64u_encode
from sync.document import Doc


async def security_page(request: Request) -> Response:
    """Answer `GET /staff/{lang}/security`."""
    return await show_security(request)


async def end_sessions(request: Request) -> Response:
    """Answer `POST /staff/{lang}/security/sessions` with `end`: a session's name, or `others`."""
    office, user, name = office_of(request), user_of(request), request.state.fields.get("end", "")
    sessions = sessions_of(request)
    await office.audit.write("session-ended", who=user.login)
    if name == "others":
        await sessions.end_all(user.login, but=token_of(request))
    else:
        await sessions.end_named(user.login, name)
    return RedirectResponse(f"/staff/{request.path_params['lang']}/security", status_code=303)


async def change_password(request: Request) -> Response:
    """Answer `POST /staff/{lang}/security/password`: the own password, and twice a new one; other sessions end.

    `after` names the password as the page was made: where that was changed since, the form is sent twice, and what it
    proves is the new one. One try proves one password, whatever `after` says: nobody guesses two at once.
    """
    office, user, fields = office_of(request), user_of(request), request.state.fields
    new, now = fields.get("new", ""), _name_of_password(request, await own_account(request))
    is_second = fields.get("after", now) != now and new == fields.get("again", "")
    proof = await knows_password(request, user.login, new if is_second else fields.get("password", ""))
    if proof.wait:
        return await _refused(request, "code.wait", "password", status_code=429)
    if not proof.is_right or proof.account is None:
        return await _refused(request, "password.wrong", "password")
    if is_second:
        return await show_security(request, done="staff.security.password.done")
    if new != fields.get("again", ""):
        return await _refused(request, "again.differs", "again")
    known = (user.login, office.settings.office.name)
    try:
        phc = await in_lane(request, partial(good_password, new, known))
    except AccountError as error:
        return await _refused(request, f"{error.field}.{error.reason}", "new")
    async with office.deciding:
        account = await own_account(request)
        is_first = account["password"] == proof.account["password"]
        if is_first:
            await office.audit.write("password-changed", who=user.login)
            await write_account(request, proof.account, {"password": phc, "setup": None})
    if not is_first and not await in_lane(request, partial(verify_password, account["password"], new[:LONGEST])):
        raise HTTPException(409)
    await sessions_of(request).end_all(user.login, but=token_of(request))
    return await show_security(request, done="staff.security.password.done")


async def own_account(request: Request) -> Doc:
    """Give the account of whoever is signed in."""
    account = await account_of(office_of(request).databases.staff, user_of(request).login)
    assert account is not None  # the guard has just read it
    return account


async def write_account(request: Request, account: Doc, changes: Doc) -> None:
    """Write changes to an account that was just read; what they replace leaves the disk.

    Raises:
        HTTPException: 409, it was changed meanwhile.
    """
    staff = office_of(request).databases.staff
    [row] = await staff.bulk_docs([account | changes])
    if row.error:
        raise HTTPException(409)
    await forget_replaced(staff)


async def show_security(
    request: Request,
    *,
    error: tuple[str, str] | None = None,
    wrong: str | None = None,
    secret: bytes | None = None,
    codes: list[str] | None = None,
    done: str | None = None,
    status_code: int = 200,
) -> Response:
    """Answer with the page."""
    office, user, account = office_of(request), user_of(request), await own_account(request)
    secret = secret or totp.new_secret()
    return render(
        request,
        "staff/security.html",
        status_code=status_code,
        lang=request.path_params["lang"],
        user=user,
        csrf=user.csrf,
        once=new_name(),
        after=_name_of_password(request, account),
        sessions=await sessions_of(request).of(user.login, here=token_of(request)),
        is_needed=asks_for_second_factor(office) and not user.has_second_factor,
        has_app=bool(account.get("totp")),
        passkeys=account.get("passkeys", []),
        passkeys_are_possible=passkeys_of(office).are_possible,
        codes_left=recovery_codes_left(account),
        secret=b64u_encode(secret),
        typed=totp.in_base32(secret),
        uri=totp.uri_of(secret, login=user.login, office=office.settings.office.name),
        error=error,
        wrong=wrong,
        codes=codes,
        done=done,
        shortest=SHORTEST,
    )


def _name_of_password(request: Request, account: Doc) -> str:
    """Name the stored password, for this session alone: the name tells nothing of it, and changes with it."""
    return b32_encode(tied(user_of(request).csrf, "password", account["password"])[:10])


async def _refused(request: Request, reason: str, wrong: str, *, status_code: int = 422) -> Response:
    error = ("password", f"staff.account.{reason}")
    return await show_security(request, error=error, wrong=wrong, status_code=status_code)
