"""What the rules of a form mean; the same findings as pwa/rules.js, held together by tests/vectors/rules.json.

A hard finding blocks sending, never saving; a soft one is shown and lets pass. A NIK's region and birth date stay as
they were first issued, so about them there can only be soft findings.
"""

import re
import unicodedata
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from server.forms.answers import Answer, Answers, as_row, from_answers, holds, is_real_date, settle, to_answers
from server.forms.form import Field, Form, Rule
from server.forms.form_grammar import LONGEST
from server.regions import LEVELS

__all__ = ["RULES", "Finding", "Findings", "check", "from_answers", "to_answers"]

EMAIL = re.compile(r"[^@ ]+@[^@ ]+\.[^@ .]{2,}")
PASSPORT_RI = re.compile("[A-Z0-9]{6,9}")
PHONES = {"mobile": re.compile(r"\+628[1-9][0-9]{6,11}"), "any": re.compile(r"\+[1-9][0-9]{6,14}")}
NAME_SIGNS = " '.,/-\N{RIGHT SINGLE QUOTATION MARK}"
SHOWN = frozenset({"max-length", "min", "max", "date-from"})  # rules whose message may say their value

# What each control asks for by itself.
CONTROL_RULES = {"number": "number", "date": "date-real", "region": "region-known", "regency": "region-known"}


@dataclass(frozen=True)
class Finding:
    """What is wrong with one field: the key of a message, which also takes the field's label as `{field}`.

    The field is named by its key, one of a row by `<key>.<row>.<key>`.
    """

    field: str
    message: str
    params: Mapping[str, Any]


@dataclass(frozen=True)
class Findings:
    """What blocks sending, at most one a field, and what is only worth a look."""

    hard: tuple[Finding, ...]
    soft: tuple[Finding, ...]


@dataclass(frozen=True)
class _Asked:
    """One answer with all that a rule may look at."""

    field: Field
    rule: Rule
    answer: Any
    answers: Answers
    today: date
    regions: Container[str]


def check(form: Form, answers: Mapping[str, Any], *, today: date, regions: Container[str]) -> Findings:
    """Find what is wrong with typed values or with answers; both by field key."""
    found = _Found(today, regions)
    found.look(form.fields, settle(form, answers, today=today))
    return Findings(tuple(found.hard), tuple(found.soft))


class _Found:
    def __init__(self, today: date, regions: Container[str]) -> None:
        self.today, self.regions = today, regions
        self.hard: list[Finding] = []
        self.soft: list[Finding] = []

    def look(self, fields: Iterable[Field], answers: Answers, prefix: str = "") -> None:
        for field in fields:
            if field.when is not None and not holds(field.when, answers, today=self.today):
                continue
            found = self.broken(field, _hard_rules(field), answers, prefix)
            self.hard += found[:1]
            self.soft += [] if found else self.broken(field, field.soft, answers, prefix)
            rows = answers[field.key] if field.control == "repeat" else None
            for at, row in enumerate(rows if isinstance(rows, list) else []):
                self.look(field.fields, {**answers, **as_row(field, row)}, f"{prefix}{field.key}.{at}.")

    def broken(self, field: Field, rules: Iterable[Rule], answers: Answers, prefix: str) -> list[Finding]:
        answer = answers[field.key]
        judged = len(answer or []) if field.control == "repeat" and not isinstance(answer, int) else answer
        asked = (_Asked(field, rule, judged, answers, self.today, self.regions) for rule in rules)
        return [_finding(f"{prefix}{field.key}", a.rule) for a in asked if _is_broken(a)]


def _finding(name: str, rule: Rule) -> Finding:
    return Finding(name, rule.message, {"value": rule.value} if rule.rule in SHOWN else {})


def _hard_rules(field: Field) -> Iterator[Rule]:
    if field.required:
        yield Rule("required", None, "rule.required", None)
    if field.control == "repeat":
        yield Rule("min", field.min, "rule.rows-min", None)
        yield Rule("max", field.max, "rule.rows-max", None)
    elif field.max:
        yield Rule("max-length", field.max, "rule.max-length", None)
    if field.options:
        yield Rule("one-of", [code for code, _ in field.options], "rule.one-of", None)
    if field.control in CONTROL_RULES:
        rule = CONTROL_RULES[field.control]
        yield Rule(rule, None, f"rule.{rule}", None)
    yield from field.hard


