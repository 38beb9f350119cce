"""Re-wrapping after a rotation: which data keys the key in use does not open yet, and what may be written about them.

Two writes a version, each checked against what is stored: first the new entry is added beside the old ones, and only
when it stands there may an old one be dropped. The holder's entry is never touched. What was cut off goes on later.

The server cannot tell a right entry from a wrong one, so the record names every version whose entries somebody got or
writes, before it is done: what does not open any more is found there, and its former entries in a backup.
"""

from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from typing import Any

from server.erasure.holder_entries import HOLDER
from server.office import Office
from sync.document import Doc, is_id
from sync.errors import ShapeError
from sync.shape import check_wrap_shape
from sync.store import Written

MOST = 100  # versions at a time
_SCAN = 500  # wraps read at once


@dataclass(frozen=True)
class Page:
    """Versions with their wraps and the revision each is about; `left`, on the first page, counts all."""

    rows: list[dict[str, Any]]
    next: str | None
    left: int | None


@dataclass(frozen=True)
class Rewrapping:
    """The wraps of an office and the key that all of them should have."""

    office: Office

    @property
    def kid(self) -> str:
        """Name the key in use."""
        return self.office.key_list.primary("seal").kid

    async def page(self, after: str) -> Page:
        """Give the versions after a wrap's id that are not done, the first time from the beginning."""
        due: list[Doc] = []
        left = 0
        async for doc in self._undone(after or "w."):
            left += 1
            if left <= MOST:
                due.append(doc)
            elif after:
                break
        rows = [row for doc in due if (row := await self._row(doc)) is not None]
        return Page(rows, due[-1]["_id"] if left > MOST else None, None if after else left)

    async def take(self, rows: list[Any], *, who: str) -> list[list[Any]]:
        """Write new wraps; one row each, `[id, "ok", rev]` or `[id, reason]`."""
        read = [_read(row) for row in rows]
        found = await self.office.databases.wraps.all_docs(keys=[f"w.{id_}" for id_, _, _ in read], include_docs=True)
        reasons = [self._reason(row.doc, rev, wrap) for row, (_, rev, wrap) in zip(found, read, strict=True)]
        right = [new for new, reason in zip(read, reasons, strict=True) if reason is None]
        if right:
            about = {"kid": self.kid, "versions": names_in_one(id_ for id_, _, _ in right)}
            await self.office.audit.write("rewrapped", who=who, about=about)
        docs = [{**wrap, "_id": f"w.{id_}", "_rev": rev} for id_, rev, wrap in right]
        written = iter(await self.office.databases.wraps.bulk_docs(docs) if docs else [])
        return [
            [id_, reason] if reason else _answer(id_, next(written))
            for (id_, _, _), reason in zip(read, reasons, strict=True)
        ]

    async def _undone(self, after: str) -> AsyncIterator[Doc]:
        wraps = self.office.databases.wraps
        while True:
            found = await wraps.all_docs(start=after + "\0", end="w/", include_docs=True, limit=_SCAN)
            for row in found:
                if row.doc is not None and _kids(row.doc) != {self.kid}:
                    yield row.doc
            if len(found) < _SCAN:
                return
            after = found[-1].id

    async def _row(self, wrap: Doc) -> dict[str, Any] | None:
        found = await self.office.databases.cases.all_docs(keys=[wrap["_id"].removeprefix("w.")], include_docs=True)
        version = found[0].doc
        if version is None:
            return None  # its version is still on the way: the next time
        entries = {name: entry for name, entry in wrap.items() if not name.startswith("_")}
        return {"version": version, "wrap": entries, "rev": wrap["_rev"]}

    def _reason(self, old: Doc | None, rev: str, new: Doc) -> str | None:
        if not rev:
            return "malformed"
        if old is None or old["_rev"] != rev:
            return "changed"
        return self._reason_against(old, new)

    def _reason_against(self, old: Doc, new: Doc) -> str | None:
        kept = {name: entry for name, entry in old.items() if not name.startswith("_")}
        try:
            check_wrap_shape(new, with_holder=HOLDER in kept)
        except ShapeError:
            return "malformed"
        added, dropped = set(new) - set(kept), set(kept) - set(new)
        if any(new[name] != kept[name] for name in set(new) & set(kept)):
            return "changed-entry"
        if added - {self.kid}:
            return "not-allowed"
        return "too-early" if dropped and (added or self.kid not in kept) else None


def names_in_one(names: Iterable[str]) -> str:
    """Write the names of some versions, of at most `MOST`, as an entry of the record holds them."""
    return ",".join(sorted(names))


def _read(row: Any) -> tuple[str, str, Doc]:
    match row:
        case [str(id_), str(rev), dict(wrap)] if is_id(id_):
            return id_, rev, wrap
    return "", "", {}  # without a revision nothing is written


def _answer(id_: str, written: Written) -> list[Any]:
    return [id_, written.error] if written.error else [id_, "ok", written.rev]


def _kids(wrap: Doc) -> set[str]:
    return {name for name in wrap if not name.startswith("_")} - {HOLDER}
