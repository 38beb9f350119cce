"""What became of the hours on offer: how many places were taken, who came, and how many appointments were given up."""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date

from server.appointments.booking_record import bookings_in, record_id
from server.appointments.offers import Offer, Offers
from sync.store import Store

_TAKEN = re.compile(r"bk\.([0-9]{6}-[a-z2-7]{4})\.([0-9]{2,3})(\.came)?")


@dataclass(frozen=True)
class Visit:
    """One hour on offer: the numbers of the places that somebody has or had, of these who came and who did not."""

    offer: Offer
    taken: frozenset[int] = frozenset()
    arrived: frozenset[int] = frozenset()
    absent: frozenset[int] = frozenset()

    @property
    def places(self) -> int:
        """Count its places; once the office closed it nobody can have those that were free."""
        return len(self.taken) if self.offer.is_closed else self.offer.places


@dataclass
class _Marks:
    taken: set[int] = field(default_factory=set)
    came: dict[int, str] = field(default_factory=dict)


async def visits_between(offers: Offers, cases: Store, first: date, last: date) -> list[Visit]:
    """Give every hour from *first* to *last*, in the order in which they begin."""
    found = [offer for offer in await offers.since(first) if offer.id[:6] <= f"{last:%y%m%d}"]
    marks = await _marks(cases, first, last) if found else {}
    return [_visit(offer, marks.get(offer.id, _Marks())) for offer in found]


async def given_up_between(cases: Store, begin: int, end: int) -> int:
    """Count the cases that gave their place back from *begin* until before *end*, and took none since."""
    rows = await cases.all_docs(start="bk.c.", end="bk.c/", include_docs=True)
    records = (row.doc for row in rows if row.doc is not None)
    return sum(
        begin <= int(doc["at"]) < end and (doc["offer"], doc["want"], doc["full"]) == (None, None, None)
        for doc in records
    )


async def _marks(cases: Store, first: date, last: date) -> dict[str, _Marks]:
    rows = await cases.all_docs(start=f"bk.{first:%y%m%d}-", end=f"bk.{last:%y%m%d}.", include_docs=True)
    named = [(found, row.doc) for row in rows if (found := _TAKEN.fullmatch(row.id)) and row.doc is not None]
    held = await _held(cases, {str(doc["case"]) for found, doc in named if not found[3]})
    marks: dict[str, _Marks] = {}
    for found, doc in named:
        offer, number = marks.setdefault(found[1], _Marks()), int(found[2])
        if found[3]:
            # Whoever moved after it was noted gave the place back; the mark beside it stays.
            offer.taken.add(number)
            offer.came[number] = str(doc["came"])
        # What no record names was left by a server that ended in between.
        elif doc["claim"][0] == "taken" and (str(doc["case"]), found[1], number) in held:
            offer.taken.add(number)
    return marks


async def _held(cases: Store, of: Collection[str]) -> set[tuple[str, str, int]]:
    """Give which places each case has, or had when their hours were over, by its own record."""
    keys = [record_id(case) for case in of]
    rows = await cases.all_docs(keys=keys, include_docs=True) if keys else []
    named = (one for row in rows if not row.deleted for one in bookings_in(row.doc))
    return {(one.case, one.offer, one.number) for one in named}


def _visit(offer: Offer, marks: _Marks) -> Visit:
    return Visit(offer, frozenset(marks.taken), _who(marks, "arrived"), _who(marks, "absent"))


def _who(marks: _Marks, came: str) -> frozenset[int]:
    return frozenset(number for number, said in marks.came.items() if said == came)


def taken_of(visits: Iterable[Visit]) -> int:
    """Count the places that somebody has or had."""
    return sum(len(visit.taken) for visit in visits)
