"""What a slow phone waits for: a form that opens without a signal with all that was typed, and a key that is on disk.

The processor is throttled four times and the server is gone. `cold_ms` is from the tap in a browser that was just
started until what was typed is seen in the form again and the form listens, the median of some starts.
`keystroke_p95_ms` is from the pause after which the app saves (QUIET of pwa/components/autosave.js) until the browser
says that the encrypted draft is on disk, of which nineteen in twenty are below. The peer is a page of one field whose
draft PouchDB keeps in clear, and whose server is there.
"""

import asyncio
import json
import re
import statistics
import tempfile
from pathlib import Path
from typing import Any

from playwright.async_api import BrowserContext, Page, async_playwright

from bench.draft_peer import draft_peer
from bench.office_behind import PATIENCE, tell
from tests.browsing import FLAGS, chromium
from tests.serving import ROOT, RunningOffice

THROTTLE = 4
STARTS, KEYS = 5, 40
FORM = "/id/apply/passport-new"
FIELD, TYPED = "#nama_lengkap", "SITI"
QUIET = int(re.findall(r"QUIET = (\d+)", (ROOT / "pwa/components/autosave.js").read_text())[0])
READY = "[data-module=ready-line] span:not(:empty)"
SAVED = "[data-saved=yes]"
WATCH = """
  new MutationObserver((_, observer) => {
    if (!document.querySelector('[data-continued]')) return;
    observer.disconnect();
    // Seen once the frame that shows it is drawn.
    requestAnimationFrame(() => setTimeout(() => {
      globalThis.restored = performance.now();
      console.info('restored');
    }));
  }).observe(document, { childList: true, subtree: true });
"""
RESTORED = "() => [globalThis.restored, document.querySelector('#nama_lengkap').value]"
LATENCY = """() => {
  const [form, latencies] = [document.querySelector('form'), []];
  let last = 0;
  form.addEventListener('input', ({ timeStamp }) => { last = timeStamp; });
  new MutationObserver(() => {
    if (form.querySelector('[data-saved=yes]')) latencies.push(performance.now() - last);
  }).observe(form, { subtree: true, attributeFilter: ['data-saved'] });
  globalThis.latencies = latencies;
}"""


def measure() -> dict[str, Any]:
    """Start without a signal a few times, and type a few keys."""
    return asyncio.run(_measure())


async def _measure() -> dict[str, Any]:
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        office = await asyncio.to_thread(RunningOffice(Path(folder) / "office").start)
        try:
            await _get_ready(Path(folder), office.url + FORM, first=f"{office.url}/id/")
        finally:
            await asyncio.to_thread(office.kill)
        ours = await _figures(Path(folder), office.url + FORM)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        async with draft_peer(QUIET) as url:
            await _get_ready(Path(folder), url)
            theirs = await _figures(Path(folder), url)
    return {
        **ours,
        "peer": {"name": "PouchDB", **theirs},
        "times_cold": round(ours["cold_ms"] / theirs["cold_ms"], 2),
        "times_keystroke": round(ours["keystroke_p95_ms"] / theirs["keystroke_p95_ms"], 2),
    }


async def _figures(folder: Path, url: str) -> dict[str, int]:
    starts = [await _cold_start(folder, url) for _ in range(STARTS)]
    late = await _type(folder, url)
    tell(f"start: {url}: cold {[round(ms) for ms in starts]}, keystroke {round(late[0])} to {round(late[-1])} ms")
    return {"cold_ms": round(statistics.median(starts)), "keystroke_p95_ms": round(late[int(len(late) * 0.95)])}


async def _get_ready(folder: Path, url: str, *, first: str | None = None) -> None:
    """Have the app, which installs itself on its first page, and something typed."""
    async with async_playwright() as playwright:
        context = await _browser(playwright, folder)
        page = context.pages[0]
        if first is not None:
            await page.goto(first)
            await page.locator(READY).first.wait_for()
        await page.goto(url)
        await page.fill(FIELD, TYPED)
        await page.locator(SAVED).wait_for(state="attached")
        await context.close()


async def _cold_start(folder: Path, url: str) -> float:
    async with async_playwright() as playwright:
        context = await _browser(playwright, folder)
        page = await _slow_page(context)
        await page.add_init_script(WATCH)
        # Waiting for an element would put 300 KB of script into the page that is being measured.
        async with page.expect_console_message(lambda told: told.text == "restored"):
            await page.goto(url, wait_until="commit")
        restored, value = await page.evaluate(RESTORED)
        await context.close()
    if value != TYPED:
        raise RuntimeError(f"what was typed is not there: {value!r}")
    return float(restored)


async def _type(folder: Path, url: str) -> list[float]:
    """Press keys, each when the one before is saved; gives milliseconds after the pause, the shortest first."""
    async with async_playwright() as playwright:
        context = await _browser(playwright, folder)
        page = await _slow_page(context)
        await page.goto(url)
        await page.locator("[data-continued]").wait_for(state="attached")
        await page.evaluate(LATENCY)
        await page.focus(FIELD)
        for count in range(1, KEYS + 1):
            await page.keyboard.press("A")
            await page.evaluate(
                "async (count) => { while (latencies.length < count) await new Promise(requestAnimationFrame); }", count
            )
        found = await page.evaluate("latencies")
        await context.close()
    return sorted(ms - QUIET for ms in found)


async def _slow_page(context: BrowserContext) -> Page:
    page = context.pages[0]
    session = await context.new_cdp_session(page)
    await session.send("Emulation.setCPUThrottlingRate", {"rate": THROTTLE})
    return page


async def _browser(playwright: Any, folder: Path) -> BrowserContext:
    context: BrowserContext = await playwright.chromium.launch_persistent_context(
        str(folder / "profile"), executable_path=chromium(), headless=True, args=list(FLAGS), locale="id-ID"
    )
    context.set_default_timeout(PATIENCE)
    return context


if __name__ == "__main__":
    print(json.dumps(measure()))
