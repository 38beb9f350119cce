"""The page on which the office publishes days and hours, sees how full they are, and closes them.

Template: `staff/offers.html` (user, csrf, rows, now, values, days, errors by field, kinds, minutes, areas, most,
share: of a hundred places, how many to keep). A row is an offer with how many of its places are taken.
"""

from collections.abc import Collection, Mapping

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from server.booking_desk import BookingDesk
from server.guard import user_of
from server.offer_form import BEGIN, MINUTES, WORKDAYS, read_offers
from server.offers import KINDS, MOST_PLACES
from server.office import office_of
from server.pages import render
from server.rounds import kept_share


async def offers_page(request: Request) -> Response:
    """Answer `GET /staff/{lang}/offers`."""
    return await _page(request, values=BEGIN, days=WORKDAYS)


async def publish_offers(request: Request) -> Response:
    """Answer `POST /staff/{lang}/offers`: publish an offer for each hour of each day, the trace in the audit first."""
    office, fields = office_of(request), request.state.fields
    values = {key: fields.get(key, "").strip() for key in BEGIN}
    days = {str(n) for n in range(7) if fields.get(f"day{n}")}
    wanted = read_offers(office, values, days)
    if wanted.errors:
        return await _page(request, values=values, days=days, errors=wanted.errors)
    first, last = wanted.offers[0], wanted.offers[-1]
    about: dict[str, str | int] = {"first": first.id, "last": last.id, "count": len(wanted.offers)}
    await office.audit.write("offers-published", who=user_of(request).login, about=about)
    await BookingDesk(office).offers.publish(wanted.offers)
    return _back(request)


async def close_offer(request: Request) -> Response:
    """Answer `POST /staff/{lang}/offers/{offer}/close`: it gives no more places; who has one may move for nothing."""
    office, offer = office_of(request), request.path_params["offer"]
    desk = BookingDesk(office)
    if await desk.offers.get(offer) is None:
        raise HTTPException(404)
    await office.audit.write("offer-closed", who=user_of(request).login, about={"offer": offer})
    await desk.offers.close(offer)
    return _back(request)


def _back(request: Request) -> Response:
    return RedirectResponse(f"/staff/{request.path_params['lang']}/offers", status_code=303)


async def _page(
    request: Request, *, values: Mapping[str, str], days: Collection[str], errors: Mapping[str, str] | None = None
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
        kinds=KINDS,
        minutes=MINUTES,
        areas=office.regions.groups("region"),
        most=MOST_PLACES,
        share=kept_share(*await (await desk.queue()).asked_lately(), 100),
    )
