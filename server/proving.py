"""Whether somebody is who they say: one check of a password for every door, slowed by login and by address."""

from dataclasses import dataclass
from functools import partial

from starlette.exceptions import HTTPException
from starlette.requests import Request

from server.lane import LaneFull, lane_of
from server.login_delays import LoginDelays
from server.office import Office, office_of
from server.passwords import verify_password
from server.second_factor import check_code
from sync.document import Doc, is_id
from sync.errors import NotFound
from sync.store import Store

RETRY_AFTER = 5  # seconds
_LONGEST = 1024  # characters of a password


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


async def prove(request: Request, login: str, password: str, code: str = "") -> Proof:
    """Check a password, with the code of the account's second factor: the same, as slowly, for a wrong one and for
    nobody's login. Failures are audited.

    Raises:
        HTTPException: 503, many are being checked.
    """
    office = office_of(request)
    door = slowed(request, login)
    if door.wait:
        return Proof(False, wait=door.wait)
    account = await account_of(office.databases.staff, login)
    is_right = await _is_right(request, account, password)
    if not is_right or account is None or not await _has_code(office, account, code):
        door.failed()
        await office.audit.write("login-failed", who=login if account else "?")
        return Proof(False, account)
    door.succeeded()
    return Proof(True, account)


async def _has_code(office: Office, account: Doc, code: str) -> bool:
    if not account.get("totp"):
        return True
    used = check_code(account, code, now=office.clock())
    if used is None:
        return False
    [row] = await office.databases.staff.bulk_docs([account | used])
    return row.error is None  # whoever came second with the same code has none


async def account_of(staff: Store, login: str) -> Doc | None:
    """Give the account of a login, disabled or not."""
    if not is_id(f"user.{login}"):
        return None
    try:
        return await staff.get(f"user.{login}")
    except NotFound:
        return None


async def _is_right(request: Request, account: Doc | None, password: str) -> bool:
    phc = None if account is None or account.get("disabled") else account["password"]
    try:
        return await lane_of(request.app, "passwords").run(partial(verify_password, phc, password[:_LONGEST]))
    except LaneFull:
        raise HTTPException(503, headers={"Retry-After": str(RETRY_AFTER)}) from None


def _delays(request: Request) -> LoginDelays:
    state = request.app.state
    if not hasattr(state, "login_delays"):
        state.login_delays = LoginDelays()
    delays: LoginDelays = state.login_delays
    return delays
