"""The counter on the day itself: a ticket is scanned or typed, and who came is noted.

Template: `staff/arrivals.html` (user, csrf, day, is_today, before, after, hours, error, noted, ticket). An hour is an
offer with its rows: ticket number, case (its id) and number of the case, and whether it came.
"""

from datetime import date, datetime, timedelta
from typing import Any, cast
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import Response

from server.appointments.arrivals import CAME, Arrivals, Came, read_ticket
from server.appointments.booking_desk import BookingDesk, ticket_number
from server.appointments.booking_record import Booking
from server.appointments.offers import Offer
from server.guard import user_of
from server.moments import day_typed
from server.office import office_of
from server.pages import render
from sync.receipt_code import spoken_number


class _NotFound(Exception):
    """No ticket is noted; `reason` ends the name of the text."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


async def queue_page(request: Request) -> Response:
    """Answer `GET /staff/{lang}/queue`, of today or of `day`."""
    return await _page(request)


async def note_arrival(request: Request) -> Response:
    """Answer `POST /staff/{lang}/queue` with `ticket` and `came`, the trace in the audit first; one that is noted
    leaves none."""
    office, fields = office_of(request), request.state.fields
    typed, came = fields.get("ticket", ""), cast(Came, fields.get("came") or CAME[0])
    arrivals = Arrivals(office.databases.cases, office.clock())
    try:
        offer, booking = await _found(BookingDesk(office), typed)
        if came not in CAME:
            raise _NotFound("unknown")
    except _NotFound as missing:
        return await _page(request, error=missing.reason, ticket=typed)
    about: dict[str, str | int] = {"case": booking.case, "offer": offer.id, "place": booking.number}
    async with office.deciding:
        if not await arrivals.has(booking, came):
            await office.audit.write(f"applicant-{came}", who=user_of(request).login, about=about)
            await arrivals.mark(booking, came)
    return await _page(request, noted=(ticket_number(offer.id, booking.number), came, spoken_number(booking.case)))


async def _found(desk: BookingDesk, typed: str) -> tuple[Offer, Booking]:
    ticket = read_ticket(typed)
    if ticket is None:
        raise _NotFound("no-ticket")
    offers = [offer for offer in await desk.offers.since(desk.today) if offer.id.endswith(f"-{ticket[0]}")]
    today = [offer for offer in offers if _day_of(desk, offer.begins) == desk.today]
    if not today:
        raise _NotFound("other-day" if offers else "unknown")
    for offer in today:
        for booking in await desk.bookings.of_offer(offer.id):
            if booking.number == ticket[1]:
                return offer, booking
    raise _NotFound("unknown")


def _day_of(desk: BookingDesk, at: int) -> date:
    return datetime.fromtimestamp(at, ZoneInfo(desk.office.settings.office.time_zone)).date()


async def _page(
    request: Request, *, error: str | None = None, noted: tuple[str, str, str] | None = None, ticket: str = ""
) -> Response:
    office, user = office_of(request), user_of(request)
    desk = BookingDesk(office)
    day = day_typed(request.query_params.get("day", "")) or desk.today
    return render(
        request,
        "staff/arrivals.html",
        status_code=422 if error else 200,
        user=user,
        csrf=user.csrf,
        day=day,
        is_today=day == desk.today,
        before=day - timedelta(1),
        after=day + timedelta(1),
        hours=await hours_on(desk, day),
        error=error,
        noted=noted,
        ticket=ticket,
    )


async def hours_on(desk: BookingDesk, day: date) -> list[tuple[Offer, list[dict[str, Any]]]]:
    """Give the hours on offer on a day, the first one first, each with whoever has a place, by the ticket's number."""
    found = [offer for offer in await desk.offers.since(day) if _day_of(desk, offer.begins) == day]
    return [(offer, await _rows(desk, offer)) for offer in sorted(found, key=lambda offer: offer.begins)]


async def _rows(desk: BookingDesk, offer: Offer) -> list[dict[str, Any]]:
    came = await Arrivals(desk.office.databases.cases, desk.now).of(offer.id)
    return [
        {
            "ticket": ticket_number(offer.id, booking.number),
            "id": booking.case,
            "case": spoken_number(booking.case),
            "came": came.get(booking.number),
        }
        for booking in await desk.bookings.of_offer(offer.id)
    ]
