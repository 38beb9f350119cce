"""Says whether a post comes from a page of another site.

Our pages send no referrer, so that browsers write `Origin: null` on their forms: that alone is no sign of anything.
Browsers too old for `Sec-Fetch-Site` are let through; what matters is also guarded by a token (sessions.py).
"""

from urllib.parse import urlsplit

from starlette.requests import Request


def is_foreign(request: Request, own: str) -> bool:
    """Say whether the browser tells that another site made this request; *own* is the office's origin."""
    site = request.headers.get("sec-fetch-site")
    if site is not None and site != "same-origin":
        return True
    origin = request.headers.get("origin")
    if origin in (None, "null", own):
        return False
    try:
        return urlsplit(origin).netloc != request.headers.get("host")
    except ValueError:
        return True  # no browser writes such an origin


def hub_origin(office: str, hub: str) -> str:
    """Name the origin of a hub: its name before the host of the office, as deploy/hub.md says."""
    parts = urlsplit(office)
    return f"{parts.scheme}://{hub}.{parts.netloc}"
