"""The hubs that the office enrolled: who they are, when they were last heard, what they hold, and which may read.

A hub keeps the right to send for ever, as everybody has it; a revoked one hears nothing from that moment on.
"""

import re
from dataclasses import dataclass
from typing import Literal

from server.couch.peers import Peers
from server.hub_keys import HubKeys
from server.told import Told
from sync.canonical import b64u_encode
from sync.document import Doc
from sync.errors import NotFound, Unavailable
from sync.statements import HubAuth, is_hub
from sync.store import Store

LASTS = 7 * 86_400  # seconds that a code waits for its hub
WINDOW = 300_000  # milliseconds that a hub's word may differ from the office's clock
READS = ("public",)  # the databases that a hub replicates
HOLDS = "Rantau-Holds"  # the header of an exchange in which a hub says it
_HELD = re.compile(r"([0-9]{1,7}) ([0-9]{1,9})")
_TRIES = 5  # others that may change the same hub meanwhile

Word = Literal["ok", "used", "expired", "revoked", "clock", "repeated"]


class HubError(Told):
    """Nothing was changed; the message says why."""


@dataclass(frozen=True)
class Hubs:
    """The hubs in a staff database; *now* is in seconds."""

    staff: Store
    now: int

    async def all(self) -> list[Doc]:
        """Give every hub, by name, revoked ones too."""
        rows = await self.staff.all_docs(start="hub.", end="hub/", include_docs=True)
        return [row.doc for row in rows if row.doc is not None]

    async def get(self, hub: str) -> Doc | None:
        """Give one hub; None if the office enrolled none of that name."""
        try:
            return await self.staff.get(f"hub.{hub}") if is_hub(hub) else None
        except NotFound:
            return None

    async def check_name(self, hub: str) -> None:
        """See that a hub may be called so.

        Raises:
            HubError: naming the reason.
        """
        if not is_hub(hub):
            raise HubError("name: up to 26 of a-z, 0-9 and dash, as in a host name")
        if await self.get(hub) is not None:
            raise HubError("name: taken, perhaps by a hub that was revoked; receipts bear it, so it is not given again")

    async def add(self, hub: str, kid: str, keys: HubKeys) -> None:
        """Write down a hub whose key is listed, with its account for what is public.

        Raises:
            HubError: somebody else was faster.
            PeerError: there is an account of that name.
        """
        doc = {
            "_id": f"hub.{hub}",
            "type": "hub",
            "hub": hub,
            "kid": kid,
            "pub": b64u_encode(keys.pair.pub),
            "enrolled_at": self.now,
            "joined_at": None,
            "install": None,
            "revoked_at": None,
            "seen": None,
            "last": 0,
            "holds": None,
        }
        await Peers(self.staff, self.now).add(peer_of(hub), READS, read_only=True, secret=keys.secret)
        if not await self._write(doc):
            raise HubError("name: taken meanwhile")

    async def revoke(self, hub: str) -> Doc:
        """End a hub's reading for good; repeating it is harmless.

        Raises:
            HubError: there is none.
        """
        for _ in range(_TRIES):
            doc = await self.get(hub)
            if doc is None:
                raise HubError("name: there is no such hub")
            if doc["revoked_at"] is not None or await self._write(doc | {"revoked_at": self.now}):
                await self._end_account(hub)
                return doc
        raise Unavailable(f"{hub} is being changed by others")

    async def _end_account(self, hub: str) -> None:
        accounts = {doc["name"]: doc for doc in await Peers(self.staff, self.now).all()}
        account = accounts.get(peer_of(hub))
        if account is not None and account["revoked_at"] is None:
            await Peers(self.staff, self.now).revoke(peer_of(hub))

    async def _write(self, doc: Doc) -> bool:
        [row] = await self.staff.bulk_docs([doc])
        return row.error is None


def hub_word(doc: Doc, auth: HubAuth, *, now: int) -> Word:
    """Say whether a hub may read that signed this; each of its words is later than the one before."""
    if doc["revoked_at"] is not None:
        return "revoked"
    if doc["install"] not in (None, auth.install):
        return "used"  # one code makes one hub
    if abs(auth.at - now * 1000) > WINDOW:
        return "clock"
    if doc["install"] is None and now > doc["enrolled_at"] + LASTS:
        return "expired"
    return "ok" if auth.at > doc["last"] else "repeated"


def hub_noted(doc: Doc, auth: HubAuth, *, now: int, holds: str = "") -> Doc:
    """Give what changes in a hub's document when it has read and said what it holds."""
    told = {"install": auth.install, "joined_at": doc["joined_at"] or now, "seen": now, "last": auth.at}
    return told | {"holds": _held(holds, now=now)}


def held_by(count: int, seconds: int) -> str:
    """Say how many versions a hub holds beyond those that it brings, and for how long some have been waiting."""
    return f"{count} {seconds if count else 0}"


def _held(said: str, *, now: int) -> list[int] | None:
    found = _HELD.fullmatch(said)
    return found and [int(found[1]), now - int(found[2])]


def peer_of(hub: str) -> str:
    """Name the account of a hub at the CouchDB face."""
    return f"hub.{hub}"
