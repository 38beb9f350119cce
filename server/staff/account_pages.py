"""The administrator's page of accounts, and the page where somebody new chooses a password.

Templates: `staff/accounts.html` (user, csrf, accounts, roles, once, error, given: a login with its code),
`staff/sure.html` (user, csrf, login, do) and `staff/setup.html` (error, login, done).
"""

from dataclasses import replace
from functools import partial

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from server.guard import user_of
from server.office import Office, office_of
from server.once import new_name, own_once
from server.origin import is_foreign
from server.pages import render
from server.posted import read_posted
from server.staff.accounts import CODE_DAYS, STAFF_ROLES, AccountError, Accounts, chosen
from server.staff.passwords import SHORTEST
from server.staff.proving import in_lane, slowed
from server.staff.second_factor import has_second_factor
from server.staff.sessions import Sessions, sessions_of
from server.staff.staff_language import staff_language

_ASKED = ("disable", "factor")  # they end the sessions of the person too


async def accounts_page(request: Request) -> Response:
    """Answer `GET /staff/{lang}/accounts`."""
    return await _accounts_page(request)


async def add_account(request: Request) -> Response:
    """Answer `POST /staff/{lang}/accounts`: an account, and the code to hand over."""
    office, fields = office_of(request), request.state.fields
    login, lang = fields.get("login", "").strip().lower(), request.path_params["lang"]
    user = user_of(request)
    accounts, once = accounts_of(office, user.login), own_once(fields, user.csrf)
    try:
        async with office.deciding:
            code = await accounts.add(login, _roles_in(fields), lang=lang, once=once)
    except AccountError as error:
        return await _accounts_page(request, error=error, status_code=422)
    return await _accounts_page(request, given=(login, code))


async def change_account(request: Request) -> Response:
    """Answer `POST /staff/{lang}/accounts/{login}` with `do`: `disable`, `enable`, `roles`, `reset` or `factor`.

    What shuts somebody out is asked about first; `sure` with the login is the answer.
    """
    office, login, fields = office_of(request), request.path_params["login"], request.state.fields
    accounts, do = accounts_of(office, user_of(request).login), fields.get("do", "")
    try:
        if do in _ASKED and fields.get("sure") != login:
            return _question(request, (await accounts.get(login))["login"], do)
        async with office.deciding:
            code = await _change(request, accounts, login, do)
    except AccountError as error:
        return await _accounts_page(request, error=error, status_code=422)
    if code:
        return await _accounts_page(request, given=(login, code))
    return RedirectResponse(f"/staff/{request.path_params['lang']}/accounts", status_code=303)


async def setup_page(request: Request) -> Response:
    """Answer `GET /staff/setup`."""
    return _setup_page(request)


async def set_up(request: Request) -> Response:
    """Answer `POST /staff/setup`: the holder of a code chooses a password."""
    office = office_of(request)
    if is_foreign(request, office.settings.origin):
        raise HTTPException(403)
    fields = await read_posted(request)
    login = fields.get("login", "").strip().lower()
    door = slowed(request, login)
    if door.wait:
        return _setup_page(request, error=AccountError("code", "wait"), login=login, status_code=429)
    if fields.get("password", "") != fields.get("again", ""):
        return _setup_page(request, error=AccountError("again", "differs"), login=login, status_code=422)
    try:
        await _choose_password(request, login, fields.get("code", ""), fields.get("password", ""))
    except AccountError as error:
        if error.field == "code":
            door.failed()
        return _setup_page(request, error=error, login=login, status_code=422)
    door.succeeded()
    return _setup_page(request, login=login, done=True)


def accounts_of(office: Office, who: str) -> Accounts:
    """Give the accounts of an office, as *who* changes them."""

    async def record(deed: str, login: str) -> None:
        await office.audit.write(deed, who=who, about={"login": login} if login != who else {})

    return Accounts(office.databases.staff, office.clock(), record)


async def _choose_password(request: Request, login: str, code: str, password: str) -> None:
    office = office_of(request)
    accounts = accounts_of(office, login)
    account = await accounts.expected(login)
    phc = await in_lane(request, partial(chosen, account, code, password, (office.settings.office.name,)))
    assert account is not None  # without one no code is right
    await accounts.keep_password(account, phc)
    # Whoever sat there with the old password sits there no more.
    await sessions_of(request).end_all(login)


async def _change(request: Request, accounts: Accounts, login: str, do: str) -> str | None:
    """Do it; give the code where one is to be handed over."""
    sessions = sessions_of(request)
    match do:
        case "reset":
            return await accounts.reset(login, once=own_once(request.state.fields, user_of(request).csrf))
        case "disable" | "enable":
            is_new = await accounts.set_disabled(login, disabled=do == "disable")
        case "roles":
            is_new = await accounts.set_roles(login, _roles_in(request.state.fields))
        case "factor":
            is_new = await _ending(accounts, sessions).forget_second_factor(login)
        case _:
            raise HTTPException(400)
    if do == "disable" or (do == "factor" and is_new):
        await sessions.end_all(login)
    return None


def _ending(accounts: Accounts, sessions: Sessions) -> Accounts:
    """End somebody's sessions before the change after which a second press finds nothing to do."""

    async def record(deed: str, login: str) -> None:
        if accounts.record is not None:
            await accounts.record(deed, login)
        await sessions.end_all(login)

    return replace(accounts, record=record)


def _roles_in(fields: dict[str, str]) -> list[str]:
    return [role for role in STAFF_ROLES if fields.get(f"role-{role}")]


async def _accounts_page(
    request: Request,
    *,
    error: AccountError | None = None,
    given: tuple[str, str] | None = None,
    status_code: int = 200,
) -> Response:
    office, user = office_of(request), user_of(request)
    rows = [
        {
            "login": account["login"],
            "roles": account["roles"],
            "state": _state_of(account),
            "factor": has_second_factor(account),
        }
        for account in await accounts_of(office, user.login).all()
    ]
    return render(
        request,
        "staff/accounts.html",
        status_code=status_code,
        user=user,
        csrf=user.csrf,
        accounts=rows,
        roles=STAFF_ROLES,
        once=new_name(),
        error=error,
        given=given,
        days=CODE_DAYS,
    )


def _question(request: Request, login: str, do: str) -> Response:
    user = user_of(request)
    return render(request, "staff/sure.html", user=user, csrf=user.csrf, login=login, do=do)


def _state_of(account: dict[str, object]) -> str:
    if account.get("disabled"):
        return "disabled"
    return "active" if account["password"] else "waits"


def _setup_page(
    request: Request,
    *,
    error: AccountError | None = None,
    login: str = "",
    done: bool = False,
    status_code: int = 200,
) -> Response:
    return render(
        request,
        "staff/setup.html",
        status_code=status_code,
        lang=staff_language(request, None),
        error=error,
        login=login,
        done=done,
        shortest=SHORTEST,
    )
