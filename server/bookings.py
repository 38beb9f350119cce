"""Places of offers and who has them: `bk.<offer>.<nn>`, claimed in two writes, and one live booking a case.

The case's own record `bk.c.<C>` is where everything is decided: it says first which offer is wanted, then, once a
place of it was claimed, which place is had. Whoever asks meanwhile from elsewhere finds the record changed and gives
its own place back. A place that no record names was left by a server that ended in between; `sweep` frees it.
"""

import asyncio
import os
import random
import re
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from server.offers import Offer
from sync.canonical import b32_encode
from sync.claim import Taken, claim
from sync.document import Doc
from sync.errors import NotFound, Unavailable
from sync.store import Store

_PLACE = re.compile(r"bk\.([0-9]{6}-[a-z2-7]{4})\.([0-9]{2,3})")
_CROWD = 12  # of the free places, those among which one is tried: many at once do not all want the first
_TRIES = 8
UNFINISHED = 600  # seconds after which a place that no record names belongs to nobody

# What a record says of a case that never asked; `full` is when it last asked and there was no place.
_NOTHING: Mapping[str, Any] = {
    "want": None, "offer": None, "place": None, "ends": None, "why": [], "moves": 0, "full": None, "at": 0,
}  # fmt: skip

ONLINE = ("online",)
Why = tuple[str | int, ...]  # how a place was come by: a word, and for a round its day, draw, of how many, which wish


