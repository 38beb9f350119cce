"""The peer for the first visit and for updates: a plain Workbox precache.

It holds each file by its revision and fetches those that changed. Its library is one file beside the worker, as
`importScripts` takes it; the list of files is in the worker, written as Workbox's build tools write it. Everything is
served as brotli and revalidated by ETag.
"""

import hashlib
import json
from typing import Any, Self

import brotli
from aiohttp import web
from playwright.async_api import Page

from bench.shaping_proxy import UNSHAPED, ShapingProxy
from tests.serving import ROOT, free_port

File = tuple[bytes, str]  # body and type
LIBRARY = b"\n".join(
    (ROOT / "node_modules" / f"workbox-{name}" / "build" / f"workbox-{name}.prod.js").read_bytes()
    for name in ("core", "routing", "strategies", "precaching")
)
SCRIPT = "text/javascript"
INSTALL = """async () => {
  await navigator.serviceWorker.register('/sw.js', { updateViaCache: 'none' });
  await navigator.serviceWorker.ready;
}"""
UPDATE = """async () => {
  const registration = await navigator.serviceWorker.ready;
  const whole = new Promise((resolve, reject) => registration.addEventListener('updatefound', () => {
    const { installing } = registration;
    installing.onstatechange = () => (installing.state === 'redundant' ? reject : resolve)(installing.state);
  }));
  await registration.update();
  await whole;
}"""


class PrecachePeer:
    """Serves `files` behind a proxy that counts."""

    def __init__(self) -> None:
        self.files: dict[str, File] = {}

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_get("/{path:.*}", self._get)
        self.runner = web.AppRunner(app)
        await self.runner.setup()
        port = free_port()
        await web.TCPSite(self.runner, "127.0.0.1", port).start()
        self.proxy = await ShapingProxy(("127.0.0.1", port), UNSHAPED).__aenter__()
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self.proxy.__aexit__()
        await self.runner.cleanup()

    async def install(self, page: Page, files: dict[str, File]) -> dict[str, Any]:
        """Have all *files* without a signal, and give what that costs."""
        self.files = files
        await page.goto(f"{self.proxy.url}/empty.html")
        self.proxy.reset()
        await page.evaluate(INSTALL)
        return {"bytes": self.proxy.down.bytes, "up": self.proxy.up.bytes, "requests": self.proxy.requests}

    async def update(self, page: Page, *, before: dict[str, File], after: dict[str, File]) -> dict[str, Any]:
        """Install what was served *before*, then fetch what is served *after*, and give what that cost."""
        self.files = before
        await page.goto(f"{self.proxy.url}/empty.html")
        await page.evaluate(INSTALL)
        self.files = after
        self.proxy.reset()
        await page.evaluate(UPDATE)
        return {"bytes": self.proxy.down.bytes, "up": self.proxy.up.bytes, "requests": self.proxy.requests}

    def _worker(self) -> bytes:
        rows = [{"url": url, "revision": hashlib.md5(body).hexdigest()} for url, (body, _) in self.files.items()]
        listed = json.dumps(rows, separators=(",", ":"))
        return f'importScripts("/workbox.js");workbox.precaching.precacheAndRoute({listed},{{}});'.encode()

    async def _get(self, request: web.Request) -> web.Response:
        own = {
            "/sw.js": (self._worker(), SCRIPT),
            "/workbox.js": (LIBRARY, SCRIPT),
            "/empty.html": (b"<!doctype html><title>peer</title>", "text/html"),
        }
        found = own.get(request.path) or self.files.get(request.path)
        if found is None:
            return web.Response(status=404)
        body, type_ = found
        tag = f'"{hashlib.md5(body).hexdigest()}"'
        headers = {"ETag": tag, "Cache-Control": "no-cache", "Content-Type": type_}
        if request.headers.get("If-None-Match") == tag:
            return web.Response(status=304, headers=headers)
        packed = brotli.compress(body, quality=5 if len(body) > 100_000 else 11)
        return web.Response(body=packed, headers=headers | {"Content-Encoding": "br", "Vary": "Accept-Encoding"})
