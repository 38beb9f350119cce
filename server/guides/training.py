"""Who finished which training and when it has to be repeated: staff by their account, volunteers by their device.

A volunteer's phone keeps its own record and shows a code of eight signs, made of the device, the guide and the day. At
the office the code is typed, and tells all three: nothing travels by itself, and on the way nobody learns who trains.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from server.guides.guides import Guide, Guides
from sync.canonical import b32_encode
from sync.document import Doc
from sync.errors import Unavailable
from sync.store import Store

KEPT = 120  # days that a code can be brought to the office
_CODE = 8  # characters


@dataclass(frozen=True)
class Finished:
    """Who, by login or device, finished which guide on which day."""

    who: str
    guide: str
    day: date

    def due(self, guide: Guide) -> date | None:
        """Give the day on which it has to be repeated; None where once is enough."""
        return self.day + timedelta(days=guide.repeat) if guide.repeat else None


@dataclass(frozen=True)
class Training:
    """The records in a staff database: one for each of whom and what, the last time."""

    staff: Store

    async def of(self, who: str) -> dict[str, Finished]:
        """Give what one finished, by guide."""
        return {one.guide: one for one in await self.all() if one.who == who}

    async def all(self) -> list[Finished]:
        """Give every record."""
        rows = await self.staff.all_docs(start="training.", end="training/", include_docs=True)
        return [_read(row.doc) for row in rows if row.doc is not None]

    async def keep(self, done: Finished, *, by: str) -> None:
        """Note that somebody finished; an earlier day does not undo a later one.

        Raises:
            Unavailable: it was not stored; ask again.
        """
        id_ = f"training.{done.who}.{done.guide}"
        [row] = await self.staff.all_docs(keys=[id_], include_docs=True)
        known = row.doc if not row.error and not row.deleted else None
        if known is not None and known["day"] >= done.day.isoformat():
            return
        doc = {"_id": id_, "type": "training", "who": done.who, "guide": done.guide, "day": done.day.isoformat()}
        [written] = await self.staff.bulk_docs([doc | {"by": by} | ({"_rev": known["_rev"]} if known else {})])
        if written.error:
            raise Unavailable(written.reason or written.error)


def _read(doc: Doc) -> Finished:
    return Finished(doc["who"], doc["guide"], date.fromisoformat(doc["day"]))


def with_quiz(guides: Guides, lang: str, *groups: str) -> list[Guide]:
    """Give the guides of *groups*, or of all, that ask questions."""
    return [guide for guide in guides.of(lang) if guide.questions and (not groups or guide.group in groups)]


def code_of(done: Finished) -> str:
    """Give the code that a device shows; pwa/training.js makes the same."""
    said = f"training1\n{done.who}\n{done.guide}\n{done.day.isoformat()}\n"
    return b32_encode(hashlib.sha256(said.encode()).digest())[:_CODE]


def find_code(typed: str, devices: Iterable[str], guides: Sequence[str], today: date) -> Finished | None:
    """Find what a typed code says, of the last months; spaces and capitals make no difference."""
    code = "".join(typed.lower().split())
    days = [today + timedelta(days=1 - ago) for ago in range(KEPT)]  # a phone's clock may be a day ahead
    every = (Finished(who, guide, day) for who in devices for guide in guides for day in days)
    return next((done for done in every if code_of(done) == code), None) if len(code) == _CODE else None


def is_due(done: Finished | None, guide: Guide, today: date) -> bool:
    """Say whether somebody has to do it, for the first time or again."""
    due = done.due(guide) if done else today
    return due is not None and due <= today


def by_guide(every: Iterable[Finished], who: str) -> Mapping[str, Finished]:
    """Give one's records by guide."""
    return {one.guide: one for one in every if one.who == who}
