"""The figures of the office's work against a small set of cases whose sums are worked out by hand.

The week from Monday, 2 to Sunday, 8 March 2026 at the office (UTC+7); every case but C and D moves at eight in the
morning, so that the days between are whole.

    A  in 2 March    complete 3 March, date set 5 March, ready 7 March
    B  in 2 March    sealed 5 days earlier; to be corrected 4 March, complete 6 March
    C  in 8 March, the last second of the week
    D  in 9 March, the first second after it
    E  in 1 February, waits for payment since 3 February
    F  in 1 February, waits for payment since 2 February, the code ran out on 4 March
    G  in 3 March    cancelled 4 March
    H  in 4 March    a complaint, sealed 4 days earlier

Of those whose turn it has been for long:

    I  to be corrected 1 February; the correction came on 6 February, and the office has not looked yet
    J  waits for payment since 10 January, the code ran out on 2 February, 30 days before 4 March
    K  to be corrected 20 January: quiet for 30 days on 19 February
"""

from dataclasses import replace
from datetime import date, datetime
from functools import partial
from zoneinfo import ZoneInfo

import pytest

from server.appointments.offers import Offer
from server.appointments.visits import Visit
from server.figures.report import (
    Device,
    Period,
    areas,
    arrivals,
    devices,
    given_up,
    hubs,
    percentile,
    stays,
    stock,
    visits,
)
from server.projection.stories import Story

ZONE = "Asia/Jakarta"
DAY = 86400
WEEK = Period(date(2026, 3, 2), date(2026, 3, 8), ZONE)


def at(month: int, day: int, hour: int = 8, minute: int = 0, second: int = 0) -> int:
    return int(datetime(2026, month, day, hour, minute, second, tzinfo=ZoneInfo(ZONE)).timestamp())


def story(
    received: int,
    *steps: tuple[str, int],
    area: str | None = None,
    on_its_way: int = 0,
    kind: str = "app",
    case: str = "",
    device: str | None = None,
) -> Story:
    made = received - on_its_way * DAY
    return Story(
        case=case, service="passport-new", kind=kind, area=area, made=made, received=received, steps=steps,
        device=device,
    )  # fmt: skip


TALU, SILUAI = "13.12.03.2004", "13.12.03.2005"
A = story(
    at(3, 2), ("berkas_lengkap", at(3, 3)), ("terjadwal", at(3, 5)), ("siap_diambil", at(3, 7)), area=TALU
)  # fmt: skip
B = story(
    at(3, 2),
    ("perlu_perbaikan", at(3, 4)),
    ("berkas_lengkap", at(3, 6)),
    area=TALU,
    on_its_way=5,
    case="b",
    device="d-rosma",
)
C = story(at(3, 8, 23, 59, 59), area=SILUAI)
D = story(at(3, 9, 0), area=SILUAI)
E = story(at(2, 1), ("menunggu_pembayaran", at(2, 3)))
F = story(at(2, 1), ("menunggu_pembayaran", at(2, 2)), ("kedaluwarsa", at(3, 4)))
G = story(at(3, 3), ("dibatalkan", at(3, 4)))
H = story(at(3, 4), area=TALU, on_its_way=4, kind="cmp")
ALL = [A, B, C, D, E, F, G, H]


def test_what_came_is_counted_by_the_offices_own_days_and_weeks() -> None:
    days = arrivals(ALL, WEEK, by="day").rows
    assert days == tuple(
        (date(2026, 3, day), applications, complaints)
        for day, applications, complaints in (
            (2, 2, 0),  # A, B
            (3, 1, 0),  # G
            (4, 0, 1),  # H
            (5, 0, 0),
            (6, 0, 0),
            (7, 0, 0),
            (8, 1, 0),  # C; D came a second later
        )
    )
    longer = Period(date(2026, 3, 4), date(2026, 3, 12), ZONE)
    # Weeks begin on Monday also where the period does not: of the first only C and H lie in it, of the second D.
    assert arrivals(ALL, longer, by="week").rows == ((date(2026, 3, 2), 1, 1), (date(2026, 3, 9), 1, 0))


