"""The page on which the office publishes days and hours, sees how full they are, and closes them.

Template: `staff/offers.html` (user, csrf, rows, now, values, days, errors by field, people: for how many it is drafted,
there: offers that were there already, published: how many are new then, holidays: those among the days, by day, kinds,
minutes, areas, most, share: of a hundred places, how many to keep). A row is an offer and how many places of it are
taken.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import date

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from server.appointments.booking_desk import BookingDesk
from server.appointments.offer_form import BEGIN, MINUTES, WEEK, WORKDAYS, drafted, holidays_among, read_offers
from server.appointments.offers import KINDS, MOST_PLACES, Offer
from server.appointments.rounds import kept_share
from server.forms.choices import Words
from server.guard import user_of
from server.moments import day_typed
from server.office import office_of
from server.pages import render


async def offers_page(request: Request) -> Response:
    """Answer `GET /staff/{lang}/offers`."""
    return await _page(request, values=BEGIN, days=WORKDAYS)


async def publish_offers(request: Request) -> Response:
    """Answer `POST /staff/{lang}/offers`: publish an offer for each hour of each day, the trace in the audit first."""
    office, fields = office_of(request), request.state.fields
    values = {key: fields.get(key, "").strip() for key in BEGIN}
    days = {str(n) for n in range(7) if fields.get(f"day{n}")}
    if people := fields.get("people"):  # asked for by a body: an officer looks it over first
        asked = day_typed(values["first"])
        holidays = holidays_among(office, [asked] if asked else [])
        return await _page(request, values=drafted(values, people), days=WEEK, people=people, holidays=holidays)
    wanted = read_offers(office, values, days)
    new = await _published(request, wanted.offers)
    there = [offer for offer in wanted.offers if offer.hour not in new]
    if not (wanted.errors or wanted.holidays or there):
        return _back(request)
    return await _page(
        request, values=values, days=days, errors=wanted.errors, there=there, published=len(new),
        holidays=wanted.holidays,
    )  # fmt: skip


async def _published(request: Request, wanted: Sequence[Offer]) -> set[tuple[str, str, int]]:
    """Publish what is not on offer yet, and give these hours."""
    office, offers = office_of(request), BookingDesk(office_of(request)).offers
    async with office.deciding:
        new = await offers.missing(wanted)
        if not new:
            return set()
        about: dict[str, str | int] = {"first": new[0].id, "last": new[-1].id, "count": len(new)}
        await office.audit.write("offers-published", who=user_of(request).login, about=about)
        late = await offers.publish(new)
    return {offer.hour for offer in new if offer not in late}


async def close_offer(request: Request) -> Response:
    """Answer `POST /staff/{lang}/offers/{offer}/close`: it gives no more places; who has one may move for nothing."""
    office, offer = office_of(request), request.path_params["offer"]
    offers = BookingDesk(office).offers
    async with office.deciding:
        known = await offers.get(offer)
        if known is None:
            raise HTTPException(404)
        if not known.is_closed:
            await office.audit.write("offer-closed", who=user_of(request).login, about={"offer": offer})
            await offers.close(offer)
    return _back(request)


def _back(request: Request) -> Response:
    return RedirectResponse(f"/staff/{request.path_params['lang']}/offers", status_code=303)


async def _page(
    request: Request,
    *,
    values: Mapping[str, str],
    days: Collection[str],
    errors: Mapping[str, str] | None = None,
    people: str | None = None,
    there: Sequence[Offer] = (),
    published: int = 0,
    holidays: Mapping[date, Words] | None = None,
) -> Response:
    office, user = office_of(request), user_of(request)
    desk = BookingDesk(office)
    offers = await desk.offers.since(desk.today)
    taken = await desk.bookings.taken([offer.id for offer in offers])
    return render(
        request,
        "staff/offers.html",
        status_code=422 if errors else 200,
        user=user,
        csrf=user.csrf,
        rows=[(offer, len(taken[offer.id])) for offer in offers],
        now=desk.now,
        values=values,
        days=days,
        errors=errors or {},
        people=people,
        there=there,
        published=published,
        holidays=holidays or {},
        kinds=KINDS,
        minutes=MINUTES,
        areas=office.regions.groups("region"),
        most=MOST_PLACES,
        share=kept_share(*await (await desk.queue()).asked_lately(), 100),
    )
