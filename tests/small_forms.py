"""Forms of a few fields, written as an editor writes them and read as the product reads them."""

import json
from typing import Any

from server.forms.form import Form
from server.forms.form_grammar import SOFT_ONLY
from server.forms.form_reader import read_form

FILE = "small.v1.json"


def raw_field(key: str, control: str, **more: Any) -> dict[str, Any]:
    return {
        "key": key, "group": "personal", "label": f"field.{key}", "help": None, "control": control,
        "required": False, "when": None, "max": None, "clear": False, "options": None, "hard": [], "soft": [],
        "autocapitalize": None, **more,
    }  # fmt: skip


def raw_form(*fields: Any, **more: Any) -> bytes:
    section = {"id": "s", "title": "section.s", "help": None, "fields": list(fields)}
    return json.dumps(
        {"service": "small", "n": 1, "title": "form.small", "groups": ["personal"], "sections": [section], **more}
    ).encode()


def small_form(*fields: Any, **more: Any) -> Form:
    return read_form(FILE, raw_form(*fields, **more))


def form_with_rule(rule: str, value: Any, control: str) -> Form:
    """A birth date, a sex and a number, for the rules that look at them, then the field `x` with the rule."""
    written = {"rule": rule, "message": "rule.x"} | ({} if value is None else {"value": value})
    extra: dict[str, Any] = {"options": [["e5", "option.a"], ["e10", "option.b"]]} if control == "radio" else {}
    extra |= {"soft" if rule in SOFT_ONLY else "hard": [written]}
    looked_at = raw_field("lahir", "date"), raw_field("kelamin", "text"), raw_field("jumlah", "number")
    return small_form(*looked_at, raw_field("x", control, **extra))
