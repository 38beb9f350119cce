"""What it costs to hear that there is nothing new of twenty cases: ours and the peer's, on a warm HTTP/2 connection.

Counted is everything that passes the wire on the open connection, TLS records included: what we send and get for one
exchange after the list was shown once, and what PouchDB does for one `sync` of the same twenty documents. `page_start`
is ours with the question who is there, which each page asks once.
"""

import asyncio
import json
from collections.abc import Awaitable
from typing import Any

from playwright.async_api import BrowserContext, Page

from bench.office_behind import fresh_browser, https_url, tell, tls_office_behind
from bench.peer import peer_with
from bench.shaping_proxy import UNSHAPED, ShapingProxy
from bench.wire import SEAL, open_app
from tests.people import person
from tests.tls_serving import TlsOffice, trusting

CASES = 20
QUIET = 0.5  # seconds in which the last frames of an exchange come
EXCHANGE = """async () => {
  const { state, done, news } = await (await import('/pwa/exchange.js')).exchange();
  return [state, done.length, news.length];
}"""
LOSE = "async () => (await import('/pwa/contact.js')).lose()"
SYNC = "async (name) => { await window.db.sync(`${location.origin}/${name}`); }"

Bytes = dict[str, int]


def measure() -> dict[str, Any]:
    """Ask for news when there are none, and compare."""
    return asyncio.run(_both())


async def _both() -> dict[str, Any]:
    async with tls_office_behind(UNSHAPED) as (proxy, office), fresh_browser(trusting(office.cert)) as context:
        ours = await _ours(context, proxy)
        peer = await _peer(office)
    sums = [side["up"] + side["down"] for side in (peer, ours)]
    return {"cases": CASES, **ours, "peer": peer, "times_less": round(sums[0] / sums[1], 1)}


async def _ours(context: BrowserContext, proxy: ShapingProxy) -> dict[str, Any]:
    page = await open_app(context, https_url(proxy))
    await page.evaluate(SEAL, [dict(person(seed)) for seed in range(CASES)])
    if await page.evaluate(EXCHANGE) != ["ok", CASES, 0]:
        raise RuntimeError("the office does not have them all")
    await _nothing_new(page)  # which shows the list
    found = await counted(proxy, page, _nothing_new(page))
    await page.evaluate(LOSE)
    start = await counted(proxy, page, _nothing_new(page))
    tell(f"idle: ours: {found}, at the start of a page {start}")
    return {**found, "page_start": start}


async def _nothing_new(page: Page) -> None:
    if await page.evaluate(EXCHANGE) != ["ok", 0, 0]:
        raise RuntimeError("something was new")


async def _peer(office: TlsOffice) -> Bytes:
    people = [dict(person(seed)) for seed in range(CASES)]
    async with peer_with(people, "idle", office.cert) as (page, proxy):
        for _ in range(2):  # the first pushes, the second finds its checkpoints
            await page.evaluate(SYNC, "idle")
        found = await counted(proxy, page, page.evaluate(SYNC, "idle"))
    tell(f"idle: peer: {found}")
    return found


async def counted(proxy: ShapingProxy, page: Page, work: Awaitable[Any]) -> Bytes:
    """Count what passes while *work* is done and until all is quiet; a new connection would be no warm one."""
    await asyncio.sleep(QUIET)
    asked: list[str] = []
    page.on("request", note := lambda request: asked.append(request.url))
    proxy.reset()
    await work
    await asyncio.sleep(QUIET)
    page.remove_listener("request", note)
    if proxy.connections:
        raise RuntimeError("the connection was not open")
    return {"requests": len(asked), "up": proxy.up.bytes, "down": proxy.down.bytes}


if __name__ == "__main__":
    print(json.dumps(measure()))