class NotBooked(Exception):
    """No place is given; `reason` says why: `full`, `closed`, `has-one`, `moved-before` or `none`."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Booking:
    """A place that a case has, and how it came by it."""

    case: str
    offer: str
    number: int
    at: int
    why: Why
    moves: int


@dataclass(frozen=True)
class Bookings:
    """The bookings in `cases`; `now` is Unix seconds."""

    cases: Store
    now: int

    async def of(self, case: str) -> Booking | None:
        """Give the booking of a case, also one whose day is over."""
        return booking_in(await self._record(case))

    async def taken(self, offers: Collection[str]) -> dict[str, set[int]]:
        """Give the numbers that are taken, or about to be, of each of *offers*."""
        found: dict[str, set[int]] = {offer: set() for offer in offers}
        if not found:
            return found
        for row in await self.cases.all_docs(start=f"bk.{min(found)}.", end=f"bk.{max(found)}/"):
            place = _PLACE.fullmatch(row.id)
            if place and place[1] in found:
                found[place[1]].add(int(place[2]))
        return found

    async def of_offer(self, offer: str) -> list[Booking]:
        """Give everybody who has a place of an offer, by number."""
        places = await self._places(offer)
        records = await self._records([str(doc["case"]) for doc in places.values()])
        found = [booking_in(records.get(str(doc["case"]))) for _, doc in sorted(places.items())]
        return [one for one in found if one is not None and one.offer == offer]

    async def take(
        self,
        case: str,
        offer: Offer,
        *,
        why: Why,
        priority: bool = False,
        drawn: bool = False,
        move: bool = False,
        counts: bool = True,
    ) -> Booking:
        """Give a case a place of *offer*: the one it has there, or a free one.

        Args:
            move: a place that it has of another offer is given up for this one.
            counts: the move is the one that a case has; not so where the office closed the old offer.

        Raises:
            NotBooked: with the reason.
            Unavailable: too many at once, or no quorum; asking again is harmless.
        """
        for turn in range(_TRIES):
            record = await self._record(case)
            held = self._live(record)
            if held is not None and held.offer == offer.id:
                return held
            self._refuse(held, offer, move=move, counts=counts)
            rev = await self._put({**record, "want": offer.id, "at": self.now})
            if rev is not None:
                got = await self._take(
                    record | {"_rev": rev}, offer, why, priority=priority, drawn=drawn, counts=counts
                )
                if got is not None:
                    return got
            await asyncio.sleep(0.02 * 2**turn * random.random())  # noqa: S311 - spreads the retries
        raise Unavailable("too many at once")

    async def cancel(self, case: str) -> Booking:
        """Give up the place of a case, and give which it was.

        Raises:
            NotBooked: `none`.
            Unavailable: asking again is harmless.
        """
        for _ in range(_TRIES):
            record = await self._record(case)
            held = self._live(record)
            if held is None:
                raise NotBooked("none")
            place = await self._place(held)
            if await self._put(record | {**_NOTHING, "moves": record["moves"], "at": self.now}) is not None:
                await self._free(place)
                return held
        raise Unavailable("too many at once")

    async def sweep(self, offer: Offer) -> list[int]:
        """Free the places of *offer* that no record names, and those of erased cases, and give their numbers.

        A case whose code was replaced has its place under the new one.
        """
        places = await self._places(offer.id)
        cases = [str(doc["case"]) for doc in places.values()]
        for case in await self._ended(cases, "gone"):
            await self.forget(case)
        for old, mark in (await self._ended(cases, "code")).items():
            await self._carry_over(old, str(mark["to"]), offer)
        places = await self._places(offer.id)
        records = await self._records([str(doc["case"]) for doc in places.values()])
        freed = []
        for number, doc in places.items():
            had = booking_in(records.get(str(doc["case"])))
            is_had = had is not None and (had.offer, had.number) == (offer.id, number)
            if not is_had and self.now - int(doc["claim"][2]) > UNFINISHED:
                await self._free(doc)
                freed.append(number)
        return freed

    async def forget(self, case: str) -> None:
        """Leave nothing of an erased case's place, arrival and wish; repeating it is harmless."""
        held = await self.of(case)
        came = f"{place_id(held.offer, held.number)}.came" if held else None
        ids = [came, place_id(held.offer, held.number) if held else None, f"bk.w.{case}", record_id(case)]
        for doc_id in filter(None, ids):
            doc = await _get(self.cases, doc_id)
            await self._free(doc if doc and doc["case"] == case else None)

    async def _carry_over(self, old: str, new: str, offer: Offer) -> None:
        held = booking_in(await self._record(old))
        if held is None or held.offer != offer.id or not offer.is_open(self.now):
            return
        await self.forget(old)
        with suppress(NotBooked):  # the new one chose for itself meanwhile
            await self.take(new, offer, why=held.why, priority=True, drawn=True)

    async def _ended(self, cases: Sequence[str], mark: str) -> dict[str, Doc]:
        rows = await self.cases.all_docs(keys=[f"{mark}.{case}" for case in cases], include_docs=True) if cases else []
        return {row.id.partition(".")[2]: row.doc for row in rows if row.doc is not None and not row.deleted}

    def _refuse(self, held: Booking | None, offer: Offer, *, move: bool, counts: bool) -> None:
        if not offer.is_open(self.now):
            raise NotBooked("closed")
        if held is not None and not move:
            raise NotBooked("has-one")
        if held is not None and counts and held.moves > 0:
            raise NotBooked("moved-before")

    async def _take(
        self, record: Doc, offer: Offer, why: Why, *, priority: bool, drawn: bool, counts: bool
    ) -> Booking | None:
        """Claim a place and have the record say so; None when the record was changed meanwhile."""
        case, held = str(record["case"]), self._live(record)
        old = await self._place(held)
        place = await self._claim(case, offer, offer.numbers(priority=priority, drawn=drawn, now=self.now))
        if place is None:
            # Who waits and is passed over has not asked online: it keeps its turn in the rounds.
            full = self.now if why == ONLINE else record["full"]
            await self._put({**record, "want": None, "full": full})
            raise NotBooked("full")
        number = int(str(place["_id"]).rpartition(".")[2])
        moves = int(record["moves"]) + int(held is not None and counts)
        had = {"offer": offer.id, "place": number, "at": self.now, "why": list(why), "moves": moves, "want": None}
        if await self._put(record | had | {"ends": offer.ends, "full": None}) is None:
            await self._free(place)
            return None
        await self._free(old)
        return Booking(case, offer.id, number, self.now, why, moves)

    async def _claim(self, case: str, offer: Offer, numbers: Sequence[int]) -> Doc | None:
        # Each try claims for itself: of two of one case, only one ends in the record, and the other frees its own.
        claimant = b32_encode(os.urandom(10))
        places = await self._places(offer.id)
        free = [number for number in numbers if number not in places or places[number]["claim"][0] == "held"]
        while free:
            number = free.pop(random.randrange(min(len(free), _CROWD)))  # noqa: S311 - keeps no secret
            body = {"type": "booking", "case": case}
            outcome = await claim(self.cases, place_id(offer.id, number), body, claimant=claimant, now=self.now)
            if isinstance(outcome, Taken):
                return outcome.doc
        return None

    async def _places(self, offer: str) -> dict[int, Doc]:
        rows = await self.cases.all_docs(start=f"bk.{offer}.", end=f"bk.{offer}/", include_docs=True)
        found = ((_PLACE.fullmatch(row.id), row.doc) for row in rows)
        return {int(place[2]): doc for place, doc in found if place and doc is not None}

    async def _place(self, held: Booking | None) -> Doc | None:
        return await _get(self.cases, place_id(held.offer, held.number)) if held else None

    async def _free(self, place: Doc | None) -> None:
        """Delete a place as it was read: whoever has it since then keeps it."""
        if place is not None:
            await self.cases.bulk_docs([{"_id": place["_id"], "_rev": place["_rev"], "_deleted": True}])

    def _live(self, record: Mapping[str, Any]) -> Booking | None:
        held = booking_in(record)
        return held if held is not None and int(record["ends"]) > self.now else None

    async def _record(self, case: str) -> Doc:
        found = await _get(self.cases, record_id(case))
        return found or {"_id": record_id(case), "type": "booking", "case": case, **_NOTHING}

    async def _records(self, cases: Sequence[str]) -> dict[str, Doc]:
        keys = [record_id(case) for case in cases]
        rows = await self.cases.all_docs(keys=keys, include_docs=True) if keys else []
        return {str(row.doc["case"]): row.doc for row in rows if row.doc is not None and not row.deleted}

    async def _put(self, record: Doc) -> str | None:
        """Write a record on top of what was read, and give its new revision; None when it was changed since."""
        [row] = await self.cases.bulk_docs([record])
        if row.error == "conflict":
            return None
        if row.error or not row.durable:
            raise Unavailable("the booking was not stored")
        return row.rev


def place_id(offer: str, number: int) -> str:
    """Name a place."""
    return f"bk.{offer}.{number:02d}"


def record_id(case: str) -> str:
    """Name what the office notes of a case's booking."""
    return f"bk.c.{case}"


def booking_in(record: Mapping[str, Any] | None) -> Booking | None:
    """Read which place a case's record says that it has, if one."""
    match record:
        case {"case": str(case), "offer": str(offer), "place": int(number), "at": int(at), "why": why, "moves": moves}:
            return Booking(case, offer, number, at, tuple(why), moves)
    return None


async def _get(store: Store, doc_id: str) -> Doc | None:
    try:
        return await store.get(doc_id)
    except NotFound:
        return None
