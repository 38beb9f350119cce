"""A small server with an office's real keys whose answers a test can spoil: cut, forged, too large, a portal's.

It serves the app's modules as phones get them, and keeps every request that it was asked.
"""

import asyncio
import json
import threading
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cache
from hashlib import sha256
from typing import Any, Self

from aiohttp import web

from server.headers import WASM_WORKER, strict_headers
from server.site.assets import load_assets
from server.site.differences import difference
from sync.canonical import b64u_encode
from sync.events import sign_event
from sync.key_pair import KeyPair, new_key_pair
from sync.keyring import ListedKey, sign_key_list
from sync.receipts import sign_receipt
from tests.own_loop import OwnLoop, OwnServer
from tests.sealed_items import NOW, OfficeKeys
from tests.small_forms import raw_field, raw_form

assets = cache(load_assets)
FORM = raw_form(
    raw_field("nama", "text", required=True, autocapitalize="characters"),
    raw_field("asal", "text"),
    raw_field("nagari", "region", clear=True),
)
PORTAL = "<!doctype html><title>Selamat datang di Wi-Fi kami</title>"
PAGE = '<!doctype html><html lang="{}" data-quote="\'"><title>{}</title><body><p>{}</p></body></html>'
NDJSON = "application/x-ndjson"


@dataclass
class Answer:
    """What to answer an exchange with; one with a `cut` breaks off when that is set."""

    lines: Iterable[str] = ()
    status: int = 200
    headers: dict[str, str] = field(default_factory=lambda: {"Content-Type": NDJSON})
    cut: threading.Event | None = None


