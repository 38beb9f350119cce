"""What a form is once it is read: sections of fields with their rules and conditions; plain values, no file access."""

import base64
import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from dataclasses import field as attribute
from typing import Any

# `["eq", key, value]`, `["in", key, [value…]]`, `["filled", key]`, `["past", key]`, `["age-under", key, years]`,
# `["not", c]`, `["and", c…]`, `["or", c…]`: as it stands in the file, for both languages to read.
Condition = list[Any]


class FormError(Exception):
    """A form file is wrong; the message names the file, the key and the reason. `faults` has every such message."""

    def __init__(self, *faults: str) -> None:
        super().__init__(faults[0])
        self.faults = faults


@dataclass(frozen=True)
class Rule:
    """One rule of a field; with a condition it holds only while that is true."""

    rule: str
    value: Any
    message: str
    when: Condition | None


@dataclass(frozen=True)
class Paper:
    """A paper that the applicant brings to the office; one with a kind can be photographed too, `max` pages of it."""

    name: str
    label: str
    required: bool
    when: Condition | None
    kind: str | None
    max: int


@dataclass(frozen=True, kw_only=True)
class Field:
    """One question of a form."""

    key: str
    group: str
    label: str
    help: str | None
    control: str
    required: bool
    when: Condition | None
    max: int | None
    clear: bool
    options: tuple[tuple[str, str], ...]
    hard: tuple[Rule, ...]
    soft: tuple[Rule, ...]
    autocapitalize: str | None
    papers: tuple[Paper, ...]
    fields: tuple["Field", ...] = ()  # of `repeat`: what is asked in each row; `min` to `max` rows
    min: int = 0


@dataclass(frozen=True)
class Section:
    """The questions under one heading."""

    id: str
    title: str
    help: str | None
    fields: tuple[Field, ...]


@dataclass(frozen=True, kw_only=True)
class Form:
    """One published form; `name` holds its number and the hash of its bytes.

    Attributes:
        type: of the documents that its answers are sealed into.
        steps: the office's steps of such a case, where they are not those of an application.
        alone: when what is sent must not be linked with anything else of its sender: always, or while this is true.
    """

    service: str
    n: int
    title: str
    groups: tuple[str, ...]
    sections: tuple[Section, ...]
    name: str
    raw: bytes = attribute(repr=False)
    data: Mapping[str, Any] = attribute(repr=False)
    texts: Mapping[str, Mapping[str, str]] = attribute(default_factory=dict, repr=False)  # its own, by language and key
    type: str = "application"
    steps: tuple[str, ...] = ()
    alone: Condition | bool = False

    @property
    def fields(self) -> tuple[Field, ...]:
        """Every field in the order of the answers."""
        return tuple(f for section in self.sections for f in section.fields)

    @property
    def every_field(self) -> Iterator[Field]:
        """Give every field and, after each that repeats, those of its rows."""
        for f in self.fields:
            yield from (f, *f.fields)

    def field(self, name: str) -> Field:
        """Find a field by its key, one of a row by `<key>.<row>.<key>`."""
        return {f.key: f for f in self.every_field}[name.rpartition(".")[2]]

    def text_keys(self) -> Iterator[str]:
        """Name every text that the form uses."""
        yield self.title
        yield from (f"step.{step}{means}" for step in self.steps for means in ("", ".means"))
        for section in self.sections:
            yield from filter(None, (section.title, section.help))
        for f in self.every_field:
            yield from filter(None, (f.label, f.help))
            yield from (label for _, label in f.options)
            yield from (paper.label for paper in f.papers)
            yield from (rule.message for rule in (*f.hard, *f.soft))


def form_name(n: int, raw: bytes) -> str:
    """Name a form by its number and the first 8 base32 characters of its bytes' SHA-256."""
    return f"{n}.{base64.b32encode(hashlib.sha256(raw).digest()).decode().lower()[:8]}"
