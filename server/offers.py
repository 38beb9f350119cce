"""Days and hours on offer: signed documents of `public`, one an hour at a place, so that every reader can check them.

An offer is never changed but for one thing: the office may close it. Its places are the ids `bk.<offer>.01` and on.
The first ones are for whoever asks; then come those kept for people who could not be online, drawn in rounds; then
those for the elderly, people with a disability, infants and pregnant women. A day before it begins what is left is
for everybody.
"""

import base64
import json
import os
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

from sync.canonical import b32_encode
from sync.document import Doc
from sync.errors import Unavailable
from sync.key_pair import KeyPair
from sync.statements import sign_public
from sync.store import Store

Kind = Literal["office", "outreach", "group"]
Share = Literal["anybody", "kept", "priority"]
KINDS: tuple[Kind, ...] = ("office", "outreach", "group")
MOST_PLACES = 200
RELEASE = 24 * 3600  # seconds before it begins at which nothing is kept any more
DRAW = 72 * 3600  # seconds after publishing at which its rounds begin: who exchanges once in three days has done so
_ID = re.compile(r"[0-9]{6}-[a-z2-7]{4}")
_PREFIX = "offer."


@dataclass(frozen=True, kw_only=True)
class Offer:
    """An hour at a place.

    Attributes:
        id: the day and four characters, which tickets name.
        area: code of the nagari, or None.
        begins, ends, at: Unix seconds; `at` is when it was published.
        places: how many people in all; of a group offer, how many groups.
        kept: of these, for wishes.
        priority: of these, for who declares to need it.
    """

    id: str
    kind: Kind
    place: str
    area: str | None
    begins: int
    ends: int
    places: int
    kept: int
    priority: int
    at: int
    is_closed: bool = False

    @property
    def draws_from(self) -> int:
        """Tell when its kept places are first drawn."""
        return min(self.at + DRAW, self.releases)

    @property
    def releases(self) -> int:
        """Tell when what is left is for everybody."""
        return self.begins - RELEASE

    def numbers(self, *, priority: bool, drawn: bool, now: int) -> range | list[int]:
        """Give the numbers of places that one may have, in the order in which they are given.

        Args:
            priority: who asks declares to need a place of those.
            drawn: a round or the counter gives it, not whoever asks first.
        """
        everyone = self.places - self.kept - self.priority
        kept = range(everyone + 1, self.places - self.priority + 1)
        reserved = range(self.places - self.priority + 1, self.places + 1)
        if now >= self.releases:
            return range(1, self.places + 1)
        first = [*kept, *range(1, everyone + 1)] if drawn else [*range(1, everyone + 1)]
        return [*first, *(reserved if priority else ())]

    def share_of(self, number: int) -> Share:
        """Say of which share of its places one is, until a day before it begins."""
        if number > self.places - self.priority:
            return "priority"
        return "kept" if number > self.places - self.priority - self.kept else "anybody"

    def is_open(self, now: int) -> bool:
        """Say whether places of it are given."""
        return not self.is_closed and now < self.begins

    def to_json(self) -> dict[str, Any]:
        """Give what is signed."""
        return {key: value for key, value in asdict(self).items() if key != "id"}


def is_offer(text: str) -> bool:
    """Say whether *text* may be the id of an offer."""
    return _ID.fullmatch(text) is not None


def new_id(day: date, random: Callable[[int], bytes] = os.urandom) -> str:
    """Name an offer of a day."""
    return f"{day:%y%m%d}-{b32_encode(random(5))[:4]}"


def hours_of(day: date, zone: str, *, begins: time, ends: time, minutes: int) -> list[tuple[int, int]]:
    """Cut the hours of a day into pieces of so many minutes, in Unix seconds; what is left over is no piece."""
    local = ZoneInfo(zone)
    at, end = (datetime.combine(day, each, local) for each in (begins, ends))
    found = []
    while at + timedelta(minutes=minutes) <= end:
        found.append((int(at.timestamp()), int((at := at + timedelta(minutes=minutes)).timestamp())))
    return found


@dataclass(frozen=True)
class Offers:
    """The offers in `public`; `kid` and `private` sign new ones."""

    public: Store
    kid: str
    private: KeyPair

    async def since(self, day: date) -> list[Offer]:
        """Give every offer from *day* on, in the order in which they begin."""
        rows = await self.public.all_docs(start=f"{_PREFIX}{day:%y%m%d}", end="offer/")
        return sorted(await self._read([row.id for row in rows]), key=lambda offer: (offer.begins, offer.id))

    async def get(self, offer: str) -> Offer | None:
        """Give one."""
        found = await self._read([_PREFIX + offer]) if is_offer(offer) else []
        return found[0] if found else None

    async def publish(self, offers: Sequence[Offer]) -> None:
        """Publish offers that are not there yet.

        Raises:
            Unavailable: some may not be there.
        """
        rows = await self.public.bulk_docs([self._signed(offer) for offer in offers])
        if any(row.error for row in rows):
            raise Unavailable("some offers were not published")

    async def close(self, offer: str) -> Offer | None:
        """Give no more places of an offer, and give it; None if there is none."""
        known = await self.get(offer)
        if known is None or known.is_closed:
            return known
        stored = await self.public.get(_PREFIX + offer)
        # Never before the one it replaces: readers refuse what is older.
        closed = replace(known, is_closed=True)
        doc = self._signed(closed, at=int(stored["signed"][4]) + 1) | {"_rev": stored["_rev"]}
        [row] = await self.public.bulk_docs([doc])
        if row.error:
            raise Unavailable("the offer was not closed")
        return closed

    async def _read(self, ids: Sequence[str]) -> list[Offer]:
        found = await self.public.bulk_get([(id_, None) for id_ in ids], attachments=True) if ids else []
        docs = [got.docs[0] for got in found if got.docs and not got.docs[0].get("_deleted")]
        return [_offer(doc) for doc in docs]

    def _signed(self, offer: Offer, *, at: int | None = None) -> Doc:
        content = json.dumps(offer.to_json(), ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()
        doc = sign_public(
            _PREFIX + offer.id, content, at=offer.at if at is None else at, kid=self.kid, private=self.private
        )
        body = {"content_type": "application/octet-stream", "data": base64.b64encode(content).decode()}
        return doc | {"_attachments": {"body": body}}


def _offer(doc: Mapping[str, Any]) -> Offer:
    content = json.loads(base64.b64decode(doc["_attachments"]["body"]["data"]))
    return Offer(id=str(doc["_id"]).removeprefix(_PREFIX), **content)
