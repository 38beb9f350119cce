"""Tables that an officer's browser writes, opened by programs that are not ours: types as they are, and no formula."""

import base64
import csv
import io
import json
import os
import shutil
import subprocess
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest

ROOT = Path(__file__).parents[4]
SCRIPT = """
import { toCsv, toXlsx } from '%s';
let text = '';
for await (const part of process.stdin) text += part;
const { table, stopAt } = JSON.parse(text);
const revive = (rows) => rows.map((row) => row.map((cell) => (cell?.day ? new Date(`${cell.day}T00:00:00Z`) : cell)));
const given = { ...table, about: { ...table.about, rows: revive(table.about.rows) }, rows: revive(table.rows) };
let pauses = 0;
const pause = async () => { if (++pauses === stopAt) throw new Error('nobody wants it'); };
const out = {};
for (const [ending, write] of [['xlsx', toXlsx], ['csv', toCsv]]) {
  pauses = 0;
  const base64 = async (blob) => Buffer.from(await blob.arrayBuffer()).toString('base64');
  out[ending] = await write(given, pause).then(base64, String);
  out[`${ending}Pauses`] = pauses;
}
console.log(JSON.stringify(out));
"""
EVIL = ["=1+1", "+62 812", "-5", "@SUM(A1)", "\t=1+1", "\r=1+1", '=HYPERLINK("http://x","y")']
NUMBERLIKE = ["1312030304900001", "0812", "007", "01/02", "12-04-1990", "1e5", "26566"]
HEADS = ["NIK", "Lahir", "Anak", "Tinggi"]
BORN = date(1949, 3, 1)
ROWS: list[list[Any]] = [
    ["Talu & <Sinuruik> — “ŋ”, RT 1\nbaris \N{MOUNTAIN}", {"day": str(BORN)}, 2, 161.5],
    [None, None, None, None],
    ["sebelum 1900", {"day": "1890-05-06"}, 0, -1],
    *([text, {"day": "2026-11-30"}, 1, None] for text in (*EVIL, *NUMBERLIKE)),
]
ABOUT = {"title": "Keterangan", "rows": [["Isi", "=cmd()"], ["Jumlah", 3]]}
TABLE = {"title": 'Perkara [a/b]*? "x" & y', "about": ABOUT, "heads": HEADS, "rows": ROWS}


