"""The tables of the office's own figures in words: headings, cells as people read them, and what a chart draws."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from babel.numbers import format_decimal

from server.figures.report import Cell, Column, Table
from server.i18n import Catalogue
from server.moments import day
from server.regions import Regions

NOTHING = "\N{EN DASH}"
_VALUES = frozenset({"day", "count", "days", "percent"})
Said = Callable[[Cell], str]


@dataclass(frozen=True)
class Bar:
    """One bar of a chart: its label, its number as it is read, and its length of a hundred."""

    label: str
    number: str
    length: float


@dataclass(frozen=True)
class Shown:
    """A table as a page and a file have it; `rows` are values, `words` the same as they are read.

    `told` is what the chart shows, in a sentence, for whoever does not see it.
    """

    key: str
    title: str
    means: str
    heads: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    words: tuple[tuple[str, ...], ...]
    names: int
    bars: tuple[Bar, ...]
    drawn: str
    told: str
    over_time: bool


def shown(table: Table, texts: Catalogue, regions: Regions, *, lang: str) -> Shown:
    """Put *table* into the words of *texts*."""
    say = [_sayer(column, texts, regions, lang) for column in table.columns]
    words = tuple(tuple(each(cell) for each, cell in zip(say, row, strict=True)) for row in table.rows)
    bars = _bars(table, words)
    unseen = " " + texts.text("staff.report.unseen", n=table.unseen) if table.unseen else ""
    return Shown(
        key=table.key,
        title=texts.text(f"staff.report.{table.key}"),
        means=texts.text(f"staff.report.{table.key}.means") + unseen,
        heads=tuple(texts.text(f"staff.report.column.{column.key}") for column in table.columns),
        rows=tuple(_values(table, *each) for each in zip(table.rows, words, strict=True)),
        words=words,
        names=table.names,
        bars=bars,
        drawn=texts.text(f"staff.report.column.{table.columns[table.drawn].key}"),
        told=_told(bars, texts),
        over_time=table.over_time,
    )


def _sayer(column: Column, texts: Catalogue, regions: Regions, lang: str) -> Said:
    locale = "en" if lang == "en" else "id"
    match column.kind:
        case "area":
            return lambda code: regions.name(str(code)) if code else texts.text("staff.report.no-area")
        case "step":
            return lambda step: texts.text("staff.report.ready" if step == "ready" else f"step.{step}")
        case "reason":
            return lambda reason: texts.text(f"staff.report.reason.{reason}")
        case "day":
            return lambda cell: day(cell, lang) if isinstance(cell, date) else NOTHING
        case "count" | "days" | "percent":
            return lambda cell: format_decimal(cell, locale=locale) if isinstance(cell, int | float) else NOTHING
    return str


def _values(table: Table, row: tuple[Cell, ...], words: tuple[str, ...]) -> tuple[Cell, ...]:
    """Give what a file has: numbers and days as they are, what is a key in words."""
    columns = zip(table.columns, row, words, strict=True)
    return tuple(cell if column.kind in _VALUES else word for column, cell, word in columns)


def _bars(table: Table, words: tuple[tuple[str, ...], ...]) -> tuple[Bar, ...]:
    values = [row[table.drawn] for row in table.rows]
    drawn = [(value, said) for value, said in zip(values, words, strict=True) if isinstance(value, int | float)]
    most = max((value for value, _ in drawn), default=0)
    return tuple(
        Bar(": ".join(said[: table.names]), said[table.drawn], round(100 * value / most, 1) if most else 0)
        for value, said in drawn
    )


def _told(bars: tuple[Bar, ...], texts: Catalogue) -> str:
    if not bars:
        return ""
    most = max(bars, key=lambda bar: bar.length)
    return texts.text("staff.report.told", label=most.label, number=most.number, n=len(bars))
