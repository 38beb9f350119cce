"""The staff's page for files that somebody carried: taken in as they are, by whoever sits there; nothing is opened.

Template: `staff/bundle.html` (user, csrf).
"""

from starlette.requests import Request
from starlette.responses import Response

from server.guard import user_of
from server.pages import render


async def bundle_page(request: Request) -> Response:
    """Answer `GET /staff/{lang}/bundle`."""
    user = user_of(request)
    return render(request, "staff/bundle.html", user=user, csrf=user.csrf)
