"""What devices ask about appointments: the hours on offer, and, with the proof of a case, a place of one.

`POST /bookings` with `{"v":1,"asks":[…]}`, each `{"case","proof","do"}`, for `take` and `move` an `offer` and for
`wish` a ranked list, `wish`; with `priority` 1 for who declares to need it. The answer has a row an ask, in order:
`{"case","state"}`, `state` being `booked` with its `ticket`, `waiting` with its `wish` and how many rounds it `lost`,
`none`, or `refused` with its `reason`, and with the `ticket` of the place that the case has all the same.
"""

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from server.appointments.booking_desk import BookingDesk, offer_row
from server.appointments.bookings import NotBooked
from server.items import ItemRefused, parse_line
from server.ndjson import JsonAnswer, Problem
from server.office import office_of
from server.packing import pack
from server.posted import read_body
from server.site.resources import digest_of
from sync.receipt_code import proof_matches
from sync.shape import is_case

ASKS_LIMIT = 16 * 1024  # bytes
MOST_ASKS = 20


async def list_offers(request: Request) -> Response:
    """Answer `GET /offers.json`: `{"time","offers":[{…,"left","priority"}…]}`, small, and with a tag."""
    desk = BookingDesk(office_of(request))
    rows = [
        offer_row(offer) | {"left": left, "priority": declared - left} for offer, left, declared in await desk.listed()
    ]
    answer = JSONResponse(
        {"time": desk.now, "zone": zone_of(desk), "offers": rows}, headers={"Cache-Control": "no-cache"}
    )
    tag = f'W/"{digest_of(repr(rows).encode())}"'  # the time alone is no news
    answer.headers["ETag"] = tag
    if tag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers={"ETag": tag, "Cache-Control": "no-cache"})
    return pack(request, answer)


async def ask_bookings(request: Request) -> Response:
    """Answer `POST /bookings`."""
    desk = BookingDesk(office_of(request))
    try:
        asked = parse_line(await read_body(request, limit=ASKS_LIMIT), limit=ASKS_LIMIT)
    except ItemRefused as refused:
        return Problem(400, "bad-request", refused.reason)
    match asked:
        case {"v": 1, "asks": [*asks]} if 0 < len(asks) <= MOST_ASKS:
            rows = [await _answer(desk, ask) for ask in asks]
            return JsonAnswer({"time": desk.now, "zone": zone_of(desk), "rows": rows})
    return Problem(422, "bad-request", "malformed")


async def _answer(desk: BookingDesk, ask: object) -> dict[str, Any]:
    match ask:
        case {"case": str(case), "proof": str(proof), "do": str(do), **rest} if is_case(case):
            if not proof_matches(case, proof):
                return _refused(case, "proof-wrong")
            if reason := await desk.refusal(case):
                return _refused(case, reason)
            try:
                return {"case": case, **await _done(desk, case, do, rest)}
            except NotBooked as refused:
                ticket = await desk.held(case)
                return _refused(case, refused.reason) | ({"ticket": ticket.to_json()} if ticket else {})
    return _refused(None, "malformed")


async def _done(desk: BookingDesk, case: str, do: str, rest: Mapping[Any, Any]) -> dict[str, Any]:
    match do, rest:
        case "show", {}:
            ticket = await desk.show(case)
        case (("take" | "move"), {"offer": str(offer), **more}):
            ticket = await desk.take(case, offer, priority=more.get("priority") == 1, move=do == "move")
        case "cancel", {}:
            await desk.cancel(case)
            ticket = None
        case "wish", {"wish": [*wish], **more} if all(isinstance(offer, str) for offer in wish):
            await desk.wish(case, wish, priority=more.get("priority") == 1)
            ticket = None
        case "withdraw", {}:
            await desk.withdraw(case)
            ticket = None
        case _:
            raise NotBooked("malformed")
    if ticket:
        return {"state": "booked", "ticket": ticket.to_json()}
    wished = await desk.wished(case)
    return {"state": "waiting", **wished} if wished else {"state": "none"}


def _refused(case: str | None, reason: str) -> dict[str, Any]:
    return {"case": case, "state": "refused", "reason": reason}


def zone_of(desk: BookingDesk) -> str:
    """Name the time zone in which hours are meant, wherever a phone believes to be."""
    return str(desk.office.settings.office.time_zone)
