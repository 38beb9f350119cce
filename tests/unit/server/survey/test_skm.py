"""The index and the sample by hand: the formula, its bands at their edges, and the table that the regulation prints."""

from collections.abc import Mapping
from decimal import Decimal

import pytest

from server.survey.skm import ELEMENTS, band_of, ikm_of, sample_size


def everybody(answer: int, people: int = 10) -> dict[str, list[int]]:
    return {key: [people if each == answer else 0 for each in (1, 2, 3, 4)] for key in ELEMENTS}


def averages(*hundredths: int) -> Mapping[str, list[int]]:
    """A hundred answers to each element with this mean, of the two scores next to it."""
    found = {}
    for key, mean in zip(ELEMENTS, hundredths, strict=True):
        low, share = divmod(mean, 100)
        counts = [0, 0, 0, 0, 0]
        counts[low - 1], counts[low] = 100 - share, share
        found[key] = counts[:4]
    return found


def test_nine_averages_are_worked_out_as_the_regulation_does() -> None:
    # 3,45 + 2,65 + 3,53 + 2,31 + 1,55 + 3,12 + 2,13 + 2,43 + 3,21 = 24,38; / 9 = 2,7089; * 25 = 67,72.
    found = ikm_of(averages(345, 265, 353, 231, 155, 312, 213, 243, 321))
    assert found is not None
    assert (found.respondents, found.value, found.band) == (100, Decimal("67.72"), "C")
    assert found.printed == Decimal("67.65"), "with 0,111 for a ninth"
    waktu = found.elements[2]
    assert (waktu.key, waktu.nrr, waktu.value, waktu.band) == ("waktu", Decimal("3.53"), Decimal("88.25"), "B")


def test_a_published_quarter_of_29_people_is_worked_out_without_its_slip() -> None:
    # From how many gave 4, 3 and 2; its author's weights, rounded on the way, made 90,56 of what is 91,475.
    quarter = [
        (18, 11, 0),
        (14, 15, 0),
        (15, 12, 2),
        (29, 0, 0),
        (15, 14, 0),
        (18, 11, 0),
        (19, 10, 0),
        (18, 11, 0),
        (28, 1, 0),
    ]
    found = ikm_of({key: [0, *reversed(counts)] for key, counts in zip(ELEMENTS, quarter, strict=True)})
    assert found is not None
    assert (found.respondents, found.value, found.printed, found.band) == (29, Decimal("91.48"), Decimal("91.38"), "A")
    assert [str(one.nrr) for one in found.elements] == [
        "3.62",
        "3.48",
        "3.45",
        "4.00",
        "3.52",
        "3.62",
        "3.66",
        "3.62",
        "3.97",
    ]
    assert found.elements[2].value == Decimal("86.21")


@pytest.mark.parametrize(
    ("answer", "value", "printed", "band"),
    [(4, "100.00", "99.90", "A"), (3, "75.00", "74.93", "C"), (2, "50.00", "49.95", "D"), (1, "25.00", "24.98", "D")],
)
def test_who_all_agree_make_whole_numbers(answer: int, value: str, printed: str, band: str) -> None:
    found = ikm_of(everybody(answer))
    assert found is not None
    assert (found.value, found.printed, found.band) == (Decimal(value), Decimal(printed), band)


@pytest.mark.parametrize(
    ("value", "band"),
    [
        ("25.00", "D"), ("64.99", "D"), ("65.00", "C"), ("76.60", "C"), ("76.61", "B"), ("88.30", "B"), ("88.31", "A"),
        ("100.00", "A"),
    ],
)  # fmt: skip
def test_the_bands_have_no_gaps(value: str, band: str) -> None:
    assert band_of(Decimal(value)) == band


def test_without_answers_there_is_no_index_and_with_a_gap_none_either() -> None:
    assert ikm_of({key: [0, 0, 0, 0] for key in ELEMENTS}) is None
    with pytest.raises(ValueError, match="every element"):
        ikm_of({**everybody(4), "biaya": [0, 0, 0, 9]})


# The whole table of Krejcie and Morgan (1970), which the regulation prints: population, sample.
TABLE = """
10 10, 15 14, 20 19, 25 24, 30 28, 35 32, 40 36, 45 40, 50 44, 55 48, 60 52, 65 56, 70 59, 75 63, 80 66, 85 70, 90 73,
95 76, 100 80, 110 86, 120 92, 130 97, 140 103, 150 108, 160 113, 170 118, 180 123, 190 127, 200 132, 210 136, 220 140,
230 144, 240 148, 250 152, 260 155, 270 159, 280 162, 290 165, 300 169, 320 175, 340 181, 360 186, 380 191, 400 196,
420 201, 440 205, 460 210, 480 214, 500 217, 550 226, 600 234, 650 242, 700 248, 750 254, 800 260, 850 265, 900 269,
950 274, 1000 278, 1100 285, 1200 291, 1300 297, 1400 302, 1500 306, 1600 310, 1700 313, 1800 317, 1900 320, 2000 322,
2200 327, 2400 331, 2600 335, 2800 338, 3000 341, 3500 346, 4000 351, 4500 354, 5000 357, 6000 361, 7000 364, 8000 367,
9000 368, 10000 370, 15000 375, 20000 377, 30000 379, 40000 380, 50000 381, 75000 382, 1000000 384
"""


def test_the_sample_is_the_one_of_the_table_in_each_row() -> None:
    rows = [row.split() for row in TABLE.split(",")]
    assert {int(population): sample_size(int(population)) for population, _ in rows} == {
        int(population): int(size) for population, size in rows
    }
    assert [sample_size(population) for population in (0, 1, 32_602)] == [0, 1, 380]
