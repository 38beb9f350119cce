"""A spreadsheet of questions becomes a form of ours; what has no twin here is named with its question."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from openpyxl import Workbook

from server.commands.forms import forms
from server.forms.form_reader import read_form
from server.forms.xlsform import XlsFormError, read_xlsform
from server.forms.xlsform_conditions import NotSupported, condition_of, rules_of

SURVEY = [
    ["type", "name", "label::Bahasa (id)", "label::English (en)", "hint::Bahasa (id)", "hint::English (en)", "required",
     "relevant", "constraint", "appearance"],
    ["start", "start", "", "", "", "", "", "", "", ""],
    ["begin group", "diri", "Tentang Anda", "About you", "", "", "", "", "", ""],
    ["text", "Nama", "Nama", "Name", "Seperti di KTP", "As in the KTP", "yes", "", "", ""],
    ["integer", "umur", "Umur", "Age", "", "", "yes", "", ". >= 17 and . < 120", ""],
    ["date", "lahir", "Tanggal lahir", "Born on", "", "", "", "", ". <= today()", ""],
    ["select_one jenis", "jenis", "Jenis", "Kind", "", "", "yes", "${umur} != 20", "", ""],
    ["text", "ceritakan", "Ceritakan", "Tell", "", "", "", "${jenis} = 'lain' and not(${Nama} = '')", "", "multiline"],
    ["acknowledge", "setuju", "Setuju", "I agree", "", "", "", "", "", ""],
    ["text", "kode", "Kode", "Code", "", "", "", "${setuju} = 'OK'", "regex(., '^[A-Z]\\d{3}$')", ""],
    ["geopoint", "tempat", "Tempat", "Place", "", "", "", "", "", ""],
    ["text", "akhir", "Akhir", "End", "", "", "", "count(${jenis}) > 1", "", ""],
    ["end group", "", "", "", "", "", "", "", "", ""],
    ["begin group", "keluarga", "Keluarga", "Family", "", "", "", "", "", ""],
    ["begin repeat", "anak", "Anak", "Child", "", "", "", "", "", ""],
    ["text", "anak_nama", "Nama anak", "Child's name", "", "", "yes", "", "", ""],
    ["end repeat", "", "", "", "", "", "", "", "", ""],
    ["end group", "", "", "", "", "", "", "", "", ""],
]  # fmt: skip
CHOICES = [
    ["list_name", "name", "label::Bahasa (id)", "label::English (en)"],
    ["jenis", "a", "Satu", "One"], ["jenis", "lain", "Lain", "Other"],
]  # fmt: skip


@pytest.fixture
def sheet(tmp_path: Path) -> Path:
    book = Workbook()
    book.remove(book.worksheets[0])
    settings = [["form_title", "form_id", "default_language"], ["Permohonan kecil", "kecil", "Bahasa (id)"]]
    for title, rows in {"survey": SURVEY, "choices": CHOICES, "settings": settings}.items():
        page = book.create_sheet(title)
        for row in rows:
            page.append(row)
    book.save(tmp_path / "kecil.xlsx")
    return tmp_path / "kecil.xlsx"


def test_a_spreadsheet_becomes_a_form_that_reads(sheet: Path) -> None:
    imported = read_xlsform(sheet, "kecil")
    form = read_form("kecil.v1.json", json.dumps(imported.form).encode())
    assert [(field.key, field.control) for field in form.fields] == [
        ("nama", "text"), ("umur", "number"), ("lahir", "date"), ("jenis", "radio"), ("ceritakan", "textarea"),
        ("setuju", "checkbox"), ("kode", "text"), ("akhir", "text"), ("anak", "repeat"),
    ]  # fmt: skip
    asked = {field.key: field for field in form.every_field}
    assert asked["jenis"].when == ["not", ["eq", "umur", 20]]
    assert asked["ceritakan"].when == ["and", ["eq", "jenis", "lain"], ["not", ["not", ["filled", "nama"]]]]
    assert asked["kode"].when == ["eq", "setuju", 1]
    assert [(rule.rule, rule.value) for rule in asked["umur"].hard] == [("min", 17), ("max", 119)]
    assert [rule.rule for rule in asked["lahir"].hard] == ["date-not-future"]
    assert asked["kode"].hard[0].value == "[A-Z][0-9]{3}"
    assert (asked["nama"].required, asked["kode"].required, asked["anak_nama"].required) == (True, False, True)
    assert form.texts["en"][asked["nama"].label] == "Name"
    assert form.texts["id"][str(asked["nama"].help)] == "Seperti di KTP"


def test_what_has_no_twin_is_named_with_its_question(sheet: Path) -> None:
    notes = "\n".join(read_xlsform(sheet, "kecil").notes)
    assert "tempat: the type 'geopoint' has no twin here; the question was left out" in notes
    assert "akhir: the condition" in notes
    assert "anak: 0 to 10 rows" in notes


def test_what_a_question_asks_for_beside_its_type_is_named_too(tmp_path: Path) -> None:
    book = Workbook()
    survey, choices = book.worksheets[0], book.create_sheet("choices")
    survey.title = "survey"
    for row in (
        [
            "type",
            "name",
            "label",
            "hint",
            "required",
            "default",
            "choice_filter",
            "readonly",
            "calculation",
            "appearance",
            "required_message",
            "trigger",
            "repeat_count",
        ],
        ["text", "nama", "Nama", "", "yes"],
        ["select_one k", "kab", "Kabupaten", "", "false"],
        ["select_one k", "kec", "Kecamatan", "", "${kab} = 'a'", "", "kab = ${kab}"],
        ["text", "desa", "Desa", "Desa ${nama}", "", "TALU", "", "${nama} = 'X'", "concat(${nama}, 'x')"],
        ["text", "cerita", "Cerita", "", "yes", "", "", "", "", "multiline", "Tulislah", "${nama}"],
        ["begin repeat", "anak", "Anak", "", "", "", "", "", "", "field-list", "", "", "${kab}"],
        ["text", "anak_nama", "Nama"],
        ["end repeat"],
    ):
        survey.append(row)
    for row in (["list_name", "name", "label", "kab"], ["k", "a", "A", "a"], ["k", "b", "B", "b"]):
        choices.append(row)
    book.save(tmp_path / "f.xlsx")
    named = [note for note in read_xlsform(tmp_path / "f.xlsx", "f").notes if "it has no twin here" in note]
    assert named == [
        f"{name}: {column} was left out, it has no twin here: {value!r}"
        for name, column, value in (
            ("kec", "choice_filter", "kab = ${kab}"), ("kec", "required", "${kab} = 'a'"),
            ("desa", "default", "TALU"), ("desa", "calculation", "concat(${nama}, 'x')"),
            ("desa", "readonly", "${nama} = 'X'"), ("desa", "${ } in a text", "Desa ${nama}"),
            ("cerita", "trigger", ("nama",)), ("cerita", "required_message", "Tulislah"),
            ("anak", "appearance", "field-list"), ("anak", "repeat_count", "${kab}"),
        )
    ]  # fmt: skip


def test_rows_within_rows_and_what_a_phone_tells_of_itself_are_named_and_left_out() -> None:
    sheet = """
