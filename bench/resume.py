"""What one picture costs over a link that is cut every 40 KB, and what it costs tus-js-client as it comes.

Ours is the app in a browser, whose application has been accepted already; the peer is the library in Node with its
usual chunk, the whole file. Counted is all that goes up, headers and repeats with it, until the receipt is here: first
of HTTP alone, as `idle`, `pull` and `wire` count, then, under `tls`, all that passes the link.

What neither can help is in the second: each connection begins with a ClientHello of 2 KB, most of which is the key
that no quantum computer breaks, and a ticket for resumption would come on top of that; and of a TLS record, up to
16 KB, that is cut in the middle the server can read nothing. Of 1.18 times the file 0.05 are four ClientHellos and
about 0.12 records that were cut.
"""

import asyncio
import json
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

from playwright.async_api import BrowserContext, Page

from bench.office_behind import fresh_browser, https_url, office_behind, tell, tls_office_behind
from bench.shaping_proxy import UNSHAPED, Link, ShapingProxy
from tests.people import person
from tests.serving import ROOT
from tests.tls_serving import trusting

SIZE = 160_000  # bytes of the picture
DROP = 40_000  # bytes up that a connection lives
SLICE = 500  # bytes under way when it is cut

OPEN = """async () => {
  const modules = ['exchange', 'outbox', 'drafts', 'pins', 'images/image-store', 'images/uploader'];
  await Promise.all(modules.map((name) => import(`/pwa/${name}.js`)));
}"""
SEAL = """async ([values, size]) => {
  const [{ exchange }, outbox, drafts, pins, { putImage }] = await Promise.all(
    ['exchange', 'outbox', 'drafts', 'pins', 'images/image-store'].map((name) => import(`/pwa/${name}.js`)));
  const loaded = await pins.loadForm('passport-new');
  const id = await drafts.newDraft('passport-new', loaded.name);
  await drafts.saveDraft(id, values);
  const bytes = new Uint8Array(size);
  for (let at = 0; at < size; at += 65536) crypto.getRandomValues(bytes.subarray(at, at + 65536));
  await putImage(id, 'ktp', { type: 'image/webp', bytes, width: 1, height: 1 });
  const prepared = await outbox.prepare(await drafts.loadDraft(id), loaded, await pins.office());
  await outbox.commit(prepared);
  const { state } = await exchange();
  if (state !== 'ok') throw new Error(state);
  const [{ id: digest, bytes: sealed }] = prepared.files;
  return { version: prepared.version._id, digest, sealed: [...sealed] };
}"""
SEND = """async () => {
  const { sendFiles } = await import('/pwa/images/uploader.js');
  const { items } = await import('/pwa/outbox.js');
  for (let tries = 0; tries < 50; tries += 1) {
    const { outcome } = await sendFiles();
    const [item] = (await items()).slice(-1);
    if (item.files.every(({ done }) => done)) return { wire: item.files[0].wire };
    if (outcome !== 'offline') throw new Error(outcome);
  }
  throw new Error('it never arrived');
}"""


def measure() -> dict[str, Any]:
    """Send one picture by us and one by the peer, over the same link."""
    return asyncio.run(compare())


async def compare(link: Link = UNSHAPED, size: int = SIZE) -> dict[str, Any]:
    """Compare over a link, without TLS and, under `tls`, with it.

    `sent` are bytes up, `told` those that the app itself counted, `hello` those of the handshakes' first messages;
    `ratio_own` is `ratio` without these.
    """
    plain = await compare_plain(link, size)
    async with tls_office_behind(link) as (proxy, office), fresh_browser(trusting(office.cert)) as context:
        tls = await _both(context, proxy, https_url(proxy), size)
    told = {f"tls_{name}": tls[name] for name in ("ratio", "times_peer")}
    return plain | told | {"tls": tls}


async def compare_plain(link: Link = UNSHAPED, size: int = SIZE) -> dict[str, Any]:
    """Compare without TLS, where a browser speaks HTTP/1.1."""
    async with office_behind(link) as proxy, fresh_browser() as context:
        return await _both(context, proxy, proxy.url, size)


async def _both(context: BrowserContext, proxy: ShapingProxy, url: str, size: int) -> dict[str, Any]:
    proxy.slice = SLICE
    page = await context.new_page()
    await page.route("**/pwa/main.js", lambda route: route.fulfill(content_type="text/javascript", body=""))
    await page.goto(f"{url}/id/mine")
    await page.evaluate(OPEN)
    ours = await _send(page, proxy, size)
    tell(f"resume: ours: {ours['sent']} bytes for {ours['size']}")
    peer = await _send_as_peer(page, proxy, url, size)
    tell(f"resume: peer: {peer['sent']} bytes for {peer['size']}")
    ratio = ours["sent"] / ours["size"]
    times = ratio * peer["size"] / peer["sent"]
    own = (ours["sent"] - ours["hello"]) / ours["size"]
    return {**ours, "ratio": round(ratio, 3), "ratio_own": round(own, 3), "times_peer": round(times, 3), "peer": peer}


async def _send(page: Page, proxy: ShapingProxy, size: int) -> dict[str, Any]:
    sealed = await page.evaluate(SEAL, [dict(person(1)), size])
    if not proxy.link.tls:
        await proxy.drop()  # those that the page itself came by: a phone that has the page opens none
    proxy.reset()
    proxy.cut_up = lambda sent: sent >= DROP
    told = await page.evaluate(SEND)
    proxy.cut_up = lambda sent: False
    return _counted(proxy, sealed) | {"told": told["wire"]}


async def _send_as_peer(page: Page, proxy: ShapingProxy, url: str, size: int) -> dict[str, Any]:
    sealed = await page.evaluate(SEAL, [dict(person(2)), size])
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "sealed"
        file.write_bytes(bytes(sealed["sealed"]))
        proxy.reset()
        proxy.cut_up = lambda sent: sent >= DROP
        node = Path(sys.prefix) / "bin" / "node"
        arguments = (
            ROOT / "bench" / "resume-peer.js",
            f"{url}/blobs/",
            file,
            sealed["version"],
            sealed["digest"],
        )
        process = await asyncio.create_subprocess_exec(
            node, *map(str, arguments), cwd=ROOT, env=os.environ | {"NODE_TLS_REJECT_UNAUTHORIZED": "0"}
        )
        if await process.wait():
            raise RuntimeError("the peer did not arrive")
    return {"name": "tus-js-client", **_counted(proxy, sealed)}


def _counted(proxy: ShapingProxy, sealed: dict[str, Any]) -> dict[str, int]:
    counted = {"sent": proxy.up.bytes, "hello": proxy.hello, "connections": proxy.connections, "cuts": proxy.cuts}
    return counted | {"size": len(sealed["sealed"])}


if __name__ == "__main__":
    print(json.dumps(measure()))
