"""An hour as a file for a calendar (RFC 5545), which then reminds of it; it says nothing of who comes.

The twin of pwa/booking/calendar-file.js, byte for byte.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from urllib.parse import urlsplit

from server.appointments.offers import Offer
from server.i18n import Catalogue

TYPE = "text/calendar"
_BEFORE = ("-P1D", "-PT2H")  # when it reminds
_WIDTH = 75  # octets in a line, section 3.1


def calendar_file(offer: Offer, texts: Catalogue, *, url: str, now: int) -> str:
    """Write an hour; *url* is the page on which its holder finds the ticket."""
    what = _text(texts.text("booking.calendar.event", place=offer.place))
    means = _text(f"{texts.text('booking.bring')}\n{texts.text('booking.calendar.moved')}")
    alarms = (
        ["BEGIN:VALARM", "ACTION:DISPLAY", f"TRIGGER:{at}", f"DESCRIPTION:{what}", "END:VALARM"] for at in _BEFORE
    )
    lines = [
        "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Rantau//Rantau//EN", "BEGIN:VEVENT",
        f"UID:{offer.id}@{urlsplit(url).netloc}", f"DTSTAMP:{_time(now)}", f"DTSTART:{_time(offer.begins)}",
        f"DTEND:{_time(offer.ends)}", f"SUMMARY:{what}", f"LOCATION:{_text(offer.place)}", f"DESCRIPTION:{means}",
        f"URL:{url}", "CLASS:PRIVATE", *(line for alarm in alarms for line in alarm), "END:VEVENT", "END:VCALENDAR",
    ]  # fmt: skip
    return "".join(f"{''.join(_folded(line))}\r\n" for line in lines)


def _time(at: int) -> str:
    return f"{datetime.fromtimestamp(at, UTC):%Y%m%dT%H%M%SZ}"


def _text(text: str) -> str:
    for char in "\\;,":
        text = text.replace(char, f"\\{char}")
    return text.replace("\n", "\\n")


def _folded(line: str) -> Iterator[str]:
    width = 0
    for char in line:
        width += len(char.encode())
        if width > _WIDTH:
            yield "\r\n "
            width = 1 + len(char.encode())
        yield char
