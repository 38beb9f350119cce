"""What both measurements of the app need: a real office behind a thin link, and a browser with a profile of its own."""

import asyncio
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

from playwright.async_api import BrowserContext, async_playwright

from bench.shaping_proxy import EDGE, Link, ShapingProxy
from tests.app_copy import copy_app
from tests.browsing import FLAGS, chromium
from tests.serving import RunningOffice, free_port
from tests.tls_serving import TlsOffice

PATIENCE = 120_000  # milliseconds; a thin link on a busy machine


@asynccontextmanager
async def changing_office(link: Link) -> AsyncIterator[tuple[ShapingProxy, RunningOffice]]:
    """Serve a fresh demo office from a copy of the app, which can be changed under `office.root`."""
    port = free_port()
    async with ShapingProxy(("127.0.0.1", port), link) as proxy:
        with tempfile.TemporaryDirectory() as folder:
            root = await asyncio.to_thread(copy_app, Path(folder) / "app")
            office = RunningOffice(Path(folder) / "office", port=port, env={"RANTAU_ORIGIN": proxy.url}, root=root)
            await asyncio.to_thread(office.start)
            try:
                yield proxy, office
            finally:
                await asyncio.to_thread(office.kill)


@asynccontextmanager
async def office_behind(link: Link = EDGE, *, content: Path | None = None) -> AsyncIterator[ShapingProxy]:
    """Serve a fresh demo office whose address, for people, is the proxy's; *content* in place of what is written."""
    own = {"RANTAU_CONTENT": str(content)} if content else {}
    port = free_port()
    async with ShapingProxy(("127.0.0.1", port), link) as proxy:
        with tempfile.TemporaryDirectory() as folder:
            office = RunningOffice(Path(folder), port=port, env={"RANTAU_ORIGIN": proxy.url} | own)
            await asyncio.to_thread(office.start)
            try:
                yield proxy
            finally:
                await asyncio.to_thread(office.kill)


@asynccontextmanager
async def tls_office_behind(link: Link = EDGE) -> AsyncIterator[tuple[ShapingProxy, TlsOffice]]:
    """Serve a fresh demo office that speaks TLS and HTTP/2; its address, for people, is `https_url` of the proxy."""
    port = free_port()
    async with ShapingProxy(("127.0.0.1", port), replace(link, tls=True)) as proxy:
        with tempfile.TemporaryDirectory() as folder:
            office = TlsOffice(Path(folder), port=port, origin=https_url(proxy))
            await asyncio.to_thread(office.start)
            try:
                yield proxy, office
            finally:
                await asyncio.to_thread(office.kill)


def https_url(proxy: ShapingProxy) -> str:
    """Give the address of a proxy that TLS passes through."""
    return f"https://localhost:{proxy.port}"


@asynccontextmanager
async def fresh_browser(*flags: str) -> AsyncIterator[BrowserContext]:
    """Start a browser that was nowhere yet, with its profile on disk as on a phone."""
    async with async_playwright() as playwright:
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
            context = await playwright.chromium.launch_persistent_context(
                profile, executable_path=chromium(), headless=True, args=[*FLAGS, *flags], locale="id-ID"
            )
            context.set_default_timeout(PATIENCE)
            try:
                yield context
            finally:
                await context.close()


def tell(line: str) -> None:
    """Say how far it is, beside the result."""
    print(line, file=sys.stderr, flush=True)
