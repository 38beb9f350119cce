"""Reads one form file and refuses an editor's slip by file, key and reason; nothing unknown gets through.

Names and shapes of rules and conditions stand here; what they mean stands in rules.py and answers.py.
"""

import json
import re
from collections.abc import Iterator
from datetime import date
from typing import Any, NoReturn

from server.form import Condition, Field, Form, FormError, Paper, Rule, Section, form_name

# The only fields that may leave the device unsealed, each with the clear field of a version that it fills.
CLEAR = {"nagari": "area"}

TYPED = frozenset({"text", "textarea", "digits", "tel", "email", "date", "number"})
CHOICES = frozenset({"radio", "select"})
CONTROLS = TYPED | CHOICES | {"region", "regency", "checkbox", "files"}

TEXT = TYPED - {"date", "number"}

# Each rule with the shape of its value and the controls whose answers it can read.
RULES: dict[str, tuple[str, frozenset[str]]] = {
    "required": ("nothing", CONTROLS),
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


def read_form(file: str, raw: bytes) -> Form:
    """Parse the bytes of the form file named *file*, or raise FormError."""
    return _Reader(file, raw).form()


class _Reader:
    """Remembers where it is, so that every complaint names the key."""

    def __init__(self, file: str, raw: bytes) -> None:
        self.file, self.raw, self.at = file, raw, "(file)"
        self.keys: list[str] = []
        self.later: list[tuple[str, str]] = []  # (the key that refers, the key it refers to)

    def form(self) -> Form:
        data = self.json()
        self.shape(data, "service n title groups sections")
        named = re.fullmatch(r"([a-z][a-z0-9-]*)\.v([1-9][0-9]*)\.json", self.file)
        if not named or [named[1], int(named[2])] != [data["service"], data["n"]]:
            self.fail("the file is not named <service>.v<n>.json after its own service and n")
        if not isinstance(data["groups"], list) or not data["groups"]:
            self.fail("groups must be a list of at least one name")
        self.groups = data["groups"]
        sections = tuple(self.section(raw) for raw in self.list(data["sections"], "sections"))
        for referring, key in self.later:
            if key not in self.keys:
                self.at = referring
                self.fail(f"refers to {key!r}, which is no field of this form")
        return Form(
            service=data["service"], n=data["n"], title=self.text(data, "title"), groups=tuple(self.groups),
            sections=sections, name=form_name(data["n"], self.raw), raw=self.raw, data=data,
        )  # fmt: skip

    def fail(self, reason: str) -> NoReturn:
        raise FormError(f"{self.file}: {self.at}: {reason}")

    def json(self) -> dict[str, Any]:
        try:
            data = json.loads(self.raw, object_pairs_hook=self.object)
        except (ValueError, RecursionError) as error:
            self.fail(f"not JSON: {error}")
        if not isinstance(data, dict):
            self.fail("not an object")
        return data

    def object(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) < len(pairs):
            self.fail(f"the same key twice in one object: {[key for key, _ in pairs]}")
        return found

    def shape(self, data: Any, required: str, optional: str = "") -> None:
        if not isinstance(data, dict):
            self.fail(f"an object is expected, not {data!r}")
        names = required.split()
        missing = [name for name in names if name not in data]
        unknown = [name for name in data if name not in [*names, *optional.split()]]
        if missing or unknown:
            self.fail(f"{missing[0]!r} is missing" if missing else f"{unknown[0]!r} is unknown")

    def list(self, value: Any, what: str) -> list[Any]:
        if not isinstance(value, list):
            self.fail(f"{what} must be a list")
        return value

    def text(self, data: dict[str, Any], name: str) -> str:
        """A message key; an empty one would show an empty label."""
        key = data[name]
        if not isinstance(key, str) or not re.fullmatch(r"[a-z][A-Za-z0-9_.-]*", key):
            self.fail(f"{name} must be a message key, not {key!r}")
        return key

    def optional_text(self, data: dict[str, Any], name: str) -> str | None:
        return None if data[name] is None else self.text(data, name)

    def section(self, data: Any) -> Section:
        self.shape(data, "id title help fields")
        self.at = f"section {data['id']}"
        fields = tuple(self.field(raw) for raw in self.list(data["fields"], "fields"))
        self.at = f"section {data['id']}"
        return Section(data["id"], self.text(data, "title"), self.optional_text(data, "help"), fields)

    def field(self, data: Any) -> Field:
        self.at = data.get("key", "?") if isinstance(data, dict) else "?"
        self.shape(
            data, "key group label help control required when max clear options hard soft autocapitalize", "papers"
        )
        self.identity(data)
        control = data["control"]
        if control not in CONTROLS:
            self.fail(f"unknown control {control!r}")
        if (data["options"] is not None) != (control in CHOICES):
            self.fail("options belong to radio and select, and to nothing else")
        if ("papers" in data) != (control == "files"):
            self.fail("papers belong to files, and to nothing else")
        return Field(
            key=data["key"], group=data["group"], label=self.text(data, "label"),
            help=self.optional_text(data, "help"), control=control, required=data["required"],
            when=self.when(data["when"]), max=data["max"], clear=data["clear"],
            options=self.options(data["options"] or []), hard=self.rules(data, "hard"),
            soft=self.rules(data, "soft"), autocapitalize=data["autocapitalize"],
            papers=tuple(self.paper(raw) for raw in data.get("papers", [])),
        )  # fmt: skip

    def identity(self, data: dict[str, Any]) -> None:
        if not isinstance(data["key"], str) or not re.fullmatch(r"[a-z][a-z0-9_]*", data["key"]):
            self.fail("a key is made of a-z, 0-9 and _")
        if data["key"] in self.keys:
            self.fail("this key is used twice")
        if data["group"] not in self.groups:
            self.fail(f"unknown group {data['group']!r}")
        if data["clear"] and data["key"] not in CLEAR:
            self.fail(f"may not be clear: only {', '.join(CLEAR)} may")
        for name in ("required", "clear"):
            if not isinstance(data[name], bool):
                self.fail(f"{name} must be true or false")
        if data["max"] is not None and (type(data["max"]) is not int or data["max"] < 1):
            self.fail("max must be a number above 0, or null")
        if data["autocapitalize"] not in (None, "characters"):
            self.fail(f"unknown autocapitalize {data['autocapitalize']!r}")
        self.keys.append(data["key"])

    def options(self, raw: Any) -> tuple[tuple[str, str], ...]:
        pairs = self.list(raw, "options")
        if any(not isinstance(p, list) or len(p) != 2 or not all(isinstance(x, str) and x for x in p) for p in pairs):
            self.fail("an option is [code, message key]")
        if len({code for code, _ in pairs}) < len(pairs):
            self.fail("the same option code twice")
        return tuple((code, label) for code, label in pairs)

    def paper(self, data: Any) -> Paper:
        self.shape(data, "name label required when", "kind max")
        kind, pages = data.get("kind"), data.get("max", PAGES)
        if not isinstance(data["name"], str) or not re.fullmatch(r"[a-z0-9-]{1,16}", data["name"]):
            self.fail(f"a paper's name is 1 to 16 of a-z, 0-9 and -, not {data['name']!r}")
        if kind is not None and kind not in PAPER_KINDS:
            self.fail(f"unknown kind of paper {kind!r}")
        if type(pages) is not int or not 1 <= pages <= MOST_PAGES or ("max" in data and kind is None):
            self.fail(f"max is how many pages of a paper with a kind may be photographed, 1 to {MOST_PAGES}")
        # The name of a further page is the paper's with its number behind.
        if kind is not None and len(data["name"]) > 14:
            self.fail("the name of a paper that can be photographed has at most 14 characters")
        return Paper(
            data["name"], self.text(data, "label"), bool(data["required"]), self.when(data["when"]), kind, pages
        )

    def rules(self, data: dict[str, Any], name: str) -> tuple[Rule, ...]:
        rules = tuple(self.rule(raw, data["control"]) for raw in self.list(data[name], name))
        refused = [r.rule for r in rules if name == "hard" and r.rule in SOFT_ONLY]
        if refused:
            self.fail(f"rule {refused[0]!r} may only be soft")
        return rules

    def rule(self, data: Any, control: str) -> Rule:
        self.shape(data, "rule message", "value when")
        if data["rule"] not in RULES:
            self.fail(f"unknown rule {data['rule']!r}")
        value = data.get("value")
        shape, controls = RULES[data["rule"]]
        if control not in controls:
            self.fail(f"rule {data['rule']!r} can't read what the control {control!r} answers")
        reason = self.value_reason(shape, value)
        if reason:
            self.fail(f"rule {data['rule']!r}: {reason}")
        # A rule is checked when all is answered, so it may look ahead; a field's condition may not.
        return Rule(data["rule"], value, self.text(data, "message"), self.when(data.get("when"), ahead=True))

    def value_reason(self, shape: str, value: Any) -> str | None:
        if shape == "pattern":
            return pattern_reason(value)
        if shape == "keys":
            if not isinstance(value, list) or len(value) != 2:
                return "value must be two keys: of the birth date and of the sex"
            self.later += [(self.at, key) for key in value]
            return None
        fits = {
            "nothing": value is None,
            "number": type(value) is int,
            "date": isinstance(value, str) and _is_date(value),
            "codes": isinstance(value, list) and bool(value),
            "phone": value in PHONES,
        }
        return None if fits[shape] else f"value {value!r} does not fit"

    def when(self, condition: Any, *, ahead: bool = False) -> Condition | None:
        if condition is None:
            return None
        for key in self.condition_keys(condition, 1):
            if ahead:
                self.later.append((self.at, key))
            elif key not in self.keys or key == self.at:
                self.fail(f"the condition refers to {key!r}, which is no earlier field")
        return list(condition)

    def condition_keys(self, condition: Any, depth: int) -> Iterator[str]:
        match condition:
            case ["eq", str(key), str() | int()] | ["filled", str(key)] | ["in", str(key), [*_]]:
                yield key
            case ["age-under", str(key), int()]:
                yield key
            case ["not", inner] if depth < MAX_NESTING:
                yield from self.condition_keys(inner, depth + 1)
            case ["and" | "or", _, *_] if depth < MAX_NESTING:
                for inner in condition[1:]:
                    yield from self.condition_keys(inner, depth + 1)
            case _:
                self.fail(f"unknown condition {condition!r}")


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


def _is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
