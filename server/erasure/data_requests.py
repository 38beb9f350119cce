"""People's requests for their own data, to see it or to have it corrected, and the clock of 72 hours that each has.

A request names a case and nothing about the person. It is a document `req.<id>` in the staff database.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sync.document import Doc, is_id
from sync.errors import Conflict, NotFound, Unavailable
from sync.receipt_code import spoken_number
from sync.store import Store, Written

KINDS = ("access", "correction")
HOUR = 3600  # seconds
CLOCK = 72 * HOUR  # UU 27/2022, articles 30 and 32: from when it was received
SHOWN_AFTER = 30 * 24 * HOUR  # seconds that a request stays in the list after it was done


class NotRecorded(Exception):
    """A request that cannot be recorded or closed; the message is a word for which there is a text."""


@dataclass(frozen=True)
class DataRequest:
    """One request; `done_at` is None while its clock runs."""

    id: str
    kind: str
    case: str
    received_at: int
    done_at: int | None

    @property
    def due(self) -> int:
        """Give the time by which it has to be done."""
        return self.received_at + CLOCK

    @property
    def number(self) -> str:
        """Give the case's number to say aloud."""
        return spoken_number(self.case)

    def hours_left(self, now: int) -> int:
        """Give the whole hours that are left; below zero are the hours, begun ones too, that it is late."""
        return (self.due - now) // HOUR

    def to_json(self, now: int) -> dict[str, Any]:
        """Write it for the console."""
        return {
            "id": self.id,
            "kind": self.kind,
            "case": self.case,
            "number": self.number,
            "received_at": self.received_at,
            "due": self.due,
            "hours": self.hours_left(now),
            "done_at": self.done_at,
        }


@dataclass(frozen=True)
class DataRequests:
    """The requests in a staff database."""

    staff: Store

    async def keep(self, made: DataRequest, *, by: str) -> None:
        """Begin the clock of a request, once.

        Raises:
            Unavailable: it was not stored.
        """
        doc = {"_id": f"req.{made.id}", "type": "request", "kind": made.kind, "case": made.case}
        row = await self._try(doc | {"received_at": made.received_at, "done_at": None, "by": by})
        if row.error != Conflict.error:
            _check(row)

    async def has(self, name: str) -> bool:
        """Say whether a request of this name is recorded."""
        [row] = await self.staff.all_docs(keys=[f"req.{name}"])
        return row.rev is not None

    async def find(self, name: str) -> DataRequest:
        """Give one request.

        Raises:
            NotRecorded: `unknown`.
        """
        return _read(await self._get(name))

    async def close(self, name: str, *, now: int) -> DataRequest:
        """Stop the clock of a request; one that was closed stays as it is.

        Raises:
            NotRecorded: `unknown`.
            Unavailable: somebody else changed it at this moment; ask again.
        """
        doc = await self._get(name)
        if doc["done_at"] is None:
            doc = doc | {"done_at": now}
            _check(await self._try(doc))
        return _read(doc)

    async def listed(self, now: int) -> Sequence[DataRequest]:
        """Give what is open, the first due first, and then what was done within the last days, the newest first."""
        rows = await self.staff.all_docs(start="req.", end="req/", include_docs=True)
        requests = [_read(row.doc) for row in rows if row.doc is not None]
        running = sorted((one for one in requests if one.done_at is None), key=lambda one: one.received_at)
        done = [(one.done_at, one) for one in requests if one.done_at is not None and one.done_at > now - SHOWN_AFTER]
        return [*running, *(one for _, one in sorted(done, key=lambda pair: -pair[0]))]

    async def of_cases(self, cases: Sequence[str]) -> Sequence[DataRequest]:
        """Give every request about these cases, the oldest first."""
        rows = await self.staff.all_docs(start="req.", end="req/", include_docs=True)
        found = [_read(row.doc) for row in rows if row.doc is not None and row.doc["case"] in cases]
        return sorted(found, key=lambda one: one.received_at)

    async def _get(self, name: str) -> Doc:
        try:
            if is_id(f"req.{name}"):
                return await self.staff.get(f"req.{name}")
        except NotFound:
            pass
        raise NotRecorded("unknown")

    async def _try(self, doc: Doc) -> Written:
        [row] = await self.staff.bulk_docs([doc])
        return row


def new_request(kind: str, case: str, *, received_at: int, now: int, name: str) -> DataRequest:
    """Make a request that is not kept yet, *name* being its id.

    Raises:
        NotRecorded: `kind`, or `time` when it was received after now or more than a year ago.
    """
    if kind not in KINDS:
        raise NotRecorded("kind")
    if not now - 366 * 24 * HOUR < received_at <= now:
        raise NotRecorded("time")
    return DataRequest(name, kind, case, received_at, None)


def _check(row: Written) -> None:
    if row.error:
        raise Unavailable(row.reason or row.error)


def _read(doc: Doc) -> DataRequest:
    name = doc["_id"].removeprefix("req.")
    return DataRequest(name, doc["kind"], doc["case"], doc["received_at"], doc["done_at"])
