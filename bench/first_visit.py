"""What the first visit costs: until the page can be read, and until the app works without a signal.

A fresh browser opens the home page of an office of twelve forms and 25 guides through a 2G link. The first page and
`wire_bytes` are counted on the wire, headers included; `offline_ready_bytes` is the offline set itself, every page,
form, guide and script of a language that comes in the first answer, as brotli, and `further_forms_bytes` are the forms
that come right after it, in packs. `written_bytes` is the same of what is written today, and of that
`shell_bytes` is what is neither form nor guide.
"""

import asyncio
import json
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import aiohttp
import brotli
from playwright.async_api import BrowserContext, Page

from bench.full_content import full_content
from bench.office_behind import fresh_browser, office_behind, tell
from bench.shaping_proxy import ShapingProxy
from server.prepared import prepare
from server.settings import load_settings
from server.site import Site, build_site

HOME = "/id/"
OFFLINE_PAGES = (HOME, "/id/apply/passport-new", "/id/guides/passport", "/id/mine", "/id/track")
READY = "[data-module=ready-line] span:not(:empty)"
BLOCKING = """() => performance.getEntriesByType('resource')
  .filter(({ renderBlockingStatus }) => renderBlockingStatus === 'blocking').map(({ name }) => name)"""
CONTENT = ("/forms/", "/id/apply/", "/id/guides/")
PAINT = "() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime"

Sizes = dict[str, int]  # bytes on the wire by URL


def measure() -> dict[str, Any]:
    """Visit once and give the bytes, the requests and the time."""
    with tempfile.TemporaryDirectory() as folder:
        visit = asyncio.run(_visit(full_content(Path(folder) / "content")))
    return visit | _written()


def _written() -> dict[str, int]:
    settings = load_settings({})
    site = build_site(settings, prepare(settings), keys=[])
    return {"written_bytes": len(site.resources["/packs/id.ndjson"].encodings["br"]), "shell_bytes": shell_bytes(site)}


def shell_bytes(site: Site) -> int:
    """Tell what of the offline set is neither form nor guide, in bytes of brotli."""
    rows = [json.loads(line)[1] for line in site.resources["/packs/id.ndjson"].body.splitlines()[1:]]
    shell = {url: entry for row in rows for url, entry in row.items() if not url.startswith(CONTENT)}
    return len(brotli.compress(json.dumps(shell, ensure_ascii=False).encode()))


async def _visit(content: Path) -> dict[str, Any]:
    async with office_behind(content=content) as proxy, fresh_browser() as context:
        page = await context.new_page()
        sizes = await _sizes_of(page)
        tell(f"first visit: opening {HOME} at 50 kbit/s and 800 ms")
        result = await _open(page, proxy)
        blocking = await page.evaluate(BLOCKING)
        first_page = sizes()[proxy.url + HOME] + sum(sizes()[url] for url in blocking)
        offline_set = await _offline_set(proxy.url)
        await _prove_ready(context, page, proxy)
    first = {"first_page_bytes": first_page, "first_page_requests": 1 + len(blocking)}
    return first | offline_set | result


async def _offline_set(url: str) -> dict[str, int]:
    """Count what a browser that holds nothing yet gets: one that was here would be told only what differs."""
    async with aiohttp.ClientSession(auto_decompress=False, headers={"Accept-Encoding": "br"}) as session:
        told = json.loads(brotli.decompress(await _body(session, f"{url}/packs/id.json")))
        first = len(await _body(session, f"{url}/packs/id.ndjson"))
    return {"offline_ready_bytes": first, "further_forms_bytes": sum(size for _, size in told["extras"]["forms"])}


async def _body(session: aiohttp.ClientSession, url: str) -> bytes:
    async with session.get(url) as answer:
        return await answer.read()


async def _open(page: Page, proxy: ShapingProxy) -> dict[str, Any]:
    proxy.reset()
    started = time.monotonic()
    await page.goto(proxy.url + HOME, wait_until="commit")
    await page.locator(READY).first.wait_for()
    seconds = time.monotonic() - started
    tell(f"first visit: ready after {seconds:.1f} s")
    return {
        "wire_bytes": proxy.down.bytes,
        "wire_bytes_up": proxy.up.bytes,
        "requests": proxy.requests,
        "readable_ms": round(await page.evaluate(PAINT)),
        "ready_seconds": round(seconds, 1),
    }


async def _sizes_of(page: Page) -> Callable[[], Sizes]:
    """Count each answer that the page itself asks for, as the browser's network stack saw it."""
    session = await page.context.new_cdp_session(page)
    await session.send("Network.enable")
    urls: dict[str, str] = {}
    sizes: Sizes = {}
    session.on("Network.responseReceived", lambda told: urls.update({told["requestId"]: told["response"]["url"]}))
    session.on(
        "Network.loadingFinished",
        lambda told: sizes.update({urls.get(told["requestId"], ""): told["encodedDataLength"]}),
    )
    return lambda: sizes


async def _prove_ready(context: BrowserContext, page: Page, proxy: ShapingProxy) -> None:
    """Open what must work now without a signal; a promise that is not kept is no measurement."""
    await context.set_offline(True)
    for path in OFFLINE_PAGES:
        await page.goto(proxy.url + path)
        if page.url != proxy.url + path:
            raise RuntimeError(f"{path} does not open without a signal")


if __name__ == "__main__":
    print(json.dumps(measure()))