class ScriptedOffice:
    """Answers like an office; `script` holds what to answer the next exchanges with instead."""

    def __init__(self) -> None:
        self.keys = OfficeKeys()
        self.hub = new_key_pair()
        self.root = self.keys.root
        self.seq = 1
        self.epoch = "aaaaaaaa"
        self.public = "pppppppp"
        self.portal: str | None = None  # the paths that a portal on the way answers in our place begin so
        self.stored: dict[str, Any] = {}
        self.events: dict[str, list[Any]] = {}
        self.exchanges: list[list[Any]] = []
        self.asked: Counter[str] = Counter()
        self.script: list[Callable[[list[Any]], Answer]] = []
        self.packs: dict[str, list[dict[str, Any]]] = {"id": [_pages("id")], "en": [_pages("en")]}
        self.extras: dict[str, dict[str, Any]] = {}  # a pack of its own by name
        self.before: dict[str, Any] = {}  # what a worker that asks for the changes since then has, by URL
        self.worker = b""  # what a next version adds to the service worker's script
        self.broken_packs: set[str] = set()
        self.at_once: int | None = None  # packs that come in one answer before it breaks off; None: there is no such
        self.url = ""

    @property
    def key_rows(self) -> list[ListedKey]:
        return [
            ListedKey("k1", "seal", "office", 16, "primary", self.keys.seal.pub),
            ListedKey("o1", "office", "office", None, "primary", self.keys.office.pub),
            ListedKey("s1", "server", "office", None, "primary", self.keys.server.pub),
            ListedKey("h1", "hub", "hub:kinali", None, "primary", self.hub.pub),
        ]

    @property
    def told(self) -> dict[str, Any]:
        """What `/office.json` says."""
        signed = sign_key_list("pasbar", self.seq, at=NOW, until=NOW * 2, keys=self.key_rows, root=self.root)
        office = {"name": "Kantor Uji", "official": False, "origin": self.url}
        return {
            "office": office, "root": b64u_encode(self.root.pub), "keys": signed, "forms": {}, "public": self.public,
            "time": NOW,
        }  # fmt: skip

    def head(self) -> str:
        return _json({"epoch": self.epoch, "time": NOW, "public": self.public, "more": False})

    def ok(self, item: Any, *, private: KeyPair | None = None, who: str = "office") -> str:
        """The row of a receipt; with another key or another signer where a test says so."""
        version = item[0]
        kid = "s1" if who == "office" else "h1"
        signed = sign_receipt(version, at=NOW, who=who, kid=kid, private=private or self.keys.server)
        return _json([version["_id"], "ok", signed])

    def step(self, case: str, n: int, step: str, private: KeyPair | None = None, on: Iterable[str] = ()) -> Any:
        """Take a step of a case."""
        signer = private or self.keys.office
        event = sign_event(case=case, n=n, step=step, at=NOW + n, on=list(on), note=None, kid="o1", private=signer)
        event["claim"] = ["taken", "x", NOW]
        self.events.setdefault(case, []).append(event)
        return event

    def honest(self, lines: list[Any]) -> Answer:
        """Store everything and tell everything, as the real one."""
        hello, *items = lines
        rows = [self.head()]
        asked = [*hello.get("have", []), *hello.get("ask", [])]
        rows += [_json([id_, "missing"]) for id_ in asked if id_ not in self.stored]
        rows += [self.ok(self.stored[id_]) for id_ in hello.get("ask", []) if id_ in self.stored]
        for case, _, known, whole in hello.get("watch", []):
            mine = [item for id_, item in self.stored.items() if id_.split(".")[1] == case]
            rows += [_json([version, {"t": wrap["t"]}]) for version, wrap in mine] if whole else []
            rows += [_json(event) for event in self.events.get(case, []) if event["n"] > known]
        for item in items:
            self.stored[item[0]["_id"]] = item
            rows.append(self.ok(item))
        return Answer(rows)

    def __enter__(self) -> Self:
        self._loop = OwnLoop()
        self._server = self._loop.do(self._start())
        self.url = self._server.url
        return self

    def __exit__(self, *exc: object) -> None:
        self._loop.do(self._server.stop())
        self._loop.close()

    async def _start(self) -> OwnServer:
        app = web.Application()
        app.router.add_post("/exchange", self._exchange)
        app.router.add_get("/{path:.*}", self._get)
        return await OwnServer(app).start()

    async def _exchange(self, request: web.Request) -> web.StreamResponse:
        body = (await request.read()).decode()
        if self.portal == "/":
            return web.Response(text=PORTAL, content_type="text/html")
        lines = [json.loads(line) for line in body.splitlines()]
        self.exchanges.append(lines)
        answer = self.script.pop(0)(lines) if self.script else self.honest(lines)
        response = web.StreamResponse(status=answer.status, headers=answer.headers)
        await response.prepare(request)
        for line in answer.lines:
            await response.write(line.encode() + b"\n")
        if answer.cut is not None and request.transport is not None:
            await asyncio.to_thread(answer.cut.wait, 20)
            request.transport.close()
            return response
        await response.write_eof()
        return response

    async def _get(self, request: web.Request) -> web.Response:
        path = request.path
        self.asked[path] += 1
        if self.portal and path.startswith(self.portal):
            return web.Response(text=PORTAL, content_type="text/html")
        body, type_ = self._resource(path)
        if body and "since" in request.query:
            pack = json.loads(body)
            body = _json({url: difference(self.before.get(url), entry) for url, entry in pack.items()}).encode()
        if body is None:
            return web.Response(status=404, text="?")
        policy = strict_headers(f"http://{request.host}", has_hubs=True)
        headers = dict(policy) | {"Content-Type": type_, "Cache-Control": "no-cache"}
        if request.path == "/pwa/passphrase/argon2-worker.js":
            headers["Content-Security-Policy"] = WASM_WORKER
        return web.Response(body=body, headers=headers)

    def _resource(self, path: str) -> tuple[bytes | None, str]:
        if path == "/ping":
            return f"rantau {self.public}\n".encode(), "text/plain"
        if path == "/office.json":
            return _json(self.told).encode(), "application/json"
        if path == "/forms/small.json":
            return FORM, "application/json"
        if path.startswith("/packs/"):
            return self._pack(path), "application/json"
        if path.startswith("/pwa/") or path == "/service-worker.js":
            file = assets().get(path)
            added = self.worker if path == "/service-worker.js" else b""
            return file.body + added if file else None, "text/javascript"
        lang = path.split("/")[1] or "id"
        return PAGE.format(lang, "network", "from the network").encode(), "text/html; charset=utf-8"

    def pack_urls(self, lang: str) -> list[str]:
        """Give where the packs of a language lie now."""
        return [f"/packs/{lang}/{place}-{_digest(pack)}.json" for place, pack in enumerate(self.packs[lang])]

    def extra_url(self, lang: str, name: str) -> str:
        """Give where the pack of an extra lies now."""
        return f"/packs/{lang}/{name}0-{_digest(self.extras[name])}.json"

    def _pack(self, path: str) -> bytes | None:
        lang = path.split("/")[2].split(".")[0]
        packs = dict(zip(self.pack_urls(lang), (_json(pack).encode() for pack in self.packs[lang]), strict=True))
        extras = {name: self.extra_url(lang, name) for name in self.extras}
        revision = _digest(sorted([*packs, *extras.values()]))[:8]
        rows = [[url, len(pack)] for url, pack in packs.items()]
        more = {name: [[url, 0]] for name, url in extras.items()}
        list_ = _json({"revision": revision, "packs": rows, "extras": more}).encode()
        if path == f"/packs/{lang}.json":
            return list_
        if path == f"/packs/{lang}.ndjson":
            named = [[name, 1] for name in extras]
            head = _json({"revision": revision, "count": len(packs), "more": named}).encode()
            all_ = packs | {extras[name]: _json(pack).encode() for name, pack in self.extras.items()}
            lines = [head, *(f'["{url}",{pack.decode()}]'.encode() for url, pack in all_.items()), b""]
            whole = None if self.at_once is None else 1 + self.at_once
            return whole and b"\n".join([*lines[:whole], lines[whole][:40]])
        packs |= {extras[name]: _json(pack).encode() for name, pack in self.extras.items()}
        return None if path in self.broken_packs else packs.get(path)


def page_entry(lang: str, text: str) -> dict[str, Any]:
    """A page as it lies in a pack, with its headers."""
    headers = {**strict_headers("http://127.0.0.1"), "Content-Type": "text/html; charset=utf-8"}
    page = PAGE.format(lang, "pack", text)
    return {"headers": headers, "swapped": page.translate(str.maketrans("\"'", "'\""))}


def _pages(lang: str) -> dict[str, Any]:
    return {url: page_entry(lang, f"packed {url}") for url in ("/", f"/{lang}/", f"/{lang}/mine")}


def _digest(value: Any) -> str:
    return sha256(_json(value).encode()).hexdigest()[:16]


def _json(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"))
