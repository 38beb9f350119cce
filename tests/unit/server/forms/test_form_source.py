"""A form made of shared groups is one whole form to everybody who reads it, named by all that it is made of."""

import json
from pathlib import Path
from typing import Any

import pytest

from server.forms.form import Form, FormError
from server.forms.form_reader import read_form
from server.forms.forms import load_forms
from server.i18n import load_catalogues

CONTENT = Path(__file__).parents[4] / "content"
WORDS = {"id": "Nama", "en": "Name"}


def made(*sections: Any, **groups: Any) -> Form:
    raw = json.dumps({"service": "small", "n": 1, "title": "form.small", "sections": sections}).encode()
    return read_form("small.v1.json", raw, {f"{name}.v1": json.dumps(group).encode() for name, group in groups.items()})


def section(*fields: Any) -> dict[str, Any]:
    return {"id": "s", "title": "section.s", "help": None, "fields": list(fields)}


def refused(*sections: Any, **groups: Any) -> tuple[str, ...]:
    with pytest.raises(FormError) as caught:
        made(*sections, **groups)
    return caught.value.faults


def test_a_group_stands_where_it_is_included() -> None:
    group = {"fields": [{"key": "b", "control": "text"}]}
    form = made(section({"key": "a", "control": "text"}, {"include": "name.v1"}), name=group)
    assert [field.key for field in form.fields] == ["a", "b"]
    assert json.loads(form.raw) == form.data
    assert "include" not in form.raw.decode()


def test_a_changed_group_makes_another_form() -> None:
    names = {
        made(section({"include": "name.v1"}), name={"fields": [{"key": "b", "control": "text", "max": length}]}).name
        for length in (10, 20, 10)
    }
    assert len(names) == 2


def test_mended_words_leave_the_form_what_it_was() -> None:
    forms = [
        made(section({"key": "a", "control": "text", "label": {**WORDS, "id": text}})) for text in ("Nama", "Nama Anda")
    ]
    assert forms[0].name == forms[1].name
    assert forms[1].texts["id"][forms[1].field("a").label] == "Nama Anda"


def test_what_goes_without_saying_is_said_in_what_the_phone_gets() -> None:
    form = made(section({"key": "a", "control": "text", "hard": ["letters"]}))
    assert form.data["sections"][0]["fields"] == [
        {
            "group": "personal", "label": "field.a", "help": None, "required": True, "clear": False,
            "max": 100, "when": None, "options": None, "soft": [],
            "hard": [{"rule": "letters", "message": "rule.letters"}], "key": "a", "control": "text",
            "autocapitalize": "characters",
        }
    ]  # fmt: skip


def test_a_whole_file_stays_as_it_is_byte_for_byte() -> None:
    raw = (CONTENT / "forms/passport-new.v1.json").read_bytes()
    assert read_form("passport-new.v1.json", raw).raw == raw


def test_a_group_is_asked_under_a_condition_and_without_some_of_its_fields() -> None:
    name = {"fields": [{"key": key, "control": "text"} for key in "bcd"]}
    form = made(
        section({"key": "a", "control": "text"}, {"include": "name.v1", "without": ["c"], "when": ["filled", "a"]}),
        name=name,
    )
    assert [(field.key, field.when) for field in form.fields] == [
        ("a", None), ("b", ["filled", "a"]), ("d", ["filled", "a"]),
    ]  # fmt: skip


def test_every_fault_is_told_at_once_with_the_file_in_which_it_stands() -> None:
    name = {"fields": [{"key": "b", "control": "colour"}, {"key": "c", "control": "text", "max": 0}]}
    assert refused(
        section({"key": "a", "control": "text", "when": ["filled", "z"]}, {"include": "name.v1"}), name=name
    ) == (
        "small.v1.json: a: the condition refers to 'z', which is no earlier field",
        "groups/name.v1.json: b: unknown control 'colour'",
        "groups/name.v1.json: c: max must be a number above 0, or null",
    )


@pytest.mark.parametrize(
    ("field", "reason"),
    [
        ({"include": "other.v1"}, "there is no group 'other.v1'"),
        ({"include": ["name.v1"]}, "there is no group ['name.v1']"),
        ({"include": "name.v1", "without": ["z"]}, "has nothing named 'z' to be without"),
        ({"include": "name.v1", "without": "z"}, "without must be a list"),
        ({"include": "name.v1", "max": 3}, "'max' is unknown beside include"),
        ({"include": "self.v1"}, "includes too deeply"),
        ({"include": "odd.v1"}, "an object with 'fields'"),
        ({"include": "words.v1"}, "must be objects"),
        ({"key": "a", "control": "text", "label": {"id": " "}}, "the words in 'id' are empty"),
    ],
)
def test_an_include_that_does_not_work(field: Any, reason: str) -> None:
    groups: dict[str, Any] = {
        "name": {"fields": [{"key": "b", "control": "text"}]}, "self": {"fields": [{"include": "self.v1"}]},
        "odd": {"sections": []}, "words": {"fields": ["Nama"]},
    }  # fmt: skip
    [fault] = refused(section(field), **groups)
    assert reason in fault


def test_words_are_wanted_in_every_language(tmp_path: Path) -> None:
    form = {
        "service": "small",
        "n": 1,
        "title": WORDS,
        "sections": [section({"key": "a", "control": "text", "label": {"id": "Nama"}})],
    }
    (tmp_path / "small.v1.json").write_text(json.dumps(form))
    with pytest.raises(FormError, match=r"small\.v1\.json: field\.small1\.a: no words in 'en'"):
        load_forms(tmp_path, texts={"section.s"}, languages=("id", "en"))


def test_the_words_of_every_form_are_there_in_every_language() -> None:
    catalogues = load_catalogues(CONTENT / "locale")
    forms = load_forms(CONTENT / "forms", texts=catalogues.keys, languages=catalogues.languages)
    assert forms.texts()["id"].keys() == forms.texts()["en"].keys()
