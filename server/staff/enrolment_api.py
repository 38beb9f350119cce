"""Where a volunteer's device is enrolled: it posts the code that it was shown and the public half of its own key."""

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from server.items import ItemRefused, parse_line
from server.ndjson import JsonAnswer, Problem
from server.office import office_of
from server.origin import is_foreign
from server.posted import read_body
from server.staff.enrolment import Enrolment, EnrolmentError
from sync.document import Doc

REQUEST_LIMIT = 1024  # bytes
_STATUS = {"unknown": 404, "used": 409, "expired": 410, "signature": 422}


async def enrol_device(request: Request) -> Response:
    """Answer `POST /devices` with `code`, `pub` and `sig`: the device as the office knows it from now on."""
    office = office_of(request)
    if is_foreign(request, office.settings.origin):
        raise HTTPException(403)
    try:
        asked = parse_line(await read_body(request, limit=REQUEST_LIMIT), limit=REQUEST_LIMIT)
    except ItemRefused as refused:
        return Problem(400, "bad-request", refused.reason)
    match asked:
        case {"code": str(code), "pub": str(pub), "sig": str(sig), **rest} if not rest:
            return await _enrol(request, code, pub, sig)
    return Problem(400, "bad-request", "malformed")


async def _enrol(request: Request, code: str, pub: str, sig: str) -> Response:
    office = office_of(request)
    enrolment = Enrolment(office.databases.staff, office.clock())

    async def record(login: str, device: str) -> None:
        await office.audit.write("device-enrolled", who=login, about={"device": device})

    try:
        device = await enrolment.enrol(code, pub, sig, record=record)
    except EnrolmentError as error:
        return Problem(_STATUS[error.reason], "not-enrolled", error.reason)
    await enrolment.note(code)
    return JsonAnswer(_shown(device))


def _shown(device: Doc) -> dict[str, object]:
    return {name: device[name] for name in ("device", "login", "read_until")}
