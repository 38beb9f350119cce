"""Setting up and taking away what staff prove beside a password: an authenticator app, passkeys, recovery codes."""

from functools import partial

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from server.guard import user_of
from server.ndjson import JsonAnswer
from server.office import office_of
from server.once import own_once
from server.staff import totp
from server.staff.passkeys import PasskeyError, without_passkey
from server.staff.proving import all_accounts, in_lane, passkeys_of
from server.staff.second_factor import (
    has_second_factor,
    new_recovery_codes,
    recovery_codes_left,
    same_recovery_codes,
    with_app,
)
from server.staff.security_page import own_account, show_security, write_account
from sync.canonical import b64u_decode
from sync.document import Doc


async def set_up_app(request: Request) -> Response:
    """Answer `POST /staff/{lang}/security/app`: the code proves that the app has the secret."""
    office, fields = office_of(request), request.state.fields
    secret = _secret_in(fields.get("secret", ""))
    changes = with_app(secret, fields.get("code", ""), now=office.clock())
    if changes is None:
        return await show_security(request, error=("app", "staff.security.app.wrong"), secret=secret, status_code=422)
    codes, recovery = await _first_codes(request, await own_account(request))
    async with office.deciding:
        account = await own_account(request)
        is_new = (account.get("totp") or {}).get("secret") != changes["totp"]["secret"]
        if is_new:
            if recovery_codes_left(account):  # another way in came meanwhile, with codes
                codes, recovery = None, {}
            await _write(request, account, changes | recovery, "second-factor")
    if not is_new:  # the second of a double click
        codes = await in_lane(request, partial(same_recovery_codes, account, _once(request)))
    return await _added(request, codes)


async def passkey_options(request: Request) -> Response:
    """Answer `GET /staff/api/passkey`: what a browser needs to make a passkey for whoever is signed in."""
    office = office_of(request)
    options = passkeys_of(office).creating_options(await own_account(request), office.settings.office.name)
    return JsonAnswer(options)


async def add_passkey(request: Request) -> Response:
    """Answer `POST /staff/{lang}/security/passkeys` with `name` and `made`: what the browser gave."""
    office, fields, account = office_of(request), request.state.fields, await own_account(request)
    accounts = await all_accounts(office.databases.staff)
    made, name = fields.get("made", ""), fields.get("name", "")
    try:
        changes = passkeys_of(office).register(account, made, name, accounts=accounts)
    except PasskeyError as error:
        return await show_security(
            request, error=("passkey", f"staff.security.passkey.{error.reason}"), status_code=422
        )
    codes, recovery = await _first_codes(request, account)
    await _write(request, account, changes | recovery, "passkey-added")
    return await _added(request, codes)


async def remove_passkey(request: Request) -> Response:
    """Answer `POST /staff/{lang}/security/removal` with `passkey`; the last proof that is left stays."""
    account = await own_account(request)
    changes = without_passkey(account, request.state.fields.get("passkey", ""))
    if not has_second_factor(account | changes):
        return await show_security(request, error=("passkey", "staff.security.passkey.last"), status_code=422)
    await office_of(request).audit.write("passkey-removed", who=user_of(request).login)
    await write_account(request, account, changes)
    return await show_security(request, done="staff.security.passkey.removed")


async def renew_codes(request: Request) -> Response:
    """Answer `POST /staff/{lang}/security/codes`: new ones; the former count no more.

    The same form of the same session shows them again until one of them is used; nothing else does.
    """
    once, before = _once(request), await own_account(request)
    codes = await in_lane(request, partial(same_recovery_codes, before, once))
    if codes is None:
        codes = await _renewed(request, before, once)
    return await show_security(request, codes=codes)


async def _renewed(request: Request, before: Doc, once: str) -> list[str]:
    """Give new codes; those of another press of the same form that was quicker.

    Raises:
        HTTPException: 409, those of another form were quicker.
    """
    made, changes = await in_lane(request, partial(new_recovery_codes, once))
    async with office_of(request).deciding:
        account = await own_account(request)
        is_first = account.get("recovery") == before.get("recovery")
        if is_first:
            await _write(request, account, changes, "recovery-codes")
    codes = made if is_first else await in_lane(request, partial(same_recovery_codes, account, once))
    if codes is None:
        raise HTTPException(409)
    return codes


async def _first_codes(request: Request, account: Doc) -> tuple[list[str] | None, Doc]:
    """Make, slowly, the codes for when the first way in is lost, with what is written of them; none beside others."""
    if recovery_codes_left(account):
        return None, {}
    return await in_lane(request, partial(new_recovery_codes, _once(request)))


async def _write(request: Request, account: Doc, changes: Doc, deed: str) -> None:
    await office_of(request).audit.write(deed, who=user_of(request).login)
    await write_account(request, account, changes)


async def _added(request: Request, codes: list[str] | None) -> Response:
    request.state.user = user_of(request).with_second_factor()
    return await show_security(request, codes=codes, done="staff.security.added")


def _once(request: Request) -> str:
    return own_once(request.state.fields, user_of(request).csrf)


def _secret_in(text: str) -> bytes:
    try:
        secret = b64u_decode(text)
    except ValueError:
        secret = b""
    return secret if len(secret) == totp.SECRET else totp.new_secret()
