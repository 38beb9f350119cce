"""Reads the form by which offers are published: days, hours and numbers as typed, each with its own error.

On a holiday the office is closed: hours of its own are not offered then, whatever day of the week was chosen. An event
or a group may be meant for one, so theirs are. Both are told; Saturdays and Sundays are offered where they are chosen.
"""

import math
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import cast
from zoneinfo import ZoneInfo

from server.appointments.offers import KINDS, MOST_PLACES, Kind, Offer, hours_of, offer_id
from server.forms.choices import Words
from server.moments import day_typed
from server.office import Office

MOST_AT_ONCE = 200  # offers
MOST_DAYS = 62  # from the first day to the last
MINUTES = ("30", "60", "120", "240")  # of one offer
WORKDAYS = frozenset("01234")  # Monday is 0
WEEK = frozenset("0123456")
BEGIN = {
    "kind": "office", "place": "", "area": "", "first": "", "last": "", "from": "08:00", "to": "15:00", "minutes": "60",
    "places": "10", "kept": "3", "priority": "2",
}  # fmt: skip
_LONGEST_PLACE = 80  # characters


@dataclass(frozen=True)
class Wanted:
    """What was typed, read: the offers, or what is wrong, by field the end of the name of a text.

    Attributes:
        holidays: those among the chosen days; the office's own hours leave them out.
    """

    offers: list[Offer]
    errors: Mapping[str, str]
    holidays: Mapping[date, Words] = field(default_factory=dict)


def read_offers(office: Office, values: Mapping[str, str], days: Collection[str]) -> Wanted:
    """Make an offer for each hour of each chosen day of the week between two days.

    Args:
        values: what was typed, by the fields of `BEGIN`.
        days: the days of the week, `0` being Monday.
    """
    now, zone = office.clock(), office.settings.office.time_zone
    errors = {**_wrong_words(office, values), **_wrong_numbers(values)}
    first, last = day_typed(values["first"]), day_typed(values["last"] or values["first"])
    begins, ends = _time(values["from"]), _time(values["to"])
    if first is None or first < datetime.fromtimestamp(now, ZoneInfo(zone)).date():
        errors["first"] = "first"
    elif last is None or not timedelta(0) <= last - first <= timedelta(MOST_DAYS):
        errors["last"] = "last"
    if begins is None:
        errors["from"] = "time"
    if ends is None or (begins is not None and ends <= begins):
        errors["to"] = "to"
    if errors or first is None or last is None or begins is None or ends is None:
        return Wanted([], errors)
    every = (first + timedelta(n) for n in range((last - first).days + 1))
    chosen = [day for day in every if str(day.weekday()) in days]
    holidays = holidays_among(office, chosen)
    left_out = holidays if values["kind"] == "office" else {}
    hours = [
        (day, hour)
        for day in chosen
        if day not in left_out
        for hour in hours_of(day, zone, begins=begins, ends=ends, minutes=int(values["minutes"]))
        if hour[0] > now
    ]
    if not hours:
        return Wanted([], {"first": "closed" if left_out and len(left_out) == len(chosen) else "none"}, holidays)
    if len(hours) > MOST_AT_ONCE:
        return Wanted([], {"last": "many"})
    return Wanted([_offer(values, day, hour, now) for day, hour in hours], {}, holidays)


def holidays_among(office: Office, days: Iterable[date]) -> dict[date, Words]:
    """Give those of *days* that are holidays, with their names."""
    known = office.deadlines.working_days
    return {day: words for day in days if (words := known.holiday(day)) is not None}


def drafted(values: Mapping[str, str], people: str) -> dict[str, str]:
    """Fill in the form for an event that is asked for: a day in a nagari, with places for *people* over its hours."""
    begins, ends = (time.fromisoformat(BEGIN[name]) for name in ("from", "to"))
    hours = (ends.hour - begins.hour) * 60 // int(BEGIN["minutes"])
    places = max(1, math.ceil(int(people) / hours)) if re.fullmatch(r"[0-9]{1,4}", people) else int(BEGIN["places"])
    shares = {key: str(places * int(BEGIN[key]) // int(BEGIN["places"])) for key in ("kept", "priority")}
    asked = {key: values[key] for key in ("place", "area", "first")}
    return BEGIN | asked | shares | {"kind": "outreach", "last": asked["first"], "places": str(places)}


def _offer(values: Mapping[str, str], day: date, hour: tuple[int, int], now: int) -> Offer:
    kind = cast(Kind, values["kind"])
    return Offer(
        id=offer_id(day, kind, values["place"], hour[0]),
        kind=kind,
        place=values["place"],
        area=values["area"] or None,
        begins=hour[0],
        ends=hour[1],
        places=int(values["places"]),
        kept=int(values["kept"]),
        priority=int(values["priority"]),
        at=now,
    )


def _wrong_words(office: Office, values: Mapping[str, str]) -> dict[str, str]:
    found = {}
    if values["kind"] not in KINDS:
        found["kind"] = "kind"
    if not 3 <= len(values["place"]) <= _LONGEST_PLACE or not values["place"].isprintable():
        found["place"] = "place"
    if values["area"] and values["area"] not in office.regions:
        found["area"] = "area"
    if values["minutes"] not in MINUTES:
        found["minutes"] = "minutes"
    return found


def _wrong_numbers(values: Mapping[str, str]) -> dict[str, str]:
    wrong = {key: "number" for key in ("places", "kept", "priority") if not re.fullmatch(r"[0-9]{1,3}", values[key])}
    if wrong:
        return wrong
    places, kept, priority = (int(values[key]) for key in ("places", "kept", "priority"))
    if not 1 <= places <= MOST_PLACES:
        return {"places": "number"}
    return {"kept": "share"} if kept + priority > places else {}


def _time(text: str) -> time | None:
    try:
        return time.fromisoformat(text) if re.fullmatch(r"[0-9]{2}:[0-9]{2}", text) else None
    except ValueError:
        return None
