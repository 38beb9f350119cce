"""What is posted in clear reaches no disk: not the temporary folder, not a file that is deleted while it is open."""

import socket
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlencode

import pytest

from server.posted import BODY_LIMIT
from tests.people_at_work import SERVICE
from tests.serving import RunningOffice

MARK = "zqxspooledxqz"
TYPES = ("application/x-www-form-urlencoded", "multipart/form-data; boundary=b")
FILE = (
    b'--b\r\nContent-Disposition: form-data; name="foto"; filename="a.jpg"\r\nContent-Type: image/jpeg\r\n\r\n'
    + MARK.encode() * 4000
    + b"\r\n--b--\r\n"
)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[RunningOffice]:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    folders = dict.fromkeys(("TMPDIR", "TEMP", "TMP", "SQLITE_TMPDIR"), str(temporary))
    with RunningOffice(tmp_path / "office", env=folders) as office:
        yield office


def open_files(office: RunningOffice) -> set[str]:
    """Name every file that a process of the server has open."""
    parent = office.process.pid
    pids = [parent, *map(int, Path(f"/proc/{parent}/task/{parent}/children").read_text().split())]
    links = [link for pid in pids for link in Path(f"/proc/{pid}/fd").iterdir()]
    found = set()
    for link in links:
        try:
            found.add(str(link.readlink()))
        except FileNotFoundError:
            continue
    return {name for name in found if name.startswith("/") and not name.startswith(("/dev/", "/proc/"))}


@pytest.mark.parametrize("type_", TYPES)
def test_a_form_is_in_memory_only_while_it_comes_in(office: RunningOffice, tmp_path: Path, type_: str) -> None:
    temporary = tmp_path / "temporary"
    body = FILE if type_.startswith("multipart") else urlencode({"nama": MARK * 4000}).encode()
    assert len(body) < BODY_LIMIT
    # Its time changes with every file made in it, also with one that is gone again.
    before, known = temporary.stat().st_mtime_ns, open_files(office)
    head = (
        f"POST /id/apply/{SERVICE} HTTP/1.1\r\nHost: localhost\r\nSec-Fetch-Site: same-origin\r\n"
        f"Content-Type: {type_}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", office.port), timeout=30) as connection:
        connection.sendall(head.encode() + body[:-1])
        office.ask("GET", "/ping")  # by now the server has read what came before
        assert {name for name in open_files(office) - known if "deleted" in name} == set()
        with suppress(BrokenPipeError, ConnectionResetError):  # a type that is not ours was refused before it was read
            connection.sendall(body[-1:])
            assert b"HTTP/1.1 4" in connection.recv(100)
    assert temporary.stat().st_mtime_ns == before
    assert not list(temporary.iterdir())
    for path in (path for path in office.folder.rglob("*") if path.is_file()):
        assert MARK.encode() not in path.read_bytes(), path
