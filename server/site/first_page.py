"""Pages to which strangers come first carry the style sheet in themselves: they can be read with the first answer.

A phone that has the app keeps them without it, so the packs hold the pages as they were made.
"""

import base64
import hashlib
import re
from collections.abc import Mapping

from server.site.resources import Resource, make_resource

LINK = b'<link rel="stylesheet" href="/pwa/app.css">'
CSP = "Content-Security-Policy"
_FIRST = re.compile(r"/|/[a-z]{2,3}/(guides/[a-z0-9-]+)?")


def first_pages(resources: Mapping[str, Resource], policy: str) -> dict[str, Resource]:
    """Give the pages that are read first, each with the sheet in it and a *policy* that lets that one sheet in."""
    sheet = resources["/pwa/app.css"].body
    digest = base64.b64encode(hashlib.sha256(sheet).digest()).decode()
    headers = {CSP: policy.replace("style-src 'self'", f"style-src 'self' 'sha256-{digest}'")}
    style = b"<style>" + sheet + b"</style>"
    pages = {url: page for url, page in resources.items() if _FIRST.fullmatch(url) and LINK in page.body}
    return {
        url: make_resource(
            page.body.replace(LINK, style), page.type, cache=page.cache, headers={**page.headers, **headers}
        )
        for url, page in pages.items()
    }
