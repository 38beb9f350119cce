"""What a form may be made of: its controls, and its rules with the shape of their values. Names only, no meaning."""

import re
from collections.abc import Container, Iterator
from datetime import date
from typing import Any

from server.faults import Fault

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
    "date-not-future": ("nothing", frozenset({"date", "digits"})),
    "date-from": ("date", frozenset({"date"})),
    "one-of": ("codes", CHOICES),
    "region-known": ("nothing", frozenset({"region", "regency"})),
    "nik-region": ("nothing", TEXT),
    "nik-birth": ("keys", TEXT),
    "nik-serial": ("nothing", TEXT),
    "phone": ("phone", TEXT),
    "email": ("nothing", TEXT),
    "passport-ri": ("nothing", TEXT),
    "lines": ("key", frozenset({"textarea"})),
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

LONGEST = 100  # letters: a longer answer fits no pattern
MAX_WAYS = 2 * LONGEST**3  # in which a pattern may be tried on one answer: that takes moments, whatever was typed
_ATOM = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|(?P<times>[*+?]|\{[0-9]*,?[0-9]*\})\??|.", re.DOTALL)


def pattern_reason(value: Any) -> Fault | None:
    """Say why *value* is no pattern that both languages read alike, or None."""
    if not isinstance(value, str):
        return Fault("value must be a regular expression")
    found = UNPORTABLE.search(value)
    if found:
        return Fault(
            "{part!r} is read differently by the two languages; write the characters out, as in [0-9]", part=found[0]
        )
    try:
        re.compile(value)
    except (re.error, ValueError, OverflowError, RecursionError) as error:
        return Fault("not a regular expression: {words}", words=str(error))
    if _ways(value) > MAX_WAYS:
        return Fault(
            "a long answer would take it minutes; repeat nothing that itself repeats or has a choice, as ([A-Z]+ ?)+"
        )
    return None


def _ways(pattern: str) -> int:
    """Count, at most, the ways in which a pattern can be tried: it is tried in all of them where none fits."""
    outside: list[tuple[int, int]] = []
    # Of the group: what its alternatives before this one add up to, this one up to its last atom, and that atom.
    others, before, last = 0, 1, 1
    for atom in _ATOM.finditer(pattern):
        if atom["times"]:
            last = _repeated(last, atom["times"])
        elif atom[0] == ")":
            total = others + before * last
            (others, before), last = outside.pop(), total
        elif atom[0] == "|":
            others, before, last = others + before * last, 1, 1
        else:
            before, last = min(before * last, MAX_WAYS + 1), 1
            if atom[0] == "(":
                outside.append((others, before))
                others, before = 0, 1
    return others + before * last


def _repeated(ways: int, times: str) -> int:
    least, comma, most = times.strip("{}").partition(",")
    if least in ("*", "+", "?"):
        least, comma, most = "1" if least == "+" else "0", ",", "1" if least == "?" else ""
    up_to = min(int((most or LONGEST) if comma else (least or 0)), LONGEST)
    return min(sum(int(ways**n) for n in range(min(int(least or 0), up_to), up_to + 1)), MAX_WAYS + 1)


def condition_keys(condition: Any, depth: int = 1) -> Iterator[str]:
    """Name the fields that a condition looks at; ValueError where it is none."""
    match condition:
        case ["eq", str(key), str() | int()] | ["filled" | "past", str(key)] | ["in", str(key), [*_]]:
            yield key
        case ["age-under", str(key), int()]:
            yield key
        case ["not", inner] if depth < MAX_NESTING:
            yield from condition_keys(inner, depth + 1)
        case ["and" | "or", _, *_] if depth < MAX_NESTING:
            for inner in condition[1:]:
                yield from condition_keys(inner, depth + 1)
        case _:
            raise ValueError(Fault("unknown condition {condition!r}", condition=condition))


def is_among(value: Any, names: Container[str]) -> bool:
    """Say whether *value*, which may be anything that JSON can say, is one of *names*."""
    return isinstance(value, str) and value in names


def is_date(text: str) -> bool:
    """Say whether *text* is a date that exists, as YYYY-MM-DD."""
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
