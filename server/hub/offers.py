"""The hours on offer as a hub has copied them: to wish for, since only the office knows how many places are left."""

from datetime import UTC, datetime, timedelta

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from server.appointments.booking_desk import offer_row
from server.appointments.offers import Offers
from server.hub.hub import hub_of
from server.hub.public import NOTE

_EARLIER = timedelta(days=1)  # ids begin with the day in the office's zone


async def hub_offers(request: Request) -> Response:
    """Answer `GET /offers.json` as the office does, without what is left; `copied` is when the office was asked."""
    hub = hub_of(request)
    now = hub.clock()
    offers = await Offers(hub.stores.public, hub.kid, hub.own.pair).since(
        datetime.fromtimestamp(now, UTC).date() - _EARLIER
    )
    rows = [offer_row(offer) for offer in offers if offer.is_open(now)]
    copied = (await hub.stores.state(NOTE)).get("reached_at", 0)
    content = {"time": now, "copied": copied, "zone": hub.settings.office.time_zone, "offers": rows}
    return JSONResponse(content, headers={"Cache-Control": "no-cache"})
