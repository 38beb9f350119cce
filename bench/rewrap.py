"""How long an officer waits until every case is wrapped for a new key: the console's own button, a real office behind.

Each case is added a wrap, that one is read back and tried on the case, and only then the old one goes. Counted from the
press of the button until the console says that nothing is left and the wraps' database is compacted.
"""

import json
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright

from bench.office_behind import tell
from bench.stored_cases import apart, store_cases
from sync.sqlite_store import open_sqlite
from tests.browsing import Phone
from tests.papers import LOGIN, PASSPHRASE, PASSWORD, PaperOffice, found_office
from tests.people_at_work import Login, Officer

CASES = 10_000
PATIENCE = 1_800_000  # milliseconds; far beyond the budget, so that a slow machine still gives its figure


def measure(cases: int = CASES) -> dict[str, Any]:
    """Re-wrap so many cases and give the seconds it took."""
    with tempfile.TemporaryDirectory() as folder:
        papers = found_office(Path(folder) / "office")
        started = time.monotonic()
        apart(store_cases(papers, cases))
        tell(f"rewrap: {cases} cases sealed and stored in {time.monotonic() - started:.0f} s")
        papers.keys("next", "--yes", paper=papers.root)
        papers.keys("promote", "--now", paper=papers.root)
        with papers.office, sync_playwright() as playwright:
            desktop = {"width": 1280, "height": 900}
            with Phone(playwright, Path(folder) / "desk", viewport=desktop) as desk:
                seconds = _press(desk.page, papers)
        _prove(papers, cases)
    return {"cases": cases, "seconds": round(seconds, 1), "ms_each": round(1000 * seconds / cases, 1)}


def _press(page: Page, papers: PaperOffice) -> float:
    page.set_default_timeout(PATIENCE)
    officer = Officer(page, papers.office, "id", who=Login(LOGIN, PASSWORD, PASSPHRASE))
    officer.sign_in()
    page.get_by_role("button", name=officer.texts.text("staff.keys.title"), exact=True).click()
    button = page.locator("[data-rotate]")
    button.wait_for()
    tell("rewrap: the officer presses the button")
    started = time.monotonic()
    button.click()
    dialog = page.get_by_role("dialog")
    while True:
        button.or_(dialog).first.wait_for()  # the button is away while it works
        if not dialog.is_visible():
            return time.monotonic() - started
        # Who sits there is asked at the first wrap, and again every ten minutes.
        dialog.get_by_label(officer.texts.text("staff.login.password")).fill(PASSWORD)
        page.keyboard.press("Enter")
        dialog.wait_for(state="detached")


def _prove(papers: PaperOffice, cases: int) -> None:
    """See that each wrap has the new key, the holder's entry and nothing else, and that a case still opens."""
    names = apart(_names_of_wraps(papers))
    if len(names) != cases or any(len(found) != 2 for found in names):
        raise RuntimeError("not every case is wrapped for the new key alone")
    if "A case was opened" not in papers.keys("drill", paper=papers.recovery):
        raise RuntimeError("the case that was tried does not open")


async def _names_of_wraps(papers: PaperOffice) -> Sequence[set[str]]:
    store = open_sqlite(papers.office.folder / "data", "wraps")
    rows = await store.all_docs(include_docs=True)
    await store.close()
    return [{name for name in row.doc or {} if not name.startswith("_")} for row in rows]


if __name__ == "__main__":
    print(json.dumps(measure(*map(int, sys.argv[1:]))))
