"""How long what is kept, by the rules in `content/office.toml`, and which cases are due for erasure; plain values only.

A rule counts from the last thing that happened in a case. Classes without erasing here (the paper file in the archive,
drafts, which are the phones' own) are rules all the same: people are told of them.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from server.projection.projection_rows import CaseRow

DAY = 86_400  # seconds
DAYS = {"day": 1.0, "month": 30.5, "year": 365.25}
UNLIMITED = "unlimited"

DRAFTS = "drafts"
APPLICATIONS = "applications"
ABANDONED = "abandoned"
COMPLAINTS = "complaints"

DEFAULTS: Mapping[str, str] = {
    DRAFTS: "30 days",  # on a phone, not sent
    APPLICATIONS: "90 days",  # after they ended: handed over, refused or withdrawn
    ABANDONED: "1 year",  # when it is the applicant's turn and nothing comes
    COMPLAINTS: "3 years",
    "surveys": UNLIMITED,  # anonymous
    "passport_files": "3 years",  # the paper file in the archive
    "stay_permit_files": "5 years",  # the paper file in the archive
}
ENDED = frozenset({"diserahkan", "ditolak", "dibatalkan", "kegiatan_selesai", "aduan_dijawab", "aduan_ditutup"})
APPLICANTS_TURN = frozenset({"perlu_perbaikan", "menunggu_pembayaran", "kedaluwarsa", "aduan_menunggu"})

_PERIOD = re.compile(r"([1-9][0-9]{0,3}) (day|month|year)s?")
_FIELDS = ("period", "basis", "checked_on")


@dataclass(frozen=True, kw_only=True)
class Rule:
    """How long one class of records is kept; `days` is None without a limit, `checked_on` where nobody has checked."""

    name: str
    period: str
    days: int | None
    basis: str
    checked_on: date | None

    @property
    def length(self) -> tuple[int, str]:
        """Give how many `day`, `month` or `year` it is; none of `unlimited`."""
        found = _PERIOD.fullmatch(self.period)
        return (int(found[1]), found[2]) if found else (0, UNLIMITED)


@dataclass(frozen=True)
class Due:
    """A case whose period is over: nothing has happened in it since `since`, and by `rule` it ended at `due`."""

    case: str
    number: str
    service: str
    rule: str
    since: int
    due: int
    formers: tuple[str, ...] = ()


@dataclass(frozen=True)
class Retention:
    """Every rule, by the name of its class."""

    rules: Mapping[str, Rule]

    @property
    def draft_days(self) -> int | None:
        """Give after how many days a phone asks whether a draft is still wanted."""
        return self.rules[DRAFTS].days

    def quiet_before(self, now: int) -> int:
        """Give the time before which a case must have been quiet to be due by any rule."""
        days = [rule.days for name, rule in self.rules.items() if name in _ERASED_HERE and rule.days is not None]
        return now - min(days) * DAY if days else 0

    def due(self, rows: Iterable[CaseRow], now: int) -> list[Due]:
        """Pick the cases that are due, those that have waited longest first."""
        found = [due for row in rows if (due := self._due(row)) is not None and due.due <= now]
        return sorted(found, key=lambda due: (due.due, due.case))

    def _due(self, row: CaseRow) -> Due | None:
        name = class_of(row)
        days = self.rules[name].days if name else None
        if name is None or days is None:
            return None
        return Due(row.case, row.number, row.service, name, row.last_at, row.last_at + days * DAY, row.formers)


def class_of(row: CaseRow) -> str | None:
    """Name the class of records to which a case belongs now; None while the office is at work on it."""
    if row.kind == "cmp":
        return COMPLAINTS
    if row.state in ENDED:
        return APPLICATIONS
    return ABANDONED if row.state in APPLICANTS_TURN else None


def read_retention(tables: Mapping[str, Any]) -> Retention:
    """Read the tables `[retention.<class>]`; a class without one has its default.

    Raises:
        ValueError: the message names the field and what it should be.
    """
    if not isinstance(tables, Mapping):
        raise ValueError("retention: tables such as [retention.drafts]")
    for name in tables:
        if name not in DEFAULTS:
            raise ValueError(f"retention.{name}: there is no such class of records; there are {', '.join(DEFAULTS)}")
    return Retention({name: _read_rule(name, tables.get(name)) for name in DEFAULTS})


def _read_rule(name: str, table: Any) -> Rule:
    if table is None:
        table = {"period": DEFAULTS[name], "basis": "", "checked_on": ""}
    if not isinstance(table, Mapping):
        raise ValueError(f"retention.{name}: a table with {', '.join(_FIELDS)}")
    for field in _FIELDS:
        if field not in table:
            raise ValueError(f"retention.{name}.{field} is missing")
    for field in table:
        if field not in _FIELDS:
            raise ValueError(f"retention.{name}.{field}: there is no such field")
    period, basis, checked_on = (table[field] for field in _FIELDS)
    if not isinstance(basis, str):
        raise ValueError(f"retention.{name}.basis: a text")
    days = _days(name, period)
    return Rule(name=name, period=period, days=days, basis=basis, checked_on=_day(name, checked_on))


def _days(name: str, period: object) -> int | None:
    found = _PERIOD.fullmatch(period) if isinstance(period, str) else None
    if found:
        return -int(-int(found[1]) * DAYS[found[2]] // 1)  # rounded up: nothing goes a day early
    if period == UNLIMITED:
        return None
    raise ValueError(f'retention.{name}.period: such as "30 days", "6 months", "3 years" or "{UNLIMITED}"')


def _day(name: str, value: object) -> date | None:
    if type(value) is date:
        return value
    if value == "":
        return None
    raise ValueError(f'retention.{name}.checked_on: a day such as 2026-11-25, or "" while nobody has checked')


_ERASED_HERE = frozenset({APPLICATIONS, ABANDONED, COMPLAINTS})
