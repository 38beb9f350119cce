"""A form file as an editor writes it, made whole: shared groups put in, what goes without saying said, words taken out.

Once whole it is what the phone gets and what its name is made of, so a form's name covers the groups it was made from.
A file that is whole already stays as it is, byte for byte.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NoReturn

from server.faults import WHOLE_FILE, Fault, fault_in
from server.forms.form import FormError

MAX_DEPTH = 4  # groups in groups
GROUP = re.compile(r"[a-z][a-z0-9-]*\.v[1-9][0-9]*")
LENGTHS = {"text": 100, "textarea": 300, "tel": 20, "email": 254}  # letters, where a form says none
CAPITALS = ("text", "textarea")  # as on the paper form
CHOICES = ("radio", "select")

Texts = dict[str, dict[str, str]]


@dataclass
class Whole:
    """A form made whole: its bytes and data, its own texts by language and key, and in which file each field stands."""

    raw: bytes
    data: dict[str, Any]
    texts: Texts = field(default_factory=dict)
    origins: dict[str, str] = field(default_factory=dict)


def make_whole(file: str, raw: bytes, groups: Mapping[str, bytes]) -> Whole:
    """Make the form file named *file* whole; *groups* are the shared ones by name.

    Raises:
        FormError: it can't be read, or a group that it includes can't.
    """
    written = _parse(file, raw)
    whole = Whole(raw, written)
    if isinstance(written.get("sections"), list):
        whole.data = _Maker(whole, groups).form(file, written)
    if whole.data != written:
        whole.raw = json.dumps(whole.data, ensure_ascii=False, separators=(",", ":")).encode()
    return whole


def _parse(file: str, raw: bytes) -> dict[str, Any]:
    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) < len(pairs):
            twice = Fault("the same key twice in one object: {keys}", keys=[key for key, _ in pairs])
            raise FormError(fault_in(file, WHOLE_FILE, twice))
        return found

    try:
        data = json.loads(raw, object_pairs_hook=once)
        # Half a character can be written nowhere, and NaN is a number to Python alone.
        json.dumps(data, ensure_ascii=False, allow_nan=False).encode()
    except (ValueError, RecursionError) as error:
        raise FormError(fault_in(file, WHOLE_FILE, not_json(error))) from None
    if not isinstance(data, dict):
        raise FormError(fault_in(file, WHOLE_FILE, Fault("not an object")))
    return data


def not_json(error: Exception) -> Fault:
    """Say where a text is no JSON and, in Python's own words, why."""
    if isinstance(error, json.JSONDecodeError):
        at = {"line": error.lineno, "column": error.colno, "char": error.pos}
        return Fault("not JSON: {words}: line {line} column {column} (char {char})", words=error.msg, **at)
    return Fault("not JSON: {words}", words=str(error))


