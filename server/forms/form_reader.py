"""Reads one form and refuses every slip of an editor by file, key and reason; nothing unknown gets through.

The names and shapes stand in form_grammar.py; what they mean stands in rules.py and answers.py.
"""

import re
from collections.abc import Mapping
from typing import Any, NoReturn

from server.faults import WHOLE_FILE, Fault, fault_in
from server.forms.form import Condition, Field, Form, FormError, Paper, Rule, Section, form_name
from server.forms.form_grammar import (
    CHOICES,
    CLEAR,
    CONSENT,
    CONTROLS,
    IN_ROWS,
    MAX_ROWS,
    MOST_PAGES,
    PAGES,
    PAPER_KINDS,
    PHONES,
    RULES,
    SOFT_ONLY,
    condition_keys,
    is_among,
    is_date,
    pattern_reason,
)  # fmt: skip
from server.forms.form_source import Whole, make_whole
from sync.events import MESSAGE, STEP
from sync.shape import PREFIXES


def read_form(file: str, raw: bytes, groups: Mapping[str, bytes] | None = None) -> Form:
    """Parse the bytes of the form file named *file*, with the groups that it may include, or raise FormError."""
    try:
        return _Reader(file, make_whole(file, raw, groups or {})).form()
    except RecursionError:
        raise FormError(fault_in(file, WHOLE_FILE, Fault("nested too deeply"))) from None


