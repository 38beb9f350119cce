"""How long an officer waits until every case is wrapped for a new key: the console's own button, a real office behind.

Each case is added a wrap, that one is read back and tried on the case, and only then the old one goes. Counted from the
press of the button until the console says that nothing is left and the wraps' database is compacted.
"""

import asyncio
import json
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright

from bench.office_behind import tell
from server.answers import to_answers
from sync.canonical import b64u_decode, b64u_encode, h16
from sync.document import Doc
from sync.receipt_code import CodeKeys, case_of
from sync.seal import seal_version
from sync.sqlite_store import open_sqlite
from tests.applicants import FORMS, SERVICE
from tests.browsing import Phone
from tests.papers import LOGIN, PASSPHRASE, PASSWORD, PaperOffice, found_office
from tests.people import person
from tests.people_at_work import Login, Officer

CASES = 10_000
BATCH = 500  # cases written at a time
PATIENCE = 1_800_000  # milliseconds; far beyond the budget, so that a slow machine still gives its figure
FORM = FORMS.latest(SERVICE)

Pair = tuple[Doc, dict[str, str]]


def measure(cases: int = CASES) -> dict[str, Any]:
    """Re-wrap so many cases and give the seconds it took."""
    with tempfile.TemporaryDirectory() as folder:
        papers = found_office(Path(folder) / "office")
        started = time.monotonic()
        _apart(_store_cases(papers, cases))
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


async def _store_cases(papers: PaperOffice, cases: int) -> None:
    """Put sealed cases into the databases, as an office has them after years; they are made before it is served."""
    data = papers.office.folder / "data"
    public, stored, wraps = (open_sqlite(data, name) for name in ("public", "cases", "wraps"))
    keys = (await public.get("keys"))["signed"][5]
    kid, pub = next((row[0], row[5]) for row in keys if row[1] == "seal")
    for start in range(0, cases, BATCH):
        pairs = [_sealed(seed, kid, pub) for seed in range(start, min(start + BATCH, cases))]
        await stored.bulk_docs([version for version, _ in pairs])
        await wraps.bulk_docs([{"_id": f"w.{version['_id']}", **wrap} for version, wrap in pairs])
    for store in (public, stored, wraps):
        await store.close()


def _sealed(seed: int, kid: str, pub: str) -> Pair:
    values = person(seed)
    return seal_version(
        type="application", code_keys=_invented(), service=SERVICE, form=FORM.name, at=int(time.time()), channel="app",
        device=None, area=str(values["nagari"]), wish=[], prev=[],
        groups={"personal": to_answers(FORM, values, today=date.today())}, recipients=[(kid, b64u_decode(pub))],
    )  # fmt: skip


def _invented() -> CodeKeys:
    """Invent what a receipt code would give; deriving ten thousand, slow on purpose, would take the longest."""
    read, sign = os.urandom(16), os.urandom(16)
    case = case_of(h16(read), h16(sign))
    return CodeKeys(case, os.urandom(32), read, sign, b64u_encode(read + h16(sign)))


def _prove(papers: PaperOffice, cases: int) -> None:
    """See that each wrap has the new key, the holder's entry and nothing else, and that a case still opens."""
    names = _apart(_names_of_wraps(papers))
    if len(names) != cases or any(len(found) != 2 for found in names):
        raise RuntimeError("not every case is wrapped for the new key alone")
    if "A case was opened" not in papers.keys("drill", paper=papers.recovery):
        raise RuntimeError("the case that was tried does not open")


async def _names_of_wraps(papers: PaperOffice) -> Sequence[set[str]]:
    store = open_sqlite(papers.office.folder / "data", "wraps")
    rows = await store.all_docs(include_docs=True)
    await store.close()
    return [{name for name in row.doc or {} if not name.startswith("_")} for row in rows]


def _apart(work: Any) -> Any:
    """Run in a thread with a loop of its own, because the browser's has this one."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result()


if __name__ == "__main__":
    print(json.dumps(measure(*map(int, sys.argv[1:]))))
