"""The front desk's page: which cases there are and where they stand, by their numbers; nothing is opened here.

Template: `staff/counter.html` (user, csrf, rows, number).
"""

from starlette.requests import Request
from starlette.responses import Response

from server.guard import user_of
from server.office import office_of
from server.pages import render

SHOWN = 50  # rows


async def counter_page(request: Request) -> Response:
    """Answer `GET /staff/{lang}/counter?number=`: the newest cases, or those whose number begins so."""
    office, user = office_of(request), user_of(request)
    number = "".join(request.query_params.get("number", "").lower().split())[:24]
    await office.projection.caught_up()
    rows = await office.projection.newest(number, SHOWN)
    return render(request, "staff/counter.html", user=user, csrf=user.csrf, rows=rows, number=number)
