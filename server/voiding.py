"""Voids a receipt code that was lost: its case goes on as a new one under a new code, and the old code opens nothing.

The officer's browser makes the new code, seals the answers again and signs the mark; the server never sees the code.
What is to be done is noted whole before it begins, so that a crash leaves either nothing or something that the next
start finishes. The order matters: first the new case, then the mark that shuts intake and exchange to the old code,
then the entries by which the old code opens data keys.
"""

import json
from dataclasses import dataclass, field
from typing import Any

from server.databases import Databases
from server.deletion import delete_all
from server.erasure import put_once
from server.holder_entries import shut_out
from server.intake import Intake, Refused
from sync.claim import Lost, claim
from sync.document import Doc
from sync.errors import Unavailable


class NotVoided(Exception):
    """The new case was refused, so the old code goes on; the message is the reason."""


@dataclass(frozen=True, kw_only=True)
class Voiding:
    """What the officer's browser sent, checked.

    Attributes:
        mark: the signed document `code.<old C>`.
        items: the new case's versions with their wraps.
        event: the step at which the case stands, signed for the new case; None when nothing was done yet.
    """

    old: str
    mark: Doc
    items: list[Any] = field(repr=False)
    event: Doc | None

    @property
    def note_id(self) -> str:
        """Name the note of what is under way."""
        return f"voiding.{self.old}"

    def note(self) -> Doc:
        """Write the note of what is under way."""
        return {"_id": self.note_id, "type": "voiding", "mark": self.mark, "items": self.items, "event": self.event}


async def void_code(databases: Databases, intake: Intake, voiding: Voiding) -> int:
    """Void a code; give how many data keys it opened. Repeating it is harmless.

    Raises:
        NotVoided: the new case's versions are not taken in; nothing was changed.
        Unavailable: it is not finished; ask again, or start the server again.
    """
    await put_once(databases.staff, voiding.note())
    return await _finish(databases, intake, voiding)


async def finish_voidings(databases: Databases, intake: Intake) -> int:
    """Finish what was under way when the server ended; give how many codes."""
    rows = await databases.staff.all_docs(start="voiding.", end="voiding/", include_docs=True)
    for note in [row.doc for row in rows if row.doc is not None]:
        old = note["_id"].removeprefix("voiding.")
        voiding = Voiding(old=old, mark=note["mark"], items=note["items"], event=note["event"])
        try:
            await _finish(databases, intake, voiding)
        except NotVoided:
            continue  # its note is gone
    return len(rows)


async def _finish(databases: Databases, intake: Intake, voiding: Voiding) -> int:
    outcomes = await intake.take([json.dumps(item, separators=(",", ":")).encode() for item in voiding.items])
    refused = next((outcome.reason for outcome in outcomes if isinstance(outcome, Refused)), None)
    if refused is not None:
        await _forget(databases, voiding)
        raise NotVoided(refused)
    if voiding.event is not None:
        await _number(databases, voiding.event, now=intake.clock())
    await put_once(databases.cases, voiding.mark)
    count = await shut_out(databases.wraps, [voiding.old])
    await _forget(databases, voiding)
    return count


async def _forget(databases: Databases, voiding: Voiding) -> None:
    # The note holds data keys of the new case: erasing that would not reach what stayed of it here.
    await delete_all(databases.staff, [{"_id": voiding.note_id}])


async def _number(databases: Databases, event: Doc, *, now: int) -> None:
    body = {key: value for key, value in event.items() if key != "_id"}
    outcome = await claim(databases.cases, event["_id"], body, claimant=event["sig"][:22], now=now)
    if isinstance(outcome, Lost):
        raise Unavailable("the new case has another first step")
