"""Gives sealed files out: to who proves a receipt code, and to officers. They stay sealed; no browser shows them."""

from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import Response

from server.couch.admission import is_blob
from server.couch.stream import CouchStream
from server.guard import user_of
from server.headers import content_security_policy
from server.ndjson import Problem
from server.office import Office, office_of
from server.uploads.byte_range import bytes_of, part_of
from server.uploads.sealed_files import stub_of
from server.watch import case_versions, marks_of
from sync.receipt_code import proof_matches
from sync.shape import is_case

SCHEME = "rantau"


async def show_blob(request: Request) -> Response:
    """Answer `GET /blobs/<digest>` with `Authorization: Rantau <C>.<proof>`."""
    office = office_of(request)
    scheme, _, word = request.headers.get("authorization", "").partition(" ")
    case, _, proof = word.strip().partition(".")
    if scheme.lower() != SCHEME or not is_case(case) or not proof_matches(case, proof):
        return Problem(403, "forbidden", "proof-wrong")
    for mark, _ in await marks_of(office.databases.cases, case):
        return Problem(410, "gone", "gone" if mark == "erase" else mark)
    return await _file_of(office, request, case)


async def show_case_blob(request: Request) -> Response:
    """Answer `GET /staff/api/cases/{case}/blobs/{digest}`.

    Its key lies in the case's sealed answers; that those were handed out is in the record, and so is each file.
    """
    office, case = office_of(request), request.path_params["case"]
    answer = await _file_of(office, request, case) if is_case(case) else Problem(404, "not-found")
    if answer.status_code < HTTPStatus.BAD_REQUEST:
        await office.audit.write("file-opened", who=user_of(request).login, about={"case": case})
    return answer


async def _file_of(office: Office, request: Request, case: str) -> Response:
    digest = request.path_params["digest"]
    if not is_blob(f"blob.{digest}") or not await _names(office, case, digest):
        return Problem(404, "not-found")
    blobs = office.databases.blobs
    stub = await stub_of(blobs, digest)
    if stub is None:
        return Problem(404, "not-found", "not-here-yet")
    part = part_of(request.headers.get("range", ""), stub["length"])
    if part is None:
        problem = Problem(416, "range")
        problem.headers["Content-Range"] = f"bytes */{stub['length']}"
        return problem
    headers = {
        **part.headers,
        "ETag": f'"{digest}"',
        "Content-Disposition": "attachment",
        "Content-Security-Policy": f"{content_security_policy()}; sandbox",
    }
    chunks = bytes_of(blobs, f"blob.{digest}", "body", part, rev=stub["rev"])
    return CouchStream(chunks, media_type="application/octet-stream", status_code=part.status, headers=headers)


async def _names(office: Office, case: str, digest: str) -> bool:
    return any(digest in version["blobs"] for version in await case_versions(office.databases.cases, case))
