"""What the officers' console reads and writes: lists, a case as it is sealed, and signed steps; JSON throughout.

The server opens nothing: notes and answers pass as ciphertext. Every opening of a case and every step is audited.
"""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from server.casework.casework import read_casework
from server.casework.casework_api import shown
from server.casework.event_checks import signature_problem, steps_of
from server.guard import user_of
from server.items import ItemRefused, parse_line
from server.ndjson import JsonAnswer, Problem
from server.office import Office, office_of
from server.posted import read_body
from server.query import whole_number
from server.watch import bare, case_versions, case_wraps, marks_of, taken_events
from sync.canonical import b64u_encode
from sync.claim import claim
from sync.document import Doc
from sync.errors import NotFound
from sync.events import claimant_of
from sync.shape import is_case, v_of
from sync.store import Store

EVENT_LIMIT = 32 * 1024  # bytes; a note is a few sentences


async def list_cases(request: Request) -> Response:
    """Answer `GET /staff/api/cases?state=&older=&after=&limit=`: cases in the order of their arrival."""
    office, query = office_of(request), request.query_params
    try:
        older, limit = whole_number(query.get("older")), whole_number(query.get("limit"))
        await office.projection.caught_up()
        page = await office.projection.list(
            state=query.get("state") or None, older=older, after=query.get("after") or None, limit=limit or 50
        )
    except ValueError:
        return Problem(400, "bad-request", "query")
    return JsonAnswer(page.to_json())


async def show_case(request: Request) -> Response:
    """Answer `GET /staff/api/cases/{case}`: everything there is of a case, as it is sealed."""
    office, case = office_of(request), request.path_params["case"]
    versions = await case_versions(office.databases.cases, case) if is_case(case) else []
    if not versions:
        return Problem(404, "not-found")
    await office.projection.caught_up()
    formers = await office.projection.formers(case)
    for one in (*formers, case):
        await office.audit.write("case-opened", who=user_of(request).login, about={"case": one})
    former = [await _with_work(office, one) for one in formers]
    return JsonAnswer({**await _with_work(office, case), "former": former})


async def _with_work(office: Office, case: str) -> dict[str, Any]:
    return {**await everything_of(office, case), "work": shown(await read_casework(office.databases.staff, case))}


async def everything_of(office: Office, case: str) -> dict[str, Any]:
    """Give what is stored of one case, sealed and signed as it is; `voided` is the mark of its voided code."""
    versions = await case_versions(office.databases.cases, case)
    marks = dict(await marks_of(office.databases.cases, case))
    return {
        "case": case,
        "versions": versions,
        "wraps": await case_wraps(office.databases.wraps, versions),
        "events": await taken_events(office.databases.cases, case),
        "voided": marks.get("voided"),
    }


async def add_event(request: Request) -> Response:
    """Answer `POST /staff/api/cases/{case}/events`: number a signed step, or show who has the number."""
    office, case = office_of(request), request.path_params["case"]
    try:
        event = parse_line(await read_body(request, limit=EVENT_LIMIT), limit=EVENT_LIMIT)
    except ItemRefused as refused:
        return Problem(400, "bad-event", refused.reason)
    reason = await _reason_against(office, case, event)
    if reason:
        return Problem(422, "bad-event", reason)
    async with office.deciding:
        return _numbered(event, await _take(office, event, who=user_of(request).login))


async def _take(office: Office, event: Doc, *, who: str) -> Doc:
    """Give what has the number of an event, which is the event itself unless another was first."""
    standing = await _standing(office.databases.cases, event)
    if standing is not None:
        return standing
    await office.audit.write("event", who=who, about={name: event[name] for name in ("case", "n", "step")})
    # The claimant is the event itself: the same one sent again is a repeat, another one of the same officer is not.
    cases, body = office.databases.cases, {key: value for key, value in event.items() if key != "_id"}
    return (await claim(cases, event["_id"], body, claimant=claimant_of(event), now=office.clock())).doc


async def _standing(cases: Store, event: Doc) -> Doc | None:
    """Give what has the number of an event already; what is only held has none yet."""
    [row] = await cases.all_docs(keys=[event["_id"]], include_docs=True)
    return row.doc if row.doc is not None and not row.deleted and row.doc["claim"][0] == "taken" else None


def _numbered(event: Doc, standing: Doc) -> Response:
    if standing["sig"] != event["sig"]:
        return JsonAnswer({"error": "conflict", "event": bare(standing)}, status_code=409)
    return JsonAnswer(bare(standing), status_code=201)


async def show_keys(request: Request) -> Response:
    """Answer `GET /staff/api/keys`: the officer's own record and grants, with the signed list of keys."""
    office, login = office_of(request), user_of(request).login
    staff = office.databases.staff
    try:
        record = bare(await staff.get(f"officer.{login}"))
    except NotFound:
        return Problem(404, "not-found", "officer-key")
    rows = await staff.all_docs(start="grant.", end="grant/", include_docs=True)
    grants = [row.doc for row in rows if row.doc is not None and row.doc["officer"] == login]
    return JsonAnswer(
        {
            "officer": record,
            "grants": {grant["kid"]: grant["sealed"] for grant in grants},
            "keys": office.keys,
            "root": b64u_encode(office.root),
        }
    )


async def _reason_against(office: Office, case: str, event: Any) -> str | None:
    problem = signature_problem(office, event)
    if problem:
        return problem
    if event["case"] != case:
        return "case"
    return await _reason_in_case(office, event)


async def _reason_in_case(office: Office, event: Doc) -> str | None:
    for name, _ in await marks_of(office.databases.cases, event["case"]):
        return {"erase": "gone"}.get(name, name)
    versions = await case_versions(office.databases.cases, event["case"])
    if event["step"] not in steps_of(office, versions):
        return "step"
    known = {v_of(version) for version in versions}
    if not known or not set(event["on"]) <= known:
        return "on"
    last = max([other["n"] for other in await taken_events(office.databases.cases, event["case"])], default=0)
    return "n" if event["n"] > last + 1 else None
