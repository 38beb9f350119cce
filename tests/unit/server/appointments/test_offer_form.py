"""What an officer types becomes an offer an hour, or is said to be wrong by its field."""

from datetime import date
from types import SimpleNamespace
from typing import Any, cast

import pytest

from server.appointments.offer_form import BEGIN, read_offers
from server.appointments.offers import is_offer
from server.office import Office
from server.regions import load_regions
from server.working_days import load_working_days
from tests.small_office import CONTENT

NOW = 1_795_564_800  # 25 November 2026, 07:00 in Jakarta
SETTINGS = SimpleNamespace(office=SimpleNamespace(time_zone="Asia/Jakarta"))
REGIONS = load_regions(CONTENT / "regions.csv")
DEADLINES = SimpleNamespace(working_days=load_working_days(CONTENT / "holidays.toml", languages=("id", "en")))
OFFICE = cast(Office, SimpleNamespace(clock=lambda: NOW, settings=SETTINGS, regions=REGIONS, deadlines=DEADLINES))
TYPED = BEGIN | {
    "kind": "outreach", "place": "Kantor Wali Nagari Talu", "area": "13.12.03.2004", "first": "2026-12-07",
    "from": "08:00", "to": "10:30", "places": "3", "kept": "1", "priority": "0",
}  # fmt: skip


def read(days: str = "0", **typed: str) -> Any:
    return read_offers(OFFICE, TYPED | typed, set(days))


def test_each_whole_hour_is_an_offer_of_its_own_in_the_office_s_time() -> None:
    offers = read().offers
    assert [(offer.begins - NOW) / 3600 for offer in offers] == [289, 290]
    assert all(is_offer(offer.id) and offer.id.startswith("261207-") for offer in offers)
    assert len({offer.id for offer in offers}) == 2


def test_only_the_chosen_days_of_the_week_count() -> None:
    offers = read("04", last="2026-12-13").offers  # Monday the 7th and Friday the 11th
    assert {offer.id[:6] for offer in offers} == {"261207", "261211"}


def test_an_hour_that_has_begun_is_not_offered() -> None:
    offers = read("2", first="2026-11-25", **{"from": "06:00"}).offers
    assert [(offer.begins - NOW) / 3600 for offer in offers] == [1, 2]


CHRISTMAS = {date(2026, 12, 24): "Joint leave, Christmas", date(2026, 12, 25): "Christmas"}
NEW_YEAR = {date(2027, 1, 1): "New Year's Day", date(2027, 1, 5): "Isra and Miraj"}


def test_the_office_s_own_hours_leave_holidays_out_and_say_which() -> None:
    wanted = read("01234", kind="office", first="2026-12-14", last="2027-01-08")
    days = {offer.id[:6] for offer in wanted.offers}
    assert len(days) == 16
    assert not days & {"261224", "261225", "270101", "270105"}
    assert {day: words["en"] for day, words in wanted.holidays.items()} == CHRISTMAS | NEW_YEAR


@pytest.mark.parametrize("kind", ["outreach", "group"])
def test_an_event_is_offered_on_a_holiday_too_which_is_named(kind: str) -> None:
    wanted = read("34", kind=kind, first="2026-12-24", last="2026-12-25")
    assert {offer.id[:6] for offer in wanted.offers} == {"261224", "261225"}
    assert {day: words["en"] for day, words in wanted.holidays.items()} == CHRISTMAS


def test_where_every_day_is_a_holiday_nothing_is_offered_at_the_office() -> None:
    wanted = read("4", kind="office", first="2026-12-25")
    assert (wanted.errors, wanted.offers, list(wanted.holidays)) == ({"first": "closed"}, [], [date(2026, 12, 25)])


def test_a_saturday_that_is_chosen_is_offered_and_a_holiday_that_is_not_chosen_is_not_named() -> None:
    wanted = read("5", kind="office", first="2026-12-24", last="2026-12-26")
    assert ({offer.id[:6] for offer in wanted.offers}, wanted.holidays) == ({"261226"}, {})


@pytest.mark.parametrize(
    ("wrong", "errors"),
    [
        ({"kind": "anything"}, {"kind": "kind"}),
        ({"place": ""}, {"place": "place"}),
        ({"place": "Talu\n"}, {"place": "place"}),
        ({"area": "99.99"}, {"area": "area"}),
        ({"first": "2020-01-01"}, {"first": "first"}),
        ({"first": "7 Desember"}, {"first": "first"}),
        ({"first": "2026-02-31"}, {"first": "first"}),
        ({"last": "2027-12-07"}, {"last": "last"}),
        ({"last": "2026-12-01"}, {"last": "last"}),
        ({"from": "8"}, {"from": "time"}),
        ({"to": "07:00"}, {"to": "to"}),
        ({"to": "08:30"}, {"first": "none"}),
        ({"minutes": "1"}, {"minutes": "minutes"}),
        ({"kept": "3", "priority": "1"}, {"kept": "share"}),
        ({"places": "1000"}, {"places": "number"}),
        ({"places": "0"}, {"places": "number"}),
        ({"days": "6"}, {"first": "none"}),
        ({"days": "0123456", "last": "2027-01-31", "to": "18:00", "minutes": "30"}, {"last": "many"}),
    ],
)
def test_what_is_wrong_is_said_by_its_field(wrong: dict[str, str], errors: dict[str, str]) -> None:
    wanted = read(**wrong)
    assert (wanted.errors, wanted.offers) == (errors, [])
