"""What the office says of its survey (SKM) in `content/survey.toml`: by which rule, in which order, when it asks."""

import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Literal

from server.forms.choices import Words
from server.survey.skm import ELEMENTS

SERVICE = "survey"  # the form that asks it
_NEAR = timedelta(days=14)  # before and after a campaign, officers are reminded
_SOURCED = ("source", "checked")


class SurveyError(Exception):
    """The file is wrong; the message names it, the place and the reason."""


@dataclass(frozen=True, kw_only=True)
class Campaign:
    """When everybody is asked, at least once a year; `served` is how many people a year, where the office knows."""

    first: date
    last: date
    served: int | None
    source: str
    checked: date
    unverified: Words | None

    def phase(self, today: date) -> Literal["soon", "now", "over"] | None:
        """Say whether it comes soon, is on, or was over some days ago."""
        if not self.first - _NEAR <= today <= self.last + _NEAR:
            return None
        return "soon" if today < self.first else "over" if today > self.last else "now"


@dataclass(frozen=True, kw_only=True)
class SurveyPlan:
    """The whole file."""

    order: tuple[str, ...] = ELEMENTS
    law: str = ""
    source: str = ""
    checked: date | None = None
    unverified: Words | None = None
    campaigns: tuple[Campaign, ...] = ()

    def near(self, today: date) -> Campaign | None:
        """Give the campaign that officers have to know of today."""
        return next((each for each in self.campaigns if each.phase(today)), None)

    def asking(self, today: date) -> Campaign | None:
        """Give the campaign in which everybody is asked today."""
        return next((each for each in self.campaigns if each.first <= today <= each.last), None)

    def reminder(self, today: date) -> tuple[str, date] | None:
        """Give what officers are reminded of: the phase of a campaign, and the day on which it begins or ends; `unset`
        in a year that has none yet, with its last day."""
        for campaign in self.campaigns:
            if phase := campaign.phase(today):
                return phase, campaign.first if phase == "soon" else campaign.last
        has_one = any(each.first.year == today.year for each in self.campaigns)
        return None if has_one or not self.law else ("unset", date(today.year, 12, 31))


def load_survey_plan(path: Path, *, languages: Collection[str]) -> SurveyPlan:
    """Read the file; an office without it asks when it likes.

    Raises:
        SurveyError: something is missing, unknown or without a source.
    """
    if not path.exists():
        return SurveyPlan()
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SurveyError(f"{path.name}: {error}") from None
    reader = _Reader(path.name, languages)
    reader.known(data, {"law", "order", "unverified", "campaign", *_SOURCED}, ("law", *_SOURCED))
    order = tuple(data.get("order", ELEMENTS))
    if sorted(order) != sorted(ELEMENTS):
        raise reader.fail(f"order has to name each of {', '.join(ELEMENTS)} once")
    return SurveyPlan(
        order=order,
        law=data["law"],
        source=data["source"],
        checked=reader.day(data, "checked"),
        unverified=reader.words(data),
        campaigns=tuple(reader.campaign(at, raw) for at, raw in enumerate(data.get("campaign", []), 1)),
    )


class _Reader:
    def __init__(self, file: str, languages: Collection[str]) -> None:
        self.file, self.languages, self.at = file, languages, ""

    def fail(self, reason: str) -> SurveyError:
        return SurveyError(f"{self.file}: {self.at}{reason}")

    def campaign(self, at: int, raw: Mapping[str, Any]) -> Campaign:
        self.at = f"campaign {at}: "
        self.known(raw, {"from", "until", "served", "unverified", *_SOURCED}, ("from", "until", *_SOURCED))
        first, last, served = self.day(raw, "from"), self.day(raw, "until"), raw.get("served")
        if last < first:
            raise self.fail("it ends before it begins")
        if served is not None and (type(served) is not int or served < 1):
            raise self.fail("served is a number of people")
        return Campaign(
            first=first,
            last=last,
            served=served,
            source=raw["source"],
            checked=self.day(raw, "checked"),
            unverified=self.words(raw),
        )

    def known(self, raw: Mapping[str, Any], names: set[str], needed: Collection[str]) -> None:
        odd = [name for name in raw if name not in names]
        missing = [name for name in needed if not raw.get(name)]
        if odd or missing:
            raise self.fail(f"{odd[0]!r} is unknown" if odd else f"{missing[0]!r} is missing")

    def day(self, raw: Mapping[str, Any], name: str) -> date:
        if type(raw[name]) is not date:
            raise self.fail(f"{name} must be a day, written 2026-11-25")
        return date.fromisoformat(str(raw[name]))

    def words(self, raw: Mapping[str, Any]) -> Words | None:
        found = raw.get("unverified")
        if found is None:
            return None
        lacking = [lang for lang in self.languages if not isinstance(found, dict) or not found.get(lang)]
        if lacking:
            raise self.fail(f"unverified: no words in {lacking[0]!r}")
        return {lang: str(found[lang]) for lang in self.languages}
