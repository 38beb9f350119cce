"""What an exchange tells an enrolled device, after its items: the steps of the cases that it collected, the receipts of
what came by another way, and what ends a case. Never versions, never wraps.
"""

from collections.abc import Collection
from typing import Any

from server.devices import Devices
from server.intake import Intake, Ok
from server.office import Office
from server.projection_readers import is_mark
from server.watch import bare
from sync.document import Doc
from sync.key_pair import KeyPair
from sync.statements import sign_steps


async def device_news(
    office: Office, intake: Intake, device: str, since: str, *, answered: Collection[str]
) -> list[list[Any] | Doc]:
    """Give the rows, and last `["since", place, more]`; nothing at all if the device was revoked meanwhile.

    Args:
        answered: the items that this exchange has given a receipt for.

    Raises:
        Unavailable: the store did not answer; the device asks again from the same place.
    """
    await office.projection.caught_up()
    known = await Devices(office.databases.staff, office.clock()).get(device)
    if known is None or known["revoked_at"] is not None:
        return []
    news = await office.projection.news(device, since)
    rows = await _rows(intake, [id_ for id_ in news.ids if id_ not in answered])
    return [*rows, ["since", news.since, int(news.more)]]


def with_bare_steps(rows: list[list[Any] | Doc], kid: str, private: KeyPair) -> list[list[Any] | Doc]:
    """Put one row that the server signs in the place of all steps without a note.

    Such a step says nothing but that it was taken, and the office's own signature alone is three times as long. What
    an officer wrote goes as it was signed.
    """
    bare_steps = [row for row in rows if isinstance(row, dict) and row["note"] is None]
    if not bare_steps:
        return rows
    steps: list[Any] = ["steps", sign_steps(bare_steps, kid=kid, private=private)]
    return [steps, *(row for row in rows if row not in bare_steps)]


async def _rows(intake: Intake, ids: list[str]) -> list[list[Any] | Doc]:
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
