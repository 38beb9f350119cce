"""Whether somebody is who they say: one check for every door, slowed by login and by address.

What is given is a password, with a code where the account has a second factor; or what a passkey signed, which is both.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

from starlette.exceptions import HTTPException
from starlette.requests import Request

from server.lane import LaneFull, lane_of
from server.login_delays import LoginDelays
from server.office import Office, office_of
from server.passkeys import PasskeyError, Passkeys, challenge_secret
from server.passwords import LONGEST, verify_password
from server.second_factor import check_code, has_second_factor
from sync.document import Doc, is_id
from sync.errors import NotFound
from sync.store import Store

RETRY_AFTER = 5  # seconds
_ANYWHERE = ""  # the address under which wrong codes after a right password are counted

T = TypeVar("T")


@dataclass(frozen=True)
class Proof:
    """The outcome of a try.

    Attributes:
        wait: seconds until another may be made; then nothing was looked at.
    """

    is_right: bool
    account: Doc | None = None
    wait: int = 0


@dataclass(frozen=True)
class Door:
    """One way in for one login from one address; `wait` is the seconds until it may be tried."""

    delays: LoginDelays
    login: str
    address: str
    now: int

    @property
    def wait(self) -> int:
        """Tell how long to wait."""
        return self.delays.wait(self.login, self.address, now=self.now)

    def failed(self) -> None:
        """Note a failure: the next one waits longer."""
        self.delays.failed(self.login, self.address, now=self.now)

    def succeeded(self) -> None:
        """Forget the failures."""
        self.delays.succeeded(self.login, self.address)


def slowed(request: Request, login: str) -> Door:
    """Give the door that *login* knocks at; a door that is waited for is not locked, whoever knocks."""
    return Door(_delays(request), login, request.client.host if request.client else "", office_of(request).clock())


async def prove(request: Request, login: str, given: Mapping[str, str]) -> Proof:
    """Check what was given for *login*: `assertion`, or `password` with `code`. Failures are audited, and look and
    take the same whatever was wrong.

    Raises:
        HTTPException: 503, many are being checked.
    """
    if given.get("assertion"):
        return await prove_by_passkey(request, given["assertion"], login=login)
    return await _prove_by_password(request, login, given.get("password", ""), given.get("code", ""))


async def prove_by_passkey(request: Request, assertion: str, *, login: str | None = None) -> Proof:
    """Check what a passkey signed, of *login* or of whoever has it."""
    office = office_of(request)
    accounts = [doc for doc in await _accounts(office.databases.staff) if login in (None, doc["login"])]
    try:
        account, used = passkeys_of(office).answer([doc for doc in accounts if not doc.get("disabled")], assertion)
    except PasskeyError:
        await office.audit.write("login-failed", who=login or "?")
        return Proof(False)
    return Proof(await _write(office, account, used), account)


async def in_lane(request: Request, work: Callable[[], T]) -> T:
    """Do slow work, one piece at a time.

    Raises:
        HTTPException: 503, many are waiting.
    """
    try:
        return await lane_of(request.app, "passwords").run(work)
    except LaneFull:
        raise HTTPException(503, headers={"Retry-After": str(RETRY_AFTER)}) from None


def passkeys_of(office: Office) -> Passkeys:
    """Give the passkeys of an office."""
    return Passkeys(office.settings.origin, challenge_secret(office.server_key), office.clock())


async def account_of(staff: Store, login: str) -> Doc | None:
    """Give the account of a login, disabled or not."""
    if not is_id(f"user.{login}"):
        return None
    try:
        return await staff.get(f"user.{login}")
    except NotFound:
        return None


async def knows_password(request: Request, login: str, password: str) -> Proof:
    """Check a password alone, slowed as every door is."""
    return await _prove_by_password(request, login, password, None)


async def _prove_by_password(request: Request, login: str, password: str, code: str | None) -> Proof:
    office, door = office_of(request), slowed(request, login)
    # Who knows the password could guess codes from many addresses: those are counted together.
    codes = Door(door.delays, login, _ANYWHERE, door.now)
    wait = max(door.wait, 0 if code is None else codes.wait)
    if wait:
        return Proof(False, wait=wait)
    account = await account_of(office.databases.staff, login)
    phc = None if account is None or account.get("disabled") else account["password"]
    is_right = await in_lane(request, partial(verify_password, phc, password[:LONGEST]))
    if not is_right or account is None or not (code is None or await _has_code(request, account, code)):
        door.failed()
        if is_right:
            codes.failed()
        await office.audit.write("login-failed", who=login if account else "?")
        return Proof(False, account)
    door.succeeded()
    if code is not None:
        codes.succeeded()
    return Proof(True, account)


async def _has_code(request: Request, account: Doc, code: str) -> bool:
    if not has_second_factor(account):
        return True
    office = office_of(request)
    used = await in_lane(request, partial(check_code, account, code, now=office.clock()))
    return used is not None and await _write(office, account, used)


async def _write(office: Office, account: Doc, used: dict[str, Any]) -> bool:
    [row] = await office.databases.staff.bulk_docs([account | used])
    return row.error is None  # whoever came second with the same code, or the same signature, has none


async def _accounts(staff: Store) -> list[Doc]:
    rows = await staff.all_docs(start="user.", end="user/", include_docs=True)
    return [row.doc for row in rows if row.doc is not None]


def _delays(request: Request) -> LoginDelays:
    state = request.app.state
    if not hasattr(state, "login_delays"):
        state.login_delays = LoginDelays()
    delays: LoginDelays = state.login_delays
    return delays
