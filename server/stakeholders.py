"""Tokens for other bodies, each for the figures of its own groups: a name, who has it, and the cases of these groups.

A token is the name and 256 random bits, shown once; of them the SHA-256 is stored, since there is nothing to guess.
"""

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass

from server.told import Told
from sync.document import Doc
from sync.errors import NotFound
from sync.store import Store

TITLE = 80  # characters
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{1,31}")
_SECRET = 32  # bytes


class StakeholderError(Told):
    """Nothing was changed; the message is the end of the name of a text: `name`, `title`, `taken`, `busy`."""


@dataclass(frozen=True)
class Stakeholder:
    """Who holds a token, as it counts now; `groups` are cases."""

    name: str
    groups: tuple[str, ...]


@dataclass(frozen=True)
class Stakeholders:
    """The tokens in a staff database; *now* is in seconds."""

    staff: Store
    now: int

    async def all(self) -> list[Doc]:
        """Give every one by name, the withdrawn too."""
        rows = await self.staff.all_docs(start="stakeholder.", end="stakeholder/", include_docs=True)
        return [row.doc for row in rows if row.doc is not None]

    async def check(self, name: str, title: str) -> None:
        """Refuse what cannot be added.

        Raises:
            StakeholderError: with the reason.
        """
        if not _NAME.fullmatch(name):
            raise StakeholderError("name")
        if not 3 <= len(title) <= TITLE or not title.isprintable():
            raise StakeholderError("title")
        if await self.get(name) is not None:
            raise StakeholderError("taken")

    async def add(self, name: str, title: str) -> str:
        """Give a new token, which is stored nowhere.

        Raises:
            StakeholderError: with the reason.
        """
        await self.check(name, title)
        token = f"{name}.{secrets.token_urlsafe(_SECRET)}"
        made = {"type": "stakeholder", "name": name, "title": title, "groups": [], "secret": _hashed(token)}
        await self._write({"_id": f"stakeholder.{name}", **made, "made_at": self.now, "withdrawn_at": None})
        return token

    async def add_group(self, doc: Doc, case: str) -> None:
        """Let whoever holds a token see a group too; twice is once."""
        await self._write(doc | {"groups": sorted({*doc["groups"], case})})

    async def withdraw(self, doc: Doc) -> None:
        """End a token for good, from the next request on."""
        await self._write(doc | {"withdrawn_at": self.now, "secret": "", "groups": []})

    async def find(self, token: str) -> Stakeholder | None:
        """Give whose token it is."""
        doc = await self.get(token.partition(".")[0])
        kept = "" if doc is None else str(doc["secret"])
        is_right = hmac.compare_digest(kept.encode(), _hashed(token).encode())
        if doc is None or doc["withdrawn_at"] is not None or not is_right:
            return None
        return Stakeholder(doc["name"], tuple(doc["groups"]))

    async def get(self, name: str) -> Doc | None:
        """Give what is stored of one."""
        try:
            return await self.staff.get(f"stakeholder.{name}") if _NAME.fullmatch(name) else None
        except NotFound:
            return None

    async def _write(self, doc: Doc) -> None:
        [row] = await self.staff.bulk_docs([doc])
        if row.error:
            raise StakeholderError("busy")


def _hashed(token: str) -> str:
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()
