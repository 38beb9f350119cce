"""The sheets for the safe: written at the founding, scanned or typed back years later."""

import re
import stat
from pathlib import Path

import pytest

from server.keys.paper import paper_text, read_paper
from server.keys.server_key import read_server_key
from sync.key_pair import key_pair_from
from sync.speakable import fingerprint
from tests.drawn_codes import dark_squares, squares_of
from tests.papers import LOGIN, PASSPHRASE, PASSWORD
from tests.serving import RunningOffice

TYPED = f"{LOGIN}\n{PASSWORD}\n{PASSPHRASE}\n"


@pytest.fixture
def office(tmp_path: Path) -> RunningOffice:
    office = RunningOffice(tmp_path / "office")
    office.folder.mkdir()
    return office


def found(office: RunningOffice, sheet: Path) -> dict[str, list[str]]:
    """Found the office; the lines of each key on the sheet."""
    done = office.run("init", "--stdin", "--sheet", str(sheet), stdin=TYPED)
    assert done.returncode == 0, done.stderr
    assert "shred" in done.stdout
    lines = {name: re.findall(r"<li>([a-z0-9 ]+)</li>", part)[:4] for name, part in parts_of(sheet).items()}
    for key in lines.values():
        assert not any(line in done.stdout for line in key)
    return lines


def parts_of(sheet: Path) -> dict[str, str]:
    pieces = re.split(r'data-sheet="(\w+)"', sheet.read_text())
    return dict(zip(pieces[1::2], pieces[2::2], strict=True))


def test_what_the_code_on_the_sheet_holds_passes_the_drill(office: RunningOffice, tmp_path: Path) -> None:
    sheet = tmp_path / "sheets.html"
    lines = found(office, sheet)
    for name, part in parts_of(sheet).items():
        drawn = re.search(r'<path stroke="#000" d="([^"]+)"', part)
        assert drawn is not None
        assert dark_squares(drawn[1]) == squares_of(paper_text(lines[name]))
    for typed in (paper_text(lines["recovery"]), "\n".join(lines["recovery"])):
        done = office.run("keys", "drill", stdin=f"{typed}\n\n")
        assert done.returncode == 0, done.stdout + done.stderr
        assert "the paper opens it" in done.stdout
    assert "List 2" in office.run("keys", "renew", stdin=f"{paper_text(lines['root'])}\n").stdout


@pytest.mark.parametrize("number", [1, 2, 3, 4])
def test_a_wrong_character_is_named_by_its_line(office: RunningOffice, tmp_path: Path, number: int) -> None:
    lines = found(office, tmp_path / "sheets.html")["recovery"]
    slip = "b" if lines[number - 1][0] != "b" else "c"
    lines[number - 1] = slip + lines[number - 1][1:]
    for typed in (paper_text(lines), "\n".join(lines)):
        done = office.run("keys", "drill", stdin=f"{typed}\n")
        assert (done.returncode, done.stderr) == (1, f"Error: recovery key: line {number}: not as it was printed\n")


def test_the_sheet_is_for_its_owner_alone_and_says_the_words_of_each_key(office: RunningOffice, tmp_path: Path) -> None:
    sheet = tmp_path / "sheets.html"
    lines = found(office, sheet)
    assert stat.S_IMODE(sheet.stat().st_mode) == 0o600
    parts = parts_of(sheet)
    assert list(parts) == ["root", "recovery"]
    assert fingerprint(read_server_key(office.folder / "data").root) in parts["root"]
    assert fingerprint(key_pair_from(read_paper(lines["recovery"])).pub) in parts["recovery"]
    assert re.findall(r'(?:src|href)="|url\(|<script', sheet.read_text()) == []  # it fetches nothing


def test_a_file_that_is_there_is_left_and_no_office_is_made(office: RunningOffice, tmp_path: Path) -> None:
    sheet = tmp_path / "sheets.html"
    sheet.write_text("mine")
    for path, reason in ((sheet, "already"), (tmp_path / "nowhere" / "sheets.html", "no such file or directory")):
        done = office.run("init", "--stdin", "--sheet", str(path), stdin=TYPED)
        assert done.returncode == 1
        assert f"{path}: " in done.stderr
        assert reason in done.stderr
        assert not (office.folder / "data" / "server.key").exists()
    assert sheet.read_text() == "mine"


def test_where_there_is_an_office_already_no_sheet_stays_behind(office: RunningOffice, tmp_path: Path) -> None:
    found(office, tmp_path / "sheets.html")
    again = office.run("init", "--stdin", "--sheet", str(tmp_path / "again.html"), stdin=TYPED)
    assert again.returncode == 1
    assert not (tmp_path / "again.html").exists()
