"""The sheets for the safe as a browser shows and prints them: one sheet a key, readable by everybody, on any screen."""

import re
from pathlib import Path

import pytest

from server.settings import ROOT
from tests.browsing import Phone
from tests.papers import LOGIN, PASSPHRASE, PASSWORD
from tests.serving import RunningOffice

pytestmark = pytest.mark.browser

AXE = (ROOT / "node_modules" / "axe-core" / "axe.min.js").read_text()


def test_each_key_is_printed_on_a_sheet_of_its_own(phone: Phone, tmp_path: Path) -> None:
    office, sheet = RunningOffice(tmp_path / "office"), tmp_path / "sheets.html"
    office.folder.mkdir()
    office.run("init", "--stdin", "--sheet", str(sheet), stdin=f"{LOGIN}\n{PASSWORD}\n{PASSPHRASE}\n")
    page = phone.page
    page.goto(sheet.as_uri())
    page.set_viewport_size({"width": 320, "height": 640})
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    page.evaluate(AXE)
    violations = page.evaluate("axe.run(document, { resultTypes: ['violations'] }).then((found) => found.violations)")
    assert [violation["id"] for violation in violations] == []
    assert re.findall(rb"/Count (\d+)", page.pdf(prefer_css_page_size=True)) == [b"2"]
    assert phone.errors == []
