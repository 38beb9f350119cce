"""What the console asks about keys: officers' own records, grants to colleagues, and re-wrapping for a new key.

Everything here is public or sealed; private halves are opened and granted in officers' browsers alone.
"""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from server.erasure.deletion import compact, delete_all, forget_replaced
from server.erasure.erasure import put_once
from server.guard import user_of
from server.items import MAX_BRACKETS, ItemRefused, parse_line
from server.keys.founding import grant_of
from server.keys.key_holders import docs_of, holder
from server.keys.rewrapping import MOST, Rewrapping, names_in_one
from server.ndjson import JsonAnswer, Problem
from server.office import Office, office_of
from server.posted import read_body
from sync.canonical import b64u_decode, b64u_encode
from sync.document import Doc, is_id
from sync.errors import NotFound, OpenError
from sync.key_pair import PUBLIC
from sync.keyring import Kdf
from sync.store import Store

RECORD_LIMIT = 4096  # bytes
GRANTS_LIMIT = 64 * 1024  # bytes
REWRAP_LIMIT = MOST * 2048  # bytes
_GRANT = 65 + 32 + 65 + 16  # bytes: enc, d, pub, tag


async def list_officers(request: Request) -> Response:
    """Answer `GET /staff/api/officers`: who has a key, and which keys of the office each holds."""
    staff = office_of(request).databases.staff
    users = [user for user in await docs_of(staff, "user") if "officer" in user["roles"]]
    records = {record["officer"]: record for record in await docs_of(staff, "officer")}
    grants = await docs_of(staff, "grant")
    rows = [
        {
            "login": user["login"],
            "disabled": bool(user.get("disabled")),
            "pub": records.get(user["login"], {}).get("pub"),
            "kids": sorted(grant["kid"] for grant in grants if grant["officer"] == user["login"]),
        }
        for user in users
    ]
    return JsonAnswer({"officers": rows})


async def keep_own_key(request: Request) -> Response:
    """Answer `POST /staff/api/officer-key`: the officer's own record; one for another key keeps the former aside."""
    office, login = office_of(request), user_of(request).login
    record = await _read(request, RECORD_LIMIT)
    if not _is_record(record, login):
        return Problem(422, "bad-record")
    staff = office.databases.staff
    old = await _get(staff, f"officer.{login}")
    is_new = old is None or old["pub"] != record["pub"]
    await office.audit.write("officer-key" if is_new else "passphrase", who=login)
    if old is not None and is_new:
        former = {key: value for key, value in old.items() if not key.startswith("_")}
        await put_once(staff, {**former, "_id": f"former.{login}.{office.clock()}", "type": "former-key"})
    rev = {"_rev": old["_rev"]} if old else {}
    [row] = await staff.bulk_docs([record | rev])
    if row.error:
        return Problem(409, "conflict")
    if not is_new:
        await forget_replaced(staff)  # the old passphrase, which somebody may know, opens it no more
    return JsonAnswer({"granted": not is_new}, status_code=201)


async def grant(request: Request) -> Response:
    """Answer `POST /staff/api/grants` with `{"officer","pub","grants":{kid: sealed}}` from a colleague's browser."""
    office = office_of(request)
    match await _read(request, GRANTS_LIMIT):
        case {"officer": str(officer), "pub": str(pub), "grants": dict(grants)} if grants:
            pass
        case _:
            return Problem(422, "bad-grant", "malformed")
    staff = office.databases.staff
    # The key whose fingerprint was confirmed, and no other that came in between.
    if not await _holds(staff, officer, pub):
        return Problem(409, "conflict", "pub")
    if any(not _is_grant(office, kid, sealed) for kid, sealed in grants.items()):
        return Problem(422, "bad-grant", "kid")
    await office.audit.write("grant", who=user_of(request).login, about={"to": officer, "keys": len(grants)})
    for kid, sealed in grants.items():
        doc = grant_of(kid, officer, sealed)
        old = await _get(staff, doc["_id"])
        [row] = await staff.bulk_docs([doc | ({"_rev": old["_rev"]} if old else {})])
        if row.error:
            return Problem(409, "conflict", "grant")
    if not await _holds(staff, officer, pub):  # removed this very moment
        await delete_all(staff, [{"_id": f"grant.{kid}.{officer}"} for kid in grants])
        return Problem(409, "conflict", "pub")
    return JsonAnswer({"granted": sorted(grants)}, status_code=201)


async def list_unwrapped(request: Request) -> Response:
    """Answer `GET /staff/api/rotation?after=`: versions whose data key the office's key in use does not open yet."""
    office = office_of(request)
    page = await Rewrapping(office).page(request.query_params.get("after", ""))
    if page.rows:
        about = {"versions": names_in_one(row["version"]["_id"] for row in page.rows)}
        await office.audit.write("rewrap", who=user_of(request).login, about=about)
    return JsonAnswer({"rows": page.rows, "next": page.next, "left": page.left})


async def rewrap(request: Request) -> Response:
    """Answer `POST /staff/api/rotation` with `[[id, rev, wrap]…]`: each gets the key in use, or loses an old one."""
    rows = await _read(request, REWRAP_LIMIT, brackets=1 + 2 * MOST)
    if not isinstance(rows, list) or len(rows) > MOST:
        return Problem(422, "bad-wraps")
    return JsonAnswer({"rows": await Rewrapping(office_of(request)).take(rows, who=user_of(request).login)})


async def compact_wraps(request: Request) -> Response:
    """Answer `POST /staff/api/rotation/end`: what the old key opened leaves the disk as well."""
    office = office_of(request)
    rewrapping = Rewrapping(office)
    about: dict[str, str | int] = {"kid": rewrapping.kid, "left": (await rewrapping.page("")).left or 0}
    await office.audit.write("rewrap-ended", who=user_of(request).login, about=about)
    await compact(office.databases.wraps)
    return JsonAnswer({})


async def _holds(staff: Store, login: str, pub: str) -> bool:
    reader = await holder(staff, login) if is_id(f"officer.{login}") else None
    return reader is not None and b64u_encode(reader.pub) == pub


def _is_record(record: Any, login: str) -> bool:
    match record:
        case {
            "_id": str(id_),
            "type": "officer-key",
            "officer": str(of),
            "pub": str(pub),
            "kdf": kdf,
            "sealed": str(),
            **rest,
        }:
            return not rest and of == login and id_ == f"officer.{login}" and _is_public(pub) and _is_kdf(kdf)
    return False


def _is_public(text: str) -> bool:
    try:
        return len(b64u_decode(text)) == PUBLIC
    except ValueError:
        return False


def _is_kdf(kdf: object) -> bool:
    try:
        Kdf.from_json(kdf)
    except OpenError:
        return False
    return True


def _is_grant(office: Office, kid: str, sealed: object) -> bool:
    key = office.key_list.find(kid)
    if key is None or key.use not in ("seal", "office") or key.state == "destroyed" or not isinstance(sealed, str):
        return False
    try:
        return len(b64u_decode(sealed)) == _GRANT
    except ValueError:
        return False


async def _read(request: Request, limit: int, *, brackets: int = MAX_BRACKETS) -> Any:
    try:
        return parse_line(await read_body(request, limit=limit), limit=limit, brackets=brackets)
    except ItemRefused:
        return None


async def _get(store: Store, doc_id: str) -> Doc | None:
    if not is_id(doc_id):
        return None
    try:
        return await store.get(doc_id)
    except NotFound:
        return None
