"""By when the office has done what comes next in a case: the rules of `content/deadlines.toml`, in working days.

A rule counts from a moment of the case, so nothing has to be kept for it: the same day comes out on every server.
"""

import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from server.forms.choices import Words
from server.working_days import WorkingDays
from sync.events import MESSAGE, SENT, STEPS

ARRIVAL = "arrival"
FIRST = "first"
_SOURCED = ("law", "source", "checked")
_KEYS = frozenset({"services", "states", "from", "days", "unverified", *_SOURCED})


class DeadlinesError(Exception):
    """A rule is wrong; the message names the file, the rule and the reason."""


@dataclass(frozen=True, kw_only=True)
class Deadline:
    """One rule: cases of `services` (empty is all) in `states` are done within `days` working days after `start`."""

    services: frozenset[str]
    states: frozenset[str]
    start: str  # ARRIVAL, FIRST, or the name of a step
    days: int
    law: str
    source: str
    checked: date
    unverified: Words | None

    def holds(self, service: str, state: str) -> bool:
        """Say whether it is for such a case."""
        return state in self.states and (not self.services or service in self.services)


@dataclass(frozen=True)
class Deadlines:
    """Every rule, and the days on which the office works."""

    rules: tuple[Deadline, ...]
    working_days: WorkingDays

    @property
    def starts(self) -> frozenset[str]:
        """Name the steps that something is counted from."""
        return frozenset(rule.start for rule in self.rules) - {ARRIVAL, FIRST}

    def find(self, service: str, state: str) -> int | None:
        """Give the place of the first rule that is for such a case."""
        return next((at for at, rule in enumerate(self.rules) if rule.holds(service, state)), None)

    def day(self, rule: int, start: int, *, time_zone: str) -> date:
        """Give the last day on which it is in time, counted from the Unix time *start*."""
        return self.working_days.due(start, self.rules[rule].days, time_zone=time_zone)


def load_deadlines(
    path: Path,
    working_days: WorkingDays,
    *,
    services: Mapping[str, Collection[str]],
    languages: Collection[str],
) -> Deadlines:
    """Read the rules; an office without the file has no deadlines.

    Args:
        services: of each service the steps that it has beside those of applications.

    Raises:
        DeadlinesError: a rule has no source, or names a state or an application that is not there.
    """
    if not path.exists():
        return Deadlines((), working_days)
    try:
        data = tomllib.loads(path.read_text())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise DeadlinesError(f"{path.name}: {error}") from None
    if set(data) - {"deadline"}:
        raise DeadlinesError(f"{path.name}: {min(set(data) - {'deadline'})!r} is unknown: there are only [[deadline]]")
    reader = _Reader(path.name, services, languages)
    return Deadlines(tuple(reader.read(*one) for one in enumerate(data.get("deadline", []), 1)), working_days)


class _Reader:
    def __init__(self, file: str, services: Mapping[str, Collection[str]], languages: Collection[str]) -> None:
        self.file, self.services, self.languages, self.at = file, services, languages, 0

    def fail(self, reason: str) -> DeadlinesError:
        return DeadlinesError(f"{self.file}: deadline {self.at}: {reason}")

    def read(self, at: int, raw: Mapping[str, Any]) -> Deadline:
        self.at = at
        if odd := set(raw) - _KEYS:
            raise self.fail(f"{min(odd)!r} is unknown")
        for key in _SOURCED:
            if not raw.get(key):
                raise self.fail(f"it has no {key!r}: say by which law, where it was read and on which day")
        days, checked = raw.get("days"), raw["checked"]
        if type(days) is not int or not 0 < days < 1000:
            raise self.fail("'days' is a whole number of working days")
        if type(checked) is not date:
            raise self.fail("'checked' must be a day, written 2026-11-25")
        steps = [step for step in STEPS if step != MESSAGE]
        steps += [step for own in self.services.values() for step in own]
        return Deadline(
            services=self.names(raw.get("services", []), self.services, "application"),
            states=self.names(raw.get("states", []), [SENT, *steps], "state"),
            start=min(self.names([raw.get("from")], [ARRIVAL, FIRST, *steps], "step")),
            days=days,
            law=raw["law"],
            source=raw["source"],
            checked=checked,
            unverified=self.words(raw["unverified"]) if "unverified" in raw else None,
        )

    def names(self, given: Any, known: Collection[str], what: str) -> frozenset[str]:
        unknown = [name for name in given if name not in known]
        if unknown:
            raise self.fail(f"there is no {what} {unknown[0]!r}")
        return frozenset(given)

    def words(self, raw: Mapping[str, Any]) -> Words:
        words = {lang: str(raw.get(lang, "")).strip() for lang in self.languages}
        if lacking := [lang for lang, text in words.items() if not text]:
            raise self.fail(f"no words in {lacking[0]!r}")
        return words
