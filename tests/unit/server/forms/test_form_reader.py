"""An editor's slip is refused by file, key and reason."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from server.forms.form import FormError
from server.forms.form_grammar import CONTROLS, RULES
from server.forms.form_reader import read_form
from tests.small_forms import FILE, raw_field, raw_form, small_form


def refused(*fields: Any, **more: Any) -> str:
    with pytest.raises(FormError) as caught:
        small_form(*fields, **more)
    return str(caught.value)


def with_rule(rule: dict[str, Any], control: str = "text") -> str:
    return refused(raw_field("y", "text"), raw_field("x", control, soft=[rule]))


def test_a_form_is_read() -> None:
    form = small_form(raw_field("x", "radio", options=[["a", "option.a"]], required=True), raw_field("y", "text"))
    assert [field.key for field in form.fields] == ["x", "y"]
    assert form.field("x").options == (("a", "option.a"),)
    assert form.name.startswith("1.")
    assert form.data["service"] == "small"


def test_a_form_that_is_not_json() -> None:
    with pytest.raises(FormError, match=r"small\.v1\.json: \(file\): not JSON"):
        read_form(FILE, b"{")


def test_a_form_that_is_no_object() -> None:
    with pytest.raises(FormError, match="not an object"):
        read_form(FILE, b"[]")


def test_a_key_that_stands_twice_in_one_object() -> None:
    with pytest.raises(FormError, match="the same key twice in one object"):
        read_form(FILE, b'{"service":"a","service":"b"}')


@pytest.mark.parametrize("file", ["small.v2.json", "other.v1.json", "small.json", "small.v01.json"])
def test_a_file_whose_name_is_not_its_forms(file: str) -> None:
    with pytest.raises(FormError, match="not named <service>"):
        read_form(file, raw_form(raw_field("x", "text")))


def test_an_unknown_property_of_a_form() -> None:
    assert refused(raw_field("x", "text"), colour="red") == "small.v1.json: (file): 'colour' is unknown"


def test_a_missing_property_of_a_field() -> None:
    field = raw_field("x", "text")
    del field["control"]
    assert refused(field) == "small.v1.json: x: 'control' is missing"


def test_an_unknown_property_of_a_field() -> None:
    assert refused(raw_field("x", "text", hint="?")) == "small.v1.json: x: 'hint' is unknown"


def test_a_field_that_is_no_object() -> None:
    assert "an object is expected" in refused("x")


def test_an_unknown_control() -> None:
    assert refused(raw_field("x", "colour")) == "small.v1.json: x: unknown control 'colour'"


def test_an_unknown_rule() -> None:
    assert with_rule({"rule": "wise", "message": "rule.a"}) == "small.v1.json: x: unknown rule 'wise'"


def test_a_rule_without_a_message_says_its_own() -> None:
    form = small_form(raw_field("x", "text", hard=[{"rule": "letters"}]))
    assert form.field("x").hard[0].message == "rule.letters"


@pytest.mark.parametrize("message", ["", "Isi dengan huruf", None, 3])
def test_a_message_that_is_no_key(message: Any) -> None:
    assert "must be a message key" in with_rule({"rule": "letters", "message": message})


def test_a_label_that_is_no_key() -> None:
    assert "label must be a message key" in refused(raw_field("x", "text", label="Nama lengkap"))


@pytest.mark.parametrize(
    ("rule", "value", "control"),
    [
        ("pattern", None, "text"),
        ("max-length", "3", "text"),
        ("min", None, "number"),
        ("min", True, "number"),
        ("date-from", "1900", "date"),
        ("date-from", "1900-02-30", "date"),
        ("phone", "home", "tel"),
        ("letters", 1, "text"),
        ("nik-birth", ["y"], "digits"),
        ("nik-birth", "y", "digits"),
    ],
)
def test_a_value_that_does_not_fit_its_rule(rule: str, value: Any, control: str) -> None:
    found = with_rule({"rule": rule, "value": value, "message": "rule.a"}, control)
    assert found.startswith(f"small.v1.json: x: rule '{rule}': ")


@pytest.mark.parametrize(("rule", "control"), [("letters", "number"), ("min", "text"), ("checked", "text")])
def test_a_rule_that_can_not_read_the_controls_answer(rule: str, control: str) -> None:
    assert "can't read what the control" in with_rule({"rule": rule, "message": "rule.a"}, control)


@pytest.mark.parametrize("pattern", [r"\d+", r"\w", r"\s", r"a\b", "(?i)a", "(?=a)", "a++", "["])
def test_a_pattern_that_the_two_languages_would_read_differently(pattern: str) -> None:
    assert "rule 'pattern': " in with_rule({"rule": "pattern", "value": pattern, "message": "rule.a"})


@pytest.mark.parametrize(
    "pattern",
    [
        "([A-Z]+ ?)+", "(a|aa)+", "(a?){30}", "((a)*)*", "a*a*a*a*b", "a?" * 25 + "a" * 25, "(a|a)" * 25,
        "(.{1,9}){1,9}", "[]a]*[^]]*[\\]]*.*", "a{,}b{0,}c{1,999}d*", "(x(a+)?y)*",
    ],
)  # fmt: skip
def test_a_pattern_on_which_an_answer_could_keep_the_server_and_the_phone_busy(pattern: str) -> None:
    found = with_rule({"rule": "pattern", "value": pattern, "message": "rule.a"})
    assert found.startswith("small.v1.json: x: rule 'pattern': a long answer would take it minutes")


@pytest.mark.parametrize(
    "pattern",
    [
        "[A-Z]+( [A-Z]+)?( [A-Z]+)?", "([0-9]{2} ){3}", "(a|b){2}", "|".join(["[0-9]{16}"] * 40), "[(+*|]+[)+*]+",
        "\\(a+\\)|\\[b*\\]", "[0-9]{1,4}/[A-Z]{1,9}/[0-9]{4}", "a+?",
    ],
)  # fmt: skip
def test_a_pattern_that_is_soon_tried(pattern: str) -> None:
    form = small_form(raw_field("x", "text", hard=[{"rule": "pattern", "value": pattern, "message": "rule.a"}]))
    assert form.field("x").hard[0].value == pattern


@pytest.mark.parametrize("pattern", ["a{99999999999}", "a{" + "9" * 5000 + "}", "(" * 5000 + ")" * 5000])
def test_a_pattern_that_is_too_large_to_be_read(pattern: str) -> None:
    assert "rule 'pattern': " in with_rule({"rule": "pattern", "value": pattern, "message": "rule.a"})


@pytest.mark.parametrize("rule", ["nik-region", "nik-serial"])
def test_what_stands_inside_a_nik_never_blocks(rule: str) -> None:
    field = raw_field("x", "digits", hard=[{"rule": rule, "message": "rule.a"}])
    assert refused(field) == f"small.v1.json: x: rule '{rule}' may only be soft"


def test_a_rule_that_refers_to_no_field() -> None:
    rule = {"rule": "nik-birth", "value": ["y", "z"], "message": "rule.a"}
    assert with_rule(rule, "digits") == "small.v1.json: x: refers to 'z', which is no field of this form"
    lines = {"rule": "lines", "value": "z", "message": "rule.a"}
    assert with_rule(lines, "textarea") == "small.v1.json: x: refers to 'z', which is no field of this form"
    later = {"rule": "letters", "message": "rule.a", "when": ["filled", "z"]}
    assert with_rule(later) == "small.v1.json: x: refers to 'z', which is no field of this form"


@pytest.mark.parametrize(
    "condition",
    [
        ["equals", "y", "1"], ["eq", "y"], ["eq", 1, "1"], ["in", "y", "1"], ["filled"], ["age-under", "y", "17"],
        ["not"], ["not", "y"], ["and"], ["or"], [], "filled", {"eq": "y"}, ["eq", "y", None],
        ["not"] + [["not"]] * 2, ["past"], ["past", "y", "2026-11-25"],
    ],
)  # fmt: skip
def test_an_unknown_condition(condition: Any) -> None:
    found = refused(raw_field("y", "text"), raw_field("x", "text", when=condition))
    assert found.startswith("small.v1.json: x: unknown condition ")


def test_a_condition_without_end() -> None:
    deep: list[Any] = ["filled", "y"]
    for _ in range(9):
        deep = ["not", deep]
    assert "unknown condition" in refused(raw_field("y", "text"), raw_field("x", "text", when=deep))


@pytest.mark.parametrize("key", ["z", "x", "later"])
def test_a_condition_looks_back_only(key: str) -> None:
    found = refused(raw_field("x", "text", when=["not", ["filled", key]]), raw_field("later", "text"))
    assert found == f"small.v1.json: x: the condition refers to {key!r}, which is no earlier field"


def test_a_key_used_twice() -> None:
    assert refused(raw_field("x", "text"), raw_field("x", "date")) == "small.v1.json: x: this key is used twice"


def test_only_a_field_of_the_short_list_may_be_clear() -> None:
    assert small_form(raw_field("nagari", "region", clear=True)).field("nagari").clear
    assert refused(raw_field("nama_lengkap", "text", clear=True)) == (
        "small.v1.json: nama_lengkap: may not be clear: only nagari may"
    )


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"group": "other"}, "unknown group 'other'"),
        ({"clear": 1}, "may not be clear"),
        ({"required": "yes"}, "required must be true or false"),
        ({"max": 0}, "max must be a number above 0"),
        ({"max": "9"}, "max must be a number above 0"),
        ({"autocapitalize": "words"}, "unknown autocapitalize 'words'"),
        ({"options": [["a", "option.a"]]}, "options belong to radio and select"),
        ({"control": "radio"}, "options belong to radio and select"),
        ({"control": "radio", "options": [["a", "option.a"], ["a", "option.b"]]}, "the same option code twice"),
        ({"control": "radio", "options": [1]}, "an option is [code, message key]"),
        ({"hard": {}}, "hard must be a list"),
        ({"papers": []}, "papers belong to files"),
        ({"control": "files"}, "papers belong to files"),
    ],
)
def test_a_property_that_does_not_fit(changes: dict[str, Any], reason: str) -> None:
    assert refused(raw_field("x", "text") | changes).startswith(f"small.v1.json: x: {reason}")


def test_a_paper_with_a_name_that_no_file_may_have() -> None:
    paper = {"name": "Kartu Keluarga", "label": "option.kk", "required": True, "when": None}
    assert "a paper's name is 1 to 16 of" in refused(raw_field("x", "files", papers=[paper]))


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"kind": "selfie"}, "unknown kind of paper 'selfie'"),
        ({"kind": "kk", "max": 0}, "max is how many pages"),
        ({"kind": "kk", "max": 10}, "max is how many pages"),
        ({"max": 2}, "max is how many pages"),
        ({"kind": "kk", "name": "kartu-keluarga1"}, "at most 14 characters"),
    ],
)
def test_a_paper_that_cannot_be_photographed_so(more: dict[str, Any], reason: str) -> None:
    paper = {"name": "kk", "label": "option.kk", "required": True, "when": None} | more
    assert reason in refused(raw_field("x", "files", papers=[paper]))


def test_a_paper_with_a_kind_can_be_photographed() -> None:
    paper = {"name": "kk", "label": "option.kk", "required": True, "when": None}
    form = small_form(raw_field("x", "files", papers=[paper, paper | {"name": "akta", "kind": "akta", "max": 3}]))
    assert [(p.kind, p.max) for p in form.field("x").papers] == [(None, 4), ("akta", 3)]


def test_a_form_without_groups() -> None:
    assert "groups must be a list" in refused(raw_field("x", "text"), groups=[])


def test_the_group_of_a_volunteers_consent_is_no_forms() -> None:
    assert "a volunteer's consent has that name" in refused(raw_field("x", "text"), groups=["personal", "consent"])


PAPER = {"name": "kk", "label": "option.kk", "required": True, "when": None, "kind": "kk", "max": 2}
RULE = {"rule": "nik-birth", "value": ["lahir", "k"], "message": "rule.a", "when": ["in", "k", ["L"]]}
EVERY_KIND = [
    raw_field("lahir", "date", when=["not", ["filled", "k"]]),
    raw_field("k", "radio", options=[["L", "option.l"]], soft=["one-of"], hard=[]),
    raw_field("nik", "digits", soft=[RULE], hard=[{"rule": "pattern", "value": "[0-9]*", "message": "rule.b"}]),
    raw_field("files", "files", papers=[PAPER]),
    raw_field("anak", "repeat", min=0, max=2, fields=[raw_field("nik_anak", "digits", soft=[RULE])]),
]
ODD: list[Any] = [None, True, 0, -1, 1.5, 10**30, "", "x", [], [[]], [{}], {}, {"id": 1}, {"include": []}, {"key": []}]


def with_each_value_odd(value: Any, odd: Any) -> Iterator[Any]:
    """Give the value with each part of it, on every level, in turn replaced."""
    yield odd
    places: Any = value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    for place in places:
        for changed in with_each_value_odd(value[place], odd):
            copy = dict(value) if isinstance(value, dict) else list(value)
            copy[place] = changed
            yield copy


def told_of(raw: bytes) -> str:
    try:
        read_form(FILE, raw)
    except FormError as error:
        return str(error)
    return ""


@pytest.mark.parametrize("odd", ODD, ids=repr)
def test_whatever_stands_in_any_place_is_read_or_refused_by_file_and_reason(odd: Any) -> None:
    whole = json.loads(raw_form(*[field | {"when": None} for field in EVERY_KIND], type="application", steps=["step"]))
    whole["sections"][0]["fields"][0]["when"] = ["or", ["filled", "lahir"]]
    told = [told_of(json.dumps(changed).encode()) for changed in with_each_value_odd(whole, odd)]
    assert [reason for reason in told if reason and not reason.startswith(FILE)] == []
    assert len(list(filter(None, told))) > 100


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"control": []}, "unknown control []"),
        ({"soft": [{"rule": {}, "message": "rule.a"}]}, "unknown rule {}"),
        ({"control": "radio", "options": {}}, "options must be a list"),
        ({"control": "files", "papers": None}, "papers must be a list"),
        ({"control": "files", "papers": [PAPER | {"kind": []}]}, "unknown kind of paper []"),
        ({"control": "files", "papers": [PAPER | {"required": "no"}]}, "required must be true or false"),
        ({"soft": [RULE | {"value": [[], "x"]}], "control": "digits"}, "rule 'nik-birth': value must be two keys"),
    ],
)
def test_a_value_of_an_odd_type_is_named_with_its_field(changes: dict[str, Any], reason: str) -> None:
    assert refused(raw_field("x", "text") | changes).startswith(f"{FILE}: x: {reason}")


@pytest.mark.parametrize(
    ("more", "reason"),
    [({"type": []}, "unknown type []"), ({"n": True}, "the file is not named"), ({"groups": [{}]}, "groups must be")],
)
def test_a_value_of_an_odd_type_that_is_the_whole_forms(more: dict[str, Any], reason: str) -> None:
    assert refused(raw_field("x", "text"), **more).startswith(f"{FILE}: (file): {reason}")


@pytest.mark.parametrize("ids", [["a", "a"], [{}], [[]], [1], ["A b"], [""]])
def test_a_section_has_an_id_of_its_own(ids: list[Any]) -> None:
    sections = [{"id": id_, "title": "section.s", "help": None, "fields": []} for id_ in ids]
    assert refused(sections=sections).endswith("a section's id is made of a-z, 0-9, _ and -, and each has its own")


def test_a_form_of_what_json_does_not_know_or_that_never_ends() -> None:
    assert "not JSON" in refused(raw_field("x", "text", when=["eq", "x", float("nan")]))
    deep = raw_field("x", "text")
    for _ in range(400):
        deep = raw_field("x", "repeat", fields=[deep], min=0)
    assert "nested too deeply" in refused(deep)


def test_the_whole_form_is_kept_as_it_stands() -> None:
    raw = raw_form(raw_field("x", "text"))
    form = read_form(FILE, raw)
    assert form.raw == raw
    assert form.data == json.loads(raw)


def test_the_editors_page_names_every_control_and_rule() -> None:
    page = (Path(__file__).parents[4] / "content/README.md").read_text()
    by_themselves = {"number", "date-real", "region-known"}
    assert [name for name in RULES.keys() - by_themselves if f"`{name}`" not in page] == []
    assert [name for name in CONTROLS if name not in page] == []