def made(table: dict[str, Any], *, stop_at: int = 0) -> dict[str, Any]:
    """Write a table in both formats, and count how often the page got its turn."""
    script = SCRIPT % (ROOT / "pwa/staff/spreadsheet.js").as_uri()
    given = json.dumps({"table": table, "stopAt": stop_at})
    run = subprocess.run(
        ["node", "--input-type=module", "-e", script],
        input=given,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return dict(json.loads(run.stdout))


@pytest.fixture(scope="module")
def files() -> dict[str, bytes]:
    written = made(TABLE)
    return {ending: base64.b64decode(written[ending]) for ending in ("xlsx", "csv")}


def test_a_workbook_says_what_it_holds_and_every_cell_has_its_type(files: dict[str, bytes]) -> None:
    about, sheet = openpyxl.load_workbook(io.BytesIO(files["xlsx"])).worksheets
    assert (about.title, sheet.title) == ("Keterangan", 'Perkara  a b    "x" & y')
    assert [[cell.value for cell in row] for row in about.iter_rows()] == ABOUT["rows"]
    assert sheet.freeze_panes == "A2"
    heads, first, empty, old, *others = sheet.iter_rows()
    assert [cell.value for cell in heads] == HEADS
    assert heads[0].font.bold
    assert [cell.value for cell in first] == [ROWS[0][0], datetime(1949, 3, 1), 2, 161.5]
    assert first[1].is_date
    assert [cell.data_type for cell in first] == ["s", "d", "n", "n"]
    assert [cell.value for cell in empty] == [None] * 4
    assert [cell.value for cell in old] == ["sebelum 1900", "1890-05-06", 0, -1]
    assert [(row[0].data_type, row[0].value) for row in others] == [("s", text) for text in (*EVIL, *NUMBERLIKE)]
    assert [bool(row[0].quotePrefix) for row in others] == [True] * len(EVIL) + [False] * len(NUMBERLIKE)


def test_a_csv_file_says_it_first_and_text_that_looks_like_something_else_stays_text(files: dict[str, bytes]) -> None:
    assert files["csv"].startswith(b"\xef\xbb\xbf"), "or Excel takes it for another encoding"
    what, count, gap, heads, first, empty, old, *others = csv.reader(
        io.StringIO(files["csv"].decode("utf-8-sig"), newline="")
    )
    assert (what, count, gap, heads) == (["Isi", "'=cmd()"], ["Jumlah", "3"], [], HEADS)
    assert first == [ROWS[0][0], "1949-03-01", "2", "161.5"]
    assert empty == [""] * 4
    assert old[1:] == ["1890-05-06", "0", "-1"]
    evil = [text.replace("\t=", "\t'=").replace("\r=", "\r'=") for text in EVIL]
    assert [row[0] for row in others] == [f"'{text}" for text in (*evil, *NUMBERLIKE)]


def test_no_cell_is_a_formula_wherever_a_spreadsheet_parts_the_cells_of_a_csv_file() -> None:
    texts = [*EVIL, "Siti;=1+1;x", 'a;"=1+1;b', "dua\n=1+1", "a\t @SUM(A1)", "\n\n-5", "a = b; c-d"]
    content = base64.b64decode(made({**TABLE, "rows": [["first", text, None, None] for text in texts]})["csv"]).decode()
    for parted_at in ";\t":
        rows = csv.reader(io.StringIO(content, newline=""), delimiter=parted_at)
        lines = [line for row in rows for cell in row for line in cell.splitlines()]
        assert [line for line in lines if line.strip(' "').startswith(("=", "+", "-", "@"))] == []
    assert "a = b; c-d" in content


def test_a_long_table_is_written_piece_by_piece_and_ends_when_nobody_wants_it() -> None:
    long = {**TABLE, "rows": [[str(n), None, n, None] for n in range(5000)]}
    whole = made(long)
    assert whole["xlsxPauses"] >= 50
    assert whole["csvPauses"] >= 50
    sheet = openpyxl.load_workbook(io.BytesIO(base64.b64decode(whole["xlsx"]))).worksheets[1]
    assert (sheet.max_row, sheet["A5001"].value, sheet["C5001"].value) == (5001, "4999", 4999)
    cut = made(long, stop_at=3)
    assert cut["xlsx"] == cut["csv"] == "Error: nobody wants it"


def test_what_xml_cannot_hold_is_marked_and_columns_go_on_after_z() -> None:
    odd = made({**TABLE, "heads": [str(n) for n in range(30)], "rows": [["\x0b\x00", *[None] * 28, "x"]]})
    sheet = openpyxl.load_workbook(io.BytesIO(base64.b64decode(odd["xlsx"]))).worksheets[1]
    assert (sheet["A2"].value, sheet["AD1"].value, sheet["AD2"].value) == ("\ufffd\ufffd", "29", "x")


@pytest.mark.skipif(not shutil.which("soffice"), reason="LibreOffice is not installed")
def test_libreoffice_opens_both_with_the_same_types(tmp_path: Path, files: dict[str, bytes]) -> None:
    for ending, content in files.items():
        (tmp_path / f"{ending}.{ending}").write_bytes(content)
    # As whoever opens the file does: commas, UTF-8, and whatever looks like a number or a day may become one.
    subprocess.run(
        ["soffice", "--headless", f"-env:UserInstallation=file://{tmp_path}/profile",
         "--infilter=CSV:44,34,76,1,,1033,false,true", "--convert-to", "fods", "--outdir", str(tmp_path),
         str(tmp_path / "csv.csv"), str(tmp_path / "xlsx.xlsx")],
        check=True, capture_output=True, env=os.environ | {"HOME": str(tmp_path)},
    )  # fmt: skip
    for ending in files:
        opened = (tmp_path / f"{ending}.fods").read_text()
        assert "table:formula" not in opened
        assert 'office:date-value="1949-03-01"' in opened
        assert 'office:value="161.5"' in opened
        for text in NUMBERLIKE:
            assert f">{text}<" in opened or f">&apos;{text}<" in opened or f">'{text}<" in opened, (ending, text)
