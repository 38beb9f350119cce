"""The index and the sample by hand: the formula, its bands at their edges, and the table that the regulation prints."""

from collections.abc import Mapping
from decimal import Decimal

import pytest

from server.skm import ELEMENTS, band_of, ikm_of, sample_size


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


@pytest.mark.parametrize(
    ("population", "size"),
    [
        (0, 0), (1, 1), (10, 10), (15, 14), (20, 19), (50, 44), (100, 80), (200, 132), (300, 169), (500, 217),
        (1000, 278), (1500, 306), (2000, 322), (3000, 341), (5000, 357), (10_000, 370), (32_602, 380), (75_000, 382),
    ],
)  # fmt: skip
def test_the_sample_is_the_one_of_the_table(population: int, size: int) -> None:
    assert sample_size(population) == size
