"""A real hub in a real server process, enrolled at a real office and joined with the code that it printed."""

import re
import sys
import time
from pathlib import Path

from tests.papers import PaperOffice
from tests.serving import PATIENCE, RunningOffice


class RunningHub(RunningOffice):
    """The hub of *folder*, at its name before the office's; the two share a port on two addresses of this machine."""

    def __init__(
        self, folder: Path, office: RunningOffice, name: str = "kinali", *, address: str = "127.0.0.2"
    ) -> None:
        env = {
            "RANTAU_HOST": address,
            "RANTAU_ORIGIN": office.url.replace("://", f"://{name}."),
            "RANTAU_UPSTREAM": office.url,
            "RANTAU_ROLE": "hub",
        }
        super().__init__(folder, env=env, port=office.port)
        self.name = name
        self.url = f"http://{address}:{office.port}"
        self.named = {"Host": f"{name}.localhost:{office.port}"}
        self.command = [sys.executable, "-m", "server", "serve"]

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def join(self, papers: PaperOffice) -> str:
        """Be enrolled and join; gives the code."""
        self.folder.mkdir(parents=True, exist_ok=True)
        enrolled = papers.office.run("hub", "enrol", self.name, stdin=papers.root)
        assert enrolled.returncode == 0, enrolled.stderr
        code = code_in(enrolled.stdout)
        joined = self.run("hub", "join", "--upstream", papers.office.url, "--yes", stdin=f"{code}\n")
        assert joined.returncode == 0, joined.stdout + joined.stderr
        return code

    def wait_until_copied(self, path: str) -> None:
        """Wait for a page of the office, which a hub copies by and by."""
        until = time.monotonic() + PATIENCE
        while self.ask("GET", path, headers=self.named).status == 404:
            assert time.monotonic() < until, f"{path} was not copied:\n{self.log.read_text()}"
            time.sleep(0.1)


def code_in(sheet: str) -> str:
    """Read the code on the sheet that the office printed."""
    found = re.search(r"^  ((?:[a-z]{4} ){11}[a-z]{4})$", sheet, re.M)
    assert found is not None, sheet
    return found[1]
