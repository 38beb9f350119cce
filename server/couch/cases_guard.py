"""Has a CouchDB itself refuse what does not belong into `cases`; what it checks stands in cases_guard.js."""

import logging
from pathlib import Path

from sync.document import Doc
from sync.errors import Forbidden, NotFound
from sync.store import Store

DESIGN = "_design/guard"
SOURCE = Path(__file__).with_suffix(".js")

log = logging.getLogger("rantau.guard")


def guard_text() -> str:
    """Give the function as CouchDB takes it: without the comment in front."""
    text = SOURCE.read_text(encoding="utf-8")
    return text[text.index("function (doc)") :].rstrip()


async def put_guard(cases: Store) -> bool:
    """Put the guard of this version into a CouchDB; says whether it stands there.

    Raises:
        StoreError: the store does not answer.
    """
    wanted = {"language": "javascript", "validate_doc_update": guard_text()}
    try:
        found = await _found(cases)
        if {key: found.get(key) for key in wanted} == wanted:
            return True
        rev = {"_rev": found["_rev"]} if found else {}
        [row] = await cases.bulk_docs([{"_id": DESIGN, **rev, **wanted}])
    except Forbidden:
        row = None
    if row is not None and (row.error is None or row.error == "conflict"):  # another process was first
        return True
    log.warning("this user may not write %s into cases, so CouchDB itself refuses nothing there", DESIGN)
    return False


async def _found(cases: Store) -> Doc:
    try:
        return await cases.get(DESIGN)
    except NotFound:
        return {}