class _Reader:
    """Remembers where it is, so that every complaint names the key."""

    def __init__(self, file: str, whole: Whole) -> None:
        self.file, self.whole = file, whole
        self.at: str = WHOLE_FILE
        self.keys: list[str] = []  # what a condition may look at here
        self.taken: set[str] = set()
        self.sections: set[str] = set()
        self.later: list[tuple[str, str]] = []  # (the key that refers, the key it refers to)
        self.faults: list[str] = []

    def form(self) -> Form:
        data = self.whole.data
        self.shape(data, "service n title groups sections", "type steps alone")
        named = re.fullmatch(r"([a-z][a-z0-9-]*)\.v([1-9][0-9]*)\.json", self.file)
        if not named or type(data["n"]) is not int or named.groups() != (data["service"], str(data["n"])):
            self.fail("the file is not named <service>.v<n>.json after its own service and n")
        groups = self.list(data["groups"], "groups")
        if not groups or not all(isinstance(name, str) for name in groups):
            self.fail("groups must be a list of at least one name")
        if CONSENT in groups:
            self.fail("a group {name!r} is not a form's: a volunteer's consent has that name", name=CONSENT)
        self.groups = groups
        title = self.text(data, "title")
        sections = tuple(self.section(raw) for raw in self.list(data["sections"], "sections"))
        self.at = WHOLE_FILE
        type_, steps, alone = self.type(data), self.steps(data), self.alone(data)
        self.check_references()
        if self.faults:
            raise FormError(*self.faults)
        return Form(
            service=data["service"], n=data["n"], title=title, groups=tuple(self.groups), sections=sections,
            name=form_name(data["n"], self.whole.raw), raw=self.whole.raw, data=data, texts=self.whole.texts,
            type=type_, steps=steps, alone=alone,
        )  # fmt: skip

    def type(self, data: dict[str, Any]) -> str:
        if not is_among(type_ := data.get("type", "application"), PREFIXES):
            self.fail("unknown type {type!r}: there are {types}", type=type_, types=", ".join(PREFIXES))
        return str(type_)

    def steps(self, data: dict[str, Any]) -> tuple[str, ...]:
        steps = self.list(data.get("steps", []), "steps")
        for step in steps:
            if not isinstance(step, str) or not STEP.fullmatch(step) or step == MESSAGE or steps.count(step) > 1:
                self.fail("a step of this form is made of a-z and _, and stands there once, not {step!r}", step=step)
        return tuple(steps)

    def alone(self, data: dict[str, Any]) -> Condition | bool:
        alone = data.get("alone", False)
        return alone if isinstance(alone, bool) else self.when(alone, ahead=True) or False

    def check_references(self) -> None:
        for referring, key in self.later:
            if key not in self.keys:
                self.at = referring
                self.faults.append(self.fault(Fault("refers to {key!r}, which is no field of this form", key=key)))

    def fault(self, reason: str) -> Fault:
        return fault_in(self.whole.origins.get(self.at, self.file), self.at, reason)

    def fail(self, sentence: str, /, **named: object) -> NoReturn:
        raise FormError(self.fault(Fault(sentence, **named)))

    def shape(self, data: Any, required: str, optional: str = "") -> None:
        if not isinstance(data, dict):
            self.fail("an object is expected, not {value!r}", value=data)
        names = required.split()
        if missing := [name for name in names if name not in data]:
            self.fail("{key!r} is missing", key=missing[0])
        if unknown := [name for name in data if name not in [*names, *optional.split()]]:
            self.fail("{key!r} is unknown", key=unknown[0])

    def list(self, value: Any, what: str) -> list[Any]:
        if not isinstance(value, list):
            self.fail("{key} must be a list", key=what)
        return value

    def text(self, data: dict[str, Any], name: str) -> str:
        """A message key; an empty one would show an empty label."""
        key = data[name]
        if not isinstance(key, str) or not re.fullmatch(r"[a-z][A-Za-z0-9_.-]*", key):
            self.fail("{key} must be a message key, not {value!r}", key=name, value=key)
        return key

    def optional_text(self, data: dict[str, Any], name: str) -> str | None:
        return None if data[name] is None else self.text(data, name)

    def section(self, data: Any) -> Section:
        self.shape(data, "id title help fields")
        id_ = data["id"]
        self.at = Fault("section {id}", id=id_)
        if not isinstance(id_, str) or not re.fullmatch(r"[a-z][a-z0-9_-]*", id_) or id_ in self.sections:
            self.fail("a section's id is made of a-z, 0-9, _ and -, and each has its own")
        self.sections.add(id_)
        title, help_ = self.text(data, "title"), self.optional_text(data, "help")
        return Section(id_, title, help_, self.fields(data["fields"], CONTROLS))

    def fields(self, raws: Any, controls: frozenset[str]) -> tuple[Field, ...]:
        """Read on after a fault: whoever mends a file wants to know of all."""
        found = []
        for raw in self.list(raws, "fields"):
            try:
                found.append(self.field(raw, controls))
            except FormError as error:
                self.faults += error.faults
        return tuple(found)

    def field(self, data: Any, controls: frozenset[str]) -> Field:
        self.at = str(data.get("key", "?")) if isinstance(data, dict) else "?"
        self.shape(
            data, "key group label help control required when max clear options hard soft autocapitalize",
            "papers fields min",
        )  # fmt: skip
        self.identity(data)
        control = data["control"]
        if not is_among(control, controls):
            if is_among(control, CONTROLS):
                self.fail("control {control!r} is not for rows", control=control)
            self.fail("unknown control {control!r}", control=control)
        if (data["options"] is not None) != (control in CHOICES):
            self.fail("options belong to radio and select, and to nothing else")
        if ("papers" in data) != (control == "files"):
            self.fail("papers belong to files, and to nothing else")
        if ("fields" in data) != (control == "repeat") or ("min" in data) != (control == "repeat"):
            self.fail("min and fields belong to repeat, and to nothing else")
        return Field(
            key=data["key"], group=data["group"], label=self.text(data, "label"),
            help=self.optional_text(data, "help"), control=control, required=data["required"],
            when=self.when(data["when"]), max=data["max"], clear=data["clear"],
            options=self.options([] if data["options"] is None else data["options"]), hard=self.rules(data, "hard"),
            soft=self.rules(data, "soft"), autocapitalize=data["autocapitalize"],
            papers=tuple(self.paper(raw) for raw in self.list(data.get("papers", []), "papers")),
            fields=self.rows(data) if control == "repeat" else (), min=data.get("min", 0),
        )  # fmt: skip

    def rows(self, data: dict[str, Any]) -> tuple[Field, ...]:
        """Read what each row asks: it may look at what was asked before and in its own row, and nobody else at it."""
        least, most = data["min"], data["max"]
        if type(least) is not int or type(most) is not int or not 0 <= least <= most <= MAX_ROWS:
            self.fail("min and max are numbers of rows: 0 or more, and at most {most}", most=MAX_ROWS)
        if data["required"] or data["clear"] or not data["fields"]:
            self.fail("a repeat is neither required (min says so) nor clear, and asks something")
        outside, before = len(self.keys), len(self.later)
        fields = self.fields(data["fields"], IN_ROWS)
        if any(field.clear for field in fields):
            self.fail("what is asked in rows may not be clear")
        if any(len(field.key) < 2 for field in fields):
            self.fail("a key in rows has two letters or more: a single one would name a part of a date")
        own = set(self.keys[outside:])
        self.later[before:] = [(at, key) for at, key in self.later[before:] if key not in own]
        del self.keys[outside:]
        self.at = data["key"]
        return fields

    def identity(self, data: dict[str, Any]) -> None:
        if not isinstance(data["key"], str) or not re.fullmatch(r"[a-z][a-z0-9_]*", data["key"]):
            self.fail("a key is made of a-z, 0-9 and _")
        if data["key"] in self.taken:
            self.fail("this key is used twice")
        self.taken.add(data["key"])
        if data["group"] not in self.groups:
            self.fail("unknown group {group!r}", group=data["group"])
        if data["clear"] and data["key"] not in CLEAR:
            self.fail("may not be clear: only {keys} may", keys=", ".join(CLEAR))
        for name in ("required", "clear"):
            if not isinstance(data[name], bool):
                self.fail("{key} must be true or false", key=name)
        if data["max"] is not None and (type(data["max"]) is not int or data["max"] < 1):
            self.fail("max must be a number above 0, or null")
        if data["autocapitalize"] not in (None, "characters"):
            self.fail("unknown autocapitalize {value!r}", value=data["autocapitalize"])
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
            self.fail("a paper's name is 1 to 16 of a-z, 0-9 and -, not {name!r}", name=data["name"])
        if kind is not None and not is_among(kind, PAPER_KINDS):
            self.fail("unknown kind of paper {kind!r}", kind=kind)
        if type(pages) is not int or not 1 <= pages <= MOST_PAGES or ("max" in data and kind is None):
            self.fail("max is how many pages of a paper with a kind may be photographed, 1 to {most}", most=MOST_PAGES)
        if not isinstance(data["required"], bool):
            self.fail("{key} must be true or false", key="required")
        # The name of a further page is the paper's with its number behind.
        if kind is not None and len(data["name"]) > 14:
            self.fail("the name of a paper that can be photographed has at most 14 characters")
        return Paper(data["name"], self.text(data, "label"), data["required"], self.when(data["when"]), kind, pages)

    def rules(self, data: dict[str, Any], name: str) -> tuple[Rule, ...]:
        rules = tuple(self.rule(raw, data["control"]) for raw in self.list(data[name], name))
        refused = [r.rule for r in rules if name == "hard" and r.rule in SOFT_ONLY]
        if refused:
            self.fail("rule {rule!r} may only be soft", rule=refused[0])
        return rules

    def rule(self, data: Any, control: str) -> Rule:
        self.shape(data, "rule message", "value when")
        rule, value = data["rule"], data.get("value")
        if not is_among(rule, RULES):
            self.fail("unknown rule {rule!r}", rule=rule)
        shape, controls = RULES[rule]
        if control not in controls:
            self.fail("rule {rule!r} can't read what the control {control!r} answers", rule=rule, control=control)
        if reason := self.value_reason(shape, value):
            self.fail("rule {rule!r}: {reason}", rule=rule, reason=reason)
        # A rule is checked when all is answered, so it may look ahead; a field's condition may not.
        return Rule(rule, value, self.text(data, "message"), self.when(data.get("when"), ahead=True))

    def value_reason(self, shape: str, value: Any) -> Fault | None:
        if shape == "pattern":
            return pattern_reason(value)
        if shape == "keys":
            if not isinstance(value, list) or len(value) != 2 or not all(isinstance(key, str) for key in value):
                return Fault("value must be two keys: of the birth date and of the sex")
            self.later += [(self.at, key) for key in value]
            return None
        if shape == "key":
            self.later.append((self.at, str(value)))
            return None
        fits = {
            "nothing": value is None,
            "number": type(value) is int,
            "date": isinstance(value, str) and is_date(value),
            "codes": isinstance(value, list) and bool(value),
            "phone": value in PHONES,
        }
        return None if fits[shape] else Fault("value {value!r} does not fit", value=value)

    def when(self, condition: Any, *, ahead: bool = False) -> Condition | None:
        if condition is None:
            return None
        try:
            keys = list(condition_keys(condition))
        except ValueError as error:
            raise FormError(self.fault(error.args[0])) from None
        for key in keys:
            if ahead:
                self.later.append((self.at, key))
            elif key not in self.keys or key == self.at:
                self.fail("the condition refers to {key!r}, which is no earlier field", key=key)
        return list(condition)
