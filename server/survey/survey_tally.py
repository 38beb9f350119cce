"""What was counted of the survey's answers: sums by month and service, made by an officer's browser of what it opens.

The answers themselves stay sealed. Sums of fewer than `LEAST` answers are kept, to be added to others, but never shown.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from server.survey.skm import ANSWERS, ELEMENTS, Ikm, ikm_of
from sync.errors import NotFound
from sync.store import Store

TALLY = "tally.survey"  # in `staff`
LEAST = 5  # answers; of fewer, somebody could be told
MOST_ROWS = 5000
_MONTH = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])")
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,31}")


class TallyRefused(ValueError):
    """These are no sums of answers."""


@dataclass(frozen=True)
class Row:
    """The answers about one service in one month: by element, and who answered by what they said of themselves."""

    month: str
    service: str
    elements: Mapping[str, tuple[int, ...]]
    people: Mapping[str, Mapping[str, int]] = field(default_factory=dict)

    @property
    def respondents(self) -> int:
        """Count the answers."""
        return sum(self.elements[ELEMENTS[0]])


@dataclass(frozen=True)
class Tally:
    """Every row; `at` when it was made, `unread` how many answers did not open."""

    rows: tuple[Row, ...] = ()
    at: int | None = None
    unread: int = 0

    def between(self, first: str, last: str) -> tuple[Row, ...]:
        """Give the rows from one month to another."""
        return tuple(row for row in self.rows if first <= row.month <= last)


def read_rows(content: Any) -> tuple[Row, ...]:
    """Read the sums that a browser sent: `[month, service, {element: [n, n, n, n]}, {question: {answer: n}}]` each.

    Raises:
        TallyRefused: they are none.
    """
    if not isinstance(content, list) or len(content) > MOST_ROWS:
        raise TallyRefused
    rows = tuple(map(_row, content))
    if len({(row.month, row.service) for row in rows}) < len(rows):
        raise TallyRefused
    return rows


async def read_tally(staff: Store) -> Tally:
    """Give what was counted last."""
    try:
        doc = await staff.get(TALLY)
    except NotFound:
        return Tally()
    return Tally(read_rows(doc["rows"]), doc["at"], doc["unread"])


async def keep_tally(staff: Store, tally: Tally) -> None:
    """Keep it in place of the one before.

    Raises:
        Conflict: somebody else counted at the same time.
    """
    try:
        known = {"_rev": (await staff.get(TALLY))["_rev"]}
    except NotFound:
        known = {}
    rows = [[row.month, row.service, dict(row.elements), dict(row.people)] for row in tally.rows]
    doc = {"_id": TALLY, "type": "tally", "rows": rows, "at": tally.at, "unread": tally.unread, **known}
    await staff.bulk_docs([doc])


def ikm_of_rows(rows: Iterable[Row]) -> Ikm | None:
    """Work out the index of several rows together; None of too few answers."""
    rows = tuple(rows)
    if sum(row.respondents for row in rows) < LEAST:
        return None
    return ikm_of({key: [sum(row.elements[key][at] for row in rows) for at in range(len(ANSWERS))] for key in ELEMENTS})


def people_of(rows: Iterable[Row]) -> dict[str, dict[str, int]]:
    """Add up who answered; groups of too few are left out."""
    found: dict[str, dict[str, int]] = {}
    for row in rows:
        for question, answers in row.people.items():
            for answer, count in answers.items():
                sums = found.setdefault(question, {})
                sums[answer] = sums.get(answer, 0) + count
    return {name: {key: n for key, n in sorted(sums.items()) if n >= LEAST} for name, sums in found.items()}


def _row(raw: Any) -> Row:
    match raw:
        case [str(month), str(service), dict(elements), dict(people)] if _is_named(month, service):
            counts = {key: _counts(elements.get(key)) for key in ELEMENTS}
            if set(elements) == set(ELEMENTS) and len({sum(each) for each in counts.values()}) == 1:
                return Row(month, service, counts, {name: _people(name, each) for name, each in people.items()})
    raise TallyRefused


def _is_named(month: str, service: str) -> bool:
    return _MONTH.fullmatch(month) is not None and _NAME.fullmatch(service) is not None


def _counts(raw: Any) -> tuple[int, ...]:
    if not isinstance(raw, list) or len(raw) != len(ANSWERS) or not all(map(_is_count, raw)):
        raise TallyRefused
    return tuple(raw)


def _people(name: Any, raw: Any) -> dict[str, int]:
    if not isinstance(raw, dict) or not _NAME.fullmatch(str(name)):
        raise TallyRefused
    if not all(_NAME.fullmatch(str(key)) and _is_count(count) for key, count in raw.items()):
        raise TallyRefused
    return raw


def _is_count(value: Any) -> bool:
    return type(value) is int and 0 <= value < 1_000_000
