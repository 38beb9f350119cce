"""What an update costs on the wire: one line more in a module of an app that is installed, ours and the peer's.

Ours is a real server that is started again with the line in it; the peer is a plain Workbox precache of the same files
in the same browser, served compressed. Both are counted from the question whether there is anything new until the new
version is here whole, headers included, over HTTP/1.1. `bytes` is what comes down for the more expensive module, and
`up` what its requests take; `bytes_without` is its difference for a browser without dictionaries, bare.
"""

import asyncio
import json
from collections.abc import Iterable
from typing import Any

import aiohttp
from playwright.async_api import Page

from bench.office_behind import changing_office, fresh_browser, tell
from bench.precache_peer import File, PrecachePeer
from bench.shaping_proxy import UNSHAPED, ShapingProxy
from tests.app_copy import add_line
from tests.serving import RunningOffice

MODULES = ("drafts", "outbox", "exchange")  # of a form's start, of the other first packs, and of what comes after
NOTES = "(await (await caches.match('/notes'))?.json())"
ALL = f"async () => {{ while (!{NOTES}?.extras.includes('forms')) await new Promise((go) => setTimeout(go, 50)); }}"
UPDATE = f"""async () => {{
  await (await import('/pwa/form-start.js')).write('meta', {{ name: 'update-due', public: String(Date.now()) }});
  document.dispatchEvent(new CustomEvent('rantau:exchanged', {{ detail: {{ state: 'ok' }} }}));
  while (!{NOTES}.next.id) await new Promise((go) => setTimeout(go, 20));
}}"""
SWITCH = "async () => { (await import('/pwa/sw-bridge.js')).applyUpdate(); }"
SINCE = f"async () => {NOTES}.now.id"

READS = {"Accept-Encoding": "br"}

Cost = dict[str, int]


def measure() -> dict[str, Any]:
    """Change a line of each module, update, and compare with the peer."""
    return asyncio.run(_both())


async def _both() -> dict[str, Any]:
    ours: dict[str, Cost] = {}
    without: dict[str, int] = {}
    async with changing_office(UNSHAPED) as (proxy, office), PrecachePeer() as peer, fresh_browser() as context:
        page = await context.new_page()
        await page.goto(f"{proxy.url}/id/mine")
        await page.evaluate(ALL)
        for module in MODULES:
            before, packs = await _files(proxy.url), await _packs(proxy.url)
            since = await page.evaluate(SINCE)
            ours[module] = await _update(page, proxy, office, module)
            changed = [pack for pack in await _packs(proxy.url) if pack not in packs]
            without[module] = await _sum(f"{proxy.url}{pack}?since={since}" for pack in changed)
            tell(f"update: {module}: {ours[module]}, without dictionaries {without[module]}")
        theirs = await peer.update(await context.new_page(), before=before, after=await _files(proxy.url))
    worst = max(ours.values(), key=lambda cost: cost["bytes"])
    return {
        **worst,
        "modules": ours,
        "bytes_without": max(without.values()),
        "peer": theirs,
        "times_less": round(theirs["bytes"] / worst["bytes"], 1),
    }


async def _update(page: Page, proxy: ShapingProxy, office: RunningOffice, module: str) -> Cost:
    add_line(office.root / "pwa" / f"{module}.js")
    await asyncio.to_thread(office.restart)
    proxy.reset()
    await page.evaluate(UPDATE)
    cost = {"bytes": proxy.down.bytes, "up": proxy.up.bytes, "requests": proxy.requests}
    async with page.expect_navigation():
        await page.evaluate(SWITCH)
    await page.evaluate(ALL)
    return cost


async def _sum(urls: Iterable[str]) -> int:
    """Count what a worker without dictionaries gets there."""
    async with aiohttp.ClientSession(auto_decompress=False, headers=READS) as session:
        total = 0
        for url in urls:
            async with session.get(url) as answer:
                total += len(await answer.read())
        return total


async def _packs(url: str) -> list[str]:
    """Name the packs that every phone has."""
    async with aiohttp.ClientSession(headers=READS) as session:
        told = await _json(session, f"{url}/packs/id.json")
        return [pack for pack, _ in told["packs"] + told["extras"]["online"]]


async def _files(url: str) -> dict[str, File]:
    """Give every file in them, for the peer to serve."""
    files: dict[str, File] = {}
    async with aiohttp.ClientSession(headers=READS) as session:
        for pack in [await _json(session, url + pack) for pack in await _packs(url)]:
            for path, entry in pack.items():
                async with session.get(url + path) as answer:
                    files[path] = (await answer.read(), entry["headers"]["Content-Type"])
    return files


async def _json(session: aiohttp.ClientSession, url: str) -> Any:
    async with session.get(url) as answer:
        return await answer.json(content_type=None)


if __name__ == "__main__":
    print(json.dumps(measure()))
