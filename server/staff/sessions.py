"""Who is signed in: an opaque token in a cookie, of which the staff database keeps only the hash.

An officer's session ends after 15 minutes without a request and after 12 hours whatever happens; it ends at once when
the account is gone or disabled, because the account is read each time.
"""

import hashlib
import hmac
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from starlette.requests import Request
from starlette.responses import Response

from server.erasure.deletion import delete
from server.office import Office, office_of
from server.origin import is_foreign
from server.staff.second_factor import has_second_factor
from sync.canonical import b32_encode, b64u_encode
from sync.document import Doc
from sync.errors import NotFound
from sync.store import Store

IDLE = 15 * 60  # seconds
ABSOLUTE = 12 * 3600  # seconds
_SEEN_EVERY = 60  # seconds between two writes of when the session was last used
_TOKEN = 32  # bytes
# Each browser names those it descends from, so the youngest come first.
_AGENTS = (("Edg", "Firefox", "Chrome", "Safari"), ("Android", "Windows", "Mac OS", "Linux"))


@dataclass(frozen=True)
class User:
    """Somebody signed in; `csrf` has to come back with everything that changes something.

    Attributes:
        stepped_up_at: when this session last proved who sits there; 0 for never.
    """

    login: str
    roles: frozenset[str]
    lang: str
    csrf: str = field(repr=False)
    stepped_up_at: int = 0
    has_second_factor: bool = False
    has_passkey: bool = False

    def with_second_factor(self) -> "User":
        """Give the same user, once that has set one up."""
        return replace(self, has_second_factor=True)


@dataclass(frozen=True)
class Sessions:
    """The sessions in a staff database."""

    staff: Store
    clock: Callable[[], int]

    async def open(self, login: str, *, agent: str = "") -> str:
        """Begin a session and give its token, which is stored nowhere; those that are over are taken away."""
        await self._sweep()
        token = b64u_encode(os.urandom(_TOKEN))
        now = self.clock()
        session = {"_id": _id(token), "type": "session", "login": login, "at": now, "seen": now, "agent": agent}
        await self.staff.bulk_docs([session])
        return token

    async def of(self, login: str | None = None, *, here: str = "") -> list[Doc]:
        """List somebody's sessions, or everybody's, the newest first; `name` is what `end_named` takes, `is_here`
        marks one."""
        rows = [doc for doc in await self._all() if login in (None, doc["login"]) and not self._is_over(doc)]
        shown = [doc | {"name": doc["_id"][2:], "is_here": doc["_id"] == _id(here)} for doc in rows]
        return sorted(shown, key=lambda doc: -int(doc["at"]))

    async def end_named(self, login: str, name: str) -> None:
        """End one of somebody's own sessions."""
        await self._end([doc for doc in await self._all() if doc["login"] == login and doc["_id"] == f"s.{name}"])

    async def end_all(self, login: str, *, but: str = "") -> None:
        """End all of somebody's sessions, or all but the one with a token."""
        await self._end([doc for doc in await self._all() if doc["login"] == login and doc["_id"] != _id(but)])

    async def find(self, token: str) -> User | None:
        """Give who is signed in with *token*."""
        session = await _get(self.staff, _id(token))
        if session is None:
            return None
        now = self.clock()
        if self._is_over(session):
            await self._end([session])
            return None
        account = await _get(self.staff, f"user.{session['login']}")
        if account is None or account.get("disabled"):
            return None
        if now - session["seen"] > _SEEN_EVERY:
            await self.staff.bulk_docs([session | {"seen": now}])  # who comes second has seen it too
        roles, stepped_up_at = frozenset(account["roles"]), session.get("stepped_up_at", 0)
        is_strong = has_second_factor(account)
        has_passkey = bool(account.get("passkeys"))
        return User(
            account["login"], roles, account.get("lang", "id"), _csrf(token), stepped_up_at, is_strong, has_passkey
        )

    async def step_up(self, token: str) -> None:
        """Note that who sits there has just proved it."""
        session = await _get(self.staff, _id(token))
        if session is not None:
            await self.staff.bulk_docs([session | {"stepped_up_at": self.clock()}])

    async def close(self, token: str) -> None:
        """End a session."""
        session = await _get(self.staff, _id(token))
        if session is not None:
            await self._end([session])

    def _is_over(self, session: Doc) -> bool:
        now = self.clock()
        return now - int(session["seen"]) > IDLE or now - int(session["at"]) > ABSOLUTE

    async def _sweep(self) -> None:
        await self._end([doc for doc in await self._all() if self._is_over(doc)])

    async def _all(self) -> list[Doc]:
        rows = await self.staff.all_docs(start="s.", end="s/", include_docs=True)
        return [row.doc for row in rows if row.doc is not None]

    async def _end(self, sessions: Sequence[Doc]) -> None:
        # Only hashes of tokens lie in them; but one that was used this very moment must end all the same.
        await delete(self.staff, sessions)


async def current_user(request: Request) -> User | None:
    """Give who is signed in, from the cookie."""
    token = token_of(request)
    return await sessions_of(request).find(token) if token else None


def token_of(request: Request) -> str:
    """Give the session's token, or the empty text."""
    return request.cookies.get(_cookie(office_of(request)), "")


def sessions_of(request: Request) -> Sessions:
    """Give the sessions of the office that is asked."""
    office = office_of(request)
    return Sessions(office.databases.staff, office.clock)


def is_genuine(request: Request, user: User, csrf: str) -> bool:
    """Say whether a post was made by our own page for this session."""
    return not is_foreign(request, office_of(request).settings.origin) and hmac.compare_digest(
        csrf.encode(), user.csrf.encode()
    )


async def sign_in(request: Request, response: Response, login: str) -> None:
    """Begin a session and put its token into *response*; one that the browser had ends."""
    await sign_out(request, response)
    token = await sessions_of(request).open(login, agent=_agent(request))
    name = _cookie(office_of(request))
    # No Max-Age: it goes when the browser closes.
    response.set_cookie(name, token, path="/", secure=_is_https(office_of(request)), httponly=True, samesite="strict")


async def sign_out(request: Request, response: Response) -> None:
    """End the session and take the cookie away."""
    name = _cookie(office_of(request))
    token = request.cookies.get(name)
    if token:
        await sessions_of(request).close(token)
        response.delete_cookie(name, path="/", secure=_is_https(office_of(request)), httponly=True, samesite="strict")


def _agent(request: Request) -> str:
    """Reduce what a browser says of itself to what its owner recognises: its kind and its system."""
    text = request.headers.get("user-agent", "")
    return " ".join(next((name for name in names if name in text), "") for names in _AGENTS).strip()


def _cookie(office: Office) -> str:
    return "__Host-s" if _is_https(office) else "s"


def _is_https(office: Office) -> bool:
    return office.settings.origin.startswith("https:")


def _id(token: str) -> str:
    return f"s.{b32_encode(hashlib.sha256(token.encode()).digest())}"


def _csrf(token: str) -> str:
    return b64u_encode(hmac.digest(token.encode(), b"csrf", "sha256")[:16])


async def _get(store: Store, doc_id: str) -> Doc | None:
    try:
        return await store.get(doc_id)
    except NotFound:
        return None