class _Maker:
    """Knows the file that it is in, after which the words found there are named."""

    def __init__(self, whole: Whole, groups: Mapping[str, bytes]) -> None:
        self.whole, self.groups = whole, groups
        self.file, self.stem = "", ""
        self.at: str = WHOLE_FILE

    def fail(self, sentence: str, /, **named: object) -> NoReturn:
        raise FormError(fault_in(self.file, self.at, Fault(sentence, **named)))

    def one(self, raw: Any, depth: int, kind: str) -> list[Any]:
        if kind == "papers":
            return self.papers(raw, depth, kind)
        return self.section(raw, depth) if kind == "sections" else self.field(raw, depth)

    def form(self, file: str, written: dict[str, Any]) -> dict[str, Any]:
        self.file, self.stem = file, file.removesuffix(".json").replace(".v", "")
        sections = [one for raw in written["sections"] for one in self.section(raw, 0)]
        title = self.words(written.get("title"), f"form.{written.get('service')}.title")
        return {**{"groups": ["personal"]}, **written, "title": title, "sections": sections}

    def section(self, raw: Any, depth: int) -> list[Any]:
        if not isinstance(raw, dict):
            return [raw]
        if "include" in raw:
            return self.included(raw, depth, "sections")
        id_, fields = raw.get("id"), raw.get("fields")
        self.at = Fault("section {id}", id=id_)
        texts = {
            "title": self.words(raw.get("title"), f"section.{self.stem}.{id_}"),
            "help": self.words(raw.get("help"), f"section.{self.stem}.{id_}.help"),
        }
        return [{**raw, **texts, "fields": self.fields(fields, depth) if isinstance(fields, list) else fields}]

    def fields(self, raws: list[Any], depth: int) -> list[Any]:
        return [one for raw in raws for one in self.field(raw, depth)]

    def field(self, raw: Any, depth: int) -> list[Any]:
        if not isinstance(raw, dict) or not raw.keys() & {"key", "include"}:
            return [raw]
        if "include" in raw:
            return self.included(raw, depth, "fields")
        self.at = key = str(raw["key"])
        control = raw.get("control")
        rest: dict[str, Any] = {
            "group": "personal", "label": f"field.{key}", "help": None, "required": control != "repeat", "clear": False,
            "max": LENGTHS.get(str(control)), "when": None, "options": None, "hard": [], "soft": [],
            "autocapitalize": "characters" if control in CAPITALS else None,
        }  # fmt: skip
        made = rest | raw
        made["label"] = self.words(made["label"], f"field.{self.stem}.{key}")
        made["help"] = self.words(made["help"], f"help.{self.stem}.{key}")
        for name in ("hard", "soft"):
            made[name] = self.rules(made[name], f"{key}.{name}")
        if isinstance(made["options"], list):
            made["options"] = [self.option(one, key) for one in made["options"]]
        if isinstance(made.get("papers"), list):
            made["papers"] = [one for raw in made["papers"] for one in self.papers(raw, depth, key)]
        if isinstance(made.get("fields"), list):
            made["fields"] = self.fields(made["fields"], depth)
        self.whole.origins[key] = self.file
        return [made]

    def rules(self, rules: Any, where: str) -> Any:
        return [self.rule(one, f"{where}{at}") for at, one in enumerate(rules)] if isinstance(rules, list) else rules

    def rule(self, rule: Any, where: str) -> Any:
        whole = {"rule": rule} if isinstance(rule, str) else rule
        if not isinstance(whole, dict):
            return rule
        message = whole.get("message", f"rule.{whole.get('rule')}")
        return {**whole, "message": self.words(message, f"rule.{self.stem}.{where}")}

    def option(self, option: Any, key: str) -> Any:
        if isinstance(option, str):
            return [option, f"option.{key}.{option}"]
        if isinstance(option, list) and len(option) == 2:
            return [option[0], self.words(option[1], f"option.{self.stem}.{key}.{option[0]}")]
        return option

    def papers(self, paper: Any, depth: int, key: str) -> list[Any]:
        if not isinstance(paper, dict):
            return [paper]
        if "include" in paper:
            return self.included(paper, depth, "papers")
        rest = {"label": f"option.berkas.{paper.get('name')}", "required": True, "when": None}
        made = rest | paper
        return [made | {"label": self.words(made["label"], f"option.{self.stem}.{key}.{paper.get('name')}")}]

    def words(self, value: Any, key: str) -> Any:
        """Take words out of the form: they may be mended without its becoming another."""
        if not isinstance(value, dict):
            return value
        for lang, text in value.items():
            if not isinstance(text, str) or not text.strip():
                self.fail("the words in {lang!r} are empty", lang=lang)
            self.whole.texts.setdefault(lang, {})[key] = text
        return key

    def included(self, raw: dict[str, Any], depth: int, kind: str) -> list[Any]:
        name, leave = raw["include"], raw.get("without", [])
        unknown = [key for key in raw if key not in ("include", "without", "when")]
        if unknown:
            self.fail("{key!r} is unknown beside include", key=unknown[0])
        if not isinstance(leave, list):
            self.fail("without must be a list of keys")
        if not isinstance(name, str) or name not in self.groups:
            self.fail("there is no group {name!r} in the folder groups", name=name)
        if depth >= MAX_DEPTH:
            self.fail("the group {name!r} includes too deeply", name=name)
        outside = self.file, self.stem, self.at
        self.file, self.stem, self.at = f"groups/{name}.json", name.replace(".v", ""), WHOLE_FILE
        group = _parse(self.file, self.groups[name])
        if list(group) != [kind] or not isinstance(group[kind], list):
            self.fail(
                "a group that is included here is an object with {kind!r}, which is a list, and nothing else", kind=kind
            )
        found = [one for each in group[kind] for one in self.one(each, depth + 1, kind)]
        if not all(isinstance(one, dict) for one in _fields(found, kind)):
            self.fail("what stands in {kind!r} must be objects", kind=kind)
        self.file, self.stem, self.at = outside
        keys = {_name(one) for one in _fields(found, kind)}
        odd = [key for key in leave if key not in keys]
        if odd:
            self.fail("the group {name!r} has nothing named {key!r} to be without", name=name, key=odd[0])
        return [_narrowed(one, leave, raw.get("when"), kind) for one in found if _name(one) not in leave]


def _name(one: dict[str, Any]) -> Any:
    return one.get("key", one.get("name"))


def _fields(found: list[Any], kind: str) -> list[Any]:
    """Give the fields, or papers, of what was included; whatever is no list of them as it stands."""
    if kind != "sections":
        return found
    lists = [section.get("fields") if isinstance(section, dict) else section for section in found]
    return [one for fields in lists for one in (fields if isinstance(fields, list) else [fields])]


def _narrowed(one: dict[str, Any], leave: list[str], when: Any, kind: str) -> dict[str, Any]:
    """Leave fields out, and ask the others only under a condition."""
    if kind == "sections":
        fields = [_narrowed(field, leave, when, "fields") for field in one["fields"] if _name(field) not in leave]
        return {**one, "fields": fields}
    if when is None:
        return one
    return {**one, "when": when if one.get("when") is None else ["and", when, one["when"]]}
