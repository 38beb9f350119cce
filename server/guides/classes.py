"""Classes in which a guide was explained to villagers: where, when, and how many came. Nobody's name is kept.

An office records them on a page of its own; a volunteer's phone notes them where the class is and brings them with an
exchange, as `[id,day,place,guide,count]`. Page and phone make the id beforehand: what comes twice counts once.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sync.document import Doc
from sync.errors import Conflict, Unavailable
from sync.store import Store

MOST = 2000  # people in one class
PLACE = 80  # characters
MOST_BROUGHT = 50  # classes in one exchange
_ID = re.compile(r"[a-z2-7]{16}")


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

    async def has(self, id_: str) -> bool:
        """Say whether the class of this id is recorded."""
        [row] = await self.staff.all_docs(keys=[f"class.{id_}"])
        return row.rev is not None

    async def keep(self, held: Class, *, by: str, id_: str) -> None:
        """Record a class, once.

        Raises:
            Unavailable: it was not stored; ask again.
        """
        doc = {"_id": f"class.{id_}", "type": "class", "day": held.day.isoformat(), "by": by}
        [row] = await self.staff.bulk_docs([doc | {"place": held.place, "guide": held.guide, "count": held.count}])
        if row.error != Conflict.error and (row.error or not row.durable):
            raise Unavailable(row.reason or row.error or "not durable")

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


def wrong_in(fields: Mapping[str, str], *, today: date, is_guide: Callable[[str], bool]) -> str | None:
    """Name the field of a class, as typed, that cannot be; None when all can."""
    try:
        is_past = date.fromisoformat(fields["day"]) <= today
    except ValueError:
        is_past = False
    if not is_past:
        return "day"
    if not 0 < len(fields["place"]) <= PLACE or not fields["place"].isprintable():
        return "place"
    if not is_guide(fields["guide"]):
        return "guide"
    return None if re.fullmatch(r"[0-9]{1,4}", fields["count"]) and 0 < int(fields["count"]) <= MOST else "count"


def read_class(fields: Mapping[str, str]) -> Class:
    """Make a class of fields in which nothing is wrong."""
    return Class(date.fromisoformat(fields["day"]), fields["place"], fields["guide"], int(fields["count"]))


def read_brought(rows: object) -> list[tuple[str, dict[str, str]]] | None:
    """Read what a phone brings: the id and the fields of each class; None where that is not well made."""
    found = []
    for row in rows if isinstance(rows, list) and len(rows) <= MOST_BROUGHT else [None]:
        match row:
            case [str(id_), str(day), str(place), str(guide), int(count)] if _ID.fullmatch(id_):
                found.append((id_, {"day": day, "place": place.strip(), "guide": guide, "count": str(count)}))
            case _:
                return None
    return found
