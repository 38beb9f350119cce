"""What the console reads and writes of the officers' own notes and papers of a case, and who works on it."""

from contextlib import suppress

from starlette.requests import Request
from starlette.responses import Response

from server.casework.casework import LIMIT, NotKept, casework_of, keep_casework, read_casework
from server.guard import user_of
from server.items import ItemRefused, parse_line
from server.ndjson import JsonAnswer, Problem
from server.office import office_of
from server.posted import read_body
from server.watch import case_versions, marks_of
from sync.document import Doc
from sync.errors import Conflict
from sync.shape import is_case


async def keep_case_work(request: Request) -> Response:
    """Answer `POST /staff/api/cases/{case}/work`: 409 with what stands when somebody else wrote meanwhile."""
    office, case = office_of(request), request.path_params["case"]
    try:
        posted = parse_line(await read_body(request, limit=LIMIT), limit=LIMIT)
    except ItemRefused as refused:
        return Problem(400, "bad-work", refused.reason)
    if not is_case(case) or not await case_versions(office.databases.cases, case):
        return Problem(404, "not-found")
    for name, _ in await marks_of(office.databases.cases, case):
        return Problem(422, "bad-work", name)
    staff = office.databases.staff
    try:
        doc = await casework_of(staff, case, posted)
    except NotKept as refused:
        return Problem(422, "bad-work", str(refused))
    standing = await read_casework(staff, case)
    if (standing or {}).get("_rev") == doc.get("_rev"):  # or whoever comes second has done nothing
        about = {"case": case} | ({"login": doc["assigned"]} if doc["assigned"] else {})
        await office.audit.write("casework", who=user_of(request).login, about=about)
        with suppress(Conflict):  # in this very moment
            return JsonAnswer(shown(await keep_casework(staff, doc)), status_code=201)
        standing = await read_casework(staff, case)
    return JsonAnswer({"error": "conflict", "work": shown(standing)}, status_code=409)


def shown(doc: Doc | None) -> Doc | None:
    """Write it for the console."""
    return doc and {"rev": doc["_rev"], "assigned": doc["assigned"], "on": doc["on"], "sealed": doc["sealed"]}
