"""Writes days and moments as people at the office read them, for templates: in their language and the office's time."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime


def day(value: date, lang: str) -> str:
    """Write a day: 25 November 2026."""
    return format_date(value, "d MMMM y", locale=lang)


def moments(time_zone: str) -> Callable[[int, str], str]:
    """Give what writes a Unix time at the office: 25 November 2026, 13.07 WIB."""
    zone = ZoneInfo(time_zone)

    def moment(at: int, lang: str) -> str:
        # Hours with a dot are the Indonesian way; the zone's name is the one people there use.
        clock = "HH.mm" if lang == "id" else "HH:mm"
        local = datetime.fromtimestamp(at, UTC).astimezone(zone)
        return f"{format_datetime(local, f'd MMMM y, {clock}', locale=lang)} {local.tzname()}"

    return moment
