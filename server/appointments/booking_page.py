"""Appointments without JavaScript: the hours on offer, a place of one by the typed receipt code, and an
hour for a calendar.

Templates: `offers.html` (rows: offer, places left, those for priority; chosen, priority; error: a text or None; done: a
word or None), `ticket.html` (ticket, qr) and `waiting.html` (waits: `Waits` or None; error). None is kept by anybody.
"""

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from server.appointments.booking_desk import BookingDesk, Ticket, Waits
from server.appointments.bookings import NotBooked
from server.appointments.calendar_file import TYPE, calendar_file
from server.office import office_of
from server.origin import is_foreign
from server.packing import pack
from server.pages import render
from server.posted import read_posted
from server.qr import qr_svg
from server.tracking import NoSuchCase, code_error, keys_of, texts_of
from sync.errors import CodeError


async def show_offers(request: Request) -> Response:
    """Answer `GET /{lang}/offers`."""
    return await _page(request, {})


async def book(request: Request) -> Response:
    """Answer `POST /{lang}/offers`: `code`, `do` (`show`, `take`, `move`, `wish`, …), `offer`, `priority`."""
    office = office_of(request)
    if is_foreign(request, office.settings.origin):
        raise HTTPException(403)
    texts, fields = texts_of(request), await read_posted(request)
    desk = BookingDesk(office)
    try:
        case = (await keys_of(request, fields.get("code", ""))).case
        if refusal := await desk.refusal(case):
            raise NoSuchCase({"gone": "erased"}.get(refusal, refusal))
        found = await _done(desk, case, fields)
    except (CodeError, NoSuchCase) as error:
        return await _refused(request, fields, code_error(request, error))
    except NotBooked as refused:
        return await _refused(request, fields, texts.text(f"booking.refused.{refused.reason}"))
    if found is None:
        return await _page(request, {}, done=fields["do"])
    if isinstance(found, Waits):
        return pack(request, render(request, "waiting.html", waits=found, error=None))
    return pack(request, render(request, "ticket.html", ticket=found, qr=qr_svg(found.number.replace(" ", ""))))


async def show_calendar(request: Request) -> Response:
    """Answer `GET /{lang}/offers/{offer}.ics`: an hour for a calendar, the same for whoever has a place of it."""
    desk, texts = BookingDesk(office_of(request)), texts_of(request)
    offer = await desk.offers.get(request.path_params["offer"])
    if offer is None or offer.is_closed:
        raise HTTPException(404)
    url = f"{desk.office.settings.origin}/{texts.lang}/offers"
    file = calendar_file(offer, texts, url=url, now=desk.now)
    named = {"Content-Disposition": f'attachment; filename="{offer.id}.ics"', "Cache-Control": "no-cache"}
    return Response(file, media_type=TYPE, headers=named)


async def _done(desk: BookingDesk, case: str, fields: dict[str, str]) -> Ticket | Waits | None:
    do = fields.get("do", "show")
    if do == "cancel":
        await desk.cancel(case)
        return None
    if do == "withdraw":
        try:
            await desk.withdraw(case)
        except NotBooked:  # a round gave a place meanwhile
            return await desk.show(case)
        return None
    if do in ("take", "move", "wish") and not fields.get("offer"):
        raise NotBooked("choose")
    if do == "wish":
        await desk.wish(case, [fields["offer"]], priority=bool(fields.get("priority")))
        return None
    if do in ("take", "move"):
        return await desk.take(case, fields["offer"], priority=bool(fields.get("priority")), move=do == "move")
    found = await desk.show(case) or await desk.waits(case)
    if found is None:
        raise NotBooked("none")
    return found


async def _refused(request: Request, fields: dict[str, str], error: str) -> Response:
    if fields.get("do") == "withdraw":
        return pack(request, render(request, "waiting.html", status_code=422, waits=None, error=error))
    return await _page(request, fields, error=error)


async def _page(
    request: Request, fields: dict[str, str], *, error: str | None = None, done: str | None = None
) -> Response:
    page = render(
        request,
        "offers.html",
        status_code=422 if error else 200,
        rows=await BookingDesk(office_of(request)).listed(),
        now=office_of(request).clock(),
        chosen=fields.get("offer", ""),
        priority=bool(fields.get("priority")),
        error=error,
        done=done,
        path="offers",
    )
    return pack(request, page)
