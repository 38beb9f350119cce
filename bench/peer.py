"""The peer: PouchDB in the same browser, pushing the same answers to a CouchDB-protocol server beside it.

Each answer is a ciphertext of its own (AES-256-GCM, nonce in front, base64), as field-level encryption over a
replicated database is done; ids, service and time stand in clear, as with us.
"""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from playwright.async_api import BrowserContext, Page

from bench.office_behind import fresh_browser, https_url
from bench.shaping_proxy import UNSHAPED, ShapingProxy
from tests.serving import free_port
from tests.tls_serving import trusting

ROOT = Path(__file__).parents[1]
MODULES = ROOT / "node_modules"

SEAL_AND_KEEP = """async ([name, people]) => {
  const key = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt"]);
  const base64 = (bytes) => btoa(String.fromCharCode(...bytes));
  const seal = async (value) => {
    const nonce = crypto.getRandomValues(new Uint8Array(12));
    const plain = new TextEncoder().encode(JSON.stringify(value));
    const sealed = new Uint8Array(await crypto.subtle.encrypt({ name: "AES-GCM", iv: nonce }, key, plain));
    return base64(new Uint8Array([...nonce, ...sealed]));
  };
  window.db = new PouchDB(name);
  for (const person of people) {
    const doc = { _id: crypto.randomUUID(), type: "application", service: "passport-new", at: Date.now() };
    for (const [field, value] of Object.entries(person)) doc[field] = await seal(value);
    await window.db.put(doc);
  }
}"""

PUSH = """async (name) => {
  const started = performance.now();
  const result = await window.db.replicate.to(`${location.origin}/${name}`);
  return { seconds: (performance.now() - started) / 1000, written: result.docs_written };
}"""


@asynccontextmanager
async def couch_protocol_server() -> AsyncIterator[int]:
    """Run pouchdb-server in memory on a free port and give the port."""
    port = free_port()
    command = [MODULES / ".bin" / "pouchdb-server", "--in-memory", "--host", "127.0.0.1", "--port", str(port)]
    with TemporaryDirectory() as folder:  # it writes its settings and its log where it is started
        process = await asyncio.create_subprocess_exec(
            "node", *map(str, command), cwd=folder, stdout=asyncio.subprocess.DEVNULL, start_new_session=True
        )
        try:
            await _answering(port)
            yield port
        finally:
            os.killpg(process.pid, signal.SIGKILL)  # Node from PyPI is a process around the real one
            await process.wait()


@asynccontextmanager
async def h2_front(target: int, cert: Path, key: Path) -> AsyncIterator[int]:
    """Speak TLS and HTTP/2 for a server on this machine; give the port."""
    port = free_port()
    process = await asyncio.create_subprocess_exec(
        "node", str(Path(__file__).parent / "h2-front.js"), str(port), str(target), str(cert), str(key),
        stdout=asyncio.subprocess.PIPE, start_new_session=True,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        await process.stdout.readline()
        yield port
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        await process.wait()


async def _answering(port: int) -> None:
    for _ in range(200):
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            await asyncio.sleep(0.05)
            continue
        writer.close()
        return
    raise TimeoutError("pouchdb-server did not start")


async def open_peer(context: BrowserContext, url: str) -> Page:
    """Open a page of the peer's own origin *url*, with PouchDB in it; neither is counted."""
    page = await context.new_page()
    script = (MODULES / "pouchdb" / "dist" / "pouchdb.min.js").read_text()
    await page.route("**/peer.html", lambda route: route.fulfill(content_type="text/html", body="<title>peer</title>"))
    await page.goto(f"{url}/peer.html")
    await page.add_script_tag(content=script)
    return page


@asynccontextmanager
async def peer_with(people: list[dict[str, Any]], name: str, cert: Path) -> AsyncIterator[tuple[Page, ShapingProxy]]:
    """Open the peer over TLS and HTTP/2 with *people* in its database, and make an empty one at its server."""
    async with (
        couch_protocol_server() as target,
        h2_front(target, cert, cert.with_name("key.pem")) as port,
        ShapingProxy(("127.0.0.1", port), UNSHAPED) as proxy,
        fresh_browser(trusting(cert)) as context,
    ):
        page = await open_peer(context, https_url(proxy))
        await page.evaluate(SEAL_AND_KEEP, [name, people])
        await page.evaluate("async (name) => { await fetch(`/${name}`, { method: 'PUT' }); }", name)
        yield page, proxy


async def push(page: Page, proxy: ShapingProxy, people: list[dict[str, Any]], name: str) -> dict[str, float]:
    """Push *people* from a fresh database over a warm connection and give what it cost."""
    await page.evaluate(SEAL_AND_KEEP, [name, people])
    await page.evaluate("async (name) => { await fetch(`/${name}`, { method: 'PUT' }); }", name)
    proxy.reset()
    outcome = await page.evaluate(PUSH, name)
    if outcome["written"] != len(people):
        raise RuntimeError(f"the peer stored {outcome['written']} of {len(people)}")
    return {
        "requests": proxy.requests,
        "up": proxy.up.bytes,
        "down": proxy.down.bytes,
        "seconds": round(outcome["seconds"], 2),
    }
