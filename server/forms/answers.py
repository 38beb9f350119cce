"""From what people type to the answers that are sealed, and back; the same as pwa/answers.js, byte for byte.

An answer is a string, a safe integer, a list (files, or rows of answers) or None (unanswered, or asked of others only).
Text that can't be read as its control wants (a date such as "soon") stays as it was typed: the rules refuse it, and
nothing typed is lost.
"""

import re
import unicodedata
from collections import ChainMap
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from server.forms.form import Condition, Field, Form

Answer = str | int | list[Any] | None
Answers = dict[str, Answer]

# Written out, because the two languages do not agree on what white space is. What can't be seen is taken out: it would
# only show an officer something else than what was sent.
INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
BLANK = re.compile("[\u0000-\u0020\u007f-\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+")
LINE = re.compile("\r\n|\r|\n")
SURROGATE = re.compile("[\ud800-\udfff]")
YEAR_FIRST = re.compile("([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})")
DAY_FIRST = re.compile("([0-9]{1,2})[-/. ]([0-9]{1,2})[-/. ]([0-9]{4})")
NUMBER = re.compile("[0-9]{1,15}")
INDONESIAN = re.compile(r"^(?:\+?620?|0)(?=[1-9])")
IN_ROW = re.compile("([0-9]{1,2})[.]([a-z0-9_]+)")
TICKED = (1, True, "1", "on", "true")


def to_answers(form: Form, values: Mapping[str, Any], *, today: date) -> list[Answer]:
    """Turn typed values into the answers in the form's order."""
    return list(settle(form, values, today=today).values())


def from_answers(form: Form, answers: Sequence[Answer]) -> Answers:
    """Give the answers by field key; ValueError when they are not of this form."""
    if len(answers) != len(form.fields):
        raise ValueError(f"{len(answers)} answers to the {len(form.fields)} fields of {form.service} {form.name}")
    return {field.key: answer for field, answer in zip(form.fields, answers, strict=True)}


def settle(form: Form, values: Mapping[str, Any], *, today: date) -> Answers:
    """Normalise every value; a field whose condition is false is None. Settling twice changes nothing."""
    return _settle(form.fields, values, {}, today=today)


def _settle(fields: Sequence[Field], values: Mapping[str, Any], around: Answers, *, today: date) -> Answers:
    settled: Answers = {}
    seen = ChainMap(settled, around)
    for field in fields:
        asked = field.when is None or holds(field.when, seen, today=today)
        if field.control == "repeat" and asked:
            rows = [_settle(field.fields, row, settled, today=today) for row in rows_of(field, values)]
            settled[field.key] = [list(row.values()) for row in rows] or None
        else:
            settled[field.key] = normalise(field, values.get(field.key)) if asked else None
    return settled


def rows_of(field: Field, values: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Give the rows of a field that repeats: from answers, or from what was typed under `<key>.<row>.<key>`."""
    given = values.get(field.key)
    if isinstance(given, list):
        return [as_row(field, row) for row in given]
    rows: dict[int, dict[str, Any]] = {}
    for name, value in values.items():
        key, _, rest = name.partition(".")
        if key == field.key and (found := IN_ROW.fullmatch(rest)):
            rows.setdefault(int(found[1]), {})[found[2]] = value
    return [rows[at] for at in sorted(rows)]


def as_row(field: Field, answers: Any) -> dict[str, Any]:
    """Give one row's answers by key; nothing where they are not of this field."""
    if not isinstance(answers, list) or len(answers) != len(field.fields):
        return {}
    return {one.key: answer for one, answer in zip(field.fields, answers, strict=True)}


def normalise(field: Field, value: Any) -> Answer:
    """Turn one typed value into its answer."""
    if field.control == "files":
        return value if isinstance(value, list) else None
    if field.control == "checkbox":
        return 1 if value in TICKED else 0
    text = _clean(field, str(value) if isinstance(value, str | int) else "")
    read = _READ.get(field.control)
    answer = read(text) if read else text
    if answer != "":
        return answer
    # A question with one possible answer needs no tap.
    return field.options[0][0] if field.required and len(field.options) == 1 else None


def holds(condition: Condition, answers: Mapping[str, Answer], *, today: date) -> bool:
    """Say whether a condition is true of these answers."""
    name, *rest = condition
    if name == "not":
        return not holds(rest[0], answers, today=today)
    if name == "and":
        return all(holds(inner, answers, today=today) for inner in rest)
    if name == "or":
        return any(holds(inner, answers, today=today) for inner in rest)
    answer = answers.get(rest[0])
    if name in ("eq", "in"):
        return answer in (rest[1:] if name == "eq" else rest[1])
    if name == "filled":
        return answer is not None
    if name == "past":
        return is_real_date(answer) and str(answer) < today.isoformat()
    # Of whom only the year is known, the youngest that they can be: a child must not be taken for an adult.
    born = f"{answer}-12-31" if isinstance(answer, str) and len(answer) == 4 else answer
    return is_real_date(born) and age(str(born), today) < int(rest[1])


def is_alone(form: Form, answers: Sequence[Answer], *, today: date) -> bool:
    """Say whether nothing may link these answers with anything else of who gave them."""
    return form.alone if isinstance(form.alone, bool) else holds(form.alone, from_answers(form, answers), today=today)


def is_real_date(answer: Answer) -> bool:
    """Say whether an answer is a date that exists, as YYYY-MM-DD."""
    try:
        return isinstance(answer, str) and date.fromisoformat(answer).isoformat() == answer
    except ValueError:
        return False


def age(born: str, today: date) -> int:
    """Count the full years from a real date to *today*; one born on 29 February ages on 1 March."""
    return (int(today.isoformat().replace("-", "")) - int(born.replace("-", ""))) // 10000


def _clean(field: Field, text: str) -> str:
    lines = LINE.split(text) if field.control == "textarea" else [text]
    lines = [BLANK.sub(" ", INVISIBLE.sub("", SURROGATE.sub("\ufffd", line))).strip(" ") for line in lines]
    text = "\n".join(lines).strip("\n")
    if field.autocapitalize:
        text = text.upper()
    if any(rule.rule == "passport-ri" for rule in field.hard):
        text = text.replace(" ", "").replace("-", "")
    return unicodedata.normalize("NFC", text)


def _digits(text: str) -> str:
    return re.sub("[ .-]", "", text)


def _phone(text: str) -> str:
    return INDONESIAN.sub("+62", re.sub("[ ().-]", "", text))


def _date(text: str) -> str:
    if found := YEAR_FIRST.fullmatch(text):
        year, month, day = found.groups()
    elif found := DAY_FIRST.fullmatch(text):
        day, month, year = found.groups()
    else:
        return text
    return f"{year}-{month:0>2}-{day:0>2}"


def _number(text: str) -> str | int:
    return int(text) if NUMBER.fullmatch(text) else text


_READ: dict[str, Callable[[str], str | int]] = {"digits": _digits, "tel": _phone, "date": _date, "number": _number}
