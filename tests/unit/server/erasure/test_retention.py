"""What is kept how long is the office's to say; a slip in the file is named, and nothing is due a day early."""

from datetime import date
from typing import Any

import pytest

from server.erasure.retention import DAY, DEFAULTS, Retention, class_of, read_retention
from server.projection.projection import CaseRow
from server.settings import ROOT, load_retention

NOW = 1_795_564_800
RULE = {"period": "10 days", "basis": "the office", "checked_on": ""}


def row(case: str = "a", **more: Any) -> CaseRow:
    values: dict[str, Any] = {
        "case": case, "service": "passport-new", "form": "1.x", "first_at": 0, "last_at": NOW, "received": 0,
        "state": "diserahkan", "n": 1, "versions": 1, "area": None, "channel": "app", "number": f"number {case}",
        "kind": "app",
    }  # fmt: skip
    return CaseRow(**(values | more))


def due(retention: Retention, *rows: CaseRow, now: int = NOW) -> list[str]:
    return [due.case for due in retention.due(rows, now)]


def test_the_file_of_the_product_has_a_rule_with_its_basis_for_every_class() -> None:
    rules = load_retention(ROOT / "content" / "office.toml").rules
    assert {name: rule.period for name, rule in rules.items()} == DEFAULTS
    assert all(rule.basis for rule in rules.values())


def test_a_class_without_a_rule_has_its_default() -> None:
    rules = read_retention({"applications": RULE | {"checked_on": date(2026, 11, 25)}}).rules
    assert (rules["applications"].days, rules["applications"].checked_on) == (10, date(2026, 11, 25))
    assert rules["complaints"].period == DEFAULTS["complaints"]


@pytest.mark.parametrize(
    ("period", "days"), [("1 day", 1), ("30 days", 30), ("6 months", 183), ("3 years", 1096), ("unlimited", None)]
)
def test_a_period_is_days_months_years_or_without_limit(period: str, days: int | None) -> None:
    assert read_retention({"drafts": RULE | {"period": period}}).draft_days == days


@pytest.mark.parametrize(
    ("tables", "named"),
    [
        ({"aplications": RULE}, r"retention\.aplications: there is no such class"),
        ({"drafts": RULE | {"period": "a month"}}, r"retention\.drafts\.period: such as"),
        ({"drafts": RULE | {"period": 30}}, r"retention\.drafts\.period: such as"),
        ({"drafts": RULE | {"period": "0 days"}}, r"retention\.drafts\.period: such as"),
        ({"drafts": {"period": "30 days", "checked_on": ""}}, r"retention\.drafts\.basis is missing"),
        ({"drafts": RULE | {"basis": 5}}, r"retention\.drafts\.basis: a text"),
        ({"drafts": RULE | {"checked_on": "soon"}}, r"retention\.drafts\.checked_on: a day"),
        ({"drafts": RULE | {"perod": "1 day"}}, r"retention\.drafts\.perod: there is no such field"),
        ({"drafts": "30 days"}, r"retention\.drafts: a table"),
        ("30 days", r"retention: tables"),
    ],
)
def test_what_is_wrong_is_named_by_its_field(tables: Any, named: str) -> None:
    with pytest.raises(ValueError, match=named):
        read_retention(tables)


@pytest.mark.parametrize(
    ("kind", "state", "name"),
    [
        ("app", "terkirim", None),
        ("app", "adjudikasi", None),
        ("app", "siap_diambil", None),
        ("app", "diserahkan", "applications"),
        ("app", "ditolak", "applications"),
        ("app", "dibatalkan", "applications"),
        ("app", "perlu_perbaikan", "abandoned"),
        ("app", "kedaluwarsa", "abandoned"),
        ("cmp", "terkirim", "complaints"),
    ],
)
def test_a_case_belongs_to_one_class_and_to_none_while_the_office_works_on_it(
    kind: str, state: str, name: str | None
) -> None:
    assert class_of(row(kind=kind, state=state)) == name


def test_a_case_is_due_when_its_period_is_over_and_not_a_second_before() -> None:
    retention = read_retention({"applications": RULE})
    assert due(retention, row(last_at=NOW - 10 * DAY)) == ["a"]
    assert due(retention, row(last_at=NOW - 10 * DAY + 1)) == []
    assert due(retention, row(last_at=NOW - 4000 * DAY, state="adjudikasi")) == []


def test_what_waited_longest_comes_first_and_says_by_which_rule() -> None:
    retention = read_retention({})
    rows = [row("a", last_at=NOW - 95 * DAY), row("b", last_at=NOW - 400 * DAY, state="perlu_perbaikan")]
    [first, second] = retention.due(rows, NOW)
    assert (first.case, first.rule, first.since, first.due) == (
        "b",
        "abandoned",
        NOW - 400 * DAY,
        NOW - 400 * DAY + 366 * DAY,
    )
    assert (second.case, second.rule, second.number) == ("a", "applications", "number a")


def test_only_what_was_quiet_for_the_shortest_period_needs_looking_at() -> None:
    assert read_retention({}).quiet_before(NOW) == NOW - 90 * DAY
    none = {name: RULE | {"period": "unlimited"} for name in DEFAULTS}
    assert read_retention(none).quiet_before(NOW) == 0
    assert due(read_retention(none), row(last_at=0)) == []
