"""The CouchDB face over plain databases in a real server process on a free port."""

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Self

from tests.plain_face import COUCHDB, FOLDER
from tests.serving import PATIENCE, ROOT, free_port


class PlainServer:
    """Databases are made under `url` by `make`; nothing is asked of whoever comes."""

    def __init__(self, folder: Path, *, couchdb: str = "") -> None:
        port = free_port()
        self.url = f"http://127.0.0.1:{port}/couch"
        self.folder = folder
        self.command = [
            Path(sys.prefix) / "bin/granian", "--interface", "asgi", "--factory", "--no-ws", "--host", "127.0.0.1",
            "--port", str(port), "tests.plain_face:plain_app",
        ]  # fmt: skip
        self.env = os.environ | {FOLDER: str(folder), COUCHDB: couchdb}

    def make(self, name: str) -> str:
        """Make a database and give its URL."""
        with urllib.request.urlopen(urllib.request.Request(f"{self.url}/{name}", method="PUT"), timeout=PATIENCE):
            return f"{self.url}/{name}"

    def __enter__(self) -> Self:
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / "server.log").open("wb") as log:
            self.process = subprocess.Popen(
                self.command, cwd=ROOT, env=self.env, stdout=log, stderr=log, start_new_session=True
            )
        until = time.monotonic() + PATIENCE
        while not self._answers():
            if time.monotonic() > until or self.process.poll() is not None:
                self.__exit__()
                raise RuntimeError((self.folder / "server.log").read_text())
            time.sleep(0.05)
        return self

    def __exit__(self, *exc: object) -> None:
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(timeout=PATIENCE)

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(self.url, timeout=5):
                return True
        except (urllib.error.URLError, OSError):
            return False