| survey |              |       |       |
|        | type         | name  | label |
|        | deviceid     | hp    |       |
|        | begin repeat | anak  | Anak  |
|        | text         | nama  | Nama  |
|        | begin repeat | sakit | Sakit |
|        | text         | apa   | Apa   |
|        | end repeat   |       |       |
|        | end repeat   |       |       |
"""
    imported = read_xlsform(io.BytesIO(sheet.encode()), "keluarga")
    [rows] = imported.form["sections"][0]["fields"]
    assert [one["key"] for one in rows["fields"]] == ["nama"]
    assert "sakit: rows within rows have no twin here; they were left out" in imported.notes
    assert "hp: the type 'deviceid' has no twin here; the question was left out" in imported.notes


@pytest.mark.parametrize(
    ("file", "reason"),
    [
        (b"| survey |\n| | type | name | label |\n| | note | baca | Bacalah |\n", "no question with a twin here"),
        (b"type,name,label\ntext,nama,Nama\n", "cannot be read as an XLSForm"),
        (b"PK\x03\x04cut off", "cannot be read as an XLSForm"),
    ],
)
def test_of_a_file_without_a_question_for_us_no_form_is_made(file: bytes, reason: str) -> None:
    with pytest.raises(XlsFormError, match=reason):
        read_xlsform(io.BytesIO(file), "kosong")


@pytest.mark.parametrize(
    ("relevant", "condition"),
    [
        ("selected(${Kab}, 'p')", ["eq", "kab", "p"]),
        ("selected(${ok}, 'OK') and ${ok} != 'no'", ["and", ["eq", "ok", 1], ["not", ["eq", "ok", 0]]]),
        ("selected(${umur}, '17') or ${Kab} != ''", ["or", ["eq", "umur", 17], ["filled", "kab"]]),
    ],
)
def test_a_condition_asks_what_the_spreadsheet_s_does(relevant: str, condition: list[Any]) -> None:
    assert condition_of(relevant, {"Kab": "radio", "ok": "checkbox", "umur": "number"}) == condition


@pytest.mark.parametrize(
    "relevant",
    [
        "${a} > 3", "${b} = 'x'", "position(..) = 1", "${a} =", "${a} = 'x' or", "a = 1", "selected(${a}, ${a})",
        "${n} = 1.5", "${n} = 'x'", "${ok} = 'maybe'",
    ],
)  # fmt: skip
def test_a_condition_that_ours_can_not_say_is_refused(relevant: str) -> None:
    with pytest.raises(NotSupported):
        condition_of(relevant, {"a": "text", "n": "number", "ok": "checkbox"})


@pytest.mark.parametrize(
    ("constraint", "control", "rule", "value"),
    [
        ("string-length(.) < 10", "text", "max-length", 9),
        (". > 3", "number", "min", 4),
        (". >= date('1900-01-01')", "date", "date-from", "1900-01-01"),
    ],
)
def test_a_constraint_becomes_a_rule(constraint: str, control: str, rule: str, value: Any) -> None:
    assert rules_of(constraint, control)[0] | {"rule": rule, "value": value} == rules_of(constraint, control)[0]


@pytest.mark.parametrize(
    ("constraint", "control"), [(". > ${x}", "number"), (". > 3", "text"), ("selected(., 'a')", "text")]
)
def test_a_constraint_that_no_rule_says_is_refused(constraint: str, control: str) -> None:
    with pytest.raises(NotSupported):
        rules_of(constraint, control)


def test_the_command_writes_the_next_version_and_says_what_is_left(
    sheet: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "forms").mkdir()
    (tmp_path / "office.toml").write_text((Path(__file__).parents[4] / "content/office.toml").read_text())
    monkeypatch.setenv("RANTAU_CONTENT", str(tmp_path))
    for n in (1, 2):
        done = CliRunner().invoke(forms, ["import", str(sheet)])
        assert done.exit_code == 0, done.output
        assert "geopoint" in done.output
        assert json.loads((tmp_path / f"forms/kecil.v{n}.json").read_text())["n"] == n
    (tmp_path / "no.xlsx").write_bytes(b"not a spreadsheet")
    assert "no.xlsx: " in CliRunner().invoke(forms, ["import", str(tmp_path / "no.xlsx")]).output
