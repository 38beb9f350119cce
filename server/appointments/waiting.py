"""Who waits for a place: the wishes that arrived, the daily round that draws among them, and those who move up.

A wish is `bk.w.<C>`, made when a version brings one or when its holder sends one, and gone when the case has a place
or all the wished hours are over. A round is `bk.r.<yymmdd>`, its order claimed once, so that a second server, or one
that ended in between, goes on in the same order.
"""

import os
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from server.appointments.booking_record import NOTHING, Booking, Why, booking_in, record_id
from server.appointments.bookings import Bookings, NotBooked
from server.appointments.offers import Offer, is_offer
from server.appointments.rounds import Given, Room, Waiting, give, order_of
from server.watch import marks_of
from sync.canonical import b32_encode
from sync.claim import Taken, claim
from sync.document import Doc
from sync.errors import BadRequest, NotFound, Unavailable
from sync.store import Store

GROUP_SERVICE = "group"  # an application of a group: its list of names is sealed in it
LATELY = 28 * 24 * 3600  # seconds
MOST_WISHES = 8  # offers of one case
_PAGE = 500  # changes read at once
_PLACE = "wishes"  # the local document that says how far versions were read


@dataclass(frozen=True)
class Queue:
    """Those who wait; `offers` are the ones that are not over, by id."""

    cases: Store
    offers: Mapping[str, Offer]
    now: int

    @property
    def bookings(self) -> Bookings:
        """Give the bookings."""
        return Bookings(self.cases, self.now)

    async def wish(
        self, case: str, wish: Sequence[str], *, priority: bool = False, is_group: bool = False
    ) -> list[str]:
        """Note what a case wishes, in place of what it wished before, and give what of it is kept.

        That is also what cannot come true any more: a wish keeps the number that its holder gave it.

        Args:
            is_group: it is the application of a group, for which other hours are offered.

        Raises:
            NotBooked: `has-one`, or `closed`: none of the offers is open.
            Unavailable: asking again is harmless.
        """
        own = [offer for offer in dict.fromkeys(wish) if is_offer(offer) and self._is_for(offer, is_group=is_group)]
        own = own[:MOST_WISHES]
        if not any(map(self._is_open, own)):
            raise NotBooked("closed")
        if await self._has_place(case):
            raise NotBooked("has-one")
        known = await _get(self.cases, f"bk.w.{case}") or {}
        doc = {
            "_id": f"bk.w.{case}", "type": "booking", "case": case, "wish": own,
            "priority": int(priority), "at": known.get("at", self.now), "lost": known.get("lost", 0),
            "round": known.get("round"),
        }  # fmt: skip
        [row] = await self.cases.bulk_docs([doc | ({"_rev": known["_rev"]} if known else {})])
        if row.error:
            raise Unavailable("the wish was not stored")
        return own

    async def withdraw(self, case: str) -> bool:
        """Forget what a case wished; say whether it did."""
        known = await _get(self.cases, f"bk.w.{case}")
        if known is not None:
            await self._drop([known])
        return known is not None

    async def note_asked(self, case: str) -> None:
        """Note that the holder of a case without a place asks now: what was sealed before counts no more.

        Raises:
            Unavailable: asking again is harmless.
        """
        nothing = {"_id": record_id(case), "type": "booking", "case": case, **NOTHING}
        record = await _get(self.cases, record_id(case)) or nothing
        if booking_in(record) is None:
            [row] = await self.cases.bulk_docs([record | {"at": self.now}])
            if row.error:
                raise Unavailable("what was asked was not noted")

    async def wished(self, case: str) -> Doc | None:
        """Give what a case waits for."""
        return await _get(self.cases, f"bk.w.{case}")

    async def waiting(self) -> dict[str, Waiting]:
        """Give everybody who waits for an offer that is open, by case; who waits for nothing any more is forgotten."""
        docs = await self._docs()
        records = await self._records(docs)
        found: dict[str, Waiting] = {}
        over = []
        for case, doc in docs.items():
            wish = tuple(doc["wish"])
            record = records.get(case, {})
            if not any(map(self._is_open, wish)) or await self._is_over(case, record):
                over.append(doc)
                continue
            has_tried = record.get("full") is not None
            found[case] = Waiting(case, wish, doc["priority"] == 1, doc["lost"], has_tried)
        await self._drop(over)
        return found

    async def round(self, name: str) -> list[tuple[Booking, Given]]:
        """Hold the round of a day, or what is left of it, and give the places that were given.

        Raises:
            Unavailable: it is not finished; holding it again goes on.
        """
        waiting = await self.waiting()
        drawn = {id_: one for id_, one in self.offers.items() if one.is_open(self.now) and one.draws_from <= self.now}
        joined = {case: one for case, one in waiting.items() if any(offer in drawn for offer in one.wish)}
        if not joined:
            return []
        order = await self._order(name, joined)
        rooms = await self._rooms(drawn.values())
        given = give(order, joined, rooms)
        booked = [(one, await self._book(one, name, joined, len(order))) for one in given]
        await self._note_lost(name, set(order) & set(joined) - {one.case for one in given})
        return [(booking, one) for one, booking in booked if booking is not None]

    async def move_up(self, offer: Offer) -> Booking | None:
        """Give a place of *offer* that was given up to whoever has waited for it the longest."""
        if not offer.is_open(self.now):
            return None
        waiting = [one for one in (await self.waiting()).values() if offer.id in one.wish]
        docs = await self._docs()
        taken, drawn = (await self.bookings.taken([offer.id]))[offer.id], self.now >= offer.draws_from
        for one in sorted(waiting, key=lambda one: (-one.lost, docs[one.case]["at"], one.case)):
            numbers = offer.numbers(priority=one.has_priority, drawn=drawn, now=self.now)
            if taken.issuperset(numbers):
                continue
            with suppress(NotBooked):  # somebody was faster
                return await self._take(one, offer, ("moved-up",), drawn=drawn)
        return None

    async def asked_lately(self) -> tuple[int, int]:
        """Count the cases that asked in the last four weeks: by a wish, and online."""
        rows = await self.cases.all_docs(start="bk.c.", end="bk.c/", include_docs=True)
        docs = [row.doc for row in rows if row.doc is not None]
        recent = [doc for doc in docs if max(doc["at"], doc["full"] or 0) > self.now - LATELY]
        online = {doc["case"] for doc in recent if doc["full"] is not None or doc["why"][:1] == ["online"]}
        wished = {doc["case"] for doc in recent if doc["why"][:1] == ["round"]} | (await self._docs()).keys()
        return len(wished - online), len(online)

    async def take_in(self) -> int:
        """Note the wishes of the versions that arrived since the last time, and give how many.

        Of cases that were erased since then nothing is left here.
        """
        try:
            since = str((await self.cases.get_local(_PLACE))["since"])
        except NotFound:
            since = "0"
        count = 0
        while True:
            try:
                page = await self.cases.changes(since, limit=_PAGE, include_docs=True)
            except BadRequest:  # another store than the one that was read, as after a restore
                since = "0"
                continue
            for change in page.results:
                if change.id.startswith("gone.") and not change.deleted:
                    await self.bookings.forget(change.id.removeprefix("gone."))
                if change.id.startswith("app.") and change.doc is not None and change.doc["wish"]:
                    count += await self._take_in(change.doc)
            if page.last_seq == since or not page.results:
                return count
            since = page.last_seq
            await self.cases.put_local(_PLACE, {"since": since})

    async def _take_in(self, version: Doc) -> int:
        case = str(version["_id"]).split(".")[1]
        record = await _get(self.cases, record_id(case))
        if await self.wished(case) is not None or (record is not None and record["at"] >= version["at"]):
            return 0  # what its holder asked for since stands
        try:
            await self.wish(case, version["wish"], is_group=version["service"] == GROUP_SERVICE)
        except NotBooked:
            return 0
        return 1

    async def _order(self, name: str, joined: Mapping[str, Waiting]) -> list[str]:
        order = order_of(name, joined.values())
        body = {"type": "booking", "order": order}
        outcome = await claim(self.cases, f"bk.r.{name}", body, claimant=b32_encode(os.urandom(10)), now=self.now)
        if isinstance(outcome, Taken):
            return order
        # The round was begun already: its order stands, and who came since waits for the next one.
        return [str(case) for case in outcome.doc["order"]]

    async def _rooms(self, offers: Iterable[Offer]) -> dict[str, Room]:
        drawn = list(offers)
        taken = await self.bookings.taken([offer.id for offer in drawn])
        rooms = {}
        for offer in drawn:
            anybody, declared = (offer.numbers(priority=one, drawn=True, now=self.now) for one in (False, True))
            free = [number for number in anybody if number not in taken[offer.id]]
            reserved = [number for number in declared if number not in taken[offer.id] and number not in set(anybody)]
            rooms[offer.id] = Room(free, reserved)
        return rooms

    async def _book(self, given: Given, name: str, joined: Mapping[str, Waiting], of: int) -> Booking | None:
        why = ("round", int(name), given.draw, of, given.rank)
        try:
            return await self._take(joined[given.case], self.offers[given.offer], why, drawn=True)
        except NotBooked:
            return None  # taken meanwhile, by it or by others: it goes on waiting, or has what it wanted

    async def _take(self, one: Waiting, offer: Offer, why: Why, *, drawn: bool) -> Booking:
        booking = await self.bookings.take(one.case, offer, why=why, priority=one.has_priority, drawn=drawn)
        await self.withdraw(one.case)
        return booking

    async def _note_lost(self, name: str, cases: Iterable[str]) -> None:
        docs = await self._docs()
        lost = [docs[case] for case in cases if case in docs and docs[case]["round"] != name]
        if lost:
            await self.cases.bulk_docs([doc | {"lost": doc["lost"] + 1, "round": name} for doc in lost])

    async def _is_over(self, case: str, record: Mapping[str, Any]) -> bool:
        if record.get("ends") is not None and record["ends"] > self.now:
            return True
        return bool(await marks_of(self.cases, case))

    async def _has_place(self, case: str) -> bool:
        record = await _get(self.cases, record_id(case)) or {}
        return record.get("ends") is not None and record["ends"] > self.now

    def _is_for(self, offer: str, *, is_group: bool) -> bool:
        """Say whether an application may wish for it; of what is over nobody asks."""
        return offer not in self.offers or (self.offers[offer].kind == "group") is is_group

    def _is_open(self, offer: str) -> bool:
        return offer in self.offers and self.offers[offer].is_open(self.now)

    async def _docs(self) -> dict[str, Doc]:
        rows = await self.cases.all_docs(start="bk.w.", end="bk.w/", include_docs=True)
        return {str(row.doc["case"]): row.doc for row in rows if row.doc is not None}

    async def _records(self, cases: Iterable[str]) -> dict[str, Doc]:
        keys = [record_id(case) for case in cases]
        rows = await self.cases.all_docs(keys=keys, include_docs=True) if keys else []
        return {str(row.doc["case"]): row.doc for row in rows if row.doc is not None and not row.deleted}

    async def _drop(self, docs: Sequence[Doc]) -> None:
        gone = [{"_id": doc["_id"], "_rev": doc["_rev"], "_deleted": True} for doc in docs]
        if gone:
            await self.cases.bulk_docs(gone)


async def _get(store: Store, doc_id: str) -> Doc | None:
    try:
        return await store.get(doc_id)
    except NotFound:
        return None
