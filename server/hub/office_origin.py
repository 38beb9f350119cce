"""Lets pages of one origin, the office's, read what a hub answers, and pages of no other."""

from collections.abc import Callable, Mapping

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_ALLOWED = {
    "Access-Control-Allow-Methods": "GET, HEAD, POST, PATCH",
    "Access-Control-Allow-Headers": "Authorization, Content-Encoding, Content-Type, Tus-Resumable, Upload-Checksum, "
    "Upload-Length, Upload-Metadata, Upload-Offset",
    "Access-Control-Max-Age": "86400",
    # A page from the internet asks a laptop in the room: browsers want the laptop's word that it may.
    "Access-Control-Allow-Private-Network": "true",
}
_VARIES = {"Vary": "Origin"}  # a cache must not give the office's pages what somebody else was answered
_EXPOSED = "Location, Rantau-Receipt, Retry-After, Tus-Resumable, Upload-Length, Upload-Offset"


class OfficeOrigin:
    """Answers what browsers ask before a request from the office's pages, and marks the answers as for them."""

    def __init__(self, app: ASGIApp, *, office_of: Callable[[Request], str]) -> None:
        self.app = app
        self.office_of = office_of

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Look at the Origin header."""
        origin = Headers(scope=scope).get("origin") if scope["type"] == "http" else None
        if origin is None or origin != self.office_of(Request(scope)):
            await self.app(scope, receive, _marking(send, _VARIES))
            return
        told = {"Access-Control-Allow-Origin": origin, "Access-Control-Expose-Headers": _EXPOSED} | _VARIES
        if scope["method"] == "OPTIONS" and "access-control-request-method" in Headers(scope=scope):
            await Response(status_code=204, headers=told | _ALLOWED)(scope, receive, send)
            return
        await self.app(scope, receive, _marking(send, told))


def _marking(send: Send, told: Mapping[str, str]) -> Send:
    async def marked(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in told.items():
                headers.append(name, value)
        await send(message)

    return marked
