import os
import signal
import socket
from pathlib import Path

import pytest

from tests.serving import RunningOffice


@pytest.fixture
def office(tmp_path: Path) -> RunningOffice:
    return RunningOffice(tmp_path / "office")


def children_of(pid: int) -> list[int]:
    text = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    return [int(child) for child in text.split()]


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_an_office_survives_being_killed(office: RunningOffice) -> None:
    with office:
        before = office.ask("GET", "/office.json").json()
        office.restart()
        after = office.ask("GET", "/office.json").json()
        assert (before["root"], before["keys"]) == (after["root"], after["keys"])


def test_it_stops_in_good_order_when_asked(office: RunningOffice) -> None:
    with office:
        process = office.process
        office.stop()
        assert process.returncode == 0
        assert "Traceback" not in office.log.read_text()
        assert not (office.folder / "data" / "cases.sqlite-wal").exists()


def test_the_process_that_serves_ends_with_its_parent(office: RunningOffice) -> None:
    with office:
        workers = children_of(office.process.pid)
        assert workers
        os.kill(office.process.pid, signal.SIGKILL)
        office.process.wait()
        for pid in workers:
            wait_for_the_end_of(pid)


def wait_for_the_end_of(pid: int) -> None:
    # Not our child, so it can't be waited for; pytest-timeout ends a wait that never does.
    while is_alive(pid):
        os.sched_yield()


def test_a_crash_leaves_no_dump(office_server: RunningOffice) -> None:
    parent = office_server.process.pid
    for pid in (parent, *children_of(parent)):
        limits = Path(f"/proc/{pid}/limits").read_text().splitlines()
        [core] = [line.split() for line in limits if line.startswith("Max core file size")]
        assert core[4:6] == ["0", "0"]
        # The limit does not count where dumps are piped to a program; it would be given no memory.
        assert int(Path(f"/proc/{pid}/coredump_filter").read_text(), 16) == 0


def test_it_serves_http_2_too(office_server: RunningOffice) -> None:
    # The client's preface and an empty SETTINGS frame (RFC 9113, 3.4); the answer is a SETTINGS frame.
    with socket.create_connection(("127.0.0.1", office_server.port), timeout=10) as connection:
        connection.sendall(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes.fromhex("000000040000000000"))
        header = connection.recv(9)
    assert header[3] == 4


def test_a_port_that_is_taken_is_told(office_server: RunningOffice, tmp_path: Path) -> None:
    done = RunningOffice(tmp_path / "office", port=office_server.port).run("serve", "--demo")
    assert done.returncode == 1
    assert done.stderr.startswith(f"Error: 127.0.0.1:{office_server.port}: ")


def test_a_certificate_that_is_none_is_told(tmp_path: Path) -> None:
    pem = tmp_path / "some.pem"
    pem.write_text("no certificate\n")
    done = RunningOffice(tmp_path / "office", env={"RANTAU_TLS_CERT": str(pem), "RANTAU_TLS_KEY": str(pem)}).run(
        "serve", "--demo", "--bare"
    )
    assert done.returncode == 1
    assert done.stderr.startswith(f"Error: RANTAU_TLS_CERT, RANTAU_TLS_KEY: {pem} with {pem}: no certificate")


def test_the_log_names_neither_who_asked_nor_for_what(tmp_path: Path) -> None:
    with RunningOffice(tmp_path / "office", env={"RANTAU_LOG": "debug"}) as office:
        office.ask("GET", "/id/tidak-ada-1312014101990001")
        office.ask("POST", "/staff/login", body=b"login=petugas&password=salah-1312014101990001")
        office.ask("POST", "/staff/login", body=b"login=petugas%0Aa%20line%20of%20mine&password=x")
        office.ask("GET", "/id/%0Aa%20line%20of%20mine", headers={"User-Agent": "a line of mine"})
        office.stop()
        log = office.log.read_text()
    assert "1312014101990001" not in log
    assert "127.0.0.1 -" not in log
    assert "a line of mine" not in log
