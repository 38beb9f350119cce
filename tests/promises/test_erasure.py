"""A case that was erased opens nowhere any more: not here, not from a backup, not from what comes late; and an erasure
that is cut off at any moment is finished at the next start."""

import asyncio
import json
import shutil
import sqlite3
import time
from collections.abc import Iterator
from http.client import HTTPException
from pathlib import Path
from typing import Any

import pytest

from sync.errors import OpenError
from sync.seal import open_version, open_wrap_as_holder
from sync.sqlite_store import open_sqlite
from sync.statements import sign_gone
from tests.applicants import Applicant, exchange
from tests.forked_office import ForkedOffice
from tests.markers import digests_in, search
from tests.officers import Answer, ApiOfficer
from tests.serving import RunningOffice

READS = 3  # calls of the stores in one erasure before anything is written
MOST_CALLS = 40


@pytest.fixture
def office(tmp_path: Path) -> Iterator[RunningOffice]:
    with RunningOffice(tmp_path / "office") as office:
        yield office


def officer_at(office: RunningOffice) -> ApiOfficer:
    officer = ApiOfficer(office.url).sign_in()
    assert officer.step_up().status == 200
    return officer


def erase(officer: ApiOfficer, case: str) -> Answer:
    kid, private = officer.office_key
    return officer.post(f"cases/{case}/erase", sign_gone(case, at=int(time.time()), kid=kid, private=private))


def stored_wraps(folder: Path, case: str) -> list[str]:
    async def read() -> list[str]:
        store = open_sqlite(folder, "wraps")
        rows = await store.all_docs()
        await store.close()
        return [row.id for row in rows if case in row.id]

    return asyncio.run(read())


def test_nothing_of_an_erased_case_opens_and_nothing_comes_back(office: RunningOffice, tmp_path: Path) -> None:
    untouched = digests_in(office.folder)
    applicant, other = Applicant(office.url), Applicant(office.url)
    version, wrap = applicant.seal()
    v = applicant.post(version, wrap)
    other.send()
    shutil.copytree(office.folder / "data", tmp_path / "before")
    officer = officer_at(office)

    assert erase(officer, applicant.case).body == {"keys": 1}

    # The applicant's phone hears of it, and the page for a typed code says so.
    [answer] = exchange(office.url, {"v": 1, "watch": [[applicant.case, applicant.keys.proof, 0, 1]]})
    assert (answer[0], answer[1]["_id"]) == ("erase", f"gone.{applicant.case}")
    # What comes late or again is refused.
    late, late_wrap = applicant.seal(prev=(v,))
    for pair in ([version, wrap], [late, late_wrap]):
        [answer] = exchange(office.url, {"v": 1, "watch": []}, pair)
        assert answer[1:] == ["refused", "gone"]
    # The officer finds nobody in the list, no key, and no step can be recorded.
    rows = officer.get("cases").body["rows"]
    assert [row["case"] for row in rows] == [other.case]
    assert officer.get(f"cases/{applicant.case}").body["wraps"] == {}
    assert erase(officer, applicant.case).body == {"keys": 0}
    # The keys are in no file, not even in the free pages or the log, and the rest is untouched.
    office.stop()
    keys = [*wrap.values(), *late_wrap.values()]
    assert search([office.folder], keys, known=untouched) == set()
    assert search([tmp_path / "before"], [*wrap.values()], known=untouched)
    assert len(stored_wraps(office.folder / "data", other.case)) == 1

    # A backup of `cases` from before brings the version back, and nobody can open it.
    for suffix in ("", "-wal", "-shm"):
        (office.folder / "data" / f"cases.sqlite{suffix}").unlink(missing_ok=True)
    with sqlite3.connect(tmp_path / "before" / "cases.sqlite") as old:
        old.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    shutil.copy(tmp_path / "before" / "cases.sqlite", office.folder / "data")
    office.start()
    shown = officer_at(office).get(f"cases/{applicant.case}").body
    assert [found["_id"] for found in shown["versions"]] == [version["_id"]]
    assert shown["wraps"] == {}
    with pytest.raises(OpenError):
        open_version(version, open_wrap_as_holder(version, {"t": late_wrap["t"]}, applicant.keys.open))


def test_who_may_not_erases_nothing(office: RunningOffice) -> None:
    applicant = Applicant(office.url)
    applicant.send()
    officer = ApiOfficer(office.url).sign_in()
    assert erase(officer, applicant.case).body == {"error": "step-up", "reason": None}
    officer.step_up()
    kid, private = officer.office_key
    others = sign_gone("a" * 24, at=1, kid=kid, private=private)
    for mark in (others, others | {"_id": f"gone.{applicant.case}"}, {}, [], {"kid": "k9"}):
        answer = officer.post(f"cases/{applicant.case}/erase", mark)
        assert answer.status == 422, mark
    assert erase(officer, "b" * 24).status == 404
    assert stored_wraps(office.folder / "data", applicant.case) != []


def test_an_erasure_that_is_cut_off_anywhere_is_finished(office: RunningOffice) -> None:
    officer = officer_at(office)
    kid, private = officer.office_key
    office.kill()
    with ForkedOffice(office) as forked:
        forked.reborn()
        for n in range(READS, MOST_CALLS):
            applicant = Applicant(forked.url)
            version, wrap = applicant.seal()
            applicant.post(version, wrap)
            mark = sign_gone(applicant.case, at=int(time.time()), kid=kid, private=private)
            forked.reborn(n, ("before", "after")[n % 2])
            survived = asks(officer, f"cases/{applicant.case}/erase", mark)
            forked.reborn()
            # Begun is finished, and what was not begun is as it was.
            is_marked = applicant.news() == [] and not officer.get("cases").body["counts"]
            assert (stored_wraps(forked.folder / "data", applicant.case) == []) == is_marked
            assert (
                any(entry.encode() in content for entry in wrap.values() for content in contents(forked)) != is_marked
            )
            if survived:
                assert is_marked
                return
            assert erase(officer, applicant.case).status == 200
    raise AssertionError("it never got through")


def contents(office: RunningOffice) -> list[bytes]:
    return [path.read_bytes() for path in (office.folder / "data").rglob("*") if path.is_file()]


def asks(officer: ApiOfficer, path: str, content: dict[str, Any]) -> bool:
    """Say whether the server lived to answer."""
    try:
        return officer.post(path, content).status == 200
    except (OSError, HTTPException, json.JSONDecodeError):
        return False
