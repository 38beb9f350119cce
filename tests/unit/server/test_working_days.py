"""What is promised in working days ends on the day that an office worker would count to on the wall calendar."""

from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from server.content import load_content
from server.settings import load_settings
from server.working_days import HolidaysError, load_working_days

DAYS = load_content(load_settings({}).content).working_days
WIB = "Asia/Jakarta"
YEAR = '[[year]]\nyear = 2026\nlaw = "SKB"\nsource = "pasal.id"\nchecked = 2026-11-30\n'
DAY = '{ on = 2026-12-25, id = "Natal", en = "Christmas" }'


def wib(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(WIB)).timestamp())


def read(folder: Path, text: str) -> None:
    (folder / "holidays.toml").write_text(text)
    load_working_days(folder / "holidays.toml", languages=("id", "en"))


@pytest.mark.parametrize(
    ("came", "count", "last"),
    [
        ("2026-11-30 09:00:00", 1, "2026-12-01"),  # a Monday: the day itself does not count
        ("2026-11-30 09:00:00", 5, "2026-12-07"),
        ("2026-12-04 16:30:00", 1, "2026-12-07"),  # a Friday after hours
        ("2026-12-05 10:00:00", 1, "2026-12-07"),  # a Saturday
        ("2026-12-06 23:59:59", 1, "2026-12-07"),  # the last second of a Sunday
        ("2026-12-07 00:00:00", 1, "2026-12-08"),  # and the first of the Monday
        ("2026-12-22 12:00:00", 3, "2026-12-29"),  # joint leave, Christmas and a week-end between
        ("2026-12-23 23:59:59", 1, "2026-12-28"),
        ("2026-03-16 08:00:00", 3, "2026-03-26"),  # Nyepi and Eid together with their leave: nine days in a row
        ("2026-05-13 08:00:00", 1, "2026-05-18"),  # Ascension and its leave
        ("2026-05-26 08:00:00", 14, "2026-06-19"),  # Eid al-Adha, Vesak on a Sunday, Pancasila, the Islamic New Year
        ("2026-08-14 08:00:00", 1, "2026-08-18"),  # Independence Day on a Monday
        ("2026-12-30 08:00:00", 2, "2027-01-04"),  # into the next year's list
        ("2026-11-30 08:00:00", 60, "2027-02-26"),
        ("2028-01-03 08:00:00", 5, "2028-01-10"),  # a year that nobody listed: week-ends alone
    ],
)
def test_a_promise_ends_on_this_day(came: str, count: int, last: str) -> None:
    due = DAYS.due(wib(came), count, time_zone=WIB)
    assert due == date.fromisoformat(last)
    assert DAYS.between(wib_day(came), due) == count


def wib_day(text: str) -> date:
    return date.fromisoformat(text[:10])


@pytest.mark.parametrize(
    ("utc", "zone", "last"),
    [
        ("2026-11-30T16:59:59", WIB, "2026-12-01"),  # 23.59 WIB: still the Monday
        ("2026-11-30T17:00:00", WIB, "2026-12-02"),  # midnight WIB: the Tuesday
        ("2026-11-30T17:00:00", "Asia/Jayapura", "2026-12-02"),
        ("2026-11-30T14:59:59", "Asia/Jayapura", "2026-12-01"),
        ("2026-11-30T15:00:00", "Asia/Jayapura", "2026-12-02"),  # an office two hours further east
    ],
)
def test_the_day_is_that_of_the_office(utc: str, zone: str, last: str) -> None:
    at = int(datetime.fromisoformat(utc).replace(tzinfo=UTC).timestamp())
    assert DAYS.due(at, 1, time_zone=zone) == date.fromisoformat(last)


def test_days_are_counted_between_and_never_below_none() -> None:
    assert DAYS.between(date(2026, 12, 7), date(2026, 12, 7)) == 0
    assert DAYS.between(date(2026, 12, 8), date(2026, 12, 7)) == 0
    assert DAYS.between(date(2026, 12, 23), date(2026, 12, 27)) == 0
    assert DAYS.between(date(2026, 12, 31), date(2026, 12, 1)) == 0


def test_a_day_counted_over_a_year_that_nobody_confirmed_is_not_sure() -> None:
    assert DAYS.is_sure(date(2026, 11, 30), date(2026, 12, 31))
    assert not DAYS.is_sure(date(2026, 12, 31), date(2027, 1, 4))  # 2027 is an estimate
    assert not DAYS.is_sure(date(2026, 12, 31), date(2028, 1, 4))


def test_every_year_says_by_which_decision_and_where_and_when_it_was_read() -> None:
    assert [year for year in DAYS.years.values() if not (year.law and year.source and year.checked)] == []


def test_an_office_without_the_list_has_week_ends(tmp_path: Path) -> None:
    assert load_working_days(tmp_path / "none.toml", languages=("id",)).after(date(2026, 12, 23), 2) == date(
        2026, 12, 25
    )


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (YEAR.replace("source", "sauce"), "year 2026: 'sauce' is unknown"),
        (YEAR.replace('law = "SKB"', 'law = ""'), "year 2026: it has no 'law'"),
        (YEAR.replace('source = "pasal.id"\n', ""), "year 2026: it has no 'source'"),
        (YEAR.replace("checked = 2026-11-30\n", ""), "year 2026: it has no 'checked'"),
        (YEAR.replace("2026-11-30", '"today"'), "year 2026: 'today' must be a day, written 2026-11-25"),
        (YEAR + f"days = [{DAY.replace('2026', '2027')}]", "year 2026: 2027-12-25 is in another year"),
        (YEAR + f"days = [{DAY.replace('Christmas', '')}]", "year 2026: 2026-12-25: no words in 'en'"),
        (YEAR + "unverified = { id = 'x' }", "year 2026: unverified: no words in 'en'"),
        (YEAR.replace("2026\nlaw", '"2026"\nlaw'), "'year' is a number such as 2026"),
        (YEAR * 2, "a year stands there twice"),
        ("[weekend]", "'weekend' is unknown: there are only [[year]]"),
        ("[[year]", "holidays.toml: "),
    ],
)
def test_a_slip_is_named(tmp_path: Path, text: str, reason: str) -> None:
    read(tmp_path, YEAR + f"days = [{DAY}]")
    with pytest.raises(HolidaysError) as caught:
        read(tmp_path, text)
    assert reason in str(caught.value)
