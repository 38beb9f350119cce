"""What every test may use: a browser, a phone, an office, and a server of another make with the protocol of CouchDB."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Playwright, expect, sync_playwright

from tests import made_before
from tests.browsing import Phone
from tests.own_loop import StrictLoop
from tests.papers import PaperOffice, found_office
from tests.serving import RunningOffice

ROOT = Path(__file__).parents[1]
START = 30  # seconds that pouchdb-server may take
expect.set_options(timeout=30_000)  # milliseconds; two cores run three files of tests at once


def pytest_configure(config: pytest.Config) -> None:
    made_before.shared()  # before the workers start, so that all of them share it
    if config.getoption("numprocesses", None) and not hasattr(config, "workerinput"):
        # A server's very first start is long: no test's time is spent on it.
        with tempfile.TemporaryDirectory() as folder, RunningOffice(Path(folder)):
            pass


@pytest.fixture
def anyio_backend() -> tuple[str, dict[str, Any]]:
    return "asyncio", {"loop_factory": StrictLoop}


@pytest.fixture(scope="module")  # while it is open its event loop is in the way of the tests that have one themselves
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture
def phone(playwright: Playwright, tmp_path: Path) -> Iterator[Phone]:
    phone = Phone(playwright, tmp_path / "profile")
    phone.start()
    yield phone
    phone.stop()


@pytest.fixture
def papers(tmp_path: Path) -> Iterator[PaperOffice]:
    """Run an office that was founded with its papers."""
    papers = found_office(tmp_path / "office")
    with papers.office:
        yield papers


@pytest.fixture(scope="session")
def pouchdb_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Run one pouchdb-server, in memory, for the whole session."""
    folder = tmp_path_factory.mktemp("pouchdb-server")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    script = ROOT / "node_modules/pouchdb-server/bin/pouchdb-server"
    command = [Path(sys.prefix) / "bin/node", script, "--in-memory", "--port", str(port), "--host", "127.0.0.1"]
    with (folder / "output").open("w") as output:
        process = subprocess.Popen(command, cwd=folder, stdout=output, stderr=output, start_new_session=True)
    try:
        _wait_for(port, process)
        yield f"http://127.0.0.1:{port}"
    finally:
        os.killpg(process.pid, signal.SIGKILL)  # node of the wheel is a wrapper around the real one
        process.wait()


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + START
    while process.poll() is None and time.monotonic() < end:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    pytest.fail("pouchdb-server does not start")
