"""The office's poster: where to apply, and the eight words by which people tell on their own phones that it is real.

Template: `poster.html` (words, qr). It is for the office's wall: no phone keeps it, because what a phone is compared
with must not come from the phone.
"""

from starlette.requests import Request
from starlette.responses import Response

from server.office import office_of
from server.pages import render
from server.qr import qr_svg
from sync.speakable import fingerprint


async def poster_page(request: Request) -> Response:
    """Answer `GET /{lang}/poster`."""
    office = office_of(request)
    qr = qr_svg(f"{office.settings.origin}/")
    return render(request, "poster.html", words=fingerprint(office.root).split(), qr=qr, path="poster")
