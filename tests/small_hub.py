"""A small office and a hub of it in one process: real stores, keys and handlers, and a wire that can be cut."""

import json
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from starlette.applications import Starlette

from server.hub.app import ROUTES
from server.hub.files import hub_files_of
from server.hub.hub import Hub
from server.hub.identity import HubIdentity
from server.hub.relay import Relay
from server.hub.relay_link import LinkError
from server.hub.stores import HubStores, open_hub_stores
from server.hub_keys import HubKeys
from server.hubs import HOLDS, Hubs
from sync.canonical import b64u_encode
from sync.document import Doc
from sync.events import sign_event
from sync.key_pair import KeyPair, new_key_pair
from sync.keyring import ListedKey, sign_key_list
from sync.receipt_code import CodeKeys
from tests.asgi import Client
from tests.sealed_items import NOW, OfficeKeys, to_line
from tests.small_office import SmallOffice, routes_of, small_office

HUB = "kinali"
NDJSON = {"content-type": "application/x-ndjson"}


@dataclass(frozen=True)
class HubOfficeKeys(OfficeKeys):
    """The keys of an office that has a hub."""

    hub: KeyPair = field(default_factory=new_key_pair)

    @property
    def signed_list(self) -> list[Any]:
        listed = [
            ListedKey("k1", "seal", "office", 16, "primary", self.seal.pub),
            ListedKey("o1", "office", "office", None, "primary", self.office.pub),
            ListedKey("s1", "server", "office", None, "primary", self.server.pub),
            ListedKey("h1", "hub", f"hub:{HUB}", None, "primary", self.hub.pub),
        ]
        return sign_key_list("pasbar", 2, at=NOW, until=NOW + 86400, keys=listed, root=self.root)


@dataclass
class Wire:
    """The way from the hub to the office: `is_up`, or cut after so many bytes of a request, or of rows of an answer."""

    client: Client
    is_up: bool = True
    cut_after: int | None = None
    rows: int | None = None
    instead: list[Any] | None = None  # what a hostile office says after its head
    spoil: Callable[[Any], Any] = lambda row: row
    bodies: list[bytes] = field(default_factory=list)

    async def exchange(self, body: bytes, *, holds: str) -> AsyncIterator[Any]:
        if not self.is_up:
            raise LinkError("the office cannot be reached: no signal, or it is down")
        self.bodies.append(body)
        is_cut = self.cut_after is not None and len(body) > self.cut_after
        sent, headers = [body[: self.cut_after]], NDJSON | {"content-encoding": "gzip", HOLDS.lower(): holds}
        answer = await self.client.request("POST", "/exchange", headers=headers, body=sent, cut=is_cut)
        if is_cut:
            raise LinkError("the connection to the office was cut")
        head, *rows = answer.lines()
        for row in [head, *(rows if self.instead is None else self.instead)][: self.rows]:
            yield self.spoil(row)
        if self.rows is not None:
            raise LinkError("the connection to the office was cut")


@dataclass
class Village:
    """An office, its hub, and hands that do what devices and officers do."""

    office: SmallOffice
    hub: Hub
    relay: Relay
    wire: Wire
    keys: HubOfficeKeys

    @property
    def stores(self) -> HubStores:
        return self.hub.stores

    async def at_hub(self, *pairs: Any, **hello: Any) -> list[Any]:
        """Exchange with the hub as a device does; the rows after the head."""
        return await exchange(self.hub_client(), pairs, hello)

    async def head_at_hub(self) -> dict[str, Any]:
        """Ask the hub for nothing, and give the head of its answer."""
        answer = await self.hub_client().request("POST", "/exchange", headers=NDJSON, body=[b'{"v":1}'])
        head: dict[str, Any] = answer.lines()[0]
        return head

    def hub_client(self) -> Client:
        """Give somebody who asks the hub anything."""
        app = Starlette(routes=ROUTES)
        app.state.hub = self.hub
        app.state.files = lambda: hub_files_of(self.hub)
        return Client(app)

    async def at_office(self, *pairs: Any, **hello: Any) -> list[Any]:
        """Exchange with the office as a device does."""
        return await exchange(self.office.client(), pairs, hello)

    async def step(self, code: CodeKeys, n: int = 1) -> Doc:
        """Record a step at the office, as an officer does."""
        event = sign_event(
            case=code.case, n=n, step="dibayar", at=self.office.now, on=["a" * 20], note=None, kid="o1",
            private=self.keys.office,
        )  # fmt: skip
        await self.office.databases.cases.bulk_docs([event | {"claim": ["taken", "x", NOW]}])
        return event

    async def drop_link(self) -> None:
        """Let the relay run until the link, which is to drop, has dropped."""
        with pytest.raises(LinkError):
            await self.relay.catch_up()

    async def held(self) -> set[str]:
        """Name the data keys that the hub holds."""
        return {row.id.removeprefix("w.") for row in await self.stores.wraps.all_docs()}


async def exchange(client: Client, pairs: Sequence[Any], hello: dict[str, Any]) -> list[Any]:
    lines = [json.dumps({"v": 1} | hello).encode(), *map(to_line, pairs)]
    answer = await client.request("POST", "/exchange", headers=NDJSON, body=[b"\n".join(lines)])
    assert answer.status == 200, answer.text
    return list(answer.lines()[1:])


@asynccontextmanager
async def village(folder: Path) -> AsyncIterator[Village]:
    """Open an office and a hub that has joined it."""
    keys, secret = HubOfficeKeys(), b64u_encode(bytes(32))
    for name in ("office", "hub"):
        (folder / name).mkdir()
    async with (
        small_office(folder / "office", routes_of("exchange"), {}, keys) as office,
        open_hub_stores(folder / "hub") as stores,
    ):
        await Hubs(office.databases.staff, office.now).add(HUB, "h1", HubKeys(keys.hub, secret))
        own = HubIdentity(
            name=HUB, pair=keys.hub, root=keys.root.pub, install=b64u_encode(bytes(16)), secret=secret,
            upstream="http://localhost",
        )  # fmt: skip
        settings: Any = SimpleNamespace(
            upstream="", origin="http://kinali.localhost", data=folder / "hub", couchdb="",
            office=SimpleNamespace(time_zone="Asia/Jakarta"),
        )  # fmt: skip
        hub = Hub(
            settings=settings, own=own, stores=stores, keys=keys.signed_list, key_list=keys.key_list,
            local_clock=lambda: office.now,
        )  # fmt: skip
        wire = Wire(office.client())
        link: Any = wire
        yield Village(office, hub, Relay(hub, link), wire, keys)
