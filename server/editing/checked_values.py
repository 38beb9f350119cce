"""Every value of the content that somebody has to look at again: what it is, where it stands, its source, and when.

A value that was looked at more than 90 days ago, or never, is work. "Checked today, still true" is an edit of the kind
`checked`, named by a hash of the value itself: once the content folder says something else, it holds no more.
"""

import base64
import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, fields, replace
from datetime import date, timedelta
from typing import Any, TypeVar

from server.content import Content, lend_guides
from server.editing.office_profile import PROFILE
from server.editing.set_holidays import HOLIDAYS
from server.erasure.retention import Rule
from server.forms.choices import Words
from server.guides.guides import Guide
from server.settings import Settings

CHECKED = "checked"
HOLDS = timedelta(days=90)  # after this it is looked at again
_DATES = ("checked", "checked_on")  # what the name of a value does not depend on
T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Checked:
    """One value.

    Attributes:
        kind, name: as its edits are called; of a guide `guide` and its slug.
        title, of: the texts of the catalogues that say what it is, and of which applications or steps.
        about: what stands behind them, by language or the same in each.
        period: of a rule, whose name is `about` then, how many of which unit.
        file: where it stands, in the content folder.
        checked: the day on which somebody looked last; None for never.
        changed_as: kind and name under which the console changes it, where these are not its own.
    """

    kind: str
    name: str
    title: str
    of: tuple[str, ...] = ()
    about: Words | str
    period: tuple[int, str] | None = None
    file: str
    source: str
    law: str = ""
    checked: date | None
    unverified: Words | None = None
    changed_as: str = ""

    @property
    def id(self) -> str:
        """Name it in a form."""
        return f"{self.kind}.{self.name}"

    def page(self, lang: str) -> str:
        """Give where in the console it is changed, behind `/staff/<lang>/`; empty for what only the folder says."""
        if self.kind == "guide":
            return f"guides/{self.name}/{lang}"
        changed_as = f"{self.kind}/{self.name}" if self.kind != CHECKED else self.changed_as
        return changed_as and f"content/{changed_as}"

    @property
    def since(self) -> date | None:
        """Give the first day on which it is work; None where it has been from the beginning."""
        return self.checked and self.checked + HOLDS + timedelta(days=1)

    def is_due(self, today: date) -> bool:
        """Say whether it has to be looked at again."""
        return self.since is None or self.since <= today


def list_checked(settings: Settings, content: Content) -> list[Checked]:
    """Give every value, those first that have waited longest."""
    found = [*_profile(settings), *_rows(content), *_survey(content), *_kept(settings), *_guides(content)]
    return sorted(found, key=lambda one: one.checked or date.min)


def list_due(settings: Settings, content: Content, today: date) -> list[Checked]:
    """Give those that are work today, those first that have waited longest."""
    return [one for one in list_checked(settings, content) if one.is_due(today)]


def with_checked(settings: Settings, content: Content, days: Mapping[str, str]) -> tuple[Settings, Content]:
    """Give both with the days on which values were looked at again, by the values' names."""
    if not days:
        return settings, content
    survey = content.survey
    years = {number: _renewed(year, days) for number, year in content.working_days.years.items()}
    working_days = replace(content.working_days, years=years)
    rules = tuple(_renewed(rule, days) for rule in content.deadlines.rules)
    campaigns = tuple(_renewed(each, days) for each in survey.campaigns)
    sources = {service: _renewed(source, days) for service, source in content.form_sources.items()}
    written = content.guides.by_lang.items()
    guides = {lang: {slug: _renewed(guide, days) for slug, guide in own.items()} for lang, own in written}
    content = replace(
        content,
        fees=replace(content.fees, values=tuple(_renewed(value, days) for value in content.fees.values)),
        working_days=working_days,
        deadlines=replace(content.deadlines, rules=rules, working_days=working_days),
        survey=replace(_renewed(survey, days), campaigns=campaigns),
        papers=replace(content.papers, orders=tuple(_renewed(order, days) for order in content.papers.orders)),
        form_sources=sources,
        guides=lend_guides(replace(content.guides, by_lang=guides), content.catalogues),
    )
    kept = {name: _renewed(rule, days) for name, rule in settings.retention.rules.items()}
    retention, profile = replace(settings.retention, rules=kept), _renewed(settings.office, days)
    return replace(settings, retention=retention, office=profile), content


