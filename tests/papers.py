"""A real office, founded with papers in the hand, for tests of what is done with its keys."""

import re
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from tests.officers import ApiOfficer
from tests.serving import RunningOffice

LOGIN, PASSWORD, PASSPHRASE = "upik", "sandi untuk masuk", "kunci untuk membuka"


@dataclass
class PaperOffice:
    """An office with what its founding printed."""

    office: RunningOffice
    root: str
    recovery: str

    def officer(self) -> ApiOfficer:
        """Sign the first officer in."""
        return ApiOfficer(self.office.url, LOGIN, PASSWORD, PASSPHRASE).sign_in()

    def keys(self, *arguments: str, paper: str = "") -> str:
        """Run `rantau keys`; what it said, which must not be an error."""
        done = self.office.run("keys", *arguments, stdin=paper)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def refused(self, *arguments: str, paper: str = "") -> str:
        """Run `rantau keys`, which must fail; the reason."""
        done = self.office.run("keys", *arguments, stdin=paper)
        assert done.returncode == 1, done.stdout
        return done.stdout + done.stderr


def found_office(folder: Path) -> PaperOffice:
    """Found an office that is not served yet."""
    folder.mkdir(parents=True)
    office = RunningOffice(folder, env={"RANTAU_SECOND_FACTOR": "optional"})
    office.command = office.command[:-2]  # a real one, no demo
    done = office.run("init", "--stdin", stdin=f"{LOGIN}\n{PASSWORD}\n{PASSPHRASE}\n")
    assert done.returncode == 0, done.stderr
    root, recovery = papers_in(done.stdout)
    return PaperOffice(office, root, recovery)


def papers_in(printed: str) -> list[str]:
    """Read the keys that were printed, as somebody copies them by hand."""
    lines = re.findall(r"^  (\d)  ([a-z0-9 ]+)$", printed, re.M)
    starts = [at for at, (number, _) in enumerate(lines) if number == "1"] + [len(lines)]
    return ["\n".join(line for _, line in lines[a:b]) + "\n" for a, b in pairwise(starts)]
