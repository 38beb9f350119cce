"""The calendar file of an hour, read as strictly as RFC 5545 writes it; the phone's own is the same, byte for byte."""

import json
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path

import pytest

from server.appointments.calendar_file import calendar_file
from server.appointments.offers import Offer
from server.content import load_content
from server.settings import load_settings

ROOT = Path(__file__).parents[4]
CATALOGUES = load_content(load_settings({}).content).catalogues
NOW = 1_795_996_800
URL = "https://imigrasi.example:8443/id/booking"
OFFER = Offer(
    id="261208-abcd", kind="outreach", place="Kantor Wali Nagari Talu", area=None, begins=NOW + 86_400,
    ends=NOW + 90_000, places=3, kept=0, priority=0, at=NOW,
)  # fmt: skip
PLACES = ("Balai; lantai 2, \\ kiri", "É" * 80, "Łódź \N{GRINNING FACE} " * 10, "Talu")
SCRIPT = """
import { calendarFile } from "%(pwa)s/booking/calendar-file.js";
import { fill } from "%(pwa)s/text.js";
let text = "";
for await (const part of process.stdin) text += part;
const { offers, texts, url, now } = JSON.parse(text);
const say = (key, params = {}) => fill(texts[key], params);
console.log(JSON.stringify(offers.map((offer) => calendarFile(offer, say, url, now))));
"""

Property = tuple[str, str]


def read(file: str) -> list[Property]:
    """Read the lines of a calendar as properties; what the standard does not allow fails."""
    *lines, end = file.split("\r\n")
    assert end == ""
    assert not any(char in line for line in lines for char in "\r\n")
    assert max(len(line.encode()) for line in lines) <= 75
    whole: list[str] = []
    for line in lines:
        if line.startswith(" "):
            whole[-1] += line[1:]
        else:
            whole.append(line)
    return [(name, value) for name, _, value in (line.partition(":") for line in whole)]


def meant(text: str) -> str:
    """Take the escapes out of a text, in which nothing that wants one may stand without."""
    said, chars = "", iter(text)
    for char in chars:
        assert char not in ";,"
        said += {"n": "\n", "\\": "\\", ";": ";", ",": ","}[next(chars)] if char == "\\" else char
    return said


def parts(properties: list[Property]) -> dict[str, list[dict[str, str]]]:
    """Give the properties of every component; each begins once, ends once, and has none of its properties twice."""
    found: dict[str, list[dict[str, str]]] = {}
    within: list[str] = []
    for name, value in properties:
        if name == "BEGIN":
            within.append(value)
            found.setdefault(value, []).append({})
        elif name == "END":
            assert within.pop() == value
        else:
            assert name not in found[within[-1]][-1]
            found[within[-1]][-1][name] = value
    assert within == []
    return found


def time_of(text: str) -> int:
    """Read a time of UTC."""
    return int(datetime.strptime(text, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC).timestamp())


@pytest.mark.parametrize("lang", ["id", "min", "en"])
@pytest.mark.parametrize("place", PLACES)
def test_a_calendar_reads_when_and_where_and_what_to_bring_and_is_to_remind_twice(place: str, lang: str) -> None:
    texts = CATALOGUES[lang]
    properties = read(calendar_file(replace(OFFER, place=place), texts, url=URL, now=NOW))
    assert [name for name, _ in groupby(value for name, value in properties if name == "BEGIN")] == [
        "VCALENDAR", "VEVENT", "VALARM",
    ]  # fmt: skip
    found = parts(properties)
    assert found["VCALENDAR"] == [{"VERSION": "2.0", "PRODID": "-//Rantau//Rantau//EN"}]
    [event] = found["VEVENT"]
    assert [time_of(event[name]) for name in ("DTSTAMP", "DTSTART", "DTEND")] == [NOW, OFFER.begins, OFFER.ends]
    assert meant(event["LOCATION"]) == place
    assert place in meant(event["SUMMARY"])
    assert meant(event["DESCRIPTION"]).startswith(texts.text("booking.bring"))
    assert event["URL"] == URL
    assert [alarm["TRIGGER"] for alarm in found["VALARM"]] == ["-P1D", "-PT2H"]
    assert all((alarm["ACTION"], alarm["DESCRIPTION"]) == ("DISPLAY", event["SUMMARY"]) for alarm in found["VALARM"])


def test_all_who_come_at_an_hour_have_the_same_file_so_it_tells_of_none_of_them() -> None:
    [event] = parts(read(calendar_file(OFFER, CATALOGUES["id"], url=URL, now=NOW)))["VEVENT"]
    assert event["UID"] == "261208-abcd@imigrasi.example:8443"
    assert event.keys() == {
        "UID", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY", "LOCATION", "DESCRIPTION", "URL", "CLASS",
    }  # fmt: skip


def test_the_phone_without_a_signal_writes_the_same_file() -> None:
    offers = [replace(OFFER, place=place) for place in PLACES]
    given = {
        "offers": [{"id": one.id, "place": one.place, "begins": one.begins, "ends": one.ends} for one in offers],
        "texts": dict(CATALOGUES["id"].texts), "url": URL, "now": NOW,
    }  # fmt: skip
    script = SCRIPT % {"pwa": (ROOT / "pwa").as_uri()}
    command = [Path(sys.prefix) / "bin/node", "--input-type=module", "-e", script]
    done = subprocess.run(command, input=json.dumps(given), capture_output=True, text=True, check=True, timeout=60)
    assert json.loads(done.stdout) == [calendar_file(one, CATALOGUES["id"], url=URL, now=NOW) for one in offers]
