"""Makes a form of ours from an XLSForm, the spreadsheet in which many offices write their questions.

What has a twin here is taken over: groups as sections, repeats as rows, the usual types, `required`, `relevant` and the
usual constraints. Whatever has none is named with its question and the reason, and left out. Reading the spreadsheet
itself is pyxform's work; it is imported by this alone (`.venv/bin/pip install 'rantau[xlsform]'`).
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from server.faults import Fault
from server.forms.xlsform_conditions import NotSupported, condition_of, rules_of

CONTROLS = {
    "text": "text", "string": "text", "integer": "number", "int": "number", "date": "date", "select one": "radio",
    "select one from file": "", "acknowledge": "checkbox", "phonenumber": "tel",
}  # fmt: skip
SILENT = frozenset({"instanceID", "meta"})  # what pyxform adds of its own
YES, NO = ("yes", "true", "true()"), ("", "no", "false", "false()")
MAX_ROWS = 10
_LOOSE = {"id": "Pertanyaan", "en": "Questions"}
_COLUMNS = ("choice_filter", "default", "guidance_hint", "media", "parameters", "trigger")
FEW = 6  # options that are shown one beside the other; more become a list


class XlsFormError(Exception):
    """The spreadsheet can't be read at all; the message says why."""


@dataclass
class Imported:
    """A form as it is written to its file, and what of the spreadsheet is not in it."""

    form: dict[str, Any]
    notes: list[str] = field(default_factory=list)


def read_xlsform(
    file: Path | BinaryIO, service: str, *, n: int = 1, languages: Sequence[str] = ("id", "en")
) -> Imported:
    """Make version *n* of the form *service*.

    Raises:
        XlsFormError: pyxform is not installed or does not read the file, or nothing of it can be asked here.
    """
    try:
        from pyxform.errors import PyXFormError
        from pyxform.xls2json import workbook_to_json
        from pyxform.xls2json_backends import get_xlsform
    except ImportError:
        how = ".venv/bin/pip install 'rantau[xlsform]'"
        raise XlsFormError(Fault("pyxform is not installed: {how}", how=how)) from None
    warnings: list[str] = []
    try:
        survey = workbook_to_json(get_xlsform(file), form_name=service, warnings=warnings)
    except PyXFormError as error:
        raise XlsFormError(f"{getattr(file, 'name', '')}: {str(error).strip()}".lstrip(": ")) from error
    except Exception as error:  # whatever else a spreadsheet makes it raise, for which it has no words
        raise XlsFormError(Fault("this cannot be read as an XLSForm")) from error
    maker = _Maker(survey.get("choices", {}), languages)
    sections = maker.sections(survey.get("children", []))
    if not sections:
        raise XlsFormError(Fault("it has no question with a twin here"))
    title = maker.words(survey.get("title") or service, Fault("the form's title"))
    return Imported({"service": service, "n": n, "title": title, "sections": sections}, maker.notes)


