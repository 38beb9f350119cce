"""What the console says before it shows the drafts of a phone whose passphrase is forgotten.

The deed is kept; the drafts themselves never come here.
"""

from starlette.requests import Request
from starlette.responses import Response

from server.guard import user_of
from server.items import ItemRefused, parse_line
from server.ndjson import JsonAnswer, Problem
from server.office import office_of
from server.posted import read_body

RESCUE_LIMIT = 256  # bytes
_MOST = 10_000  # drafts of a file


async def note_rescue(request: Request) -> Response:
    """Answer `POST /staff/api/rescued`, whose body is `{"drafts": n}`."""
    try:
        told = parse_line(await read_body(request, limit=RESCUE_LIMIT), limit=RESCUE_LIMIT)
    except ItemRefused as refused:
        return Problem(400, "bad-request", refused.reason)
    match told:
        case {"drafts": int(drafts), **rest} if not rest and not isinstance(drafts, bool) and 0 < drafts <= _MOST:
            await office_of(request).audit.write("rescue", who=user_of(request).login, about={"drafts": drafts})
            return JsonAnswer({"drafts": drafts})
    return Problem(400, "bad-request", "drafts")
