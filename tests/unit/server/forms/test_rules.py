"""Each rule, kept and broken, and whole applications: the same findings in Python as in JavaScript."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.forms import form_grammar
from server.forms.forms import load_forms
from server.forms.rules import RULES, Finding, check, from_answers, to_answers
from server.regions import load_regions
from tests.small_forms import form_with_rule, raw_field, small_form

ROOT = Path(__file__).parents[4]
VECTORS = json.loads((ROOT / "tests/vectors/rules.json").read_text())
[PASSPORT] = [
    form for form in load_forms(ROOT / "content/forms").by_service["passport-new"]
    if f"{form.service}.v{form.n}" == VECTORS["form"]
]  # fmt: skip
REGIONS = load_regions(ROOT / "content/regions.csv")
TODAY = date(2026, 11, 25)


def test_every_rule_that_an_editor_may_write_has_a_meaning() -> None:
    assert set(RULES) == set(form_grammar.RULES)


def test_the_vectors_keep_and_break_every_rule() -> None:
    kept = {(rule, kept) for rule, _, _, _, kept, _, _ in VECTORS["rules"]}
    assert kept == {(rule, kept) for rule in RULES for kept in (True, False)}


@pytest.mark.parametrize(("rule", "value", "control", "typed", "kept", "others", "today"), VECTORS["rules"])
def test_a_rule_is_kept_or_broken(
    rule: str, value: Any, control: str, typed: Any, kept: bool, others: dict[str, Any], today: str
) -> None:
    form = form_with_rule(rule, value, control)
    found = check(form, {**others, "x": typed}, today=date.fromisoformat(today), regions=frozenset(VECTORS["regions"]))
    assert ("x" in [finding.field for finding in (*found.hard, *found.soft)]) is not kept


@pytest.mark.parametrize("case", VECTORS["applications"], ids=lambda case: case["name"])
def test_an_application_has_its_findings(case: dict[str, Any]) -> None:
    found = check(PASSPORT, case["values"], today=date.fromisoformat(case["today"]), regions=REGIONS)
    assert list(found.hard) == [Finding(*row) for row in case["hard"]]
    assert list(found.soft) == [Finding(*row) for row in case["soft"]]


def test_a_field_has_at_most_one_hard_finding_and_then_no_soft_one() -> None:
    letters = {"rule": "letters", "message": "rule.b"}
    nik = {"rule": "nik-serial", "message": "rule.b"}
    short = {"rule": "max-length", "value": 3, "message": "rule.a"}
    form = small_form(raw_field("x", "digits", hard=[short, letters], soft=[nik]))
    found = check(form, {"x": "1312035204950000"}, today=TODAY, regions=REGIONS)
    assert found.hard == (Finding("x", "rule.a", {"value": 3}),)
    assert found.soft == ()


def test_a_rule_with_a_condition_holds_only_while_it_is_true() -> None:
    rule = {"rule": "required", "message": "rule.a", "when": ["filled", "y"]}
    form = small_form(raw_field("x", "text", hard=[rule]), raw_field("y", "text"))
    assert check(form, {}, today=TODAY, regions=REGIONS).hard == ()
    assert check(form, {"y": "1"}, today=TODAY, regions=REGIONS).hard == (Finding("x", "rule.a", {}),)


@pytest.mark.parametrize("case", VECTORS["applications"], ids=lambda case: case["name"])
def test_typed_values_and_their_answers_have_the_same_findings(case: dict[str, Any]) -> None:
    today = date.fromisoformat(case["today"])
    answers = from_answers(PASSPORT, to_answers(PASSPORT, case["values"], today=today))
    typed = check(PASSPORT, case["values"], today=today, regions=REGIONS)
    assert check(PASSPORT, answers, today=today, regions=REGIONS) == typed


@given(st.fixed_dictionaries({}, optional={f.key: st.text() | st.integers() | st.none() for f in PASSPORT.fields}))
def test_nothing_typed_can_break_the_check(values: dict[str, Any]) -> None:
    check(PASSPORT, values, today=TODAY, regions=REGIONS)
