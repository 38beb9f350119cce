"""Days and hours on offer: signed documents of `public`, one an hour at a place, so that every reader can check them.

An offer is never changed but for one thing: the office may close it. Its places are the ids `bk.<offer>.01` and on.
The first ones are for whoever asks; then come those kept for people who could not be online, drawn in rounds; then
those for the elderly, people with a disability, infants and pregnant women. A day before it begins what is left is
for everybody.
"""

import base64
import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, time, timedelta
from itertools import count
from typing import Any, Literal
from zoneinfo import ZoneInfo

from sync.canonical import b32_encode
from sync.document import Doc
from sync.errors import Conflict, Unavailable
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
    def hour(self) -> tuple[Kind, str, int]:
        """Tell what it offers: two of the same are one offer."""
        return self.kind, self.place, self.begins

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


def offer_id(day: date, kind: Kind, place: str, begins: int, *, turn: int = 0) -> str:
    """Name an offer of a day by its hour, so that of two who publish the same one the store takes one.

    Args:
        turn: counts up from 0 where the name before is another offer's, such as one that was closed.
    """
    said = f"offer1\n{kind}\n{place}\n{begins}\n{turn}\n"
    return f"{day:%y%m%d}-{b32_encode(hashlib.sha256(said.encode()).digest())[:4]}"


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

    async def missing(self, wanted: Sequence[Offer]) -> list[Offer]:
        """Give those of *wanted* whose hour is not on offer, or was and is closed, each with an id that is free."""
        if not wanted:
            return []
        known = await self.since(min(_day_of(offer.id) for offer in wanted))
        hours = {offer.hour for offer in known if not offer.is_closed}
        used = {offer.id for offer in known}
        found = []
        for offer in wanted:
            if offer.hour not in hours:
                turns = (offer_id(_day_of(offer.id), *offer.hour, turn=turn) for turn in count())
                found.append(replace(offer, id=next(name for name in turns if name not in used)))
                used.add(found[-1].id)
        return found

    async def publish(self, offers: Sequence[Offer]) -> list[Offer]:
        """Publish offers, and give those of them that somebody else published at the same moment.

        Raises:
            Unavailable: some may not be there; publishing those that are missing is harmless.
        """
        rows = await self.public.bulk_docs([self._signed(offer) for offer in offers])
        late = [offer for offer, row in zip(offers, rows, strict=True) if row.error == Conflict.error]
        found = {offer.id: offer for offer in await self._read([_PREFIX + offer.id for offer in late])}
        is_other = any(offer.id not in found or found[offer.id].hour != offer.hour for offer in late)
        if is_other or any(row.error not in (None, Conflict.error) for row in rows):
            raise Unavailable("some offers were not published")
        return late

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


def _day_of(offer: str) -> date:
    return datetime.strptime(offer[:6], "%y%m%d").date()


def _offer(doc: Mapping[str, Any]) -> Offer:
    content = json.loads(base64.b64decode(doc["_attachments"]["body"]["data"]))
    return Offer(id=str(doc["_id"]).removeprefix(_PREFIX), **content)
