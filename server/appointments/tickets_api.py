"""What the console's ticket list of a day is made of: who has a place at which hour. Their names are sealed, and come
with their cases."""

from datetime import date

from starlette.requests import Request
from starlette.responses import Response

from server.appointments.arrivals_page import hours_on
from server.appointments.booking_desk import BookingDesk
from server.ndjson import JsonAnswer, Problem
from server.office import office_of


async def list_tickets(request: Request) -> Response:
    """Answer `GET /staff/api/tickets?day=2026-12-01`, of today where no day is named: its hours, in order."""
    desk = BookingDesk(office_of(request))
    try:
        day = date.fromisoformat(request.query_params.get("day") or desk.today.isoformat())
    except ValueError:
        return Problem(400, "bad-request", "day")
    hours = [
        {"place": offer.place, "begins": offer.begins, "ends": offer.ends, "tickets": rows}
        for offer, rows in await hours_on(desk, day)
        if rows
    ]
    zone = desk.office.settings.office.time_zone
    return JsonAnswer({"day": day.isoformat(), "today": desk.today.isoformat(), "zone": zone, "hours": hours})
