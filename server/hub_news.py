"""What an exchange tells a hub: the steps, the ends and the receipts of the cases that came by it first.

Which those are stands in `staff`, one note a case, written before the case is stored; so a hub cannot make itself the
reader of a case that the office has. Where its reading goes on is a place in the changes of `cases`, on either store.
"""

from collections.abc import Collection, Sequence
from typing import Any

from server.intake import Intake, present
from server.news_rows import news_rows
from server.projection.projection_readers import is_mark
from sync.document import Doc
from sync.errors import BadRequest
from sync.shape import PREFIXES, case_of_id
from sync.store import Changes, Store

PAGE = 2000  # changes looked at in one exchange
_START = "0"
_VERSIONS = tuple(f"{prefix}." for prefix in PREFIXES.values())


async def note_relayed(staff: Store, cases: Store, hub: str, named: set[str], *, day: int) -> None:
    """Note of these cases, where they are new to the office, that they came by *hub*, and on which day."""
    unknown = named - await present(staff, "via.", named)
    notes = [
        {"_id": f"via.{case}", "type": "via", "hub": hub, "at": day}
        for case in sorted(unknown)
        if not await _is_known(cases, case)
    ]
    if notes:
        await staff.bulk_docs(notes)  # who comes second finds a conflict: the first note stands


async def relayed(staff: Store) -> dict[str, str]:
    """Give by case the hub that it came by first."""
    rows = await staff.all_docs(start="via.", end="via/", include_docs=True)
    return {row.id.removeprefix("via."): row.doc["hub"] for row in rows if row.doc is not None}


async def hub_news(
    staff: Store, intake: Intake, hub: str, since: str, *, answered: Collection[str]
) -> list[list[Any] | Doc]:
    """Give the rows, and last `["since", place, more]`.

    Args:
        answered: the items that this exchange has given a receipt for.

    Raises:
        Unavailable: the store did not answer; the hub asks again from the same place.
    """
    page = await _page(intake.cases, since)
    ids = [change.id for change in page.results if not change.deleted]
    mine = await _relayed_by(staff, hub, ids)
    told = [id_ for id_ in ids if case_of_id(id_) in mine and id_ not in answered]
    # Of what else a case may have nobody is told.
    rows = await news_rows(intake, [id_ for id_ in told if id_.startswith((*_VERSIONS, "ev.")) or is_mark(id_)])
    return [*rows, ["since", page.last_seq, int(page.pending > 0)]]


async def _page(cases: Store, since: str) -> Changes:
    try:
        return await cases.changes(since or _START, limit=PAGE)
    except BadRequest:  # of another store, or of one that was restored
        return await cases.changes(_START, limit=PAGE)


async def _relayed_by(staff: Store, hub: str, ids: Sequence[str]) -> set[str]:
    cases = sorted({case for id_ in ids if (case := case_of_id(id_)) is not None})
    if not cases:
        return set()
    rows = await staff.all_docs(keys=[f"via.{case}" for case in cases], include_docs=True)
    return {row.id.removeprefix("via.") for row in rows if row.doc is not None and row.doc["hub"] == hub}


async def _is_known(cases: Store, case: str) -> bool:
    for prefix in PREFIXES.values():
        if await cases.all_docs(start=f"{prefix}.{case}.", end=f"{prefix}.{case}/", limit=1):
            return True
    return False
