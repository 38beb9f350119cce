"""The days of the office's calendar: which are worked, what is on offer on them, how full it is and who has a place."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from server.appointments.booking_desk import BookingDesk, ticket_number
from server.appointments.booking_record import Booking
from server.appointments.offers import Offer, Share
from server.appointments.round_record import Round, read_rounds, round_of
from server.appointments.visits import Visit, visits_between
from server.moments import local_day
from server.working_days import WorkingDays, Year
from sync.receipt_code import spoken_number

SHARES: tuple[Share, ...] = ("anybody", "kept", "priority")


@dataclass(frozen=True)
class Ticket:
    """A place with why it was given; `is_recorded`: whether the record of the round has it so, if one gave it."""

    number: str
    booking: Booking
    is_recorded: bool | None

    @property
    def case(self) -> str:
        """Give the number of the case as it is spoken."""
        return spoken_number(self.booking.case)

    @property
    def why(self) -> dict[str, object]:
        """Give what the text of its reason names: of a round its day, the turn, of how many, and which wish."""
        _, day, draw, of, wish = (*self.booking.why, *[""] * 4)[:5]
        return {
            "day": datetime.strptime(str(day), "%y%m%d").date() if day else None,
            "draw": draw,
            "of": of,
            "wish": wish,
        }


@dataclass(frozen=True)
class Hour:
    """An hour on offer with how many of its places are taken; its tickets where they were asked for."""

    visit: Visit
    tickets: tuple[Ticket, ...] = ()

    @property
    def offer(self) -> Offer:
        """Give what is on offer."""
        return self.visit.offer

    @property
    def places(self) -> int:
        """Count its places."""
        return self.visit.places

    @property
    def taken(self) -> int:
        """Count the places that are taken."""
        return len(self.visit.taken)

    @property
    def is_closed(self) -> bool:
        """Say whether it gives no more places because the office closed it."""
        return self.offer.is_closed

    @property
    def shares(self) -> list[tuple[Share, int, int]]:
        """Give the shares of its places that are not empty: which, how many are taken, of how many."""
        offer = self.offer
        taken = Counter(offer.share_of(number) for number in self.visit.taken)
        sizes = {"anybody": offer.places - offer.kept - offer.priority, "kept": offer.kept, "priority": offer.priority}
        found = [(share, taken[share], taken[share] if offer.is_closed else sizes[share]) for share in SHARES]
        return [row for row in found if row[2]]


@dataclass(frozen=True)
class Group:
    """The hours of one kind at one place on one day, as the month shows them."""

    hours: tuple[Hour, ...]

    @property
    def offer(self) -> Offer:
        """Give the first hour, which names the kind and the place."""
        return self.hours[0].offer

    @property
    def ends(self) -> int:
        """Tell when the last hour ends."""
        return self.hours[-1].offer.ends

    @property
    def places(self) -> int:
        """Count the places of all hours."""
        return sum(hour.places for hour in self.hours)

    @property
    def taken(self) -> int:
        """Count those that are taken."""
        return sum(hour.taken for hour in self.hours)

    @property
    def is_closed(self) -> bool:
        """Say whether no hour of it gives places any more because the office closed them all."""
        return all(hour.is_closed for hour in self.hours)


@dataclass(frozen=True)
class Day:
    """A day; `holiday` is its name in every language, `round` the one held on it, if somebody was in it."""

    date: date
    is_working: bool
    holiday: Mapping[str, str] | None
    hours: tuple[Hour, ...]
    round: Round | None

    @property
    def groups(self) -> list[Group]:
        """Give its hours by kind and place, in the order in which these begin."""
        by_place: dict[tuple[str, str], list[Hour]] = {}
        for hour in self.hours:
            by_place.setdefault((hour.offer.kind, hour.offer.place), []).append(hour)
        return [Group(tuple(hours)) for hours in by_place.values()]


async def days_between(desk: BookingDesk, first: date, last: date, *, with_tickets: bool) -> list[Day]:
    """Give the days from *first* to *last*; *with_tickets* also who has which place, by number, and why."""
    cases = desk.office.databases.cases
    visits = await visits_between(desk.offers, cases, first, last)
    dates = [first + timedelta(n) for n in range((last - first).days + 1)]
    booked = {visit: await desk.bookings.of_offer(visit.offer.id) if with_tickets else [] for visit in visits}
    names = {round_of(booking) for found in booked.values() for booking in found} | {f"{day:%y%m%d}" for day in dates}
    rounds = await read_rounds(cases, {name for name in names if name})
    hours: dict[date, list[Hour]] = {}
    for visit, found in booked.items():
        day = local_day(visit.offer.begins, desk.office.settings.office.time_zone)
        hours.setdefault(day, []).append(Hour(visit, tuple(_ticket(booking, rounds) for booking in found)))
    known = desk.office.deadlines.working_days
    return [_day(day, known, hours.get(day, ()), rounds) for day in dates]


def years_between(known: WorkingDays, first: date, last: date) -> list[tuple[int, Year | None]]:
    """Give the years of these days with the list of holidays of each, None where there is none."""
    return [(year, known.years.get(year)) for year in range(first.year, last.year + 1)]


def _day(day: date, known: WorkingDays, hours: Sequence[Hour], rounds: Mapping[str, Round]) -> Day:
    return Day(day, known.is_working(day), known.holiday(day), tuple(hours), rounds.get(f"{day:%y%m%d}"))


def _ticket(booking: Booking, rounds: Mapping[str, Round]) -> Ticket:
    name = round_of(booking)
    is_recorded = None if name is None else name in rounds and rounds[name].has(booking)
    return Ticket(ticket_number(booking.offer, booking.number), booking, is_recorded)
