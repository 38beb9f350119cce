"""Tables as files for a spreadsheet: CSV, and XLSX with real numbers and days. No cell is ever a formula.

What a spreadsheet would take for one (it begins with = + - @, a tab or a carriage return) is text: in CSV behind an
apostrophe, which has no other way to say so, also inside a text, since where the decimal mark is a comma a spreadsheet
parts cells at semicolons; in XLSX by the cell's type. An XLSX file is the least that ECMA-376 asks.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from html import escape
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

Cell = str | int | float | Decimal | date | None
CSV = "text/csv; charset=utf-8"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_FORMULA = re.compile(r"[=+\-@\t\r]")
_BEFORE_FORMULA = re.compile(r"""(?:^|(?<=[;\t\r\n]))(?=["\s]*[=+\-@])""")
_UNWRITTEN = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # what XML 1.0 cannot hold
_EPOCH = date(1899, 12, 30)  # day 0 of spreadsheets, from March 1900 on
_PLAIN, _HEAD, _DAY, _QUOTED = range(4)  # the styles below

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_LINKS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_FIXED = {
    "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>'
    f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_TYPE}.worksheet+xml"/>'
    f'<Override PartName="/xl/styles.xml" ContentType="{_TYPE}.styles+xml"/></Types>',
    "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="a" Type="{_LINKS}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="a" Type="{_LINKS}/worksheet" Target="worksheets/sheet1.xml"/>'
    f'<Relationship Id="b" Type="{_LINKS}/styles" Target="styles.xml"/></Relationships>',
    "xl/styles.xml": f'<styleSheet xmlns="{_MAIN}">'
    '<numFmts count="1"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd"/></numFmts>'
    '<fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>'
    '<font><b/><sz val="11"/><name val="Calibri"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill>'
    '<fill><patternFill patternType="gray125"/></fill></fills>'
    '<borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs>'
    '<cellXfs count="4"><xf xfId="0"/><xf xfId="0" fontId="1" applyFont="1"/>'
    '<xf xfId="0" numFmtId="164" applyNumberFormat="1"/><xf xfId="0" quotePrefix="1"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>',
}


def to_csv(heads: Sequence[Cell], rows: Iterable[Sequence[Cell]], *, is_marked: bool = True) -> bytes:
    """Write a table with its headings (RFC 4180); days as 2026-11-25, numbers with a point.

    Args:
        is_marked: with a byte order mark, without which Excel takes it for another encoding; programs want none.
    """
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerows([_in_csv(cell) for cell in row] for row in (heads, *rows))
    return out.getvalue().encode("utf-8-sig" if is_marked else "utf-8")


def to_xlsx(title: str, heads: Sequence[str], rows: Sequence[Sequence[Cell]]) -> bytes:
    """Write a workbook of one sheet, its headings in sight while one scrolls."""
    name = escape(re.sub(r"[\[\]:*?/\\']", " ", _written(title))[:31].strip() or "1")
    book = (
        f'<workbook xmlns="{_MAIN}" xmlns:r="{_LINKS}"><sheets><sheet name="{name}" sheetId="1" r:id="a"/></sheets>'
        "</workbook>"
    )
    out = io.BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED) as file:
        parts = _FIXED | {"xl/workbook.xml": book, "xl/worksheets/sheet1.xml": _sheet(heads, rows)}
        for part, text in parts.items():
            # One date for all: the same table is the same file.
            file.writestr(ZipInfo(part), f'<?xml version="1.0" encoding="UTF-8"?>{text}', ZIP_DEFLATED)
    return out.getvalue()


def _in_csv(cell: Cell) -> str | int | float | Decimal:
    if cell is None:
        return ""
    if isinstance(cell, date):
        return cell.isoformat()
    return _BEFORE_FORMULA.sub("'", cell) if isinstance(cell, str) else cell


def _sheet(heads: Sequence[str], rows: Sequence[Sequence[Cell]]) -> str:
    frozen = '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>'
    widths = "".join(
        f'<col min="{n}" max="{n}" width="{_width(n, heads, rows)}" customWidth="1"/>' for n in _numbers(heads)
    )
    lines = [_line(1, heads, _HEAD), *(_line(n, row, _PLAIN) for n, row in enumerate(rows, 2))]
    return (
        f'<worksheet xmlns="{_MAIN}"><sheetViews><sheetView workbookViewId="0">{frozen}</sheetView></sheetViews>'
        f"<cols>{widths}</cols><sheetData>{''.join(lines)}</sheetData></worksheet>"
    )


def _numbers(heads: Sequence[str]) -> range:
    return range(1, len(heads) + 1)


def _width(n: int, heads: Sequence[str], rows: Sequence[Sequence[Cell]]) -> int:
    return min(60, max(len(str(row[n - 1])) for row in (heads, *rows)) + 2)


def _line(n: int, row: Sequence[Cell], style: int) -> str:
    return f'<row r="{n}">{"".join(_cells(n, row, style))}</row>'


def _cells(n: int, row: Sequence[Cell], style: int) -> Iterator[str]:
    for place, cell in enumerate(row):
        at = f"{_letters(place)}{n}"
        if isinstance(cell, str):
            own = _QUOTED if style == _PLAIN and _FORMULA.match(cell) else style
            text = escape(_written(cell), quote=False).replace("\r", "&#13;")
            yield f'<c r="{at}" s="{own}" t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'
        elif isinstance(cell, date):
            yield f'<c r="{at}" s="{_DAY}"><v>{(cell - _EPOCH).days}</v></c>'
        elif cell is not None:
            yield f'<c r="{at}" s="{style}"><v>{cell}</v></c>'


def _letters(place: int) -> str:
    name = ""
    place += 1
    while place:
        place, digit = divmod(place - 1, 26)
        name = chr(ord("A") + digit) + name
    return name


def _written(text: str) -> str:
    return _UNWRITTEN.sub("\N{REPLACEMENT CHARACTER}", text)
