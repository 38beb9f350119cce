"""Many ask for places at once, a few of them twice: each store is held to the budget that no place is given twice."""

from bench.__main__ import BUDGETS, over_budget
from bench.bookings import measure

CLIENTS, EACH = 12, 3


def test_on_both_stores_no_place_is_given_twice_and_none_is_lost() -> None:
    budget = BUDGETS["bookings"]
    held = {key: limit if "at_most" in limit else {"at_least": CLIENTS * EACH} for key, limit in budget.items()}
    found = measure(CLIENTS, EACH)
    assert over_budget(found, held) == []
    for store in ("", "couch_"):
        for fault in ("twice", "lost"):
            assert over_budget(found | {f"{store}{fault}": 1}, held) != [], "the budget holds this store too"
