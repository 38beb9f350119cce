"""An office that lost its disk comes back from a backup, and what it took in since from the phones; not the erased."""

import json
import shutil
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from server.backups import KEYS
from sync.statements import sign_gone
from tests.applicants import Applicant
from tests.officers import ApiOfficer
from tests.serving import RunningOffice


@pytest.fixture
def office(tmp_path: Path) -> Iterator[RunningOffice]:
    with RunningOffice(tmp_path / "office") as office:
        yield office


def sent(office: RunningOffice) -> tuple[str, Any]:
    applicant = Applicant(office.url)
    pair = applicant.seal()
    applicant.post(*pair)
    return pair[0]["_id"], pair


def ask(office: RunningOffice, have: list[str], *pairs: Any) -> tuple[str, set[str], set[str]]:
    """Give the epoch, what is missing and what was accepted."""
    body = "\n".join(json.dumps(line) for line in [{"v": 1, "have": have}, *pairs]).encode()
    reply = office.ask("POST", "/exchange", headers={"Content-Type": "application/x-ndjson"}, body=body)
    head, *rows = [json.loads(line) for line in reply.body.splitlines()]
    return head["epoch"], *({row[0] for row in rows if row[1] == what} for what in ("missing", "ok"))


def erase(office: RunningOffice, version_id: str) -> None:
    officer = ApiOfficer(office.url).sign_in()
    assert officer.step_up().status == 200
    case, (kid, private) = version_id.split(".")[1], officer.office_key
    mark = sign_gone(case, at=int(time.time()), kid=kid, private=private)
    assert officer.post(f"cases/{case}/erase", mark).status == 200


def wraps_in(file: Path) -> set[str]:

    with sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True) as db:
        return {row[0] for row in db.execute("SELECT id FROM docs WHERE deleted = 0")}


def make_old_backup(backups: Path, days: int) -> str:
    stamp = time.strftime("%Y-%m-%dT%H%M%SZ", time.gmtime(time.time() - days * 86_400))
    (backups / stamp).mkdir(parents=True)
    (backups / KEYS).mkdir(exist_ok=True)
    (backups / KEYS / f"{stamp}.sqlite").touch()
    return stamp


def test_a_copied_data_folder_is_noticed_and_filled_again(office: RunningOffice, tmp_path: Path) -> None:
    early, _ = sent(office)
    office.kill()
    shutil.copytree(office.folder / "data", tmp_path / "copy")
    office.start()
    late, pair = sent(office)
    before, missing, _ = ask(office, [early, late])
    assert missing == set()
    office.kill()
    shutil.rmtree(office.folder / "data")
    shutil.copytree(tmp_path / "copy", office.folder / "data")
    office.start()
    epoch, missing, _ = ask(office, [early, late])
    assert (epoch != before, missing) == (True, {late})
    assert ask(office, [], pair)[2] == {late}
    assert ask(office, [early, late])[:2] == (epoch, set())


def test_a_backup_is_made_while_the_office_is_served_and_restored_when_it_is_not(
    office: RunningOffice, tmp_path: Path
) -> None:
    backups = tmp_path / "backups"
    early, _ = sent(office)
    doomed, _ = sent(office)
    days_old = {days: make_old_backup(backups, days) for days in (3, 20, 40)}
    inside = office.run("backup", str(office.folder / "data" / "backups"))
    assert "the office itself lies there" in inside.stderr
    assert not (office.folder / "data" / "backups").exists()
    made = office.run("backup", str(backups))
    assert made.returncode == 0, made.stderr
    [backup] = {path for path in backups.iterdir() if path.name != KEYS} - {
        backups / days_old[3],
        backups / days_old[20],
    }
    assert {path.stem for path in (backups / KEYS).iterdir()} == {backup.name, days_old[3]}
    assert backup.stat().st_mode & 0o777 == 0o700
    late, pair = sent(office)
    erase(office, doomed)
    before = ask(office, [])[0]

    assert "stop the office first" in office.run("restore", str(backup)).stderr
    office.stop()
    assert "no whole backup" in office.run("restore", str(tmp_path)).stderr
    staff = office.folder / "data" / "staff.sqlite"
    staff.rename(tmp_path / "staff.sqlite")
    (staff / "in the way").mkdir(parents=True)  # it ends when half of the files are in their places
    assert "staff.sqlite" in office.run("restore", str(backup)).stderr
    (staff / "in the way").rmdir()
    staff.rmdir()
    done = office.run("restore", str(backup))
    assert done.returncode == 0, done.stderr
    assert "Erased since, and so again: 1 cases" in done.stdout
    assert wraps_in(office.folder / "data" / "wraps.sqlite") == {f"w.{early}"}
    assert "WRONG" not in office.run("doctor").stdout

    office.start()
    epoch, missing, _ = ask(office, [early, doomed, late])
    assert epoch != before
    assert missing == {late}
    assert ask(office, [], pair)[2] == {late}
