"""What people type becomes the same answers in Python as in JavaScript: the vectors are read by both."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.forms.answers import Answers, from_answers, holds, is_real_date, normalise, settle, to_answers
from server.forms.forms import load_forms
from tests.small_forms import raw_field, small_form

ROOT = Path(__file__).parents[4]
VECTORS = json.loads((ROOT / "tests/vectors/rules.json").read_text())
PASSPORT = load_forms(ROOT / "content/forms").latest("passport-new")
TODAY = date(2026, 11, 25)


@pytest.mark.parametrize(("control", "extra", "typed", "answer"), VECTORS["normalise"])
def test_typed_text_becomes_its_answer(control: str, extra: dict[str, Any], typed: Any, answer: Any) -> None:
    field = small_form(raw_field("x", control, **extra)).field("x")
    assert normalise(field, typed) == answer
    assert normalise(field, answer) == answer


@pytest.mark.parametrize(("condition", "answers", "today", "true"), VECTORS["conditions"])
def test_a_condition_is_true_or_not(condition: list[Any], answers: Answers, today: str, true: bool) -> None:
    assert holds(condition, answers, today=date.fromisoformat(today)) is true


@pytest.mark.parametrize("case", VECTORS["applications"], ids=lambda case: case["name"])
def test_an_application_becomes_its_answers(case: dict[str, Any]) -> None:
    answers = to_answers(PASSPORT, case["values"], today=date.fromisoformat(case["today"]))
    by_key = from_answers(PASSPORT, answers)
    assert {key: by_key[key] for key in case["answers"]} == case["answers"]
    assert to_answers(PASSPORT, by_key, today=date.fromisoformat(case["today"])) == answers


def test_answers_of_another_form_are_refused() -> None:
    with pytest.raises(ValueError, match=r"3 answers to the 53 fields of passport-new 5\."):
        from_answers(PASSPORT, [None, None, None])


def test_a_lone_surrogate_never_gets_into_an_answer() -> None:
    field = small_form(raw_field("x", "text")).field("x")
    assert normalise(field, "a\ud800b") == "a\ufffdb"


@given(st.sampled_from([f.key for f in PASSPORT.fields]), st.text())
def test_settling_twice_changes_nothing(key: str, typed: str) -> None:
    once = settle(PASSPORT, {"tempat_tinggal": "lain", "punya_paspor_lama": "1", key: typed}, today=TODAY)
    assert settle(PASSPORT, once, today=TODAY) == once


@given(st.dates(min_value=date(1, 1, 1)))
def test_every_date_is_read_in_both_orders(day: date) -> None:
    field = small_form(raw_field("x", "date")).field("x")
    assert normalise(field, day.isoformat()) == day.isoformat()
    assert normalise(field, f"{day.day}/{day.month}/{day.year:04}") == day.isoformat()
    assert is_real_date(day.isoformat())


@given(st.text())
def test_every_text_is_storable(typed: str) -> None:
    field = small_form(raw_field("x", "textarea")).field("x")
    assert json.loads(json.dumps([normalise(field, typed)], ensure_ascii=False).encode()) is not None
