"""An office that is there in a moment: a process that has read the content is forked each time.

For tests that start an office at every call of something. What is forked is a real server in a session of its own, and
is killed like one.
"""

import json
import os
import select
import subprocess
import sys
from typing import Self

from tests.serving import RunningOffice


class Forked:
    """A process that is not our child: what an office asks of those that it starts itself."""

    returncode = 0

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self._end = os.pidfd_open(pid)

    def poll(self) -> int | None:
        return 0 if self._is_over(0) else None

    def wait(self, timeout: float) -> int:
        assert self._is_over(timeout), "it goes on"
        return 0

    def _is_over(self, timeout: float) -> bool:
        return bool(select.select([self._end], [], [], timeout)[0])

    def __del__(self) -> None:
        os.close(self._end)


class ForkedOffice(RunningOffice):
    """The office that another one made, in the same folder and at the same port."""

    def __init__(self, office: RunningOffice) -> None:
        super().__init__(office.folder, port=office.port)
        self._told: tuple[int, str] = (0, "")

    def reborn(self, die_at: int = 0, when: str = "") -> Self:
        """Kill it and start it again, to die at a call, or to live."""
        self._told = (die_at, when)
        return self.restart()

    def _spawn(self) -> None:
        assert self._parent.stdin
        assert self._parent.stdout
        self._parent.stdin.write(json.dumps(self._told) + "\n")
        self._parent.stdin.flush()
        self._process = Forked(int(self._parent.stdout.readline()))

    def __enter__(self) -> Self:
        with self.log.open("ab") as log:
            self._parent = subprocess.Popen(
                [sys.executable, "-m", "tests.dying_office"],
                cwd=self.root, env=self.env, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log,
            )  # fmt: skip
        return self

    def __exit__(self, *exc: object) -> None:
        self.kill()
        self._parent.communicate()
