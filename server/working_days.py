"""Counts working days: neither Saturday nor Sunday nor one of the holidays that are listed.

`content/holidays.toml` lists them by year, and an office that publishes a year in its console goes by that instead.

Promises begin on the working day after the day, at the office, on which something came, and end with the last day: what
comes a minute before midnight there came on that day. A year that is not listed has Saturdays and Sundays only, and one
whose list nobody could confirm says so in words; whoever shows a day counted across them shows these words beside it.
"""

import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from server.forms.choices import Words
from server.moments import local_day
from server.told import Told

_DAY = timedelta(days=1)
_SATURDAY = 5
_SOURCED = ("law", "source", "checked")
_YEAR = frozenset({"year", "days", "unverified", *_SOURCED})


class HolidaysError(Told):
    """The list is wrong; the message names the file, the year or day, and the reason."""


@dataclass(frozen=True, kw_only=True)
class Year:
    """The holidays of one year, and by which decision."""

    year: int
    days: Mapping[date, Words]
    law: str
    source: str
    checked: date
    unverified: Words | None


@dataclass(frozen=True)
class WorkingDays:
    """Which days the office works, by every year that is listed."""

    years: Mapping[int, Year]

    def holiday(self, day: date) -> Words | None:
        """Name the holiday that is on *day*, also where that is a Saturday or a Sunday."""
        year = self.years.get(day.year)
        return year.days.get(day) if year else None

    def is_working(self, day: date) -> bool:
        """Say whether the office works on *day*."""
        return day.weekday() < _SATURDAY and self.holiday(day) is None

    def with_years(self, years: Mapping[int, Year]) -> "WorkingDays":
        """Give the same with these in the place of those of their numbers."""
        return replace(self, years={**self.years, **years})

    def after(self, day: date, count: int) -> date:
        """Give the *count*-th working day after *day*; with 0 *day* itself."""
        while count > 0:
            day += _DAY
            count -= self.is_working(day)
        return day

    def between(self, first: date, last: date) -> int:
        """Count the working days after *first*, up to *last* and with it; 0 where *last* is not after it."""
        days = range(1, (last - first).days + 1)
        return sum(self.is_working(first + number * _DAY) for number in days)

    def due(self, at: int, count: int, *, time_zone: str) -> date:
        """Give the last day of what the office promises within *count* working days of the Unix time *at*."""
        return self.after(local_day(at, time_zone), count)

    def is_sure(self, first: date, last: date) -> bool:
        """Say whether the holidays of every year from *first* to *last* are listed and confirmed."""
        years = (self.years.get(number) for number in range(first.year, last.year + 1))
        return all(year and not year.unverified for year in years)


def load_working_days(path: Path, *, languages: Collection[str]) -> WorkingDays:
    """Read the list; an office without the file has no holidays.

    Raises:
        HolidaysError: a year has no source, or a day no words or another year.
    """
    if not path.exists():
        return WorkingDays({})
    try:
        data = tomllib.loads(path.read_text())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise HolidaysError(f"{path.name}: {error}") from None
    reader = _Reader(path.name, languages)
    if set(data) - {"year"}:
        raise reader.fail(f"{min(set(data) - {'year'})!r} is unknown: there are only [[year]]")
    years = [reader.read(raw) for raw in data.get("year", [])]
    found = {year.year: year for year in years}
    if len(found) < len(years):
        raise reader.fail("a year stands there twice")
    return WorkingDays(found)


class _Reader:
    def __init__(self, file: str, languages: Collection[str]) -> None:
        self.file, self.languages, self.at = file, languages, ""

    def fail(self, reason: str) -> HolidaysError:
        return HolidaysError(f"{self.file}: {self.at}: {reason}" if self.at else f"{self.file}: {reason}")

    def read(self, raw: Mapping[str, Any]) -> Year:
        number = raw.get("year")
        self.at = f"year {number}"
        odd = set(raw) - _YEAR
        if odd:
            raise self.fail(f"{min(odd)!r} is unknown")
        if not isinstance(number, int):
            raise self.fail("'year' is a number such as 2026")
        for key in _SOURCED:
            if not raw.get(key):
                raise self.fail(f"it has no {key!r}: say by which decision, where it was read and on which day")
        return Year(
            year=number,
            days={self.day(one.get("on"), number): self.words(one) for one in raw.get("days", [])},
            law=raw["law"],
            source=raw["source"],
            checked=self.day(raw["checked"]),
            unverified=self.words(raw["unverified"]) if "unverified" in raw else None,
        )

    def day(self, value: object, year: int | None = None) -> date:
        if type(value) is not date:
            raise self.fail(f"{value!r} must be a day, written 2026-11-25")
        if year not in (None, value.year):
            raise self.fail(f"{value} is in another year")
        return value

    def words(self, raw: Mapping[str, Any]) -> Words:
        words = {lang: str(raw.get(lang, "")).strip() for lang in self.languages}
        lacking = [lang for lang, text in words.items() if not text]
        if lacking:
            raise self.fail(f"{raw.get('on', 'unverified')}: no words in {lacking[0]!r}")
        return words
