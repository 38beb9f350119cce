"""Says everything on the CouchDB face in CouchDB's words: answers, errors with their names and statuses, rows.

`in_couchdbs_words` stands around every handler of the face, so that handlers may raise what a store raises.
"""

from collections.abc import Mapping
from functools import wraps
from http import HTTPStatus
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response

from server.handler import Handler
from sync.errors import StoreError, Unavailable
from sync.store import Written

FACE = "/couch"
_NAMES = {
    400: ("bad_request", "this is not a request that can be answered"),
    401: ("unauthorized", "Name or password is incorrect."),
    403: ("forbidden", "not allowed"),
    404: ("not_found", "missing"),
    405: ("method_not_allowed", "another method is needed here"),
    413: ("too_large", "the request entity is too large"),
    415: ("bad_content_type", "Content-Type must be application/json"),
    429: ("too_many_requests", "too many at once"),
    500: ("internal_server_error", "it is in the log"),
    501: ("not_implemented", "this is not served here"),
    503: ("service_unavailable", "the store does not answer"),
}
_STATUS = {  # of what stands in a row and has a status only when it is asked for alone
    "conflict": 409,
    "forbidden": 403,
    "unauthorized": 401,
    "not_found": 404,
    "missing_stub": 412,
    "precondition_failed": 412,
    "too_large": 413,
    "request_entity_too_large": 413,
    "document_too_large": 413,
    "service_unavailable": 503,
}


class NotServed(StoreError):
    """CouchDB has it and this face does not."""

    status = 501
    error = "not_implemented"


class CouchAnswer(JSONResponse):
    """JSON as CouchDB ends it, with a line end; kept in no cache."""

    def __init__(self, content: Any, status_code: int = 200, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(content, status_code=status_code, headers={"Cache-Control": "no-store", **(headers or {})})

    def render(self, content: Any) -> bytes:
        """Write the body."""
        return super().render(content) + b"\n"


def is_face(path: str) -> bool:
    """Say whether a path is one of the face's."""
    return path == FACE or path.startswith(f"{FACE}/")


def refusal(status: int, *, error: str = "", reason: str = "", headers: Mapping[str, str] | None = None) -> CouchAnswer:
    """Answer with an error; without words of its own, with those that CouchDB has for the status."""
    phrase = next((one.phrase for one in HTTPStatus if one == status), "refused")
    usual = _NAMES.get(status, (phrase.lower().replace(" ", "_"), phrase))
    return CouchAnswer({"error": error or usual[0], "reason": reason or usual[1]}, status, headers)


def refusal_of(error: StoreError) -> CouchAnswer:
    """Answer with what a store refused."""
    headers = {"Retry-After": str(error.retry_after)} if isinstance(error, Unavailable) else {}
    # Why a store is away may name files and hosts: that is for the log of whoever runs it.
    reason = error.reason if error.status < 500 or isinstance(error, NotServed) else ""
    return refusal(error.status, error=error.error, reason=reason, headers=headers)


def row_of(written: Written) -> dict[str, Any]:
    """Write the row of a `_bulk_docs` answer."""
    if written.error:
        return {"id": written.id, "error": written.error, "reason": written.reason or written.error}
    accepted = {} if written.durable else {"accepted": True}
    return {"ok": True, "id": written.id, "rev": written.rev, **accepted}


def answer_of(written: Written, *, status: int = 201, headers: Mapping[str, str] | None = None) -> CouchAnswer:
    """Answer a write of one document."""
    if written.error:
        return refusal(_STATUS.get(written.error, 400), error=written.error, reason=written.reason or "")
    own = {"ETag": f'"{written.rev}"', **(headers or {})}
    content = {"ok": True, "id": written.id, "rev": written.rev}
    return CouchAnswer(content, status if written.durable else 202, own)


def in_couchdbs_words(handler: Handler) -> Handler:
    """Let *handler* raise what a store raises, and answer that as CouchDB does."""

    @wraps(handler)
    async def answering(request: Request) -> Response:
        try:
            return await handler(request)
        except StoreError as error:
            return refusal_of(error)
        except ClientDisconnect:
            return refusal(400)
        except HTTPException as error:
            return refusal(error.status_code, headers=error.headers)

    return answering
