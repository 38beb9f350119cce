"""What a case's holder may do about its appointment, by whichever way it is asked: book, move, give up, look.

Holding the code is what allows it: one live booking a case, and a case is an application that the office has.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from server.appointments.booking_record import Booking
from server.appointments.bookings import ONLINE, Bookings, NotBooked
from server.appointments.offers import Offer, Offers
from server.appointments.waiting import GROUP_SERVICE, Queue
from server.office import Office
from server.watch import marks_of
from sync.receipt_code import check_char

ROUNDS = "rounds"  # who gives a place, in the audit, where nobody does it


@dataclass(frozen=True)
class Ticket:
    """A place with what its holder has to know."""

    offer: Offer
    booking: Booking

    @property
    def number(self) -> str:
        """Give what the counter calls and types."""
        return ticket_number(self.offer.id, self.booking.number)

    @property
    def drawn_on(self) -> date | None:
        """Give the day of the round that gave it, if one did."""
        word, *rest = self.booking.why
        return datetime.strptime(str(rest[0]), "%y%m%d").date() if word == "round" else None

    def to_json(self) -> dict[str, Any]:
        """Write it for a device."""
        held = self.booking
        return {
            "number": self.number, "offer": offer_row(self.offer), "place": held.number, "at": held.at,
            "why": list(held.why), "moves": held.moves,
        }  # fmt: skip


@dataclass(frozen=True)
class Waits:
    """What a case waits for, best first, None for an hour that is not open; and how many rounds it `lost`."""

    offers: tuple[Offer | None, ...]
    lost: int


@dataclass(frozen=True)
class BookingDesk:
    """Does it for one office."""

    office: Office

    @property
    def now(self) -> int:
        """Tell the time."""
        return self.office.clock()

    @property
    def bookings(self) -> Bookings:
        """Give the bookings."""
        return Bookings(self.office.databases.cases, self.now)

    @property
    def offers(self) -> Offers:
        """Give the offers."""
        return offers_of(self.office)

    async def listed(self) -> list[tuple[Offer, int, int]]:
        """Give what is open from today on, each with the places that are left for anybody, and those for priority."""
        offers = [offer for offer in await self.offers.since(self.today) if offer.is_open(self.now)]
        taken = await self.bookings.taken([offer.id for offer in offers])
        return [(offer, *left(offer, taken[offer.id], self.now)) for offer in offers]

    @property
    def today(self) -> date:
        """Give the day at the office."""
        return datetime.fromtimestamp(self.now, ZoneInfo(self.office.settings.office.time_zone)).date()

    async def refusal(self, case: str) -> str | None:
        """Say why a case cannot book, if so: `gone`, `voided`, or `unknown`, the office having no application of it."""
        for name, _ in await marks_of(self.office.databases.cases, case):
            return "gone" if name == "erase" else name
        service = await self._service(case)
        return None if service and self.office.forms.is_for_document(service) else "unknown"

    async def show(self, case: str) -> Ticket | None:
        """Give the ticket of a case; none of an hour that is over once it waits for another."""
        booking = await self.bookings.of(case)
        offer = await self.offers.get(booking.offer) if booking else None
        if booking is None or offer is None or (offer.ends <= self.now and await self.wished(case)):
            return None
        return Ticket(offer, booking)

    async def take(self, case: str, offer_id: str, *, priority: bool = False, move: bool = False) -> Ticket:
        """Give a case a place; see `Bookings.take`.

        Raises:
            NotBooked: with the reason.
        """
        offer = await self.offers.get(offer_id)
        if offer is None:
            raise NotBooked("closed")
        if (offer.kind == "group") is not (await self._service(case) == GROUP_SERVICE):
            raise NotBooked("not-for-this")
        held = await self.show(case)
        is_closed = held is not None and held.offer.is_closed
        take = partial(
            self.bookings.take, case, offer, why=ONLINE, priority=priority, move=move or is_closed,
            counts=not is_closed,
        )  # fmt: skip
        try:
            booking = await take()
        except NotBooked as refused:
            if refused.reason != "full" or not await self.bookings.sweep(offer):
                raise
            booking = await take()
        await Queue(self.office.databases.cases, {}, self.now).withdraw(case)
        if held is not None and held.offer.id != offer.id:
            await self.move_up(held.offer)
        return Ticket(offer, booking)

    async def cancel(self, case: str) -> None:
        """Give up the place of a case, which goes to whoever has waited for it the longest.

        Raises:
            NotBooked: `none`.
        """
        held = await self.bookings.cancel(case)
        offer = await self.offers.get(held.offer)
        if offer is not None:
            await self.move_up(offer)

    async def move_up(self, offer: Offer) -> None:
        """Give a free place of an offer to who waits for it, and say so in the audit."""
        booking = await (await self.queue()).move_up(offer)
        if booking is not None:
            about: dict[str, str | int] = {"case": booking.case, "offer": booking.offer, "place": booking.number}
            await self.office.audit.write("moved-up", who=ROUNDS, about=about)

    async def queue(self) -> Queue:
        """Give those who wait."""
        offers = {offer.id: offer for offer in await self.offers.since(self.today)}
        return Queue(self.office.databases.cases, offers, self.now)

    async def wish(self, case: str, wish: Sequence[str], *, priority: bool = False) -> list[str]:
        """Note the wishes of a case; see `Queue.wish`.

        Raises:
            NotBooked: with the reason.
        """
        is_group = await self._service(case) == GROUP_SERVICE
        return await (await self.queue()).wish(case, wish, priority=priority, is_group=is_group)

    async def wished(self, case: str) -> dict[str, Any] | None:
        """Give what a case waits for, as a device is told it."""
        doc = await (await self.queue()).wished(case)
        return {"wish": doc["wish"], "lost": doc["lost"]} if doc else None

    async def waits(self, case: str) -> Waits | None:
        """Give the same with the hours themselves, as a page shows it."""
        queue = await self.queue()
        doc = await queue.wished(case)
        if doc is None:
            return None
        wished = (queue.offers.get(offer) for offer in doc["wish"])
        return Waits(tuple(offer if offer and offer.is_open(self.now) else None for offer in wished), doc["lost"])

    async def withdraw(self, case: str) -> None:
        """Forget the wishes of a case; once they are gone it is harmless.

        Raises:
            NotBooked: `has-one`: a round gave a place meanwhile.
        """
        if await self.held(case):
            raise NotBooked("has-one")
        queue = await self.queue()
        await queue.note_asked(case)  # also where a version brought the wish, which the queue has yet to read
        await queue.withdraw(case)

    async def held(self, case: str) -> Ticket | None:
        """Give the ticket of a case if its hour is not over."""
        ticket = await self.show(case)
        return ticket if ticket and ticket.offer.ends > self.now else None

    async def _service(self, case: str) -> str | None:
        rows = await self.office.databases.cases.all_docs(
            start=f"app.{case}.", end=f"app.{case}/", include_docs=True, limit=1
        )
        return next((str(row.doc["service"]) for row in rows if row.doc is not None), None)


def offers_of(office: Office) -> Offers:
    """Give the offers of an office."""
    return Offers(office.databases.public, office.server_kid, office.server_key)


def left(offer: Offer, taken: set[int], now: int) -> tuple[int, int]:
    """Count the places that are left for anybody, and for who declares to need priority."""
    anybody, declared = (offer.numbers(priority=priority, drawn=False, now=now) for priority in (False, True))
    return len(set(anybody) - taken), len(set(declared) - taken)


def offer_row(offer: Offer) -> dict[str, Any]:
    """Write for devices what people need to know of an offer."""
    row: Mapping[str, Any] = {
        "id": offer.id, "kind": offer.kind, "place": offer.place, "area": offer.area, "begins": offer.begins,
        "ends": offer.ends, "draws": offer.draws_from if offer.kept else None, "closed": int(offer.is_closed) or None,
    }  # fmt: skip
    return {key: value for key, value in row.items() if value is not None}


def ticket_number(offer: str, number: int) -> str:
    """Write a ticket's number: the offer's four characters, the place, and a character that checks both."""
    words = f"{offer.rpartition('-')[2]} {number:02d}"
    return f"{words} {check_char(words.replace(' ', ''))}".upper()
