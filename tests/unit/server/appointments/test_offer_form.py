"""What an officer types becomes an offer an hour, or is said to be wrong by its field."""

from types import SimpleNamespace
from typing import Any, cast

import pytest

from server.appointments.offer_form import BEGIN, read_offers
from server.appointments.offers import is_offer
from server.office import Office
from server.regions import load_regions
from tests.small_office import CONTENT

NOW = 1_795_564_800  # 25 November 2026, 07:00 in Jakarta
SETTINGS = SimpleNamespace(office=SimpleNamespace(time_zone="Asia/Jakarta"))
REGIONS = load_regions(CONTENT / "regions.csv")
OFFICE = cast(Office, SimpleNamespace(clock=lambda: NOW, settings=SETTINGS, regions=REGIONS))
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
