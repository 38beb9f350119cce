"""What applications cost, how long they take and what comes next: dated values from `content/fees.toml`.

Every value says by which law it holds, where that was read and when a person last looked. One that nobody could confirm
says so in words, which are shown beside it.
"""

import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from server.faults import Fault, fault_in
from server.forms.choices import Words
from server.forms.form import Condition
from server.forms.form_grammar import condition_keys
from server.forms.forms import Forms

KINDS = ("fee", "time", "next")
SOURCED = ("law", "source", "checked")


class FeesError(Exception):
    """A value is wrong; the message names the file, the value and the reason."""


@dataclass(frozen=True, kw_only=True)
class Value:
    """One fee, time or list of next steps of some applications, under a condition on what was answered."""

    kind: str
    services: tuple[str, ...]
    when: Condition | None
    label: Words
    amount: int | None  # rupiah; None where nobody found it
    days: tuple[int, ...]  # working days: one number, or from and to
    steps: tuple[Words, ...]
    law: str
    since: date | None
    source: str
    checked: date
    unverified: Words | None


@dataclass(frozen=True)
class Fees:
    """Every value."""

    values: tuple[Value, ...] = ()

    def of(self, service: str) -> tuple[Value, ...]:
        """Give those of one application."""
        return tuple(value for value in self.values if service in value.services)


def load_fees(path: Path, *, forms: Forms, languages: tuple[str, ...], also: Collection[str] = ()) -> Fees:
    """Read the values; an office without the file has none, and in *also* they need no words.

    Raises:
        FeesError: one is incomplete, has no source, or looks at a question that its application does not ask.
    """
    if not path.exists():
        return Fees()
    try:
        data = tomllib.loads(path.read_text())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise FeesError(f"{path.name}: {error}") from None
    odd = [kind for kind in data if kind not in KINDS]
    if odd:
        raise FeesError(f"{path.name}: {odd[0]!r} is none of {', '.join(KINDS)}")
    reader = _Reader(path.name, forms, languages, also)
    return Fees(tuple(reader.value(kind, at, raw) for kind in KINDS for at, raw in enumerate(data.get(kind, []), 1)))


class _Reader:
    def __init__(self, file: str, forms: Forms, languages: tuple[str, ...], also: Collection[str]) -> None:
        self.file, self.forms, self.languages, self.at = file, forms, languages, ""
        self.spoken = (*languages, *also)

    def fail(self, reason: str) -> FeesError:
        return FeesError(fault_in(self.file, self.at, reason))

    def value(self, kind: str, at: int, raw: Any) -> Value:
        self.at = f"{kind} {at}"
        known = {"services", "when", "amount", "days", "steps", "since", "unverified", *SOURCED, *self.spoken}
        odd = [key for key in raw if key not in known]
        if odd:
            raise self.fail(f"{odd[0]!r} is unknown")
        for key in SOURCED:
            if not raw.get(key):
                raise self.fail(f"it has no {key!r}: say by which law, where it was read and on which day")
        unverified = self.words(raw["unverified"]) if "unverified" in raw else None
        empty = raw.get({"fee": "amount", "time": "days", "next": "steps"}[kind]) in (None, [])
        if empty and unverified is None:
            raise self.fail("a value that is not known says so in 'unverified'")
        return Value(
            kind=kind,
            services=self.services(raw),
            when=raw.get("when"),
            label=self.words(raw),
            amount=raw.get("amount"),
            days=tuple(raw.get("days", [])),
            steps=tuple(self.words(one) for one in raw.get("steps", [])),
            law=raw["law"],
            since=self.day(raw, "since"),
            source=raw["source"],
            checked=self.day(raw, "checked") or date.min,
            unverified=unverified,
        )

    def services(self, raw: Mapping[str, Any]) -> tuple[str, ...]:
        services = tuple(raw.get("services", ()))
        unknown = [service for service in services if service not in self.forms.applications]
        if unknown or not services:
            raise self.fail(f"there is no application {unknown[0]!r}" if unknown else "it belongs to no application")
        for service in services:
            asked = {field.key for field in self.forms.latest(service).fields}
            missing = [key for key in self.looked_at(raw) if key not in asked]
            if missing:
                raise self.fail(Fault("{service} asks nothing called {key!r}", service=service, key=missing[0]))
        return services

    def looked_at(self, raw: Mapping[str, Any]) -> list[str]:
        try:
            return list(condition_keys(raw["when"])) if "when" in raw else []
        except ValueError as error:
            raise self.fail(error.args[0]) from None

    def words(self, raw: Any) -> Words:
        words = {lang: str(raw.get(lang, "")).strip() if isinstance(raw, dict) else "" for lang in self.spoken}
        missing = [lang for lang in self.languages if not words[lang]]
        if missing:
            raise self.fail(f"no words in {missing[0]!r}")
        return {lang: text for lang, text in words.items() if text}

    def day(self, raw: Mapping[str, Any], key: str) -> date | None:
        if key in raw and not isinstance(raw[key], date):
            raise self.fail(f"{key} must be a day, written 2026-11-25")
        return raw.get(key)


def rupiah(amount: int) -> str:
    """Write an amount: Rp650.000."""
    return f"Rp{amount:,}".replace(",", ".")
