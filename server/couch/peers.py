"""Accounts for programs that replicate with us: a name, a secret, the databases it may reach, and whether it writes.

A secret is 256 random bits that a program keeps, so SHA-256 is enough to store it: there is nothing to guess, and a
slow hash would only make each of a replication's thousand requests slow.
"""

import hashlib
import hmac
import re
import secrets
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass

from server.told import Told
from sync.document import Doc
from sync.errors import NotFound
from sync.store import Store

OPEN = ("public", "cases", "blobs")  # what the face serves; data keys and accounts never leave
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,31}")
_SECRET = 32  # bytes

Record = Callable[[str, Mapping[str, str | int]], Awaitable[None]]  # writes a deed and what it is about into the audit


class PeerError(Told):
    """Nothing was changed; the message says why."""


@dataclass(frozen=True)
class Peer:
    """An account as it counts now."""

    name: str
    databases: frozenset[str]
    is_read_only: bool


@dataclass(frozen=True)
class Peers:
    """The accounts in a staff database; *now* is in seconds.

    Attributes:
        record: what every change is recorded with before it is made; None where nothing is changed.
    """

    staff: Store
    now: int
    record: Record | None = None

    async def all(self) -> list[Doc]:
        """Give every account, by name, revoked ones too."""
        rows = await self.staff.all_docs(start="peer.", end="peer/", include_docs=True)
        return [row.doc for row in rows if row.doc is not None]

    async def add(self, name: str, databases: Iterable[str], *, read_only: bool, secret: str | None = None) -> str:
        """Make an account and give its secret, which is stored nowhere.

        Args:
            secret: 256 random bits that its holder has already.

        Raises:
            PeerError: the name is taken or cannot be one, or a database is none that the face serves.
        """
        wanted = sorted(set(databases))
        if not is_name(name):
            raise PeerError("name: up to 32 of a-z, 0-9, dot, dash and underscore, beginning with a letter or digit")
        if not wanted or not set(wanted) <= set(OPEN):
            raise PeerError(f"database: one or more of {', '.join(OPEN)}")
        secret = secret or secrets.token_urlsafe(_SECRET)
        account = {
            "_id": f"peer.{name}",
            "type": "peer",
            "name": name,
            "databases": wanted,
            "read_only": read_only,
            "secret": _hashed(secret),
            "made_at": self.now,
            "revoked_at": None,
        }
        if await self._get(name) is not None:
            raise PeerError("name: taken, perhaps by an account that was revoked")
        about: dict[str, str | int] = {"peer": name, "databases": ",".join(wanted), "read-only": int(read_only)}
        await self._write(account, "peer-added", about)
        return secret

    async def revoke(self, name: str) -> None:
        """End an account for good; it counts no more from the next request on.

        Raises:
            PeerError: there is none, or it ended already.
        """
        account = await self._get(name)
        if account is None or account["revoked_at"] is not None:
            raise PeerError("name: there is no such account")
        await self._write(account | {"revoked_at": self.now, "secret": ""}, "peer-revoked", {"peer": name})

    async def find(self, name: str, secret: str) -> Peer | None:
        """Give the account that *name* and *secret* open."""
        account = await self._get(name)
        kept = "" if account is None else account["secret"]
        is_right = hmac.compare_digest(kept.encode(), _hashed(secret).encode())
        if account is None or account["revoked_at"] is not None or not is_right:
            return None
        # What is stored may be older than what is served: only what is served counts.
        return Peer(name, frozenset(account["databases"]) & frozenset(OPEN), account["read_only"])

    async def _get(self, name: str) -> Doc | None:
        try:
            return await self.staff.get(f"peer.{name}") if is_name(name) else None
        except NotFound:
            return None

    async def _write(self, account: Doc, deed: str, about: Mapping[str, str | int]) -> None:
        # What cannot be recorded does not happen.
        if self.record is not None:
            await self.record(deed, about)
        [row] = await self.staff.bulk_docs([account])
        if row.error:
            raise PeerError("it was changed meanwhile; try again")


def is_name(text: str) -> bool:
    """Say whether *text* may name an account."""
    return _NAME.fullmatch(text) is not None


def _hashed(secret: str) -> str:
    return hashlib.sha256(secret.encode(errors="replace")).hexdigest()
