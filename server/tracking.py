"""Tracking by a typed code, without JavaScript: the code is checked, turned into the case's id, and forgotten.

The page says where the case stands and nothing else, and runs no script: it is for whom every byte counts. It needs the
template `status.html` with `status` (a `CaseStatus`) or None, `todo`, the text of what to do now, or None, `expected`
(an `Expected`) or None, `promise` (a `Promise`) or None, `is_finished`, whether the survey is asked and no day is
offered any more, and `error`, a text about the code, or None.
"""

from functools import partial

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from server.case_status import CaseStatus, status_of
from server.headers import PLAIN_PAGE
from server.i18n import Catalogue
from server.lane import LaneFull, lane_of
from server.limits import client_network
from server.office import office_of
from server.origin import is_foreign
from server.packing import pack
from server.pages import render
from server.posted import read_posted
from server.projection.pace import Expected
from server.promises import Promise, promised
from server.watch import marks_of
from sync.errors import CodeError
from sync.receipt_code import CodeKeys, derive, parse_code

RETRY_AFTER = 5  # seconds: a queue of 16 derivations of a quarter of a second each
FINISHED = ("diserahkan", "ditolak")  # steps after which it is asked how it was, as in pwa/surveyed.js
_CODE_LIMIT = 64  # characters: a code is 17, and people put spaces between


class NoSuchCase(Exception):
    """The code is well formed, and the office has nothing under it; `reason` ends the name of the text."""

    def __init__(self, reason: str = "unknown") -> None:
        super().__init__(reason)
        self.reason = reason


async def track(request: Request) -> Response:
    """Answer `POST /{lang}/track`."""
    office = office_of(request)
    if is_foreign(request, office.settings.origin):
        raise HTTPException(403)
    texts_of(request)
    fields = await read_posted(request)
    try:
        keys = await keys_of(request, fields.get("code", ""))
        for name, _ in await marks_of(office.databases.cases, keys.case):
            raise NoSuchCase({"erase": "erased"}.get(name, name))
        received = await office.projection.received(keys.case)
        status = await status_of(office.databases.cases, keys.case, received=received, now=office.clock())
        if status is None:
            raise NoSuchCase
    except (CodeError, NoSuchCase) as error:
        return _page(request, 404 if isinstance(error, NoSuchCase) else 422, error=code_error(request, error))
    pace = await office.projection.pace()
    expected = pace.expected(status.service, status.state, status.since, now=office.clock())
    promise = promised(office, status.service, status.state, status.dates[0][1])
    return _page(request, 200, status=status, expected=expected, promise=promise)


async def keys_of(request: Request, typed: str) -> CodeKeys:
    """Derive a case's keys from what somebody typed, one derivation at a time.

    Raises:
        CodeError: it is not a code; nothing was derived.
        HTTPException: 503, many are being derived.
    """
    if len(typed) > _CODE_LIMIT:
        raise CodeError("length")
    code = parse_code(typed)
    try:
        return await lane_of(request.app, "codes").run(partial(derive, code), who=client_network(request))
    except LaneFull:
        raise HTTPException(503, headers={"Retry-After": str(RETRY_AFTER)}) from None


def code_error(request: Request, error: CodeError | NoSuchCase) -> str:
    """Say in the page's language what is wrong with a code."""
    return texts_of(request).text(f"code.{error.reason}")


def texts_of(request: Request) -> Catalogue:
    """Give the texts in the language of the page.

    Raises:
        HTTPException: 404, no such language.
    """
    office = office_of(request)
    lang = request.path_params["lang"]
    if lang not in office.catalogues:
        raise HTTPException(404)
    return office.catalogues[lang]


def _page(
    request: Request,
    status_code: int,
    *,
    status: CaseStatus | None = None,
    expected: Expected | None = None,
    promise: Promise | None = None,
    error: str | None = None,
) -> Response:
    todo = status and texts_of(request).texts.get(f"step.{status.state}.do")
    page = render(
        request,
        "status.html",
        status_code=status_code,
        status=status,
        todo=todo,
        expected=expected,
        promise=promise,
        is_finished=status is not None and status.state in FINISHED,
        error=error,
    )
    page.headers["Content-Security-Policy"] = PLAIN_PAGE
    return pack(request, page)
