"""Tables as files for a spreadsheet: right types, no formula whatever a cell begins with, nothing that is no XML."""

import csv
import io
import os
import shutil
import subprocess
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest

from server.figures.spreadsheet import to_csv, to_xlsx

HEADS = ("Nagari", "Hari", "Jumlah", "Median")
EVIL = ["=1+1", "+62 812", "-5", "@SUM(A1)", "\t=1+1", "\r=1+1", '=HYPERLINK("http://x","y")']
INSIDE = ["Siti;=1+1;x", 'a;"=1+1;b', "dua\n=1+1", "a\t @SUM(A1)", "\n\n-5"]
ROWS = [
    ("Talu & <Sinuruik> \N{EM DASH} “ŋ”", date(2026, 3, 1), 12, 2.5),
    (None, None, None, None),
    *((text, date(2026, 11, 30), 0, 0.1) for text in EVIL),
]


def test_a_csv_file_has_its_numbers_and_days_and_text_for_what_would_be_a_formula() -> None:
    content = to_csv(HEADS, ROWS)
    assert content.startswith(b"\xef\xbb\xbf"), "or Excel takes it for another encoding"
    heads, first, empty, *evil = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""))
    assert heads == list(HEADS)
    assert first == [ROWS[0][0], "2026-03-01", "12", "2.5"]
    assert empty == ["", "", "", ""]
    assert [row[0].lstrip("'") for row in evil] == [text.replace("\t=", "\t'=").replace("\r=", "\r'=") for text in EVIL]
    assert all(row[0].startswith("'") for row in evil)


@pytest.mark.parametrize("parted_at", [",", ";", "\t"])
def test_no_cell_is_a_formula_wherever_a_spreadsheet_parts_the_cells_of_a_csv_file(parted_at: str) -> None:
    content = to_csv(HEADS, [("first", text) for text in (*EVIL, *INSIDE, "a = b; c-d")]).decode("utf-8-sig")
    cells = [cell for row in csv.reader(io.StringIO(content, newline=""), delimiter=parted_at) for cell in row]
    lines = [line for cell in cells for line in ([cell] if parted_at == "," else cell.splitlines())]
    assert [line for line in lines if line.strip(' "').startswith(("=", "+", "-", "@"))] == []
    assert "a = b; c-d" in content


def test_an_xlsx_file_has_its_types_and_no_formula() -> None:
    sheet = openpyxl.load_workbook(io.BytesIO(to_xlsx("Nagari [a/b]*?", HEADS, ROWS))).active
    assert sheet is not None
    assert sheet.title == "Nagari  a b"
    assert sheet.freeze_panes == "A2"
    heads, first, empty, *evil = sheet.iter_rows()
    assert [cell.value for cell in heads] == list(HEADS)
    assert heads[0].font.bold
    assert [cell.value for cell in first] == [ROWS[0][0], datetime(2026, 3, 1), 12, 2.5]
    assert first[1].is_date
    assert [cell.data_type for cell in first] == ["s", "d", "n", "n"]
    assert [cell.value for cell in empty] == [None] * 4
    assert [(row[0].data_type, row[0].value) for row in evil] == [("s", text) for text in EVIL]
    assert all(row[0].quotePrefix for row in evil), "it stays text when somebody edits it"


def test_the_same_table_is_the_same_file_and_what_xml_cannot_hold_is_marked() -> None:
    assert to_xlsx("x", HEADS, ROWS) == to_xlsx("x", HEADS, ROWS)
    odd = openpyxl.load_workbook(io.BytesIO(to_xlsx("", ("a\x00b",), [("\x0b\ud800",)]))).active
    assert odd is not None
    assert [odd["A1"].value, odd["A2"].value] == ["a\ufffdb", "\ufffd\ufffd"]


def test_columns_go_on_after_z() -> None:
    sheet = openpyxl.load_workbook(io.BytesIO(to_xlsx("x", [str(n) for n in range(30)], []))).active
    assert sheet is not None
    assert sheet["AD1"].value == "29"


@pytest.mark.skipif(not shutil.which("soffice"), reason="LibreOffice is not installed")
@pytest.mark.parametrize("ending", ["xlsx", "csv"])
def test_libreoffice_opens_it_with_the_same_types(tmp_path: Path, ending: str) -> None:
    file = tmp_path / f"table.{ending}"
    file.write_bytes(to_xlsx("Nagari", HEADS, ROWS) if ending == "xlsx" else to_csv(HEADS, ROWS))
    # 44,34,76: commas, quotes, UTF-8; what it takes for a number or a day it may, as whoever opens the file does.
    filters = ["--infilter=CSV:44,34,76,1,,1033,false,true"] if ending == "csv" else []
    subprocess.run(
        ["soffice", "--headless", f"-env:UserInstallation=file://{tmp_path}/profile", *filters,
         "--convert-to", "fods", "--outdir", str(tmp_path), str(file)],
        check=True, capture_output=True, env=os.environ | {"HOME": str(tmp_path)},
    )  # fmt: skip
    opened = (tmp_path / "table.fods").read_text()
    assert "table:formula" not in opened
    assert 'office:date-value="2026-03-01"' in opened
    assert opened.count('office:value-type="float"') >= 2 * (len(ROWS) - 1)
    assert "HYPERLINK" in opened
