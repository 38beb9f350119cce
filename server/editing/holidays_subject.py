"""The holidays of one year, as officers set them.

Template: `staff/holidays.html` (as server/editing/edit_desk.py says, with year, years: all that can be set, and
has_file).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

from server.editing.edit_desk import NotThis
from server.editing.set_holidays import (
    HOLIDAYS,
    WrongHolidays,
    fields_of,
    names_of_fields,
    read_holidays,
    write_holidays,
    years_to_set,
)
from server.forms.choices import Words
from server.moments import local_day
from server.office import Office
from server.working_days import HolidaysError, WorkingDays, Year, load_working_days

MOST_TOLD = 20  # wrong lines


@dataclass(frozen=True)
class ShownYear:
    """A year's holidays beside those in use."""

    year: Year
    used: WorkingDays

    @property
    def months(self) -> list[tuple[int, list[tuple[date, Words]]]]:
        """Give its days by the number of their month."""
        by_month = groupby(sorted(self.year.days.items()), lambda one: one[0].month)
        return [(month, list(days)) for month, days in by_month]

    @property
    def before(self) -> int:
        """Count the working days in use."""
        return self._count(self.used)

    @property
    def after(self) -> int:
        """Count the working days with these."""
        return self._count(self._known)

    @property
    def closed(self) -> list[date]:
        """Give the working days that are none any more."""
        return self._leaving(self.used, self._known)

    @property
    def worked(self) -> list[date]:
        """Give the days that become working days."""
        return self._leaving(self._known, self.used)

    @property
    def _known(self) -> WorkingDays:
        return self.used.with_years({self.year.year: self.year})

    @property
    def _every(self) -> list[date]:
        first = date(self.year.year, 1, 1)
        days = (date(self.year.year + 1, 1, 1) - first).days
        return [first + timedelta(n) for n in range(days)]

    def _count(self, known: WorkingDays) -> int:
        return sum(map(known.is_working, self._every))

    def _leaving(self, one: WorkingDays, other: WorkingDays) -> list[date]:
        return [day for day in self._every if one.is_working(day) and not other.is_working(day)]


@dataclass(frozen=True)
class HolidaysSubject:
    """The holidays of one year."""

    office: Office
    year: int

    kind = HOLIDAYS
    template = "staff/holidays.html"
    back = "content"
    deed = "holidays-published"

    @property
    def name(self) -> str:
        """Give the year."""
        return str(self.year)

    @property
    def about(self) -> Mapping[str, str]:
        """Say in the audit which it is."""
        return {"year": self.name}

    @property
    def names(self) -> tuple[str, ...]:
        """Name the fields."""
        return names_of_fields(self._languages)

    def filed(self) -> dict[str, str]:
        """Give the fields as `holidays.toml` has them."""
        filed = load_working_days(self.office.settings.content / "holidays.toml", languages=self._languages)
        return fields_of(filed.years.get(self.year), self._languages)

    def typed(self, text: str) -> dict[str, str]:
        """Give the fields of an edit."""
        return fields_of(self._read(text), self._languages)

    def text(self, fields: Mapping[str, str]) -> str:
        """Write what was typed as an edit."""
        today = local_day(self.office.clock(), self.office.settings.office.time_zone)
        try:
            return write_holidays(fields, self.year, self._languages, today=today)
        except WrongHolidays as error:
            told = [(f"line.{wrong.why}", {"n": wrong.n, "line": wrong.line}) for wrong in error.lines[:MOST_TOLD]]
            raise NotThis(error.field, field="days" if error.field == "none" else error.field, told=told) from None

    def shown(self, text: str) -> ShownYear:
        """Give the year beside what is in use."""
        return ShownYear(self._read(text), self.office.content.working_days)

    def words(self) -> Mapping[str, object]:
        """Name the year and the others."""
        has_file = any(self.filed().values())
        return {"part": HOLIDAYS, "year": self.year, "years": years_to_set(self.office), "has_file": has_file}

    @property
    def _languages(self) -> tuple[str, ...]:
        return self.office.catalogues.languages

    def _read(self, text: str) -> Year:
        try:
            return read_holidays(text, self.year, self._languages)
        except HolidaysError as error:
            raise NotThis(str(error)) from None
