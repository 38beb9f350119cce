"""What people and programs read when something goes wrong: a page in their language, or JSON; never what was sent."""

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server.couch.words import is_face, refusal
from server.failure_log import log_failure
from server.i18n import Catalogues
from server.ndjson import Problem
from server.pages import language_of, render
from sync.errors import Unavailable

EXPLAINED = frozenset({400, 403, 404, 405, 413, 415, 429, 500, 503})  # those that have their own texts
_NAMES = {
    400: "bad-request",
    401: "signed-out",
    403: "forbidden",
    404: "not-found",
    405: "method-not-allowed",
    413: "too-large",
    415: "unsupported",
    429: "too-many",
    500: "failure",
    503: "unavailable",
}


class Failures:
    """Turns whatever is raised below into an answer."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = False

        async def watched(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self.app(scope, receive, watched)
        except Exception as error:
            response = await explain(Request(scope), error)
            if started:
                # The connection has to break, or half an answer would pass for a whole one.
                raise ConnectionAbortedError("an answer was cut") from None
            await response(scope, receive, send)


async def explain(request: Request, error: Exception) -> Response:
    """Answer a request that failed."""
    if isinstance(error, Unavailable):
        error = HTTPException(503, headers={"Retry-After": str(error.retry_after)})
    if isinstance(error, HTTPException):
        return _answer(request, error.status_code, dict(error.headers or {}))
    return _answer(request, 500, {}, number=log_failure(error))


def _answer(request: Request, status: int, headers: dict[str, str], *, number: str | None = None) -> Response:
    response: Response
    if is_face(request.scope["path"]):
        response = refusal(status, reason=f"it is in the log as {number}" if number else "")
    elif "text/html" in request.headers.get("accept", "") and hasattr(request.app.state, "templates"):
        response = _page(request, status, number)
    else:
        response = Problem(status, _NAMES.get(status, "refused"), number)
    response.headers.update(headers)
    return response


def _page(request: Request, status: int, number: str | None) -> Response:
    catalogues: Catalogues = request.app.state.templates.globals["catalogues"]
    lang = language_of(request.scope["path"], request.headers, catalogues)
    key = f"error.{status if status in EXPLAINED else 'other'}"
    title, message = (catalogues[lang].text(f"{key}.{part}") for part in ("title", "text"))
    return render(
        request, "error.html", status_code=status, lang=lang, status=status, title=title, message=message, id=number
    )
