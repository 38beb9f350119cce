"""What the console asks about people's requests for their own data: the list with its clocks, and everything of a case;
and what it says before it saves a list as a file.

What is handed out is as sealed as it is stored; the officer's browser opens it and makes the files.
"""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from server.casework.audit import read_entries
from server.casework.console_api import everything_of
from server.erasure.data_requests import DataRequests, NotRecorded
from server.erasure.requests_page import close, record
from server.guard import user_of
from server.items import ItemRefused, parse_line
from server.ndjson import JsonAnswer, Problem
from server.office import Office, office_of
from server.once import new_name
from server.posted import read_body
from server.watch import bare, case_versions
from sync.audit_chain import deed_of, number_in
from sync.document import Doc
from sync.receipts import OFFICE, sign_receipt
from sync.shape import is_case

REQUEST_LIMIT = 1024  # bytes
MOST_CASES = 1_000_000


async def list_requests(request: Request) -> Response:
    """Answer `GET /staff/api/requests`: what is open and what was done lately."""
    office = office_of(request)
    now = office.clock()
    listed = await DataRequests(office.databases.staff).listed(now)
    return JsonAnswer({"rows": [one.to_json(now) for one in listed]})


async def add_request(request: Request) -> Response:
    """Answer `POST /staff/api/requests` with `{"kind","case"}`: received now."""
    office = office_of(request)
    match await _read(request):
        case {"kind": str(kind), "case": str(case)} if is_case(case):
            pass
        case _:
            return Problem(422, "bad-request", "malformed")
    if not await case_versions(office.databases.cases, case):
        return Problem(404, "not-found")
    try:
        await record(office, user_of(request).login, kind, case, received_at=office.clock(), name=(name := new_name()))
    except NotRecorded as refused:
        return Problem(422, "bad-request", str(refused))
    return JsonAnswer({"id": name}, status_code=201)


async def finish_request(request: Request) -> Response:
    """Answer `POST /staff/api/requests/{id}/done`."""
    await _read(request)
    try:
        await close(office_of(request), user_of(request).login, request.path_params["id"])
    except NotRecorded:
        return Problem(404, "not-found")
    return JsonAnswer({})


async def export_case(request: Request) -> Response:
    """Answer `POST /staff/api/cases/{case}/export`: everything there is of a case and of those it continues."""
    office, case = office_of(request), request.path_params["case"]
    await _read(request)
    if not is_case(case) or not await case_versions(office.databases.cases, case):
        return Problem(404, "not-found")
    await office.projection.caught_up()
    cases = [*await office.projection.formers(case), case]
    for one in cases:
        await office.audit.write("export", who=user_of(request).login, about={"case": one})
    *former, own = [await everything_of(office, one) for one in cases]
    versions = [version for one in (*former, own) for version in one["versions"]]
    now = office.clock()
    requests = await DataRequests(office.databases.staff).of_cases(cases)
    return JsonAnswer(
        {
            **own,
            "former": former,
            "receipts": [_receipt(office, version, await _held(office, version)) for version in versions],
            "bookings": await _bookings(office, cases),
            "deeds": [line async for line in _deeds(office, cases)],
            "requests": [one.to_json(now) for one in requests],
        }
    )


def _receipt(office: Office, version: Doc, held: list[str]) -> list[Any]:
    kid, private = office.server_kid, office.server_key
    return sign_receipt(version, at=office.clock(), who=OFFICE, kid=kid, private=private, held=held)


async def _held(office: Office, version: Doc) -> list[str]:
    blobs = version["blobs"]
    rows = await office.databases.blobs.all_docs(keys=[f"blob.{blob}" for blob in blobs]) if blobs else []
    held = {row.id.removeprefix("blob.") for row in rows if row.error is None and not row.deleted}
    return [blob for blob in blobs if blob in held]


async def _bookings(office: Office, cases: list[str]) -> list[Doc]:
    rows = await office.databases.cases.all_docs(start="bk.", end="bk/", include_docs=True)
    return [bare(row.doc) for row in rows if row.doc is not None and row.doc.get("case") in cases]


async def _deeds(office: Office, cases: list[str]) -> Any:
    async for entry in read_entries(office.databases.staff):
        deed = deed_of(entry)
        if deed.about.get("case") in cases or deed.about.get("new") in cases:
            yield {"n": number_in(entry["_id"]), "at": deed.at, "who": deed.who, "deed": deed.name, "about": deed.about}


async def note_list_export(request: Request) -> Response:
    """Answer `POST /staff/api/list-export` with `{"cases","columns","ending"}`: what an officer's browser is about to
    write into a file, by count and kind alone."""
    match await _read(request):
        case {
            "cases": int(cases),
            "columns": "known" | "answers" as columns,
            "ending": "csv" | "xlsx" as ending,
            **rest,
        }:
            if rest or isinstance(cases, bool) or not 0 <= cases <= MOST_CASES:
                return Problem(422, "bad-request", "malformed")
            about = {"cases": cases, "columns": columns, "ending": ending}
            await office_of(request).audit.write("list-export", who=user_of(request).login, about=about)
            return JsonAnswer({})
    return Problem(422, "bad-request", "malformed")


async def _read(request: Request) -> Any:
    try:
        return parse_line(await read_body(request, limit=REQUEST_LIMIT), limit=REQUEST_LIMIT)
    except ItemRefused:
        return None
