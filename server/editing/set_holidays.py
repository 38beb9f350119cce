"""A year's holidays as officers set them: an edit of the kind `holidays`, whose name is the year.

An edit is JSON: `days` (the names of each, by day and language), `law`, `source`, `checked` (a day), and `unverified`:
words by language about a list that nobody could confirm, else null. It goes before what `content/holidays.toml` has of
that year. Typed it is one line a day: the day and its name in each language, parted by bars.
"""

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from server.faults import Fault, unread
from server.forms.choices import Words
from server.moments import day_typed, local_day
from server.office import Office
from server.working_days import HolidaysError, Year

HOLIDAYS = "holidays"
LONGEST = 200  # characters of the law, the source and the words of doubt
LONGEST_NAME = 80  # characters
_BAR = "|"


@dataclass(frozen=True)
class WrongLine:
    """What is wrong with a line: its number, the line itself, and the end of the name of a text that says why."""

    n: int
    line: str
    why: str


class WrongHolidays(Exception):
    """What was typed is no list of holidays; `field` is what has to be mended, `lines` which of the days."""

    def __init__(self, field: str, lines: Sequence[WrongLine] = ()) -> None:
        super().__init__(field)
        self.field, self.lines = field, lines


def years_to_set(office: Office) -> tuple[int, ...]:
    """Give the years whose holidays can be set: this one, the next, and those that are listed."""
    year = local_day(office.clock(), office.settings.office.time_zone).year
    return tuple(sorted({year, year + 1, *office.content.working_days.years}))


def names_of_fields(languages: Collection[str]) -> tuple[str, ...]:
    """Name what is typed."""
    return ("days", "law", "source", "checked", *(f"unverified-{lang}" for lang in languages))


def fields_of(year: Year | None, languages: Collection[str]) -> dict[str, str]:
    """Give a year's holidays as they are typed; the day of checking is typed each time."""
    if year is None:
        return dict.fromkeys(names_of_fields(languages), "")
    doubt = year.unverified or {}
    return {
        "days": "\n".join(_line(day, words, languages) for day, words in sorted(year.days.items())),
        "law": year.law,
        "source": year.source,
        "checked": "",
        **{f"unverified-{lang}": doubt.get(lang, "") for lang in languages},
    }


def write_holidays(fields: Mapping[str, str], year: int, languages: Collection[str], *, today: date) -> str:
    """Write what was typed as an edit.

    Raises:
        WrongHolidays: naming the field and the lines that are wrong.
    """
    days = _days(fields["days"], year, languages)
    for name in ("law", "source"):
        if not fields[name] or len(fields[name]) > LONGEST:
            raise WrongHolidays(name)
    checked = day_typed(fields["checked"])
    if checked is None or checked > today:
        raise WrongHolidays("checked")
    doubt = {lang: fields[f"unverified-{lang}"] for lang in languages}
    for lang, words in doubt.items():
        if any(doubt.values()) and not 0 < len(words) <= LONGEST:
            raise WrongHolidays(f"unverified-{lang}")
    told = {"law": fields["law"], "source": fields["source"], "checked": checked.isoformat()}
    said = {day.isoformat(): names for day, names in days.items()}
    return json.dumps(
        {**told, "days": said, "unverified": doubt if any(doubt.values()) else None}, ensure_ascii=False, sort_keys=True
    )


def read_holidays(text: str, year: int, languages: Sequence[str]) -> Year:
    """Read such an edit; a language that was added since says what the first one says.

    Raises:
        HolidaysError: it is none.
    """
    try:
        told = json.loads(text)
        days = {date.fromisoformat(day): _spoken(names, languages) for day, names in told["days"].items()}
        law, source = str(told["law"]), str(told["source"])
        checked, doubt = date.fromisoformat(told["checked"]), told["unverified"]
        unverified = _spoken(doubt, languages) if doubt else None
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise HolidaysError(unread(error)) from None
    if any(day.year != year for day in days):
        raise HolidaysError(Fault("a day is not in the year {year}", year=year))
    return Year(year=year, days=days, law=law, source=source, checked=checked, unverified=unverified)


def _spoken(words: Mapping[str, str], languages: Sequence[str]) -> Words:
    return {lang: str(words.get(lang) or words[languages[0]]) for lang in languages}


def _line(day: date, words: Words, languages: Collection[str]) -> str:
    return f" {_BAR} ".join([day.isoformat(), *(words[lang] for lang in languages)])


def _days(typed: str, year: int, languages: Collection[str]) -> dict[date, Words]:
    found: dict[date, Words] = {}
    wrong = []
    for n, line in _lines(typed):
        first, *names = (part.strip() for part in line.split(_BAR))
        day = day_typed(first)
        if day is None or day.year != year:
            wrong.append(WrongLine(n, line, "day" if day is None else "year"))
        elif day in found:
            wrong.append(WrongLine(n, line, "twice"))
        elif len(names) != len(languages) or not all(0 < len(name) <= LONGEST_NAME for name in names):
            wrong.append(WrongLine(n, line, "names"))
        else:
            found[day] = dict(zip(languages, names, strict=True))
    if wrong or not found:
        raise WrongHolidays("days" if wrong else "none", wrong)
    return found


def _lines(typed: str) -> Iterator[tuple[int, str]]:
    return ((n, line.strip()) for n, line in enumerate(typed.split("\n"), 1) if line.strip())
