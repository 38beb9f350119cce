"""Classes in which a guide was explained to villagers: where, when, and how many came. Nobody's name is kept."""

import os
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sync.canonical import b32_encode
from sync.document import Doc
from sync.errors import Unavailable
from sync.store import Store

MOST = 2000  # people in one class
PLACE = 80  # characters


@dataclass(frozen=True)
class Class:
    """One class."""

    day: date
    place: str
    guide: str
    count: int


@dataclass(frozen=True)
class Classes:
    """The classes in a staff database."""

    staff: Store

    async def keep(self, held: Class, *, by: str) -> None:
        """Record a class.

        Raises:
            Unavailable: it was not stored; ask again.
        """
        doc = {"_id": f"class.{b32_encode(os.urandom(10))}", "type": "class", "day": held.day.isoformat(), "by": by}
        [row] = await self.staff.bulk_docs([doc | {"place": held.place, "guide": held.guide, "count": held.count}])
        if row.error:
            raise Unavailable(row.reason or row.error)

    async def all(self) -> Sequence[Class]:
        """Give every class, the last one first."""
        rows = await self.staff.all_docs(start="class.", end="class/", include_docs=True)
        return sorted((_read(row.doc) for row in rows if row.doc is not None), key=lambda held: held.day, reverse=True)


def _read(doc: Doc) -> Class:
    return Class(date.fromisoformat(doc["day"]), doc["place"], doc["guide"], doc["count"])


def people_by_guide(classes: Iterable[Class], year: int) -> Counter[str]:
    """Count who came in a year, by guide."""
    found: Counter[str] = Counter()
    for held in classes:
        if held.day.year == year:
            found[held.guide] += held.count
    return found
