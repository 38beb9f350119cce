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
from server.limits import client_network
from server.office import Office, office_of
from server.staff.accounts import is_login
from server.staff.login_delays import ANYWHERE, EACH, LoginDelays
from server.staff.passkeys import PasskeyError, Passkeys, challenge_secret, holder_of
from server.staff.passwords import LONGEST, verify_password
from server.staff.second_factor import check_code, has_second_factor
from sync.document import Doc, is_id
from sync.errors import NotFound
from sync.store import Store

RETRY_AFTER = 5  # seconds

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
    """Give the door that *login* knocks at; a door that is waited for is not locked, whoever knocks.

    What can be no login has one door together with everything else that cannot. Somebody who is signed in has another
    one than a stranger who tries the same login from the same address.
    """
    name = login if is_login(login) else "?"
    return door_of(request, f"{name} inside" if _is_inside(request) else name)


def door_of(request: Request, name: str, *, among: str = "login") -> Door:
    """Give the door of that name for the address that asks; failures at doors *among* others hold up only those."""
    return Door(_delays(request, among), name, client_network(request), office_of(request).clock())


async def prove(request: Request, login: str, given: Mapping[str, str]) -> Proof:
    """Check what was given for *login*: `assertion`, or `password` with `code`. Failures are audited.

    Whichever of login, password and code was wrong, it looks the same and costs the same derivations.

    Raises:
        HTTPException: 503, many are being checked.
    """
    if given.get("assertion"):
        return await prove_by_passkey(request, given["assertion"], login=login)
    return await _prove_by_password(request, login, given.get("password", ""), given.get("code", ""))


async def prove_by_passkey(request: Request, assertion: str, *, login: str | None = None) -> Proof:
    """Check what a passkey signed, of *login* or of whoever has it. What names no passkey here has one door for all."""
    office = office_of(request)
    accounts = [doc for doc in await all_accounts(office.databases.staff) if login in (None, doc["login"])]
    standing = [doc for doc in accounts if not doc.get("disabled")]
    holder = holder_of(standing, assertion)
    door = slowed(request, holder["login"] if holder else "?")
    if door.wait:
        return Proof(False, wait=door.wait)
    try:
        account, used = passkeys_of(office).answer(standing, assertion)
    except PasskeyError:
        door.failed()
        await _record_failure(request, holder["login"] if holder else login or "?")
        return Proof(False)
    if not await _write(office, account, used):
        return Proof(False, account)
    door.succeeded()
    return Proof(True, account)


async def in_lane(request: Request, work: Callable[[], T]) -> T:
    """Do slow work, one piece at a time; who is signed in has a turn of their own, a stranger the turn of the address.

    Raises:
        HTTPException: 503, many are waiting.
    """
    who = f"{request.state.user.login} inside" if _is_inside(request) else client_network(request)
    try:
        return await lane_of(request.app, "passwords").run(work, who=who)
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


async def all_accounts(staff: Store) -> list[Doc]:
    """Give every account, disabled ones too."""
    rows = await staff.all_docs(start="user.", end="user/", include_docs=True)
    return [row.doc for row in rows if row.doc is not None]


async def knows_password(request: Request, login: str, password: str) -> Proof:
    """Check a password alone, slowed as every door is."""
    return await _prove_by_password(request, login, password, None)


async def _prove_by_password(request: Request, login: str, password: str, code: str | None) -> Proof:
    office, door = office_of(request), slowed(request, login)
    # Who knows the password could guess codes from many addresses: those are counted together.
    codes = Door(door.delays, door.login, ANYWHERE, door.now)
    wait = max(door.wait, 0 if code is None else codes.wait)
    if wait:
        return Proof(False, wait=wait)
    account = await account_of(office.databases.staff, login)
    standing = None if account is None or account.get("disabled") else account
    is_right, used = await in_lane(request, partial(_look, standing, password, code, now=office.clock()))
    if not is_right or standing is None or not await _counts(office, standing, code, used):
        door.failed()
        if is_right:
            codes.failed()
        await _record_failure(request, login if account else "?")
        return Proof(False, account)
    door.succeeded()
    if code is not None:
        codes.succeeded()
    return Proof(True, account)


def _look(account: Doc | None, password: str, code: str | None, *, now: int) -> tuple[bool, dict[str, Any] | None]:
    """Look at password and code, at both whatever is wrong with one; give what the code writes to the account."""
    is_right = verify_password(account["password"] if account else None, password[:LONGEST])
    return is_right, None if code is None else check_code(account or {}, code, now=now)


async def _counts(office: Office, account: Doc, code: str | None, used: dict[str, Any] | None) -> bool:
    """Say whether the code is good enough beside a right password, and write that it was used."""
    if code is None or not has_second_factor(account):
        return True
    return used is not None and await _write(office, account, used)


async def _record_failure(request: Request, who: str) -> None:
    count = _delays(request, "login").to_record(who, now=office_of(request).clock())
    if count is not None:
        await office_of(request).audit.write("login-failed", who=who, about={"today": count} if count > EACH else {})


async def _write(office: Office, account: Doc, used: dict[str, Any]) -> bool:
    [row] = await office.databases.staff.bulk_docs([account | used])
    return row.error is None  # whoever came second with the same code, or the same signature, has none


def _is_inside(request: Request) -> bool:
    return hasattr(request.state, "user")


def _delays(request: Request, among: str) -> LoginDelays:
    state, name = request.app.state, f"{among}_delays"
    if not hasattr(state, name):
        setattr(state, name, LoginDelays())
    delays: LoginDelays = getattr(state, name)
    return delays