def name_of(value: Any) -> str:
    """Name a value by a hash of all that it says, without the day on which it was looked at."""
    told = {each.name: getattr(value, each.name) for each in fields(value) if each.name not in _DATES}
    whole = json.dumps([type(value).__name__, _plain(told)], sort_keys=True)
    return base64.b32encode(hashlib.sha256(whole.encode()).digest()).decode().lower()[:16]


def _plain(value: Any) -> Any:
    match value:
        case Mapping():
            return {str(key): _plain(each) for key, each in value.items()}
        case frozenset():
            return sorted(value)
        case list() | tuple():
            return [_plain(each) for each in value]
        case None | bool() | int() | str():
            return value
        case date():
            return value.isoformat()
    return name_of(value)


def _renewed(value: T, days: Mapping[str, str]) -> T:
    name = next(name for name in _DATES if hasattr(value, name))
    before = getattr(value, name)
    with suppress(KeyError, ValueError):  # never looked at again here, or no day
        day = date.fromisoformat(days[name_of(value)])
        if before is None or before < day:
            return replace(value, **{name: day})  # type: ignore[type-var]
    return value


def _profile(settings: Settings) -> Iterator[Checked]:
    yield Checked(
        kind=PROFILE, name="office", title="staff.content.profile", about=settings.office.name, file="office.toml",
        source="", checked=settings.office.checked,
    )  # fmt: skip


def _rows(content: Content) -> Iterator[Checked]:
    for value in content.fees.values:
        of = tuple(content.forms.latest(service).title for service in value.services)
        yield _row(value, f"staff.content.{value.kind}", value.label, "fees.toml", of)
    for rule in content.deadlines.rules:
        of = tuple(f"step.{state}" for state in sorted(rule.states))
        yield _row(rule, "staff.content.deadline", str(rule.days), "deadlines.toml", of)
    for source in {source.services: source for source in content.form_sources.values()}.values():
        of = tuple(content.forms.latest(service).title for service in source.services)
        yield _row(source, "staff.content.form", source.law or source.services[0], "forms.toml", of)
    for year in content.working_days.years.values():
        row = _row(year, "staff.content.holidays", str(year.year), "holidays.toml")
        yield replace(row, changed_as=f"{HOLIDAYS}/{year.year}")
    for order in content.papers.orders:
        of = tuple(content.forms.latest(service).title for service in order.services)
        yield _row(order, "staff.content.paper", order.name, "paper.toml", of)


def _survey(content: Content) -> Iterator[Checked]:
    survey = content.survey
    if survey.law:
        yield _row(survey, "staff.content.survey", survey.law, "survey.toml")
    for each in survey.campaigns:
        yield _row(each, "staff.content.campaign", f"{each.first:%d-%m-%Y} / {each.last:%d-%m-%Y}", "survey.toml")


def _row(value: Any, title: str, about: Words | str, file: str, of: tuple[str, ...] = ()) -> Checked:
    return Checked(
        kind=CHECKED, name=name_of(value), title=title, of=of, about=about, file=file, source=value.source,
        law=getattr(value, "law", ""), checked=value.checked, unverified=value.unverified,
    )  # fmt: skip


def _kept(settings: Settings) -> Iterator[Checked]:
    yield from (_rule(rule) for rule in settings.retention.rules.values())


def _rule(rule: Rule) -> Checked:
    return Checked(
        kind=CHECKED, name=name_of(rule), title="staff.content.retention", about=rule.name, period=rule.length,
        file="office.toml", source=rule.basis, checked=rule.checked_on,
    )  # fmt: skip


def _guides(content: Content) -> Iterator[Checked]:
    for slug in content.guides.slugs:
        every = {lang: guides[slug] for lang, guides in content.guides.by_lang.items()}
        yield _guide(slug, every)


def _guide(slug: str, every: Mapping[str, Guide]) -> Checked:
    oldest = min(every.values(), key=lambda guide: guide.checked)
    return Checked(
        kind="guide", name=slug, title="staff.content.guide", about={lang: one.title for lang, one in every.items()},
        file=f"guides/{oldest.lang}/{slug}.md", source="; ".join(oldest.sources), checked=oldest.checked,
    )  # fmt: skip
