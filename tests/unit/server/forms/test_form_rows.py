"""Rows that repeat: answered, judged, added, moved and taken away, the same in both languages."""

import json
import shutil
import subprocess
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from server.forms.answers import from_answers, to_answers
from server.forms.form import FormError
from server.forms.form_rows import change_rows, known_values, spread
from server.forms.rules import check
from tests.small_forms import raw_field, small_form

ROOT = Path(__file__).parents[4]
TODAY = date(2026, 11, 25)
INNER = (
    raw_field("nama", "text", required=True, autocapitalize="characters"),
    raw_field("menikah", "checkbox"),
    raw_field("pasangan", "text", required=True, when=["and", ["eq", "menikah", 1], ["filled", "kota"]]),
)
FORM = small_form(raw_field("kota", "text"), raw_field("ikut", "repeat", fields=list(INNER), min=1, max=3))
TYPED = {
    "kota": "Talu", "ikut.0.nama": " siti ", "ikut.0.menikah": "1", "ikut.0.pasangan": "Ali",
    "ikut.1.nama": "", "ikut.1.menikah": "", "ikut.1.pasangan": "hidden", "other.0.nama": "x",
}  # fmt: skip
ANSWERS = ["Talu", [["SITI", 1, "Ali"], [None, 0, None]]]


def in_javascript(values: Any) -> Any:
    script = (
        f"import {{ toAnswers, settle, spread, fieldsOf }} from '{(ROOT / 'pwa').as_uri()}/answers.js';"
        f"import {{ check }} from '{(ROOT / 'pwa').as_uri()}/rules.js';"
        f"const [form, values, day] = {json.dumps([FORM.data, values, {'today': TODAY.isoformat()}])};"
        "const { hard } = check(form, values, day);"
        "console.log(JSON.stringify([toAnswers(form, values, day), hard.map((one) => [one.field, one.message]),"
        " spread(fieldsOf(form), settle(form, values, day)).map((one) => one.answer)]))"
    )
    node = shutil.which("node", path=f"{ROOT}/.venv/bin") or shutil.which("node") or "node"
    done = subprocess.run([node, "--input-type=module", "-e", script], capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


@pytest.mark.parametrize(
    ("values", "answers", "faults"),
    [
        (TYPED, ANSWERS, [["ikut.1.nama", "rule.required"]]),
        (from_answers(FORM, ANSWERS), ANSWERS, [["ikut.1.nama", "rule.required"]]),  # settling twice changes nothing
        ({}, [None, None], [["ikut", "rule.rows-min"]]),
        ({f"ikut.{at}.nama": "A" for at in range(4)}, [None, [["A", 0, None]] * 4], [["ikut", "rule.rows-max"]]),
        ({"ikut": [["short"]]}, [None, [[None, 0, None]]], [["ikut.0.nama", "rule.required"]]),
    ],
)
def test_rows_are_answered_and_judged_alike_in_both_languages(values: Any, answers: Any, faults: Any) -> None:
    hard = [[one.field, one.message] for one in check(FORM, values, today=TODAY, regions=()).hard]
    read, judged, each = in_javascript(values)
    assert to_answers(FORM, values, today=TODAY) == read == answers
    assert hard == judged == faults
    assert each == [one.answer for one in spread(FORM.fields, from_answers(FORM, answers))]


@pytest.mark.parametrize(
    ("wish", "names"),
    [
        ("add ikut", ["siti", "", ""]),
        ("remove ikut 0", [""]),
        ("up ikut 1", ["", "siti"]),
        ("down ikut 0", ["", "siti"]),
        ("up ikut 0", ["siti", ""]),
        ("down ikut 1", ["siti", ""]),
        ("remove ikut 9", ["siti", ""]),
        ("remove kota 0", ["siti", ""]),
        ("nonsense", ["siti", ""]),
    ],
)
def test_a_button_changes_the_rows_and_nothing_else(wish: str, names: list[str]) -> None:
    values = change_rows(FORM, {**TYPED, "ikut.0.nama": "siti"}, wish)
    assert [one.answer for one in spread(FORM.fields, values) if one.field.key == "nama"] == names
    assert values["kota"] == "Talu"


def test_no_more_rows_are_added_than_may_be() -> None:
    values = {f"ikut.{at}.nama": "A" for at in range(3)}
    assert len([name for name in change_rows(FORM, values, "add ikut") if name.endswith(".nama")]) == 3


def test_only_what_the_form_asks_is_shown_again() -> None:
    known = known_values(FORM, {**TYPED, "ikut.0.bogus": "x", "nama": "x"})
    assert known.keys() == TYPED.keys() - {"other.0.nama"}


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"fields": []}, "asks something"),
        ({"required": True}, "neither required"),
        ({"min": 4}, "numbers of rows"),
        ({"max": 99}, "numbers of rows"),
        ({"fields": [raw_field("berkas", "files", papers=[])]}, "control 'files' is not for rows"),
        ({"fields": [raw_field("kota", "text")]}, "used twice"),
    ],
)
def test_rows_that_do_not_work_are_refused(changes: dict[str, Any], reason: str) -> None:
    rows = raw_field("ikut", "repeat", fields=[raw_field("nama", "text")], min=1, max=3)
    with pytest.raises(FormError, match=reason):
        small_form(raw_field("kota", "text"), rows | changes)


def test_nobody_outside_looks_into_a_row() -> None:
    rows = raw_field("ikut", "repeat", fields=[raw_field("nama", "text")], min=1, max=3)
    with pytest.raises(FormError, match="'nama', which is no earlier field"):
        small_form(rows, raw_field("x", "text", when=["filled", "nama"]))
