"""The first day at the console: what a new officer does once, ticked off by the audit until the officer puts it away.

The audit is read once for everybody, and then only what came since.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from server.casework.audit import last_entry, read_entries
from sync.audit_chain import Deed, deed_of, number_in
from sync.events import MESSAGE
from sync.store import Store

GUIDE, DATA = "officer-first-day", "officer-data"  # trainings
CORRECT = "perlu_perbaikan"
_FAR_BACK = 20_000  # entries that are read after a start: an office may have years of them


@dataclass(frozen=True)
class Task:
    """One thing to do, the page where it is done (empty: the list of cases), the training that tells how, and by which
    deed one sees that it was done."""

    name: str
    page: str
    guide: str
    is_done_by: Callable[[Deed], bool]


def _step(is_it: Callable[[str], bool]) -> Callable[[Deed], bool]:
    return lambda deed: deed.name == "event" and is_it(str(deed.about.get("step")))


def _deed(*names: str) -> Callable[[Deed], bool]:
    return lambda deed: deed.name in names


def _trained(deed: Deed) -> bool:
    return deed.name == "training-finished" and deed.about.get("guide") == GUIDE


TASKS = (
    Task("training", f"training/{GUIDE}", GUIDE, _trained),
    Task("factor", "security", GUIDE, _deed("second-factor", "passkey-added")),
    Task("open", "", DATA, _deed("case-opened")),
    Task("step", "", GUIDE, _step(lambda step: step not in (MESSAGE, CORRECT) and not step.startswith("aduan_"))),
    Task("correction", "", GUIDE, _step(lambda step: step == CORRECT)),
    Task("message", "", DATA, _step(lambda step: step == MESSAGE)),
    Task("complaint", "", GUIDE, _step(lambda step: step.startswith("aduan_"))),
    Task("arrival", "queue", GUIDE, _deed("applicant-arrived", "applicant-absent")),
)


@dataclass
class Ticks:
    """What the audit was found to have, by login, and how far it was read."""

    done: dict[str, set[str]] = field(default_factory=dict)
    _through: int | None = None
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def of(self, staff: Store, login: str) -> frozenset[str]:
        """Name what somebody has done, having read what came since."""
        async with self._turn:
            if self._through is None:
                last, _ = await last_entry(staff)
                self._through = max(0, last - _FAR_BACK)
            async for entry in read_entries(staff, after=self._through):
                deed, self._through = deed_of(entry), number_in(entry["_id"])
                found = {task.name for task in TASKS if task.is_done_by(deed)}
                if found:
                    self.done.setdefault(deed.who, set()).update(found)
        return frozenset(self.done.get(login, ()))
