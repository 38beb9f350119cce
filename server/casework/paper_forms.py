"""The order in which paper forms ask, from `content/paper.toml`: by it the console prints an application."""

import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from server.faults import Fault, fault_in
from server.forms.choices import Words
from server.forms.forms import Forms

_NEEDED = ("name", "services", "fields", "source", "checked")


class PaperFormsError(Exception):
    """An order is wrong; the message names the file, the paper form and the reason."""


@dataclass(frozen=True, kw_only=True)
class PaperForm:
    """One paper form: of which applications it is, and the keys of their fields, first to last."""

    name: str
    services: tuple[str, ...]
    fields: tuple[str, ...]
    source: str
    checked: date
    unverified: Words | None

    def to_json(self) -> dict[str, Any]:
        """Write it for the console."""
        return {**vars(self), "checked": self.checked.isoformat()}


@dataclass(frozen=True)
class PaperForms:
    """Every order, and the keys of the answers by which people are called on lists, each where it is asked."""

    orders: tuple[PaperForm, ...] = ()
    called: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Write them for the console."""
        return {"called": self.called, "orders": [order.to_json() for order in self.orders]}


def load_paper_forms(path: Path, *, forms: Forms, languages: Collection[str]) -> PaperForms:
    """Read the orders; an office without the file has none.

    Raises:
        PaperFormsError: one has no source, or names an application or a field that is not there, or one twice.
    """
    if not path.exists():
        return PaperForms()
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise PaperFormsError(f"{path.name}: {error}") from None
    reader = _Reader(path.name, forms, languages)
    if odd := set(data) - {"paper", "called"}:
        raise PaperFormsError(f"{path.name}: {min(odd)!r} is unknown")
    orders = tuple(reader.read(*one) for one in enumerate(data.get("paper", []), 1))
    if twice := _twice([service for order in orders for service in order.services]):
        raise PaperFormsError(f"{path.name}: {twice!r} has two paper forms")
    called = tuple(data.get("called", ()))
    if unknown := [key for key in called if key not in reader.known(forms.applications)]:
        raise PaperFormsError(fault_in(path.name, "called", Fault("no application asks for {key!r}", key=unknown[0])))
    return PaperForms(orders, called)


class _Reader:
    def __init__(self, file: str, forms: Forms, languages: Collection[str]) -> None:
        self.file, self.forms, self.languages, self.at = file, forms, languages, 0

    def fail(self, reason: str) -> PaperFormsError:
        return PaperFormsError(fault_in(self.file, f"paper {self.at}", reason))

    def read(self, at: int, raw: Mapping[str, Any]) -> PaperForm:
        self.at = at
        if odd := set(raw) - {*_NEEDED, "unverified"}:
            raise self.fail(f"{min(odd)!r} is unknown")
        if missing := [key for key in _NEEDED if not raw.get(key)]:
            raise self.fail(f"it has no {missing[0]!r}")
        if type(raw["checked"]) is not date:
            raise self.fail("'checked' must be a day, written 2026-11-25")
        services, fields = tuple(raw["services"]), tuple(raw["fields"])
        if unknown := [name for name in services if name not in self.forms.applications]:
            raise self.fail(f"there is no application {unknown[0]!r}")
        if unknown := [key for key in fields if key not in self.known(services)]:
            told = Fault("no form of {services} asks for {key!r}", services=", ".join(services), key=unknown[0])
            raise self.fail(told)
        if twice := _twice(fields):
            raise self.fail(f"{twice!r} stands in it twice")
        return PaperForm(
            name=str(raw["name"]), services=services, fields=fields, source=str(raw["source"]), checked=raw["checked"],
            unverified=self.words(raw["unverified"]) if "unverified" in raw else None,
        )  # fmt: skip

    def known(self, services: Collection[str]) -> set[str]:
        """Give every key that a version of these forms has."""
        forms = (form for service in services for form in self.forms.by_service[service])
        return {field.key for form in forms for field in form.fields}

    def words(self, raw: Mapping[str, Any]) -> Words:
        words = {lang: str(raw.get(lang, "")).strip() for lang in self.languages}
        if lacking := [lang for lang, text in words.items() if not text]:
            raise self.fail(f"no words in {lacking[0]!r}")
        return words


def _twice(names: Collection[str]) -> str | None:
    return next((name for name in names if list(names).count(name) > 1), None)