def _is_broken(asked: _Asked) -> bool:
    rule = asked.rule
    if rule.when is not None and not holds(rule.when, asked.answers, today=asked.today):
        return False
    if asked.answer is None:
        return rule.rule == "required"
    return not RULES[rule.rule](asked)


def _fits(pattern: str | re.Pattern[str], answer: Answer) -> bool:
    return re.fullmatch(pattern, str(answer)) is not None


def _letters(asked: _Asked) -> bool:
    kinds = {"" if sign in NAME_SIGNS else unicodedata.category(sign)[0] for sign in asked.answer}
    return "L" in kinds and kinds <= {"", "L", "M"}


def _region_known(asked: _Asked) -> bool:
    return asked.answer in asked.regions and asked.answer.count(".") + 1 == LEVELS[asked.field.control]


def _is_nik(answer: Answer) -> bool:
    return _fits("[0-9]{16}", answer)


def _nik_region(asked: _Asked) -> bool:
    """Digits 1 to 4 are a regency; 5 and 6 one of its kecamatan, which are known only where the first of them is.

    Nothing is held against an address: a NIK stays as it was first issued, wherever its holder moves.
    """
    nik, regions = asked.answer, asked.regions
    if not _is_nik(nik):
        return True
    regency = f"{nik[:2]}.{nik[2:4]}"
    return regency in regions and (f"{regency}.01" not in regions or f"{regency}.{nik[4:6]}" in regions)


def _nik_birth(asked: _Asked) -> bool:
    """Digits 7 to 12 are the birth date as DDMMYY, the day of a woman's plus 40."""
    nik = asked.answer
    if not _is_nik(nik):
        return True
    born, sex = (asked.answers[key] for key in asked.rule.value)
    is_woman = int(nik[6:8]) > 40
    if sex is not None and is_woman != (sex == "P"):
        return False
    month_day = f"{nik[8:10]}-{int(nik[6:8]) - 40 * is_woman:02}"
    if isinstance(born, str) and is_real_date(born):
        return f"{nik[10:12]}-{month_day}" == born[2:]
    return any(is_real_date(f"{century}{nik[10:12]}-{month_day}") for century in (19, 20))


def _lines(asked: _Asked) -> bool:
    """As many lines as the number that was answered elsewhere; blank ones do not count."""
    number = asked.answers[asked.rule.value]
    return not isinstance(number, int) or len(list(filter(None, asked.answer.split("\n")))) == number


# Each says whether the answer keeps the rule; none is asked about an unanswered field.
RULES: dict[str, Callable[[_Asked], bool]] = {
    "required": lambda a: True,
    "pattern": lambda a: len(str(a.answer)) <= LONGEST and _fits(a.rule.value, a.answer),
    "letters": _letters,
    "max-length": lambda a: len(str(a.answer)) <= a.rule.value,
    "number": lambda a: isinstance(a.answer, int),
    "min": lambda a: not isinstance(a.answer, int) or a.answer >= a.rule.value,
    "max": lambda a: not isinstance(a.answer, int) or a.answer <= a.rule.value,
    "date-real": lambda a: is_real_date(a.answer),
    "date-not-future": lambda a: a.answer <= a.today.isoformat(),
    "date-from": lambda a: a.answer >= a.rule.value,
    "one-of": lambda a: a.answer in a.rule.value,
    "region-known": _region_known,
    "nik-region": _nik_region,
    "nik-birth": _nik_birth,
    "nik-serial": lambda a: not a.answer.endswith("0000"),
    "phone": lambda a: _fits(PHONES[a.rule.value], a.answer),
    "email": lambda a: _fits(EMAIL, a.answer),
    "passport-ri": lambda a: _fits(PASSPORT_RI, a.answer),
    "lines": _lines,
    "checked": lambda a: a.answer == 1,
    "consent": lambda a: a.answer == 1,
}
