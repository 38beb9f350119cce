"""What the first visit costs: until the page can be read, and until the app works without a signal.

A fresh browser opens the home page of an office of twelve forms and 25 guides through a 2G link. The first page and
`wire_bytes` are counted on the wire, headers included, until it is ready; the rest comes after it in the same answer.
`everything_bytes` is that answer, all that every phone fetches by itself. Of it `offline_ready_bytes` is what works
without a signal, as brotli: every page, form and guide of a language, with what fills them in, seals and shows them.
The forms are those of ten applications, the complaint and the survey. What only talks to the office (`online`) is left
out there, and so is the camera, which has `camera_bytes` on top of it; what few need (`volunteer`, `profile`, `bundle`,
`request`) is fetched when they do. `written_bytes` is the offline set of what is written now, and `shell_bytes` is what
of its first packs is neither form nor guide. The peer is a plain Workbox precache of every file of that answer.
"""

import asyncio
import json
import tempfile
import time
from collections.abc import Callable, Collection
from http import HTTPStatus
from itertools import islice
from pathlib import Path
from typing import Any

import aiohttp
import brotli
from playwright.async_api import BrowserContext, Page

from bench.full_content import full_content
from bench.office_behind import fresh_browser, office_behind, tell
from bench.precache_peer import File, PrecachePeer
from bench.shaping_proxy import ShapingProxy
from server.settings import load_settings
from server.site.prepared import prepare
from server.site.site import Site, build_site

HOME = "/id/"
OFFLINE_PAGES = (HOME, "/id/apply/passport-new", "/id/guides/passport", "/id/mine", "/id/track")
READY = "[data-module=ready-line] span:not(:empty)"
BLOCKING = """() => performance.getEntriesByType('resource')
  .filter(({ renderBlockingStatus }) => renderBlockingStatus === 'blocking').map(({ name }) => name)"""
AT_ONCE = "/packs/id.ndjson"
WITH_A_SIGNAL, CAMERA = ("online",), ("images", "photo")
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
    return {"written_bytes": offline_bytes(site.resources[AT_ONCE].body), "shell_bytes": shell_bytes(site)}


def offline_bytes(answer: bytes) -> int:
    """Tell what of the first visit's answer works without a signal, but for the camera, in bytes of brotli."""
    return _bytes_without(answer, (*WITH_A_SIGNAL, *CAMERA))


def camera_bytes(answer: bytes) -> int:
    """Tell what photographing papers without a signal takes on top of that."""
    return _bytes_without(answer, WITH_A_SIGNAL) - offline_bytes(answer)


def _bytes_without(answer: bytes, names: Collection[str]) -> int:
    head, *lines = answer.splitlines()
    told, named = json.loads(head), iter(lines)
    kept = list(islice(named, told["count"]))
    for name, count in told["more"]:
        packs = list(islice(named, count))
        kept += [] if name in names else packs
    return len(brotli.compress(b"\n".join([head, *kept])))


def shell_bytes(site: Site) -> int:
    """Tell what of the first packs is neither form nor guide, in bytes of brotli."""
    head, *lines = map(json.loads, site.resources[AT_ONCE].body.splitlines())
    entries = {url: entry for _, pack in lines[: head["count"]] for url, entry in pack.items()}
    shell = {url: entry for url, entry in entries.items() if not url.startswith(CONTENT)}
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
        await context.set_offline(False)
        async with PrecachePeer() as peer:
            theirs = await peer.install(await context.new_page(), await _files(proxy))
    times = round(theirs["bytes"] / offline_set["everything_bytes"], 2)
    first = {"first_page_bytes": first_page, "first_page_requests": 1 + len(blocking)}
    return first | offline_set | result | {"peer": {"name": "Workbox", **theirs}, "times_less": times}


async def _offline_set(url: str) -> dict[str, int]:
    """Count what a browser that holds nothing yet gets: one that was here would be told only what differs."""
    session = aiohttp.ClientSession(auto_decompress=False, headers={"Accept-Encoding": "br"})
    async with session, session.get(url + AT_ONCE) as answer:
        body = await answer.read()
    plain = brotli.decompress(body)
    ready = {"offline_ready_bytes": offline_bytes(plain), "camera_bytes": camera_bytes(plain)}
    return ready | {"everything_bytes": len(body)}


async def _files(proxy: ShapingProxy) -> dict[str, File]:
    """Give every file of the first visit's answer as the office serves it, for the peer to serve."""
    host, port = proxy.target
    url = f"http://{host}:{port}"
    files: dict[str, File] = {}
    async with aiohttp.ClientSession(headers={"Accept-Encoding": "br"}) as session:
        async with session.get(url + AT_ONCE) as answer:
            lines = [json.loads(line) for line in (await answer.read()).splitlines()[1:]]
        for path in {path for _, pack in lines for path in pack}:
            async with session.get(url + path, allow_redirects=False) as answer:
                if answer.status == HTTPStatus.OK:
                    files[path] = (await answer.read(), answer.headers["Content-Type"])
    return files


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
