"""What is written of a case's places, `bk.c.<C>`, and how it is read: the one that it has, and those that it had.

A place is had until its hour is over and stays had after it, also when the case takes another one then: who came and
who did not is told of it as long as anything is.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Why = tuple[str | int, ...]  # how a place was come by: a word, and for a round its day, draw, of how many, which wish

# What a record says of a case that never asked; `full` is when it last asked and there was no place.
NOTHING: Mapping[str, Any] = {
    "want": None, "offer": None, "place": None, "ends": None, "why": [], "moves": 0, "full": None, "at": 0,
}  # fmt: skip


@dataclass(frozen=True)
class Booking:
    """A place that a case has, and how it came by it."""

    case: str
    offer: str
    number: int
    at: int
    why: Why
    moves: int


def place_id(offer: str, number: int) -> str:
    """Name a place."""
    return f"bk.{offer}.{number:02d}"


def record_id(case: str) -> str:
    """Name what the office notes of a case's booking."""
    return f"bk.c.{case}"


def ids_of(booking: Booking) -> tuple[str, str]:
    """Name what is written of a place: who came, and the place itself."""
    place = place_id(booking.offer, booking.number)
    return f"{place}.came", place


def booking_in(record: Mapping[str, Any] | None) -> Booking | None:
    """Read which place a case's record says that it has, if one; also one whose hour is over."""
    match record:
        case {"case": str(case), "offer": str(offer), "place": int(number), "at": int(at), "why": why, "moves": moves}:
            return Booking(case, offer, number, at, tuple(why), moves)
    return None


def bookings_in(record: Mapping[str, Any] | None) -> list[Booking]:
    """Read every place that a case's record names: those whose hours were over when it took another, then the last."""
    if record is None:
        return []
    moves = int(record["moves"])
    past = [Booking(record["case"], offer, n, at, tuple(why), moves) for offer, n, at, why in record.get("past", ())]
    last = booking_in(record)
    return [*past, *([last] if last else [])]


def record_with(record: Mapping[str, Any], booking: Booking, *, ends: int, over: Booking | None) -> dict[str, Any]:
    """Give what a record says once its case has *booking*, until *ends*; *over* is its last one, whose hour is over."""
    past = [*record.get("past", ()), *([[over.offer, over.number, over.at, list(over.why)]] if over else [])]
    had = {"offer": booking.offer, "place": booking.number, "ends": ends, "why": list(booking.why)}
    rest = {"at": booking.at, "moves": booking.moves, "want": None, "full": None}
    return {**record, **had, **rest, **({"past": past} if past else {})}
