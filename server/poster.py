"""The office's poster: where to apply, and the eight words by which people tell on their own phones that it is real.

Template: `poster.html` (words, address, qr). It is for the office's wall: no phone keeps it, because what a phone is
compared with must not come from the phone.
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
    address, words = office.settings.origin, fingerprint(office.root).split()
    return render(request, "poster.html", words=words, address=address, qr=qr_svg(f"{address}/"), path="poster")
