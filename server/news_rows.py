"""The rows by which an exchange tells a device or a hub what became of the cases that it may hear of."""

from collections.abc import Sequence
from typing import Any

from server.intake import Intake, Ok
from server.projection.projection_readers import is_mark
from server.watch import bare
from sync.document import Doc


async def news_rows(intake: Intake, ids: Sequence[str]) -> list[list[Any] | Doc]:
    """Give the rows of *ids*: what ends a case, then receipts of versions, then steps that were taken.

    Raises:
        Unavailable: the store did not answer.
    """
    signed = [id_ for id_ in ids if is_mark(id_) or id_.startswith("ev.")]
    docs = await _documents(intake, signed)
    marks = [["erase" if doc["_id"].startswith("gone.") else "voided", doc] for doc in docs if is_mark(doc["_id"])]
    events = [doc for doc in docs if doc["type"] == "event" and doc["claim"][0] == "taken"]
    outcomes = await intake.again([id_ for id_ in ids if id_ not in signed])
    receipts = [outcome.row(0) for outcome in outcomes if isinstance(outcome, Ok)]
    return [*marks, *receipts, *events]


async def _documents(intake: Intake, ids: list[str]) -> list[Doc]:
    rows = await intake.cases.all_docs(keys=ids, include_docs=True) if ids else []
    return [bare(row.doc) for row in rows if row.doc is not None and not row.deleted]