class _Maker:
    def __init__(self, choices: dict[str, Any], languages: Sequence[str]) -> None:
        self.choices, self.languages = choices, languages
        self.notes: list[str] = []
        self.types: dict[str, str] = {}  # the control of each question so far, which conditions look at

    def note(self, sentence: str, /, **named: object) -> None:
        self.notes.append(Fault(sentence, **named))

    def sections(self, children: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """A group at the top is a section; what stands between groups makes sections of its own."""
        sections: list[dict[str, Any]] = []
        loose: dict[str, Any] | None = None
        for child in children:
            if child["type"] == "group" and child["name"] not in SILENT:
                sections.append(self.section(child))
                loose = None
            elif fields := list(self.fields([child])):
                if loose is None:
                    loose = {"id": f"bagian_{len(sections) + 1}", "title": dict(_LOOSE), "help": None, "fields": []}
                    sections.append(loose)
                    self.note("{id}: questions outside a group: give their section a title", id=loose["id"])
                loose["fields"] += fields
        return [section for section in sections if section["fields"]]

    def section(self, group: dict[str, Any]) -> dict[str, Any]:
        title = self.words(group.get("label") or group["name"], group["name"])
        fields = list(self.fields(group["children"]))
        when = self.condition(group)
        if when is not None:
            fields = [{**one, "when": ["and", when, one["when"]] if one.get("when") else when} for one in fields]
        return {"id": self.key(group["name"]), "title": title, "help": None, "fields": fields}

    def fields(self, children: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
        for child in children:
            if child["type"] == "group":
                if child["name"] not in SILENT:
                    yield from self.section(child)["fields"]
            elif child["type"] == "repeat":
                yield self.repeat(child)
            elif child["name"] not in SILENT:
                yield from self.question(child)

    def repeat(self, child: dict[str, Any]) -> dict[str, Any]:
        inner = [one for one in self.fields(child["children"]) if not self.is_within_rows(one)]
        label = self.words(child.get("label") or child["name"], child["name"])
        rows = {"key": self.key(child["name"]), "control": "repeat", "label": label, "min": 0, "max": MAX_ROWS}
        self.note(
            "{name}: 0 to {most} rows may be given; change min and max where that is wrong",
            name=child["name"], most=MAX_ROWS,
        )  # fmt: skip
        self.unsaid(child)
        return {**rows, **self.asked(child), "fields": inner}

    def is_within_rows(self, made: dict[str, Any]) -> bool:
        """Whether it is rows itself, which is said."""
        if made["control"] != "repeat":
            return False
        self.note("{name}: rows within rows have no twin here; they were left out", name=made["key"])
        return True

    def question(self, child: dict[str, Any]) -> Iterator[dict[str, Any]]:
        name, type_ = child["name"], child["type"]
        control = CONTROLS.get(type_, "")
        if type_ == "text" and "multiline" in str(child.get("control", {}).get("appearance", "")):
            control = "textarea"
        if not control:
            self.note("{name}: the type {type!r} has no twin here; the question was left out", name=name, type=type_)
            return
        bind = child.get("bind", {})
        made: dict[str, Any] = {"key": self.key(name), "control": control}
        made["label"] = self.words(child.get("label") or name, name)
        if child.get("hint"):
            made["help"] = self.words(child["hint"], Fault("{name}: hint", name=name))
        made["required"] = str(bind.get("required", "")).lower() in YES
        if control == "radio":
            options = [
                [str(one["name"]), self.words(one.get("label") or one["name"], name)] for one in self.listed(child)
            ]
            made |= {"options": options, "control": "select" if len(options) > FEW else "radio"}
        self.types[name] = control
        self.unsaid(child)
        yield {**made, **self.asked(child), **self.ruled(name, control, bind)}

    def listed(self, child: dict[str, Any]) -> list[dict[str, Any]]:
        return list(child.get("choices") or self.choices.get(child.get("itemset", ""), []))

    def unsaid(self, child: dict[str, Any]) -> None:
        """Name what a question's other columns ask for: here nobody would miss it before an applicant does."""
        bind, control = child.get("bind", {}), child.get("control", {})
        required = str(bind.get("required", ""))
        columns = {
            **{column: child.get(column) for column in _COLUMNS},
            "appearance": None if (look := control.get("appearance")) == "multiline" else look,
            "calculation": bind.get("calculate"),
            "readonly": None if str(bind.get("readonly", "")).lower() in NO else bind["readonly"],
            "repeat_count": control.get("jr:count"),
            "required_message": bind.get("jr:requiredMsg"),
            "required": None if required.lower() in (*YES, *NO) else required,
            "${ } in a text": next((text for text in _texts(child) if "${" in text), None),
        }
        for column, value in columns.items():
            if value:
                self.note(
                    "{name}: {column} was left out, it has no twin here: {value!r}",
                    name=child["name"], column=column, value=value,
                )  # fmt: skip

    def asked(self, child: dict[str, Any]) -> dict[str, Any]:
        when = self.condition(child)
        return {} if when is None else {"when": when}

    def condition(self, child: dict[str, Any]) -> list[Any] | None:
        relevant = child.get("bind", {}).get("relevant")
        if not relevant:
            return None
        try:
            return condition_of(relevant, self.types)
        except NotSupported as error:
            self.note(
                "{name}: the condition {condition!r} was left out: {reason}",
                name=child["name"], condition=relevant, reason=error.args[0],
            )  # fmt: skip
            return None

    def ruled(self, name: str, control: str, bind: dict[str, Any]) -> dict[str, Any]:
        constraint = bind.get("constraint")
        if not constraint:
            return {}
        try:
            rules = rules_of(constraint, control)
        except NotSupported as error:
            self.note(
                "{name}: the constraint {constraint!r} was left out: {reason}",
                name=name, constraint=constraint, reason=error.args[0],
            )  # fmt: skip
            return {}
        if message := bind.get("jr:constraintMsg"):
            said = self.words(message, Fault("{name}: constraint message", name=name))
            rules = [{**rule, "message": said} for rule in rules]
        return {"hard": rules}

    def key(self, name: str) -> str:
        key = re.sub("[^a-z0-9_]", "_", name.lower())
        return key if key[:1].isalpha() else f"q_{key}"

    def words(self, given: Any, about: str) -> dict[str, str]:
        """Give words in every language: `English (en)` says its code; a bare text stands for all of them."""
        by_code = {}
        for name, text in (given if isinstance(given, dict) else {"": given}).items():
            code = re.search(r"\(([a-z]{2})", str(name))
            by_code[code[1] if code else ""] = re.sub(r"\s+", " ", str(text)).strip()
        first = next(text for text in by_code.values())
        missing = [lang for lang in self.languages if lang not in by_code]
        if missing:
            self.note(
                "{about}: no words in {languages}; {words!r} stands there until somebody translates it",
                about=about, languages=", ".join(missing), words=first,
            )  # fmt: skip
        return {lang: by_code.get(lang, first) for lang in self.languages}


def _texts(child: dict[str, Any]) -> Iterator[str]:
    for said in (child.get("label"), child.get("hint")):
        yield from map(str, said.values() if isinstance(said, dict) else [said or ""])
