"""The conditions and constraints of an XLSForm that have a twin in our forms; all others are named, not guessed."""

import re
from collections.abc import Mapping
from typing import Any, NoReturn

from server.faults import Fault

_TOKEN = re.compile(
    r"\s*(?:(?P<name>\$\{\s*[\w.-]+\s*\})|(?P<text>'[^']*'|\"[^\"]*\")|(?P<number>-?\d+(?:\.\d+)?)"
    r"|(?P<word>[a-z][a-z-]*)|(?P<sign>!=|<=|>=|[=<>(),.]))"
)
_WRITTEN = {"id": "{field}: periksa lagi cara menulisnya.", "en": "{field}: check how it is written."}
_END = Fault("its end")
_TICKED = {"OK": 1, "1": 1, "true": 1, "yes": 1, "": 0, "0": 0, "false": 0, "no": 0}


class NotSupported(Exception):
    """There is no twin of this here; the message says of what."""


def condition_of(relevant: str, controls: Mapping[str, str]) -> list[Any]:
    """Turn `relevant` into a condition; *controls* are those of the questions before, by name.

    Raises:
        NotSupported: it does something that our conditions can't, or looks at no earlier question.
    """
    parser = _Parser(_tokens(relevant), controls)
    found = parser.either()
    if parser.rest:
        parser.refuse(parser.rest[0][1])
    return found


def rules_of(constraint: str, control: str) -> list[dict[str, Any]]:
    """Turn a `constraint` into hard rules.

    Raises:
        NotSupported: a part of it has no rule of ours.
    """
    parts = re.split(r"\s+and\s+", constraint.strip())
    return [_rule(part.strip(), control) for part in parts]


def _rule(part: str, control: str) -> dict[str, Any]:
    if found := re.fullmatch(r"regex\(\s*\.\s*,\s*(['\"])(.*)\1\s*\)", part):
        return {"rule": "pattern", "value": _plain_pattern(found[2]), "message": dict(_WRITTEN)}
    if found := re.fullmatch(r"string-length\(\s*\.\s*\)\s*(<=|<)\s*(\d+)", part):
        return {"rule": "max-length", "value": int(found[2]) - (found[1] == "<")}
    if control == "date" and re.fullmatch(r"\.\s*<=?\s*today\(\)", part):
        return {"rule": "date-not-future"}
    if control == "date" and (found := re.fullmatch(r"\.\s*>=\s*date\(\s*'(\d{4}-\d\d-\d\d)'\s*\)", part)):
        return {"rule": "date-from", "value": found[1]}
    if control == "number" and (found := re.fullmatch(r"\.\s*(>=|>|<=|<)\s*(\d+)", part)):
        least, edge = found[1][0] == ">", int(found[2])
        step = 0 if "=" in found[1] else 1 if least else -1
        return {"rule": "min" if least else "max", "value": edge + step}
    raise NotSupported(Fault("{part!r} has no rule of ours", part=part))


def _plain_pattern(pattern: str) -> str:
    """Write out what the two languages read differently."""
    inside = pattern.removeprefix("^").removesuffix("$")
    return inside.replace(r"\d", "[0-9]").replace(r"\s", " ").replace(r"\w", "[A-Za-z0-9_]")


def _tokens(text: str) -> list[tuple[str, str]]:
    found, at = [], 0
    while text[at:].strip():
        token = _TOKEN.match(text, at)
        if token is None:
            raise NotSupported(Fault("{part!r} is not understood", part=text[at:].strip()))
        found.append((str(token.lastgroup), token[0].strip()))
        at = token.end()
    return found


class _Parser:
    def __init__(self, tokens: list[tuple[str, str]], controls: Mapping[str, str]) -> None:
        self.rest, self.controls = tokens, controls

    def refuse(self, what: str) -> NoReturn:
        raise NotSupported(Fault("{what!r} has no twin here", what=what))

    def next(self) -> tuple[str, str]:
        if not self.rest:
            self.refuse(_END)
        return self.rest.pop(0)

    def accept(self, text: str) -> bool:
        if self.rest and self.rest[0][1] == text:
            self.rest.pop(0)
            return True
        return False

    def expect(self, text: str) -> None:
        if not self.accept(text):
            self.refuse(self.rest[0][1] if self.rest else _END)

    def either(self) -> list[Any]:
        found = [self.both()]
        while self.accept("or"):
            found.append(self.both())
        return found[0] if len(found) == 1 else ["or", *found]

    def both(self) -> list[Any]:
        found = [self.one()]
        while self.accept("and"):
            found.append(self.one())
        return found[0] if len(found) == 1 else ["and", *found]

    def one(self) -> list[Any]:
        kind, text = self.next()
        if text == "(":
            inner = self.either()
            self.expect(")")
            return inner
        if text == "not":
            self.expect("(")
            inner = self.either()
            self.expect(")")
            return ["not", inner]
        if text == "selected":
            self.expect("(")
            name = self.key(self.next())
            self.expect(",")
            found = self.equal(name, self.next())
            self.expect(")")
            return found
        if kind != "name":
            self.refuse(text)
        return self.compared(self.key((kind, text)))

    def key(self, token: tuple[str, str]) -> str:
        kind, text = token
        name = text[2:-1].strip()
        if kind != "name":
            self.refuse(text)
        if name not in self.controls:
            raise NotSupported(Fault("{name!r} is no earlier question that was taken over", name=name))
        return name

    def compared(self, name: str) -> list[Any]:
        sign = self.next()[1]
        if sign not in ("=", "!="):
            self.refuse(sign)
        equal = self.equal(name, self.next())
        if sign == "=":
            return equal
        return equal[1] if equal[0] == "not" else ["not", equal]

    def equal(self, name: str, token: tuple[str, str]) -> list[Any]:
        kind, text = token
        if kind not in ("text", "number"):
            self.refuse(text)
        value: Any = text[1:-1] if kind == "text" else text
        key = re.sub("[^a-z0-9_]", "_", name.lower())
        if self.controls[name] == "checkbox":
            if value not in _TICKED:
                self.refuse(text)
            value = _TICKED[value]
        elif value == "":
            return ["not", ["filled", key]]
        elif self.controls[name] == "number":
            if not re.fullmatch("-?[0-9]+", value):
                self.refuse(text)
            value = int(value)
        return ["eq", key, value]