def test_what_stands_at_each_step_is_what_stood_there_at_the_end() -> None:
    # On Monday at midnight: C since a second, B since Friday at eight (2 days 16 hours), E since 3 February (33 days
    # 16 hours), F since Wednesday (4 days 16 hours), A ready since Saturday (1 day 16 hours). G ended, D was not there.
    assert stock(ALL, WEEK.end).rows == (
        ("terkirim", 1, 0.0),
        ("berkas_lengkap", 1, 2.7),
        ("menunggu_pembayaran", 1, 33.7),
        ("kedaluwarsa", 1, 4.7),
        ("siap_diambil", 1, 1.7),
    )
    assert stock(ALL, at(3, 3, 12)).rows == (
        ("terkirim", 2, 1.2),  # B since Monday at eight (28 hours), G
        ("berkas_lengkap", 1, 0.2),  # A
        ("menunggu_pembayaran", 2, 29.2),  # E; F since 2 February
    )


def test_days_by_step_are_those_of_the_cases_that_left_it() -> None:
    # terkirim: A 1, B 2, G 1 -> the middle of 1, 1, 2 is 1; nine tenths of three is the third, 2.
    # E and F left it before.
    assert stays(ALL, WEEK).rows == (
        ("terkirim", 1.0, 2.0, 3),
        ("perlu_perbaikan", 2.0, 2.0, 1),  # B
        ("berkas_lengkap", 2.0, 2.0, 1),  # A
        ("menunggu_pembayaran", 30.0, 30.0, 1),  # F, from 2 February to 4 March
        ("terjadwal", 2.0, 2.0, 1),  # A
        ("ready", 5.0, 5.0, 1),  # A
    )


def test_a_percentile_is_the_nearest_rank() -> None:
    assert percentile([10, 9, 8, 7, 6, 5, 4, 3, 2, 1], 90) == 9
    assert percentile([*range(1, 12)], 90) == 10  # 9.9 of 11: the tenth
    assert percentile([7], 90) == 7


def test_a_step_that_is_recorded_twice_is_one_stay() -> None:
    twice = story(at(3, 2), ("dibayar", at(3, 3)), ("dibayar", at(3, 4)), ("terjadwal", at(3, 6)))
    assert stays([twice], WEEK).rows == (("terkirim", 1.0, 1.0, 1), ("dibayar", 3.0, 3.0, 1))


def hour(name: str, place: str, begins: int, places: int = 3) -> Offer:
    return Offer(
        id=name, kind="office", place=place, area=None, begins=begins, ends=begins + 3600, places=places, kept=0,
        priority=0, at=0,
    )  # fmt: skip


VISITS = [
    Visit(hour("260302-aaaa", "Kantor", at(3, 2)), frozenset({1, 2, 3}), frozenset({1, 2}), frozenset({3})),
    Visit(hour("260303-aaaa", "Kantor", at(3, 3), 5), frozenset({1, 2}), frozenset({1}), frozenset()),
    Visit(hour("260304-aaaa", "Talu", at(3, 4)), frozenset({2})),
    Visit(hour("260308-aaaa", "Talu", at(3, 8)), frozenset({1})),
]


def test_who_did_not_come_is_told_by_place() -> None:
    # Kantor: 3 + 5 places, 3 + 2 taken, 2 + 1 came, 1 did not, so 1 was not noted; 1 of the 4 noted is 25 %.
    # Talu: nobody noted anything, and its second hour is not over.
    assert visits(VISITS, at(3, 8, 8, 30)).rows == (("Kantor", 8, 5, 3, 1, 1, 25.0), ("Talu", 3, 1, 0, 0, 1, None))


def test_nobody_could_have_the_places_of_an_hour_that_was_closed() -> None:
    # Closed with two of its three places taken, one of these by somebody who came: two were to be had, not three.
    closed = [replace(visit, offer=replace(visit.offer, is_closed=True)) for visit in VISITS]
    shut = replace(closed[0], taken=frozenset({1, 3}), arrived=frozenset({1}))
    empty = replace(closed[2], taken=frozenset())
    assert visits([shut, empty], at(3, 8)).rows == (("Kantor", 2, 2, 1, 1, 0, 50.0), ("Talu", 0, 0, 0, 0, 0, None))


FEBRUARY = Period(date(2026, 2, 1), date(2026, 2, 28), ZONE)
I = replace(story(at(1, 20), ("perlu_perbaikan", at(2, 1))), newest=at(2, 6))  # noqa: E741 - the case of that letter
J = story(at(1, 5), ("menunggu_pembayaran", at(1, 10)), ("kedaluwarsa", at(2, 2)))
K = story(at(1, 15), ("perlu_perbaikan", at(1, 20)))


