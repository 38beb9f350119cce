"""docs/security.md names tests that exist and leaves out no row of the standard that it answers."""

import re
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
DOCUMENT = (TESTS.parent / "docs" / "security.md").read_text()
NAMED = sorted(set(re.findall(r"`((?:unit|browser|promises|drills|contract)/[^`]+)`", DOCUMENT)))

# OWASP ASVS 5.0: the requirements of levels 1 and 2 in each section; they are numbered from 1.
SECTIONS = """
    1.1:2 1.2:9 1.3:11 1.4:3 1.5:2 2.1:3 2.2:3 2.3:4 2.4:1 3.2:2 3.3:4 3.4:6 3.5:5 3.7:2 4.1:3 4.2:1 4.3:2 4.4:4
    5.1:1 5.2:3 5.3:2 5.4:3 6.1:3 6.2:12 6.3:4 6.4:4 6.5:5 6.6:3 6.8:4 7.1:3 7.2:4 7.3:2 7.4:5 7.5:2 7.6:2 8.1:2
    8.2:3 8.3:1 8.4:1 9.1:3 9.2:4 10.1:2 10.2:2 10.3:4 10.4:11 10.5:5 10.6:2 10.7:3 11.1:2 11.2:3 11.3:3 11.4:4
    11.5:1 11.6:1 12.1:3 12.2:2 12.3:4 13.1:1 13.2:5 13.3:2 13.4:5 14.1:2 14.2:4 14.3:3 15.1:3 15.2:3 15.3:7
    16.1:1 16.2:5 16.3:4 16.4:3 16.5:3 17.1:1 17.2:4 17.3:2
"""
ASKED = [f"{section}.{n}" for section, count in (pair.split(":") for pair in SECTIONS.split())
         for n in range(1, int(count) + 1)]  # fmt: skip


@pytest.mark.parametrize("name", NAMED)
def test_every_test_that_it_names_exists(name: str) -> None:
    file, *parts = name.split("::")
    source = (TESTS / file).read_text()
    for part in parts:
        assert re.search(rf"^\s*(?:class|(?:async )?def) {part}\b", source, re.M), name


def test_every_requirement_has_its_answer_once() -> None:
    answered: list[str] = []
    for rows, answer in re.findall(r"^\| (\d[\d., \u2013]*) \|.*\| (.+) \|$", DOCUMENT, re.M):
        assert answer.strip()
        for part in rows.split(", "):
            first, _, last = part.partition("\u2013")
            answered += ASKED[ASKED.index(first) : ASKED.index(last or first) + 1]
    assert sorted(answered, key=ASKED.index) == ASKED
