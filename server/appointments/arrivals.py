"""Who came: `bk.<offer>.<nn>.came` beside a place, and the ticket numbers by which the counter finds it."""

import re
from contextlib import suppress
from dataclasses import dataclass
from typing import Literal, cast

from server.appointments.booking_record import Booking, place_id
from sync.document import Doc
from sync.errors import NotFound, Unavailable
from sync.receipt_code import check_char
from sync.store import Store

Came = Literal["arrived", "absent"]
CAME: tuple[Came, ...] = ("arrived", "absent")
_TICKET = re.compile(r"([a-z2-7]{4})([0-9]{2,3})([0-9a-z])")
_MARK = re.compile(r"bk\.[^.]+\.([0-9]{2,3})\.came")
_TRIES = 3


@dataclass(frozen=True)
class Arrivals:
    """The marks in `cases`; `now` is Unix seconds."""

    cases: Store
    now: int

    async def of(self, offer: str) -> dict[int, Came]:
        """Give who came and who did not, by place; of the others nothing is known."""
        rows = await self.cases.all_docs(start=f"bk.{offer}.", end=f"bk.{offer}/", include_docs=True)
        found = ((_MARK.fullmatch(row.id), row.doc) for row in rows)
        return {int(mark[1]): cast(Came, doc["came"]) for mark, doc in found if mark and doc is not None}

    async def has(self, booking: Booking, came: Came) -> bool:
        """Say whether just this is noted."""
        [row] = await self.cases.all_docs(keys=[_mark_id(booking)], include_docs=True)
        return row.doc is not None and (row.doc["case"], row.doc["came"]) == (booking.case, came)

    async def mark(self, booking: Booking, came: Came) -> None:
        """Note that somebody came, or did not; what was noted before is corrected.

        Raises:
            Unavailable: it is not noted; noting it again is harmless.
        """
        doc_id = _mark_id(booking)
        for _ in range(_TRIES):
            doc: Doc = {"_id": doc_id, "type": "booking", "case": booking.case, "came": came, "at": self.now}
            with suppress(NotFound):
                doc["_rev"] = (await self.cases.get(doc_id))["_rev"]
            [row] = await self.cases.bulk_docs([doc])
            if row.error is None:
                return
        raise Unavailable("it was not noted who came")


def _mark_id(booking: Booking) -> str:
    return f"{place_id(booking.offer, booking.number)}.came"


def read_ticket(text: str) -> tuple[str, int] | None:
    """Read a ticket's number as a scanner or a person types it: the offer's four characters and the place."""
    found = _TICKET.fullmatch(re.sub(r"[\s-]", "", text).lower())
    return (found[1], int(found[2])) if found and check_char(found[1] + found[2]) == found[3] else None
