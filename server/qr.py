"""QR codes as SVG: a path on a ground, without a style of their own, so that every policy and printer takes them."""

from functools import lru_cache

import segno
from markupsafe import Markup


@lru_cache(maxsize=16)
def qr_svg(text: str) -> Markup:
    """Draw *text* as a QR code, dark on light with its quiet zone, as large as its surroundings let it be."""
    code = segno.make(text, error="m", micro=False)
    drawn = code.svg_inline(omitsize=True, dark="#000", light="#fff", svgclass="qr", lineclass=None)
    return Markup(drawn)  # noqa: S704 - made of numbers alone
