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
from dataclasses import dataclass, replace
from typing import Any

from server.appointments.booking_record import (
    NOTHING,
    Booking,
    Why,
    booking_in,
    bookings_in,
    ids_of,
    place_id,
    record_id,
    record_with,
)
from server.appointments.offers import Offer
from sync.canonical import b32_encode
from sync.claim import Taken, claim
from sync.document import Doc
from sync.errors import NotFound, Unavailable
from sync.store import Store

_PLACE = re.compile(r"bk\.([0-9]{6}-[a-z2-7]{4})\.([0-9]{2,3})")
_CROWD = 12  # of the free places, those among which one is tried: many at once do not all want the first
_TRIES = 8
UNFINISHED = 600  # seconds after which a place that no record names belongs to nobody

ONLINE = ("online",)


class NotBooked(Exception):
    """No place is given; `reason` says why: `full`, `closed`, `has-one`, `moved-before` or `none`."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


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
        """Give everybody who has a place of an offer, or had it when its hour was over, by number."""
        places = await self._places(offer)
        records = await self._records([str(doc["case"]) for doc in places.values()])
        named = {
            (one.case, one.number): one for doc in records.values() for one in bookings_in(doc) if one.offer == offer
        }
        found = (named.get((str(doc["case"]), number)) for number, doc in sorted(places.items()))
        return [one for one in found if one is not None]

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
            if await self._put(record | {**NOTHING, "moves": record["moves"], "at": self.now}) is not None:
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
        replaced = await self._ended(cases, "code")
        for number, doc in places.items():
            if doc["case"] in replaced:
                await self._carry_over(doc["case"], str(replaced[doc["case"]]["to"]), offer, number)
        places = await self._places(offer.id)
        records = await self._records([str(doc["case"]) for doc in places.values()])
        freed = []
        for number, doc in places.items():
            named = bookings_in(records.get(str(doc["case"])))
            is_had = (offer.id, number) in {(one.offer, one.number) for one in named}
            if not is_had and self.now - int(doc["claim"][2]) > UNFINISHED:
                await self._free(doc)
                freed.append(number)
        return freed

    async def forget(self, case: str) -> None:
        """Leave nothing of an erased case's places, arrivals and wish; repeating it is harmless."""
        had = bookings_in(await self._record(case))
        # The record goes last: until then it names what is left.
        await self._clear(case, [*(id_ for one in had for id_ in ids_of(one)), f"bk.w.{case}", record_id(case)])

    async def _carry_over(self, old: str, new: str, offer: Offer, number: int) -> None:
        """Let *new* have a place as *old* had it, unless it chose for itself meanwhile.

        The record of the new one names it first, then that of the old one no more, and the place is the last to say
        whose it is: by it is found, and finished, what a server began that ended in between.
        """
        for _ in range(_TRIES):
            record = await self._record(old)
            held = booking_in(record)
            if held is not None and (held.offer, held.number) == (offer.id, number):
                if not offer.is_open(self.now):
                    return
                if not (await self._inherit(new, held, offer) and await self._let_go(record)):
                    continue
            if await self._hand_over(old, new, offer, number):
                return
        raise Unavailable("too many at once")

    async def _inherit(self, new: str, held: Booking, offer: Offer) -> bool:
        """Have the record of *new*, if it names no place, name the one *held*; False when it was changed meanwhile."""
        record = await self._record(new)
        if self._live(record) is not None:
            return True
        got = replace(held, case=new, at=self.now, moves=int(record["moves"]))
        return await self._put(record_with(record, got, ends=offer.ends, over=booking_in(record))) is not None

    async def _let_go(self, record: Doc) -> bool:
        """Leave of a record what it says of hours that are over; of giving a place back it says nothing."""
        gone = {"_id": record["_id"], "_rev": record["_rev"], "_deleted": True}
        return await self._put({**record, **NOTHING} if "past" in record else gone) is not None

    async def _hand_over(self, old: str, new: str, offer: Offer, number: int) -> bool:
        """Write into a place that *new* has, and into who came, whose it is now; False if one was changed."""
        named = bookings_in(await self._record(new))
        for doc_id in (id_ for one in named if (one.offer, one.number) == (offer.id, number) for id_ in ids_of(one)):
            doc = await _get(self.cases, doc_id)
            if doc and doc["case"] == old and await self._put({**doc, "case": new}) is None:
                return False
        return True

    async def _clear(self, case: str, ids: Sequence[str]) -> None:
        for doc_id in ids:
            doc = await _get(self.cases, doc_id)
            await self._free(doc if doc and doc["case"] == case else None)

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
        got, over = Booking(case, offer.id, number, self.now, why, moves), None if held else booking_in(record)
        if await self._put(record_with(record, got, ends=offer.ends, over=over)) is None:
            await self._free(place)
            return None
        await self._free(old)
        return got

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
        return found or {"_id": record_id(case), "type": "booking", "case": case, **NOTHING}

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


async def _get(store: Store, doc_id: str) -> Doc | None:
    try:
        return await store.get(doc_id)
    except NotFound:
        return None
