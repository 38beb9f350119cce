"""Voids a receipt code that was lost: its case goes on as a new one under a new code, and the old code opens nothing.

The officer's browser makes the new code, seals the answers again and signs the mark; the server never sees the code.
What is to be done is noted whole before it begins, so that a crash leaves either nothing or something that is finished
later. Of two at once the one whose note stands wins. The order matters: first the new case, then the mark that shuts
intake and exchange to the old code, then the entries by which the old code opens data keys.
"""

import json
import logging
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from server.databases import Databases
from server.erasure.deletion import TRIES, delete_all
from server.erasure.erasure import put_once
from server.erasure.holder_entries import shut_out
from server.intake import Intake, Refused
from server.watch import marks_of
from sync.claim import Lost, claim
from sync.document import Doc
from sync.errors import NotFound, StoreError, Unavailable
from sync.events import claimant_of
from sync.store import Store

log = logging.getLogger("rantau.voiding")


class NotVoided(Exception):
    """The new case was refused, so the old code goes on; the message is the reason."""


class VoidedBefore(Exception):
    """Somebody else was first: the case goes on as `to`."""

    def __init__(self, to: str) -> None:
        super().__init__(to)
        self.to = to


@dataclass(frozen=True, kw_only=True)
class Voiding:
    """What the officer's browser sent, checked.

    Attributes:
        mark: the signed document `code.<old C>`.
        items: the new case's versions with their wraps, what was written to the office among them.
        events: what the office wrote and the step at which the case stands, in their order, signed for the new case.
    """

    old: str
    mark: Doc
    items: list[Any] = field(repr=False)
    events: list[Doc] = field(repr=False)

    @property
    def note_id(self) -> str:
        """Name the note of what is under way."""
        return f"voiding.{self.old}"

    def note(self) -> Doc:
        """Write the note of what is under way."""
        return {"_id": self.note_id, "type": "voiding", "mark": self.mark, "items": self.items, "events": self.events}


async def void_code(databases: Databases, intake: Intake, voiding: Voiding) -> int:
    """Void a code; give how many data keys it opened. Repeating it is harmless.

    Raises:
        NotVoided: the new case's versions are not taken in, or the case was erased; nothing was changed.
        VoidedBefore: it was voided already in another way, or is being; that is finished then.
        Unavailable: it is not finished; ask again, or wait until it is tried again.
    """
    first = await _noted(databases.staff, voiding)
    if first == voiding:
        return await _finish(databases, intake, voiding)
    with suppress(NotVoided):
        await _finish(databases, intake, first)
        raise VoidedBefore(first.mark["to"])
    raise Unavailable("another voiding of this code was refused just now")


async def unfinished_voidings(staff: Store) -> list[Doc]:
    """Give the notes of what is under way, or was when the server ended."""
    rows = await staff.all_docs(start="voiding.", end="voiding/", include_docs=True)
    return [row.doc for row in rows if row.doc is not None]


async def finish_voidings(databases: Databases, intake: Intake) -> int:
    """Finish what was under way; give how many codes. What cannot be finished stays noted and keeps nothing else up."""
    count = 0
    for note in await unfinished_voidings(databases.staff):
        try:
            await _finish(databases, intake, _voiding_in(note))
        except (NotVoided, VoidedBefore):
            pass  # its note is gone
        except (StoreError, LookupError, TypeError) as error:  # also a note that this server does not understand
            log.warning("a voided code is not finished, and is tried again: %s", type(error).__name__)
            continue
        count += 1
    return count


async def _noted(staff: Store, voiding: Voiding) -> Voiding:
    """Note what is to be done; give what stands, which may be another's."""
    for _ in range(TRIES):
        await put_once(staff, voiding.note())
        with suppress(NotFound):  # whoever was first is at the end already
            return _voiding_in(await staff.get(voiding.note_id))
    raise Unavailable("others are voiding this code")


def _voiding_in(note: Doc) -> Voiding:
    old = note["_id"].removeprefix("voiding.")
    # A note from before messages went along has one event, or none.
    events = note["events"] if "events" in note else [note["event"]] if note.get("event") else []
    return Voiding(old=old, mark=note["mark"], items=note["items"], events=events)


async def _finish(databases: Databases, intake: Intake, voiding: Voiding) -> int:
    """Go through all of it, from whatever point an earlier try, or another one at this moment, has reached."""
    try:
        if not await _is_marked(databases.cases, voiding):
            await _take_in(databases, intake, voiding)
            await put_once(databases.cases, voiding.mark)
            await _is_marked(databases.cases, voiding)  # again: another mark may have come in between
    except VoidedBefore:
        await shut_out(databases.wraps, [voiding.old])
        await _forget(databases, voiding)
        raise
    except NotVoided:
        await _forget(databases, voiding)
        raise
    count = await shut_out(databases.wraps, [voiding.old])
    await _forget(databases, voiding)
    return count


async def _is_marked(cases: Store, voiding: Voiding) -> bool:
    """Say whether an earlier try came as far as the mark; refuse to go on with what has ended otherwise."""
    marks = await marks_of(cases, voiding.old)
    for name, mark in marks:
        if name == "erase":
            raise NotVoided("gone")
        if mark != voiding.mark:
            raise VoidedBefore(mark["to"])
    return bool(marks)


async def _take_in(databases: Databases, intake: Intake, voiding: Voiding) -> None:
    outcomes = await intake.take([json.dumps(item, separators=(",", ":")).encode() for item in voiding.items])
    refused = next((outcome.reason for outcome in outcomes if isinstance(outcome, Refused)), None)
    if refused is not None:
        raise NotVoided(refused)
    for event in voiding.events:
        await _number(databases, event, now=intake.clock())


async def _forget(databases: Databases, voiding: Voiding) -> None:
    # The note holds data keys of the new case: erasing that would not reach what stayed of it here.
    await delete_all(databases.staff, [{"_id": voiding.note_id}])


async def _number(databases: Databases, event: Doc, *, now: int) -> None:
    body = {key: value for key, value in event.items() if key != "_id"}
    outcome = await claim(databases.cases, event["_id"], body, claimant=claimant_of(event), now=now)
    if isinstance(outcome, Lost):
        # An officer has gone on in the new case meanwhile; what stands there is newer than this.
        log.info("the new case of a voided code has gone on already")
