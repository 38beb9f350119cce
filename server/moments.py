"""Writes days and moments as people at the office read them, for templates: in their language and the office's time."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import cache
from zoneinfo import ZoneInfo

from babel.core import Locale, UnknownLocaleError
from babel.dates import format_date, format_datetime, get_month_names


def day(value: date, lang: str) -> str:
    """Write a day: 25 November 2026."""
    return format_date(value, "d MMMM y", locale=_calendar(lang))


@cache
def _calendar(lang: str) -> str:
    # Where nobody has written down a language's months, people in West Sumatra use the Indonesian ones.
    try:
        return str(Locale.parse(lang))
    except UnknownLocaleError:
        return "id"


def local_day(now: int, time_zone: str) -> date:
    """Give the day it is at the office."""
    return datetime.fromtimestamp(now, ZoneInfo(time_zone)).date()


def day_typed(text: str) -> date | None:
    """Read a day that is typed as 2026-11-30; None where it is none, or of no year that two digits name."""
    try:
        found = date.fromisoformat(text) if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text) else None
    except ValueError:
        return None
    return found if found and 2000 <= found.year <= 2098 else None


def day_start(now: int, time_zone: str) -> int:
    """Give the Unix time at which the day at the office began."""
    day = datetime.fromtimestamp(now, ZoneInfo(time_zone)).replace(hour=0, minute=0, second=0)
    return int(day.timestamp())


def month_names(lang: str) -> list[str]:
    """Name the twelve months."""
    names = get_month_names("wide", context="stand-alone", locale=_calendar(lang))
    return [names[month] for month in range(1, 13)]


def day_parts(typed: str) -> tuple[str, str, str]:
    """Split a date as it is typed, day first, into day, month (two digits) and year; what is no date is the day."""
    day, month, year = (*typed.split("-"), "", "")[:3]
    if len(day) == 4:
        day, year = year, day
    return day, month and month.zfill(2), year


def moments(time_zone: str) -> Callable[[int, str], str]:
    """Give what writes a Unix time at the office: 25 November 2026, 13.07 WIB."""
    zone = ZoneInfo(time_zone)

    def moment(at: int, lang: str) -> str:
        # The zone's name is the one people there use.
        locale = _calendar(lang)
        local = datetime.fromtimestamp(at, UTC).astimezone(zone)
        return f"{format_datetime(local, f'd MMMM y, {_clock(locale)}', locale=locale)} {local.tzname()}"

    return moment


def clocks(time_zone: str) -> Callable[[int, str], str]:
    """Give what writes the time of day of a Unix time at the office: 13.07."""
    zone = ZoneInfo(time_zone)
    return lambda at, lang: format_datetime(datetime.fromtimestamp(at, zone), _clock(_calendar(lang)))


def _clock(locale: str) -> str:
    # Hours with a dot are the Indonesian way.
    return "HH.mm" if locale == "id" else "HH:mm"


def days(time_zone: str) -> Callable[[int, str], str]:
    """Give what writes the day of a Unix time at the office: 25 November 2026."""
    zone = ZoneInfo(time_zone)
    return lambda at, lang: day(datetime.fromtimestamp(at, zone).date(), lang)