def test_where_people_stop_is_told_by_step_and_how() -> None:
    assert given_up([*ALL, I, J, K], VISITS, WEEK, given_back=2, now=at(3, 9)).rows == (
        ("terkirim", "cancelled", 1),  # G
        ("menunggu_pembayaran", "lapsed", 1),  # F
        ("menunggu_pembayaran", "quiet", 1),  # E, for 30 days on 5 March
        ("terjadwal", "absent", 1),
        ("terjadwal", "given-back", 2),
    )


def test_nobody_is_counted_as_quiet_before_the_day_or_twice() -> None:
    stopped = partial(given_up, found=(), given_back=0)
    quiet = (("menunggu_pembayaran", "quiet", 1),)
    # Asked on 4 March for a week that goes on: E has waited for 29 days.
    assert stopped([E], period=WEEK, now=at(3, 4)).rows == ()
    assert stopped([E], period=WEEK, now=at(3, 5, 8)).rows == quiet
    assert stopped([E], period=Period(date(2026, 3, 6), date(2026, 4, 30), ZONE), now=at(5, 1)).rows == ()
    # In February J's code ran out and K was quiet for 30 days; I had sent what was asked for.
    assert stopped([I, J, K], period=FEBRUARY, now=at(3, 9)).rows == (
        ("perlu_perbaikan", "quiet", 1),
        ("menunggu_pembayaran", "lapsed", 1),
    )
    assert stopped([I, J, K], period=Period(date(2026, 3, 1), date(2026, 3, 31), ZONE), now=at(4, 1)).rows == ()


def test_what_nobody_saw_coming_is_late_in_no_table() -> None:
    unseen = [replace(one, is_seen=False) for one in (B, G)]
    table = areas([A, *unseen], WEEK, stuck={})
    assert table.rows == ((TALU, 2, 0, 0, 0.0, 0), (None, 1, 0, None, None, 0))  # of A and B, A was seen
    assert table.unseen == 2
    told = devices([Device("d-rosma", "rosma", at(2, 25))], unseen, WEEK, at(3, 8, 20))
    assert (told.rows[0][3:], told.unseen) == ((1, None), 1)


def test_nagari_are_told_with_what_was_long_on_its_way() -> None:
    assert areas(ALL, WEEK, stuck={"b": 2, "elsewhere": 1}).rows == (
        (TALU, 2, 1, 2, 5.0, 2),  # A, B and H; B took 5 days, H 4; two files of B stand still
        (None, 1, 0, 0, 0.0, 0),  # G
        (SILUAI, 1, 0, 0, 0.0, 0),  # C
    )


def test_devices_are_told_by_how_long_they_have_been_silent() -> None:
    known = [Device("d-buyung", "buyung", at(3, 7)), Device("d-rosma", "rosma", at(2, 25))]
    assert devices(known, ALL, WEEK, at(3, 8, 20)).rows == (
        ("rosma", 11.5, date(2026, 2, 25), 1, 1),  # B, five days on its way
        ("buyung", 1.5, date(2026, 3, 7), 0, 0),
    )


def test_hubs_are_told_likewise_by_what_came_by_them() -> None:
    known = [Device("silayang", "silayang", at(3, 7), 0, at(3, 7)), Device("talu", "talu", at(2, 25), 12, at(2, 20))]
    known.append(Device("older", "older", at(3, 8)))
    stories = [B, replace(A, case="a"), replace(G, case="g"), replace(H, case="h"), C]
    by_case = {"a": "silayang", "b": "talu", "g": "talu", "h": "withdrawn"}
    told = hubs(known, stories, WEEK, at(3, 8, 20), by_case=by_case)
    assert [column.key for column in told.columns] == [
        "hub",
        "silent",
        "heard",
        "applications",
        "late",
        "held",
        "since",
    ]
    assert told.rows == (
        ("talu", 11.5, date(2026, 2, 25), 2, 1, 12, date(2026, 2, 20)),  # B, five days on its way, and G
        ("silayang", 1.5, date(2026, 3, 7), 1, 0, 0, None),
        ("older", 0.5, date(2026, 3, 8), 0, 0, None, None),  # it says nothing of it
    )


@pytest.mark.parametrize(
    "make", [lambda: stays([], WEEK), lambda: areas([], WEEK, stuck={}), lambda: stock([], WEEK.end)]
)
def test_of_nothing_there_is_nothing(make) -> None:  # type: ignore[no-untyped-def]
    assert make().rows == ()
