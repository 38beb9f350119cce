"""What officers keep with a case for themselves: to whom it is assigned, and, sealed, their notes and checked papers.

It is one document `work.<C>` in the staff database, which never leaves the office: no exchange, hub or peer gets it.
What is written in it is sealed in the officer's browser to the data key of one of the case's versions, so that erasing
the case leaves nobody able to read it.
"""

import re
from typing import Any

from sync.document import Doc
from sync.errors import Conflict, NotFound
from sync.store import Store

LIMIT = 64 * 1024  # bytes of what is posted
_LOGIN = re.compile(r"[a-z0-9][a-z0-9._-]{0,31}")
_SEALED = re.compile(r"[A-Za-z0-9_-]{64,65000}")
_V = re.compile(r"[a-z2-7]{20}")


class NotKept(Exception):
    """It is not what is kept with a case; the message is a word."""


def _name(case: str) -> str:
    return f"work.{case}"


async def read_casework(staff: Store, case: str) -> Doc | None:
    """Give what is kept with a case, or None."""
    try:
        return await staff.get(_name(case))
    except NotFound:
        return None


async def assignments(staff: Store) -> dict[str, str]:
    """Give the officer of every case that is assigned."""
    rows = await staff.all_docs(start="work.", end="work/", include_docs=True)
    return {row.id.removeprefix("work."): row.doc["assigned"] for row in rows if row.doc and row.doc["assigned"]}


async def casework_of(staff: Store, case: str, posted: Any) -> Doc:
    """Make the document of what was posted, in place of the revision that it names.

    Raises:
        NotKept: it is malformed, or assigned to somebody who is no officer.
    """
    match posted:
        case {"rev": str() | None as rev, "assigned": str() | None as assigned, "on": on, "sealed": sealed, **rest}:
            pass
        case _:
            raise NotKept("malformed")
    if rest or not _is_sealed(on, sealed) or (assigned is not None and not _LOGIN.fullmatch(assigned)):
        raise NotKept("malformed")
    if assigned is not None and not await _is_officer(staff, assigned):
        raise NotKept("officer")
    body: Doc = {"_id": _name(case), "type": "casework", "assigned": assigned, "on": on, "sealed": sealed}
    return body | ({"_rev": rev} if rev else {})


async def keep_casework(staff: Store, doc: Doc) -> Doc:
    """Store it; give it as it stands.

    Raises:
        Conflict: somebody else wrote meanwhile.
    """
    [row] = await staff.bulk_docs([doc])
    if row.error:
        raise Conflict(row.reason or row.error)
    return {**doc, "_rev": row.rev}


def _is_sealed(on: Any, sealed: Any) -> bool:
    if on is None or sealed is None:
        return on is None and sealed is None
    return isinstance(on, str) and isinstance(sealed, str) and bool(_V.fullmatch(on) and _SEALED.fullmatch(sealed))


async def _is_officer(staff: Store, login: str) -> bool:
    try:
        return "officer" in (await staff.get(f"user.{login}"))["roles"]
    except NotFound:
        return False
