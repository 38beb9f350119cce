"""What `rantau replicate` copies where, and what it copies for nobody."""

import asyncio
import http.server
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from server.replicating import Place, ReplicatingError, check_places, copy
from server.settings import load_settings
from tests.applicants import Applicant
from tests.serving import RunningOffice

SETTINGS = load_settings({})
ELSEWHERE = "http://user:secret@couch.example/rantau-cases"
PRIVATE = [
    "wraps",
    "staff",
    "http://couch.example/wraps",
    "http://couch.example/rantau-wraps",
    "http://couch.example/rantau-staff/",
    "http://couch.example/other_office-staff",
    "http://couch.example/a/b/%77raps",
    "http://couch.example/office%2Fstaff",
    "http://couch.example/WRAPS",
]


@pytest.mark.parametrize("private", PRIVATE)
def test_data_keys_and_accounts_neither_leave_nor_come(private: str) -> None:
    """By whatever name, on either side, whatever is on the other one."""
    for other in ("public", "cases", "blobs", "wraps", "staff", ELSEWHERE, "http://couch.example/x"):
        for source, target in ((private, other), (other, private)):
            with pytest.raises(ReplicatingError):
                check_places(Place(source), Place(target), SETTINGS)


@pytest.mark.parametrize(
    ("source", "target"),
    [
        ("cases", "blobs"),
        (ELSEWHERE, "http://couch.example/x"),
        ("other", ELSEWHERE),
        ("cases", "file:///etc/passwd"),
        ("cases", "http://couch.example/"),
        ("cases", "http://couch.example"),
    ],
)
def test_other_pairs_are_refused_too(source: str, target: str) -> None:
    with pytest.raises(ReplicatingError):
        check_places(Place(source), Place(target), SETTINGS)


@pytest.mark.parametrize("name", ["public", "cases", "blobs"])
def test_what_peers_may_have_is_copied_either_way(name: str) -> None:
    check_places(Place(name), Place(ELSEWHERE), SETTINGS)
    check_places(Place(ELSEWHERE), Place(name), SETTINGS)


def test_a_place_elsewhere_is_a_server_and_a_name() -> None:
    place = Place("https://us%40r:p%2Fw@couch.example:6984/couch/cases/")
    assert (place.server, place.name, place.is_here) == (
        "https://us%40r:p%2Fw@couch.example:6984/couch",
        "cases",
        False,
    )


@contextmanager
def listening() -> Iterator[tuple[str, list[str]]]:
    """Run a server that remembers who came."""
    came: list[str] = []

    class Remembering(http.server.BaseHTTPRequestHandler):
        def handle(self) -> None:
            came.append("somebody")

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Remembering) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", came
        server.shutdown()


def test_nobody_is_even_asked_for_them(tmp_path: Path) -> None:
    settings = load_settings({"RANTAU_DATA": str(tmp_path / "data")})
    with listening() as (url, came):
        for name in ("wraps", "staff"):
            for source, target in ((name, f"{url}/{name}"), (f"{url}/x", name), (f"{url}/{name}", "cases")):
                with pytest.raises(ReplicatingError, match="never leave the office"):
                    asyncio.run(copy(Place(source), Place(target), settings))
        assert came == []
    assert not settings.data.exists()


def test_an_office_is_mirrored_and_its_mirror_copied_into_an_empty_one(pouchdb_url: str, tmp_path: Path) -> None:
    with RunningOffice(tmp_path / "office") as office:
        sent = Applicant(office.url)
        sent.send()
        mirror = f"{pouchdb_url}/{tmp_path.name}"
        done = office.run("replicate", "cases", mirror)
        assert done.returncode == 0, done.stderr
        assert "from the beginning" in done.stdout
        assert "1 copied" in done.stdout
        again = office.run("replicate", "cases", mirror)
        assert "where it stopped the last time: 0 documents looked at, 0 copied" in again.stdout
        assert '"replicated"' in _deeds(office)
        assert "never leave the office" in office.run("replicate", "wraps", mirror).stderr

    with RunningOffice(tmp_path / "other") as other:
        done = other.run("replicate", mirror, "cases")
        # The form is known to both; what is signed by an office that this one does not know would be set aside.
        assert "1 copied" in done.stdout, done.stdout + done.stderr
        forged = other.run("replicate", f"{pouchdb_url}/nowhere-at-all", "cases")
        assert forged.returncode == 1
        assert "not found" in forged.stderr


def _deeds(office: RunningOffice) -> str:
    with sqlite3.connect(office.folder / "data" / "staff.sqlite") as file:
        rows = file.execute("SELECT json FROM bodies").fetchall()
    file.close()
    return "\n".join(str(row[0]) for row in rows)
