"""A round is fair and can be told: first who could not be online, then who lost more often, then a draw."""

import random

import pytest

from bench.fairness import simulate
from server.appointments.rounds import Room, Waiting, give, kept_share, order_of


def names(count: int) -> list[str]:
    return [f"case-{n:03d}" for n in range(count)]


def test_the_same_people_are_drawn_in_the_same_order_however_they_came() -> None:
    people = [Waiting(name, ("a",)) for name in names(40)]
    shuffled = random.sample(people, len(people))
    assert order_of("261203", people) == order_of("261203", shuffled) != order_of("261204", people)


def test_one_more_in_the_round_draws_everybody_anew() -> None:
    """So nobody can try codes until one draws well: whoever else comes in changes it."""
    people = [Waiting(name, ("a",)) for name in names(40)]
    more = order_of("261203", [*people, Waiting("late", ("a",))])
    assert [name for name in more if name != "late"] != order_of("261203", people)


def test_who_could_not_be_online_goes_first_then_who_went_away_empty_more_often() -> None:
    tried = Waiting("tried", ("a",), has_tried=True, lost=9)
    lost = Waiting("lost", ("a",), lost=1)
    new = [Waiting(name, ("a",)) for name in names(20)]
    order = order_of("261203", [tried, *new, lost])
    assert (order[0], order[-1]) == ("lost", "tried")


def test_each_gets_the_first_wish_that_has_a_place_and_is_told_which() -> None:
    waiting = {"one": Waiting("one", ("a", "b")), "two": Waiting("two", ("a", "b")), "three": Waiting("three", ("a",))}
    given = give(["one", "two", "three"], waiting, {"a": Room([1]), "b": Room([1, 2])})
    assert [(each.case, each.offer, each.draw, each.rank) for each in given] == [("one", "a", 1, 1), ("two", "b", 2, 2)]


def test_reserved_places_are_for_who_declares_it_and_are_taken_last() -> None:
    waiting = {name: Waiting(name, ("a",), has_priority=name != "none") for name in ("first", "none", "second")}
    rooms = {"a": Room([1], [9])}
    assert [each.case for each in give(["first", "none", "second"], waiting, rooms)] == ["first", "second"]


@pytest.mark.parametrize(
    ("wishes", "online", "kept"), [(0, 0, 0), (0, 50, 0), (50, 0, 100), (50, 50, 51), (99, 1, 100), (35, 65, 36)]
)
def test_the_share_to_keep_follows_what_was_asked(wishes: int, online: int, kept: int) -> None:
    assert kept_share(wishes, online, 100) == kept


def test_a_village_with_one_exchange_in_three_days_succeeds_as_the_town_does() -> None:
    village, town = simulate(5, 0.35)
    assert min(village, town) / max(village, town) >= 0.9
    without, _ = simulate(5, 0.35, keeps=False)
    assert without < village / 2
