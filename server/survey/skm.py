"""The index of people's satisfaction (IKM) as Permenpan RB 14/2017 has it, and how many answers it takes.

Each of nine elements is answered from 1 to 4. NRR of an element is the mean of its answers, and
IKM = 25 * (the sum of the nine NRR) / 9. The regulation prints the weight of an element as 0,111, with which nine fours
make 99,90: here it is an exact ninth, rounded once at the end, and `printed` is what a spreadsheet with 0,111 shows.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

# By key and not by number: the regulation's list and its sample questionnaire differ in the order of the last two.
ELEMENTS = (
    "persyaratan", "prosedur", "waktu", "biaya", "produk", "kompetensi", "perilaku", "sarana", "pengaduan",
)  # fmt: skip
ANSWERS = (1, 2, 3, 4)
_BASE = 25
_PRINTED_WEIGHT = Fraction(111, 1000)
# By the value as it is rounded, or there would be gaps between them.
_BANDS = (("A", Decimal("88.31")), ("B", Decimal("76.61")), ("C", Decimal("65.00")))
_CENT = Decimal("0.01")

Counts = Mapping[str, Sequence[int]]  # by element, how many answered 1, 2, 3 and 4


@dataclass(frozen=True)
class Element:
    """One element: how many gave each answer, their mean, its value out of 100, and its band."""

    key: str
    counts: tuple[int, ...]
    nrr: Decimal
    value: Decimal
    band: str


@dataclass(frozen=True)
class Ikm:
    """The index of some answers; `printed` is with the weight as the regulation prints it."""

    respondents: int
    elements: tuple[Element, ...]
    value: Decimal
    printed: Decimal
    band: str


def ikm_of(counts: Counts) -> Ikm | None:
    """Work out the index; None without answers.

    Raises:
        ValueError: not every element has the answers of as many.
    """
    totals = {sum(counts.get(key, ())) for key in ELEMENTS}
    if len(totals) != 1:
        raise ValueError("every respondent answers every element")
    respondents = totals.pop()
    if not respondents:
        return None
    means = {key: _mean(counts[key], respondents) for key in ELEMENTS}
    total = sum(means.values(), Fraction())
    value = _rounded(_BASE * total / len(ELEMENTS))
    elements = tuple(_element(key, counts[key], means[key]) for key in ELEMENTS)
    return Ikm(respondents, elements, value, _rounded(_BASE * total * _PRINTED_WEIGHT), band_of(value))


def band_of(value: Decimal) -> str:
    """Give the band of a value rounded to two decimals: A, B, C or D."""
    return next((band for band, least in _BANDS if value >= least), "D")


def sample_size(population: int) -> int:
    """Give how many of *population* have to answer, by the formula behind the table of Krejcie and Morgan.

    χ² = 3,841 (95 %, one degree of freedom), proportion 0,5, error 5 %.
    """
    if population < 1:
        return 0
    spread = Fraction(3841, 1000) * Fraction(1, 4)
    return int(_rounded(spread * population / (Fraction(25, 10000) * (population - 1) + spread), Decimal(1)))


def _mean(counts: Sequence[int], respondents: int) -> Fraction:
    return Fraction(sum(answer * count for answer, count in zip(ANSWERS, counts, strict=True)), respondents)


def _element(key: str, counts: Sequence[int], mean: Fraction) -> Element:
    value = _rounded(_BASE * mean)
    return Element(key, tuple(counts), _rounded(mean), value, band_of(value))


def _rounded(value: Fraction, to: Decimal = _CENT) -> Decimal:
    # Half up, as people round; a thousandth of a cent is exact enough for what is rounded to a cent.
    exact = Decimal(value.numerator) / Decimal(value.denominator)
    return exact.quantize(to, rounding=ROUND_HALF_UP)
