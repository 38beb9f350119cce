"""The page on which the head of the office reads what officers did, and has the chain checked.

Template: `staff/audit.html` (user, csrf, lines, next, who, case, checked). A line is a dict of n, at, who, deed, about.
"""

from collections.abc import AsyncIterator, Mapping

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from server.casework.audit import newest_entries, verify_audit
from server.editing.content_page import due_for
from server.guard import user_of
from server.office import Office, office_of
from server.pages import render
from server.query import whole_number
from sync.audit_chain import ChainError, Deed, deed_of, number_in

SHOWN = 100  # lines of a page


async def audit_page(request: Request) -> Response:
    """Answer `GET /staff/{lang}/audit?who=&case=&before=&check=`."""
    office, query = office_of(request), request.query_params
    who, case = query.get("who", "").strip().lower(), query.get("case", "").strip().lower()
    try:
        before = whole_number(query.get("before"))
    except ValueError:
        raise HTTPException(400) from None
    lines = [line async for line in _lines(office, who, case, before)]
    return render(
        request,
        "staff/audit.html",
        user=user_of(request),
        csrf=user_of(request).csrf,
        lines=lines[:SHOWN],
        next=lines[SHOWN - 1]["n"] if len(lines) > SHOWN else None,
        who=who,
        case=case,
        checked=await _check(office) if query.get("check") else None,
        content_due=due_for(request),
    )


async def _lines(office: Office, who: str, case: str, before: int | None) -> AsyncIterator[dict[str, object]]:
    """Give one line more than is shown, so that the page knows whether there are others."""
    count = 0
    async for entry in newest_entries(office.databases.staff, before=before):
        deed = deed_of(entry)
        if not _is_asked(deed, who, case):
            continue
        about = _shown(deed.about, case)
        yield {"n": number_in(entry["_id"]), "at": deed.at, "who": deed.who, "deed": deed.name, "about": about}
        count += 1
        if count > SHOWN:
            return


def _is_asked(deed: Deed, who: str, case: str) -> bool:
    return (not who or deed.who == who) and (not case or _is_about(deed, case))


def _is_about(deed: Deed, case: str) -> bool:
    """Say whether a deed names a case, or one of the versions of it."""
    return str(deed.about.get("case", "")).startswith(case) or bool(_versions_of(deed.about, case))


def _versions_of(about: Mapping[str, str | int], case: str) -> list[str]:
    return [name for name in str(about.get("versions", "")).split(",") if name.partition(".")[2].startswith(case)]


def _shown(about: Mapping[str, str | int], case: str) -> Mapping[str, str | int]:
    """Give what a line shows: of many versions their number, or those of the case that is asked for."""
    if "versions" not in about:
        return about
    found = _versions_of(about, case)
    return {**about, "versions": " ".join(found) if case else len(found)}


async def _check(office: Office) -> dict[str, object]:
    try:
        n, fingerprint = await verify_audit(office.databases.staff, office.key_list)
    except ChainError as error:
        return {"broken": error.n, "why": error.why, "kid": error.kid}
    return {"n": n, "fingerprint": fingerprint}
