"""What rounds gave, to whom and in which turn: from the record of each, which is never changed."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from server.appointments.booking_desk import ticket_number
from server.appointments.booking_record import Booking, bookings_in, record_id
from server.appointments.rounds import lots_of
from sync.document import Doc
from sync.receipt_code import spoken_number
from sync.store import Store

Outcome = Literal["given", "waits", "over"]


@dataclass(frozen=True)
class Turn:
    """One case in a round.

    Attributes:
        case: under its new code, if the one with which it took part was voided.
        lot: the beginning of what was drawn for it; among equals the lower one came first.
        outcome: it has the place that the round gave it, goes on waiting, or neither: it changed the place or gave it
            back, or took another.
    """

    draw: int
    case: str
    lot: str
    outcome: Outcome
    booking: Booking | None = None

    @property
    def number(self) -> str:
        """Give the number of the case as it is spoken."""
        return spoken_number(self.case)

    @property
    def ticket(self) -> str | None:
        """Give the number of the ticket that it has of this round."""
        return ticket_number(self.booking.offer, self.booking.number) if self.booking else None


@dataclass(frozen=True)
class Round:
    """The round of a day."""

    day: date
    turns: tuple[Turn, ...]

    @property
    def given(self) -> int:
        """Count the places that it gave and that are still had."""
        return sum(turn.outcome == "given" for turn in self.turns)

    def has(self, booking: Booking) -> bool:
        """Say whether a place that names this round stands in its record so."""
        _, _, draw, of, _ = booking.why
        return of == len(self.turns) and 0 < int(draw) <= of and self.turns[int(draw) - 1].case == booking.case


def round_of(booking: Booking) -> str | None:
    """Name the round that gave a place, if one did."""
    return str(booking.why[1]) if booking.why[0] == "round" else None


async def read_rounds(cases: Store, names: Collection[str]) -> dict[str, Round]:
    """Give those of the rounds of the days *names*, each written 261128, that were held and had somebody in them."""
    held = await _docs(cases, [f"bk.r.{name}" for name in sorted(names)])
    orders = {id_.removeprefix("bk.r."): [str(case) for case in doc["order"]] for id_, doc in held.items()}
    heirs = await _heirs(cases, {case for order in orders.values() for case in order})
    everybody = sorted(set(heirs.values()))
    records = await _docs(cases, [record_id(case) for case in everybody])
    waiting = {id_[5:] for id_ in await _docs(cases, [f"bk.w.{case}" for case in everybody])}
    return {name: _round(name, order, heirs, records, waiting) for name, order in orders.items()}


def _round(
    name: str, order: Sequence[str], heirs: Mapping[str, str], records: Mapping[str, Doc], waiting: Collection[str]
) -> Round:
    lots = lots_of(name, order)
    turns = []
    for draw, case in enumerate(order, 1):
        named = bookings_in(records.get(record_id(heirs[case])))
        booking = next((one for one in named if one.why[:3] == ("round", int(name), draw)), None)
        outcome: Outcome = "given" if booking else "waits" if heirs[case] in waiting else "over"
        turns.append(Turn(draw, heirs[case], lots[case][:8], outcome, booking))
    return Round(datetime.strptime(name, "%y%m%d").date(), tuple(turns))


async def _heirs(cases: Store, everybody: Collection[str]) -> dict[str, str]:
    """Give for each case the one as which it goes on, itself if its code was not voided."""
    heirs = {case: case for case in everybody}
    asked: set[str] = set()
    while todo := set(heirs.values()) - asked:
        asked |= todo
        to = {id_[5:]: str(doc["to"]) for id_, doc in (await _docs(cases, [f"code.{one}" for one in todo])).items()}
        heirs = {case: to.get(heir, heir) for case, heir in heirs.items()}
    return heirs


async def _docs(cases: Store, ids: Sequence[str]) -> dict[str, Any]:
    rows = await cases.all_docs(keys=ids, include_docs=True) if ids else []
    return {row.id: row.doc for row in rows if row.doc is not None and not row.deleted}
