"""How long an officer's browser takes with a full office: to list the work, to find a name in it, and to open a case.

A real office holds sealed applications, open ones and ones that were handed over; the officer signs in and unlocks in
a real browser. `list_ms` is from the asking for the work until the list stands, `index_ms` until everything was opened
for the search, in the background. `search_ms` is the median of some typings, names and the NIKs of cases that ended,
lately or long ago, and `open_ms` of some cases opened, until they are in sight. `table_ms` is from the proof of who
sits there until the whole list is saved with everything that was answered, `table_block_ms` the longest that the page
did not answer meanwhile. `memory_mb` is the most that the tab's process held at any time.
"""

import json
import re
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright

from bench.office_behind import tell
from bench.stored_cases import apart, store_cases
from tests.browsing import Phone
from tests.officers import ApiOfficer
from tests.papers import LOGIN, PASSPHRASE, PASSWORD, found_office
from tests.people import person
from tests.people_at_work import TEXTS, Login, Officer

OPEN, ENDED = 5_000, 10_000
TRIES = 9
PATIENCE = 600_000  # milliseconds; far beyond what is waited for, so that a slow machine still gives its figures
WATCH = """
  new MutationObserver((_, observer) => {
    if (!document.querySelector('.case-link')) return;
    const asked = performance.getEntriesByType('resource').find(({ name }) => name.includes('/staff/api/work'));
    globalThis.listed = performance.now() - asked.startTime;
    observer.disconnect();
  }).observe(document, { childList: true, subtree: true });
"""
SEARCH = """async (name) => {
  const [input, began] = [document.querySelector('#search'), performance.now()];
  input.value = name;
  input.dispatchEvent(new Event('input'));
  const isFound = () => document.querySelector('.case-list tbody')?.textContent.includes(name);
  while (!isFound()) await new Promise(requestAnimationFrame);
  return performance.now() - began;
}"""
OPEN_CASE = """async (at) => {
  const [link, began] = [document.querySelectorAll('.case-link')[at], performance.now()];
  link.click();
  const isOpen = () => document.querySelector('#case-title')?.textContent === link.textContent;
  while (!isOpen()) await new Promise(requestAnimationFrame);
  return performance.now() - began;
}"""
LONG = """() => {
  globalThis.longest = 0;
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) globalThis.longest = Math.max(globalThis.longest, duration);
  }).observe({ type: 'longtask' });
}"""


def measure(open_: int = OPEN, ended: int = ENDED) -> dict[str, Any]:
    """Fill an office and sit down in it."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        papers = found_office(Path(folder) / "office")
        started = time.monotonic()
        apart(store_cases(papers, open_ + ended, ended=ended))
        tell(f"console: {open_} open cases and {ended} ended ones stored in {time.monotonic() - started:.0f} s")
        with papers.office, sync_playwright() as playwright:
            desktop = {"width": 1280, "height": 900}
            profile = Path(folder) / "desk"
            with Phone(playwright, profile, viewport=desktop) as desk, _memory_watched(profile) as sizes:
                desk.page.set_default_timeout(PATIENCE)
                desk.page.add_init_script(WATCH)
                ApiOfficer(papers.office.url, LOGIN, PASSWORD, PASSPHRASE).sign_in().get("work")  # the lists are made
                officer = Officer(desk.page, papers.office, "id", who=Login(LOGIN, PASSWORD, PASSPHRASE))
                figures = _sit_down(desk.page, officer, open_, ended)
                tell(f"console: {max(sizes)} MB at most until all of it could be searched")
                figures |= _save(desk.page)
            figures["memory_mb"] = max(sizes)
    return {"open": open_, "ended": ended} | figures


def _sit_down(page: Page, officer: Officer, open_: int, ended: int) -> dict[str, Any]:
    officer.sign_in()
    page.locator(".case-link").first.wait_for()
    listed, started = page.evaluate("listed"), time.monotonic()
    opened = [page.evaluate(OPEN_CASE, at) for at in range(TRIES)]
    page.locator("search progress").wait_for(state="hidden")
    tell(f"console: everything is opened after {time.monotonic() - started:.0f} s")
    names = [str(person(ended + at * 37 % open_)["nama_lengkap"]) for at in range(TRIES)]
    niks = [str(person(seed)["nomor_ktp"]) for seed in range(0, ended, max(1, ended // TRIES))]  # of one case each
    found = [page.evaluate(SEARCH, typed) for typed in (*names, *niks)]
    return {
        "list_ms": round(listed),
        "index_ms": round(1000 * (time.monotonic() - started)),
        "open_ms": round(statistics.median(opened)),
        "search_ms": round(statistics.median(found)),
    }


def _save(page: Page) -> dict[str, Any]:
    page.locator("#search").fill("")
    page.get_by_role("button", name=TEXTS["id"].text("staff.table.button")).click()
    page.locator("[data-save-list] [value=answers]").check()
    page.locator("[data-save-list] form button").first.click()
    page.locator("[data-step-up] [type=password]").fill(PASSWORD)
    page.evaluate(LONG)
    started = time.monotonic()
    with page.expect_download(timeout=PATIENCE):
        page.keyboard.press("Enter")
    return {"table_ms": round(1000 * (time.monotonic() - started)), "table_block_ms": round(page.evaluate("longest"))}


@contextmanager
def _memory_watched(profile: Path) -> Iterator[list[int]]:
    """Note, as long as it lasts, how many megabytes the tab holds."""
    sizes, is_over = [0], threading.Event()

    def watch() -> None:
        while not is_over.wait(0.25):
            sizes.append(_memory(profile))

    watching = threading.Thread(target=watch)
    watching.start()
    try:
        yield sizes
    finally:
        is_over.set()
        watching.join()


def _memory(profile: Path) -> int:
    """Give the megabytes of the largest renderer of the browser with that profile, counting shared pages in part."""
    sizes = [0]
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            arguments = (folder / "cmdline").read_bytes()
            if b"--type=renderer" in arguments and str(profile).encode() in arguments:
                held = re.findall(r"^Pss:\s+(\d+) kB", (folder / "smaps_rollup").read_text(), re.M)
                sizes += [int(size) for size in held]
        except OSError:
            continue
    return round(max(sizes) / 1024)


if __name__ == "__main__":
    print(json.dumps(measure(*map(int, sys.argv[1:]))))
