"""A hub in the same process, whose link to a chaotic office may be cut at a byte of a request or a row of an answer."""

import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from starlette.applications import Starlette

from server.hub.app import ROUTES
from server.hub.hub import Hub
from server.hub.identity import HubIdentity
from server.hub.relay import Relay
from server.hub.relay_link import LinkError
from server.hub.stores import HubStores, open_hub_stores
from server.hub_keys import HubKeys
from server.hubs import Hubs
from server.ndjson import NDJSON
from sync.canonical import b64u_encode
from tests.asgi import Answer, Client
from tests.chaotic_office import NEVER, ChaoticOffice
from tests.small_hub import HUB, HubOfficeKeys


@dataclass
class ChaoticHub:
    """The hub in *folder*; `fault` is what happens to the next requests of its relay."""

    folder: Path
    office: ChaoticOffice
    keys: HubOfficeKeys
    fault: dict[str, int] = field(default_factory=dict)
    bodies: list[bytes] = field(default_factory=list)
    _open: AsyncExitStack = field(default_factory=AsyncExitStack)

    async def join(self) -> None:
        """Be enrolled at the office, and open."""
        secret = b64u_encode(bytes(32))
        self.folder.mkdir()
        self.stores: HubStores = await self._open.enter_async_context(open_hub_stores(self.folder))
        await Hubs(self.office.stores["staff"], self.office.now).add(HUB, "h1", HubKeys(self.keys.hub, secret))
        own = HubIdentity(
            name=HUB, pair=self.keys.hub, root=self.keys.root.pub, install=b64u_encode(bytes(16)), secret=secret,
            upstream="http://localhost",
        )  # fmt: skip
        settings: Any = SimpleNamespace(upstream="", origin="http://kinali.localhost", data=self.folder)
        hub = Hub(
            settings=settings, own=own, stores=self.stores, keys=self.keys.signed_list, key_list=self.office.key_list,
            local_clock=lambda: self.office.now,
        )  # fmt: skip
        link: Any = self
        self.relay = Relay(hub, link)
        self._app = Starlette(routes=ROUTES)
        self._app.state.hub = hub
        await self.catch_up()  # a code that nobody used ends after a week

    async def close(self) -> None:
        await self._open.aclose()

    async def post(self, body: bytes, *, cut: bool = False) -> Answer:
        """Take an exchange of a phone."""
        return await Client(self._app).request(
            "POST", "/exchange", headers={"content-type": NDJSON}, body=[body], cut=cut
        )

    async def catch_up(self, **fault: int) -> None:
        """Relay until nothing is left, or the link is cut."""
        self.fault = fault
        try:
            await self.relay.catch_up()
        except LinkError:
            return

    async def exchange(self, body: bytes, *, holds: str) -> AsyncIterator[Any]:
        """Be the link: post to the office, and give the rows of its answer."""
        self.bodies.append(body)
        up, down = self.fault.get("up", NEVER), self.fault.get("down", NEVER)
        answer = await self.office.post(body[:up], cut=up < len(body), moments=self.fault.get("moments", NEVER))
        *lines, _ = (b"" if up < len(body) else answer.body[:down]).split(b"\n")
        for line in lines:
            yield json.loads(line)
        if up < len(body) or down < len(answer.body) or not answer.is_whole:
            raise LinkError("the connection to the office was cut")

    async def held(self) -> set[str]:
        """Name the data keys that it holds."""
        return {row.id.removeprefix("w.") for row in await self.stores.wraps.all_docs()}
