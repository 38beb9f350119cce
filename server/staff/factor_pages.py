"""Setting up and taking away what staff prove beside a password: an authenticator app, passkeys, recovery codes."""

from functools import partial

from starlette.requests import Request
from starlette.responses import Response

from server.guard import user_of
from server.ndjson import JsonAnswer
from server.office import office_of
from server.once import once_in
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
    async with office.deciding:
        account = await own_account(request)
        if (account.get("totp") or {}).get("secret") != changes["totp"]["secret"]:
            return await _add(request, account, changes, "second-factor")
    codes = await in_lane(request, partial(same_recovery_codes, account, once_in(fields)))
    return await _added(request, codes)  # the second of a double click


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
    return await _add(request, account, changes, "passkey-added")


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
    """Answer `POST /staff/{lang}/security/codes`: new ones, shown once; the former count no more."""
    office, once = office_of(request), once_in(request.state.fields)
    async with office.deciding:
        account = await own_account(request)
        codes = await in_lane(request, partial(same_recovery_codes, account, once))
        if codes is None:
            codes, changes = await in_lane(request, partial(new_recovery_codes, once))
            await office.audit.write("recovery-codes", who=user_of(request).login)
            await write_account(request, account, changes)
    return await show_security(request, codes=codes)


async def _add(request: Request, account: Doc, changes: Doc, deed: str) -> Response:
    """Write another way in; with the first come the codes for when it is lost."""
    codes = None
    if not recovery_codes_left(account):
        codes, recovery = await in_lane(request, partial(new_recovery_codes, once_in(request.state.fields)))
        changes = changes | recovery
    await office_of(request).audit.write(deed, who=user_of(request).login)
    await write_account(request, account, changes)
    return await _added(request, codes)


async def _added(request: Request, codes: list[str] | None) -> Response:
    request.state.user = user_of(request).with_second_factor()
    return await show_security(request, codes=codes, done="staff.security.added")


def _secret_in(text: str) -> bytes:
    try:
        secret = b64u_decode(text)
    except ValueError:
        secret = b""
    return secret if len(secret) == totp.SECRET else totp.new_secret()
