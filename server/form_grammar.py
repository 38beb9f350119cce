"""What a form may be made of: its controls, and its rules with the shape of their values. Names only, no meaning."""

import re
from datetime import date
from typing import Any

# The only fields that may leave the device unsealed, each with the clear field of a version that it fills.
CLEAR = {"nagari": "area"}

# The group beside those of the form in which a volunteer's version holds what its applicant agreed to.
CONSENT = "consent"

TYPED = frozenset({"text", "textarea", "digits", "tel", "email", "date", "number"})
CHOICES = frozenset({"radio", "select"})
CONTROLS = TYPED | CHOICES | {"region", "regency", "checkbox", "files", "repeat"}
IN_ROWS = TYPED | CHOICES | {"checkbox"}
MAX_ROWS = 20

TEXT = TYPED - {"date", "number"}

# Each rule with the shape of its value and the controls whose answers it can read.
RULES: dict[str, tuple[str, frozenset[str]]] = {
    "required": ("nothing", CONTROLS - {"repeat"}),
    "pattern": ("pattern", TEXT),
    "letters": ("nothing", TEXT),
    "max-length": ("number", TEXT),
    "number": ("nothing", frozenset({"number"})),
    "min": ("number", frozenset({"number"})),
    "max": ("number", frozenset({"number"})),
    "date-real": ("nothing", frozenset({"date"})),
    "date-not-future": ("nothing", frozenset({"date"})),
    "date-from": ("date", frozenset({"date"})),
    "one-of": ("codes", CHOICES),
    "region-known": ("nothing", frozenset({"region", "regency"})),
    "nik-region": ("nothing", TEXT),
    "nik-birth": ("keys", TEXT),
    "nik-serial": ("nothing", TEXT),
    "phone": ("phone", TEXT),
    "email": ("nothing", TEXT),
    "passport-ri": ("nothing", TEXT),
    "checked": ("nothing", frozenset({"checkbox"})),
    "consent": ("nothing", frozenset({"checkbox"})),
}
# What stands inside a NIK stays as it was first issued: it may be doubted, never refused.
SOFT_ONLY = frozenset({"nik-region", "nik-birth", "nik-serial"})
PHONES = ("mobile", "any")
# How a paper is photographed (pwa/images/paper-kinds.js).
PAPER_KINDS = frozenset({"ktp", "kk", "akta", "passport", "other"})
PAGES, MOST_PAGES = 4, 9

# What Python and JavaScript read differently, or one of them not at all.
UNPORTABLE = re.compile(r"\\[^.*+?^$|(){}\[\]/\\-]|\(\?|[*+?}]\+")
MAX_NESTING = 8


def pattern_reason(value: Any) -> str | None:
    """Say why *value* is no pattern that both languages read alike, or None."""
    if not isinstance(value, str):
        return "value must be a regular expression"
    found = UNPORTABLE.search(value)
    if found:
        return f"{found[0]!r} is read differently by the two languages; write the characters out, as in [0-9]"
    try:
        re.compile(value)
    except re.error as error:
        return str(error)
    return None


def is_date(text: str) -> bool:
    """Say whether *text* is a date that exists, as YYYY-MM-DD."""
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
