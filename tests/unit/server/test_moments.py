"""Days and moments as people at the office read them."""

from datetime import date

from server.moments import day, day_parts, moments, month_names


def test_a_day_is_written_out_in_the_language_of_the_page() -> None:
    assert day(date(2026, 11, 5), "id") == "5 November 2026"
    assert day(date(2026, 5, 1), "id") == "1 Mei 2026"
    assert day(date(2026, 5, 1), "en") == "1 May 2026"


def test_a_typed_date_stands_in_three_fields_whichever_way_it_came() -> None:
    assert day_parts("12-4-1995") == day_parts("1995-04-12") == ("12", "04", "1995")
    assert (day_parts(""), day_parts("12")) == (("", "", ""), ("12", "", ""))
    assert month_names("id")[4] == "Mei"


def test_a_moment_is_the_offices_wherever_the_server_stands() -> None:
    moment = moments("Asia/Jakarta")
    assert moment(1_795_564_800, "id") == "25 November 2026, 07.00 WIB"
    assert moment(1_795_564_800, "en") == "25 November 2026, 07:00 WIB"
    assert moments("Asia/Makassar")(1_795_564_800, "id").endswith("08.00 WITA")
