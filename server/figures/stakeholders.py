"""Tokens for other bodies, each for what is its own: a name, who has it, the cases of its groups and of its requests.

A token is the name and 256 random bits, shown to whoever makes it; of them the SHA-256 is stored, since there is
nothing to guess.
"""

import hashlib
import hmac
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass

from server.once import tied
from server.told import Told
from sync.canonical import b64u_encode
from sync.document import Doc
from sync.errors import NotFound
from sync.store import Store

TITLE = 80  # characters
MOST_REQUESTS = 200  # cases of one token, the last ones
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{1,31}")
_SECRET = 32  # bytes
_ONCE = re.compile(r"[A-Za-z0-9_-]{43}")


def new_secret() -> str:
    """Make what a token has behind its name."""
    return secrets.token_urlsafe(_SECRET)


def secret_in(fields: Mapping[str, str], *said: str) -> str:
    """Give what the token of this form has behind its name, the same when it is sent twice; of another form another."""
    once = fields.get("once", "")
    return b64u_encode(tied(once, *said)) if _ONCE.fullmatch(once) else new_secret()


class StakeholderError(Told):
    """Nothing was changed; the message is the end of the name of a text: `name`, `title`, `taken`, `busy`."""


@dataclass(frozen=True)
class Stakeholder:
    """Who holds a token, as it counts now; `groups` and `requests` are cases."""

    name: str
    groups: tuple[str, ...]
    requests: tuple[str, ...]


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

    async def add(self, name: str, title: str, secret: str | None = None) -> str:
        """Give a new token, which is stored nowhere; the same secret again gives the same token.

        Raises:
            StakeholderError: with the reason.
        """
        token = f"{name}.{secret or new_secret()}"
        if await self.find(token) is not None:
            return token
        await self.check(name, title)
        made = {"type": "stakeholder", "name": name, "title": title, "groups": [], "secret": _hashed(token)}
        try:
            await self._write({"_id": f"stakeholder.{name}", **made, "made_at": self.now, "withdrawn_at": None})
        except StakeholderError:
            if await self.find(token) is None:
                raise
        return token

    async def add_group(self, doc: Doc, case: str) -> None:
        """Let whoever holds a token see a group too; twice is once."""
        await self._write(doc | {"groups": sorted({*doc["groups"], case})})

    async def add_request(self, name: str, case: str) -> None:
        """Let whoever holds a token see what it asked for; the first of many are forgotten.

        Raises:
            StakeholderError: `busy`, also where it was withdrawn meanwhile.
        """
        doc = await self.get(name)
        if doc is None or doc["withdrawn_at"] is not None:
            raise StakeholderError("busy")
        await self._write(doc | {"requests": [*_requests_of(doc), case][-MOST_REQUESTS:]})

    async def withdraw(self, doc: Doc) -> None:
        """End a token for good, from the next request on."""
        await self._write(doc | {"withdrawn_at": self.now, "secret": "", "groups": [], "requests": []})

    async def find(self, token: str) -> Stakeholder | None:
        """Give whose token it is."""
        doc = await self.get(token.partition(".")[0])
        kept = "" if doc is None else str(doc["secret"])
        is_right = hmac.compare_digest(kept.encode(), _hashed(token).encode())
        if doc is None or doc["withdrawn_at"] is not None or not is_right:
            return None
        return Stakeholder(doc["name"], tuple(doc["groups"]), tuple(_requests_of(doc)))

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


def _requests_of(doc: Doc) -> list[str]:
    return list(doc.get("requests", ()))  # a token of before has none


def _hashed(token: str) -> str:
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()
