"""A real office in a real server process on a free port, which can be killed and started again like a real one."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

from tests.made_before import lent_made

ROOT = Path(__file__).parents[1]
PATIENCE = 90.0  # seconds until a server on a busy machine has to answer


def free_port() -> int:
    """Give a port that nobody uses now."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass(frozen=True)
class Reply:
    """What the server answered; header names in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()

    def json(self) -> Any:
        return json.loads(self.body)


class RunningOffice:
    """The demo office of *folder*; the port and so the origin stay the same over restarts."""

    def __init__(
        self,
        folder: Path,
        *,
        store_url: str | None = None,
        env: Mapping[str, str] | None = None,
        port: int = 0,
        root: Path = ROOT,
    ) -> None:
        self.folder = folder
        self.root = root  # of the app that is served
        self.port = port or free_port()
        self.url = f"http://localhost:{self.port}"
        self.named: dict[str, str] = {}  # a Host header, where it is reached by another name than its address
        self.log = folder / "server.log"
        own = {"RANTAU_DATA": str(folder / "data"), "RANTAU_PORT": str(self.port)}
        own |= {"RANTAU_COUCHDB": store_url} if store_url else {}
        clean = {name: value for name, value in os.environ.items() if not name.startswith("RANTAU_")}
        self.env = clean | own | dict(env or {})
        self.command = [sys.executable, "-m", "server", "serve", "--demo", "--bare"]
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def process(self) -> "subprocess.Popen[bytes]":
        """Give the process that was started last."""
        assert self._process is not None
        return self._process

    def start(self) -> Self:
        """Serve, making the office first where there is none, and wait until it answers."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with lent_made(self.folder / "data"):
            self._spawn()
            try:
                self._wait()
            except BaseException:  # also a test that is killed for its time: nothing of it goes on beside the others
                self.kill()
                raise
        return self

    def kill(self) -> None:
        """Pull the plug: nothing gets the chance to finish what it was doing."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """Ask it to stop, as a service manager does."""
        self._end(signal.SIGTERM)

    def restart(self) -> Self:
        """Kill it and start it again."""
        self.kill()
        return self.start()

    def ask(
        self, method: str, path: str, *, headers: Mapping[str, str] | None = None, body: bytes | Iterable[bytes] = b""
    ) -> Reply:
        """Send one request; a body given in pieces goes without a length."""
        with closing(http.client.HTTPConnection(urlsplit(self.url).netloc, timeout=PATIENCE)) as connection:
            chunked = not isinstance(body, bytes)
            given = self.named | dict(headers or {})
            connection.request(method, path, body=body or None, headers=given, encode_chunked=chunked)
            answer = connection.getresponse()
            return Reply(answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read())

    def run(self, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        """Run another command of `rantau` on this office."""
        command = [sys.executable, "-m", "server", *arguments]
        return subprocess.run(
            command, cwd=self.root, env=self.env, input=stdin, capture_output=True, text=True, timeout=60
        )

    def wait_until_dead(self) -> None:
        """Wait for a process that ends by itself."""
        assert self._process is not None
        self._process.wait(timeout=PATIENCE)
        self.kill()

    def _spawn(self) -> None:
        with self.log.open("ab") as log:
            # A session of its own, so that every process of the server can be killed at once, by number.
            self._process = subprocess.Popen(
                self.command,
                cwd=self.root, env=self.env, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip

    def _wait(self) -> None:
        assert self._process is not None
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until and self._process.poll() is None:
            if self._answers():
                return
            time.sleep(0.05)
        raise RuntimeError(f"the server did not start:\n{self.log.read_text()}")

    def _answers(self) -> bool:
        with closing(http.client.HTTPConnection(urlsplit(self.url).netloc, timeout=5)) as connection:
            try:
                connection.request("GET", "/ping", headers=self.named)
                return connection.getresponse().read().startswith(b"rantau ")
            except (OSError, http.client.HTTPException):
                return False

    def _end(self, how: signal.Signals) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        try:
            if how == signal.SIGKILL:
                os.killpg(process.pid, how)
            else:
                process.send_signal(how)
        except ProcessLookupError:
            pass
        process.wait(timeout=PATIENCE)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *exc: object) -> None:
        self.kill()
