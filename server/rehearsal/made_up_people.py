"""Made-up people for a rehearsal office: what each would type into any form, the same for the same seed and number.

Words and answers are in `content/rehearsal.toml`, which says by what everybody sees that they are not real.
"""

import random
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

from server.forms.form import Field, Form
from server.forms.rules import check
from server.regions import LEVELS, Regions
from server.told import Told

FILE = "rehearsal.toml"
_YEAR = 365  # days, for days that need not be exact
_TRIES = 3  # times that answers are looked through: one that is changed may change what is asked


class RehearsalError(Told):
    """There is nothing to rehearse with, or no place for it; the message says which."""


@dataclass(frozen=True)
class Cast:
    """Where the people come from: the office's file, its regions, the day it is, and a seed."""

    plan: Mapping[str, Any]
    regions: Regions
    today: date
    seed: str = "0"

    def typed(self, form: Form, n: int, **fixed: str) -> dict[str, str]:
        """Give what person number *n* types into *form*: text by key, those of rows by `<key>.<row>.<key>`.

        Args:
            fixed: templates that go before those of the file, by key.

        Raises:
            RehearsalError: the form asks something that the file has no right answer for.
        """
        someone = _Someone(self, n)
        templates = {**self.plan["answers"], **fixed}
        typed: dict[str, str] = {}
        for field in form.fields:
            if field.control == "repeat":
                for at in range(max(field.min, 1)):
                    named = ((f"{field.key}.{at}.{one.key}", one) for one in field.fields)
                    typed |= {name: someone.answer(one, name, templates) for name, one in named}
            elif field.control != "files":
                typed[field.key] = someone.answer(field, field.key, templates)
        return self._mended(form, typed)

    @cached_property
    def nagari(self) -> list[str]:
        """Name every nagari in which they live."""
        within = f"{self.plan['people']['regency']}."
        return [code for code, one in self.regions.by_code.items() if one.level == 4 and code.startswith(within)]

    def _mended(self, form: Form, typed: dict[str, str]) -> dict[str, str]:
        """Choose what goes with the other answers, where a rule lets only some options stand."""
        for _ in range(_TRIES):
            hard = check(form, typed, today=self.today, regions=self.regions).hard
            for finding in hard:
                allowed = [rule.value[0] for rule in form.field(finding.field).hard if rule.rule == "one-of"]
                if not allowed:
                    raise RehearsalError(f"{FILE}: {form.service}: {finding.field} keeps no rule ({finding.message})")
                typed[finding.field] = allowed[0]
            if not hard:
                return typed
        raise RehearsalError(f"{FILE}: {form.service}: {hard[0].field} keeps no rule ({hard[0].message})")


class _Someone(dict[str, Any]):
    """One person: what is theirs, and words drawn anew for each answer, the same ones for the same question."""

    def __init__(self, cast: Cast, n: int) -> None:
        self.cast = cast
        self.seed = f"{cast.seed}.{n}"
        self.chance = random.Random(self.seed)  # noqa: S311 - nothing secret comes of it
        people, words = cast.plan["people"], cast.plan["words"]
        sex, nagari = self.chance.choice("LP"), self.chance.choice(cast.nagari)
        born = self._before(people["youngest"], people["oldest"])
        day = born.day + 40 * (sex == "P")
        super().__init__(
            sex=sex, born=born.isoformat(), year=str(born.year), nagari=nagari,
            name=f"{self.chance.choice(words[sex.lower()])} {self.chance.choice(words['clan'])}",
            spouse=self.chance.choice(words["l" if sex == "P" else "p"]),
            nik=f"{nagari[:8].replace('.', '')}{day:02}{born:%m%y}0000",
        )  # fmt: skip

    def __missing__(self, name: str) -> Any:
        match name:
            case "n":
                return self.chance.randrange(50, 90)
            case "past":
                return self._before(0, 9).isoformat()
            case "coming":
                return self._before(-4, 0).isoformat()
            case "soon":
                return (self.cast.today + timedelta(self.chance.randrange(14, 60))).isoformat()
            case "long_ago":
                return f"{self._before(75, 95):%d-%m-%Y}"
        return self.chance.choice(self.cast.plan["words"][name])

    def answer(self, field: Field, name: str, templates: Mapping[str, str]) -> str:
        self.chance = random.Random(f"{self.seed}.{name}")  # noqa: S311 - another question changes nothing else
        text = templates[field.key].format_map(self) if field.key in templates else None
        if field.options:
            codes = [code for code, _ in field.options]
            return text if text in codes else self.chance.choice(codes)
        return self._by_control(field) if text is None else text

    def _by_control(self, field: Field) -> str:
        rules = {rule.rule: rule.value for rule in field.hard}
        match field.control:
            case "checkbox":
                return "1" if rules.keys() & {"checked", "consent"} else ""
            case "date":
                return str(self["past"])
            case "number":
                return str(self.chance.randint(rules["min"], rules["max"]))
            case "region" | "regency":
                return ".".join(str(self["nagari"]).split(".")[: LEVELS[field.control]])
        return f"LATIHAN {self['n']}" if field.required else ""

    def _before(self, least: int, most: int) -> date:
        return self.cast.today - timedelta(self.chance.randrange(least * _YEAR + 1, most * _YEAR + 2))


def load_cast(content: Path, regions: Regions, *, today: date, seed: str = "0") -> Cast:
    """Read the people of an office's content folder.

    Raises:
        RehearsalError: the file is missing or wrong.
    """
    try:
        return Cast(tomllib.loads((content / FILE).read_text(encoding="utf-8")), regions, today, seed)
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise RehearsalError(f"{FILE}: {error}") from None
