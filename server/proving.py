"""Whether somebody is who they say: one check of a password for every door, slowed by login and by address."""

from dataclasses import dataclass
from functools import partial

from starlette.exceptions import HTTPException
from starlette.requests import Request

from server.lane import LaneFull, lane_of
from server.login_delays import LoginDelays
from server.office import office_of
from server.passwords import verify_password
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


async def prove(request: Request, login: str, password: str) -> Proof:
    """Check a password: the same, as slowly, for a wrong one and for nobody's login. Failures are audited.

    Raises:
        HTTPException: 503, many are being checked.
    """
    office = office_of(request)
    delays, address = _delays(request), request.client.host if request.client else ""
    wait = delays.wait(login, address, now=office.clock())
    if wait:
        return Proof(False, wait=wait)
    account = await account_of(office.databases.staff, login)
    if not await _is_right(request, account, password):
        delays.failed(login, address, now=office.clock())
        await office.audit.write("login-failed", who=login if account else "?")
        return Proof(False, account)
    delays.succeeded(login, address)
    return Proof(True, account)


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
