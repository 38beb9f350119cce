"""An office whose process may die between any two calls of its stores, and which may be set back to an older backup.

The server's code is the real one, in this process: the exchange, the intake, the embedded stores, the gate of peers,
the erasure, the backup and the restore. Only its process is not: when it "dies", nothing that it still does has any
effect, and nobody hears of it.
"""

from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

from starlette.applications import Starlette
from starlette.types import Message, Receive, Scope, Send

from server.backups import back_up, restore
from server.casework.audit import Audit
from server.couch.gate import OfficeGate
from server.databases import NAMES
from server.erasure.erasure import erase, finish_erasures
from server.figures.refused_sends import RefusedSends
from server.gated_store import GatedStore
from server.gathering import Gathering
from server.keys.server_key import ServerKey, write_server_key
from server.ndjson import NDJSON
from server.projection.projection import Projection
from server.settings import load_settings
from server.watch_lists import WatchLists
from sync.bundle import TYPE
from sync.replicator import replicate
from sync.sqlite_store import SqliteStore, open_sqlite
from sync.statements import sign_gone
from sync.store import Store
from tests.asgi import Answer, Client
from tests.bundled import Bundle
from tests.sealed_items import FORMS, OfficeKeys
from tests.small_office import ORIGIN, routes_of

KEEP_BACKUPS = 35  # days
NEVER = 10**9
GZIP = b"\x1f\x8b"


class Died(Exception):
    """The process ended here. Whoever would mend this failure can do nothing: no store answers any more."""


@dataclass
class Life:
    """One life of the process, with so many moments left before and after calls of its stores."""

    left: int = NEVER

    @property
    def is_over(self) -> bool:
        return self.left <= 0

    def tick(self) -> None:
        self.left -= 1
        if self.is_over:
            raise Died


class MortalStore:
    """A store that is asked by a process which may die before it asks, or before it hears."""

    def __init__(self, store: SqliteStore, life: Life) -> None:
        self._store = store
        self._life = life
        self.name = store.name

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._store, name)

        async def call(*args: Any, **named: Any) -> Any:
            self._life.tick()
            result = await method(*args, **named)
            self._life.tick()
            return result

        return call


@dataclass
class ChaoticOffice:
    """The office in *folder*; `now` is its clock."""

    folder: Path
    keys: OfficeKeys
    now: int
    app: Starlette = field(default_factory=lambda: Starlette(routes=routes_of("exchange", "take_bundle")))
    life: Life = field(default_factory=Life)
    backups: list[tuple[int, Path]] = field(default_factory=list)
    stores: dict[str, SqliteStore] = field(default_factory=dict)

    async def found(self) -> None:
        """Make it and open it."""
        self.settings = load_settings({"RANTAU_DATA": str(self.folder / "data")})
        write_server_key(self.settings.data, ServerKey("s1", self.keys.server, self.keys.root.pub, is_demo=True))
        self.key_list = self.keys.key_list
        await self.start()

    async def start(self, moments: int = NEVER) -> None:
        """Begin a life, with so many moments; what an erasure left undone is finished first."""
        self.stores = {name: open_sqlite(self.settings.data, name) for name in NAMES}
        await finish_erasures(cast(Any, SimpleNamespace(**self.stores)))
        self._begin(moments)

    async def stop(self) -> None:
        for store in self.stores.values():
            await store.close()

    async def restart(self) -> None:
        """What a service manager does after a death."""
        await self.stop()
        await self.start()

    async def post(self, body: bytes, *, cut: bool = False, moments: int = NEVER) -> Answer:
        """Send an exchange or a bundle; it is answered as far as the process and the connection live."""
        self._begin(moments)
        client = Client(cast(Any, self._until_death), origin=ORIGIN)
        headers = {"content-type": TYPE if body.startswith(b"[") else NDJSON}
        headers |= {"content-encoding": "gzip"} if body.startswith(GZIP) else {}
        path = "/bundle" if body.startswith(b"[") else "/exchange"
        answer = await client.request("POST", path, headers=headers, body=[body], cut=cut)
        if self.life.is_over:
            await self.restart()
        return answer

    async def erase(self, case: str, *, moments: int = NEVER) -> None:
        """Erase a case, as its officer's mark says."""
        self._begin(moments)
        mark = sign_gone(case, at=self.now, kid="o1", private=self.keys.office)
        try:
            await erase(self.office.databases, case, mark)
        except Died:
            await self.restart()

    async def back_up(self) -> None:
        made = await back_up(
            self.settings, self.folder / "backups", keep=KEEP_BACKUPS, keep_keys=KEEP_BACKUPS, clock=lambda: self.now
        )
        self.backups = [(at, path) for at, path in self.backups if path.exists()] + [(self.now, made)]

    async def restore(self, backup: Path) -> None:
        await self.stop()
        await restore(self.settings, backup)
        await self.start()

    async def replicate(self, peer: Store, *, moments: int = NEVER) -> None:
        """Let a peer have what it lacks and take what it has, each checked as the gate does."""
        self._begin(moments)
        cases = self.office.databases.cases
        try:
            await replicate(cases, peer)
            await replicate(peer, cast(Store, GatedStore(cases, OfficeGate(self.office, "mitra"))))
        except Died:
            await self.restart()

    def _begin(self, moments: int) -> None:
        self.life = Life(moments)
        mortal: Any = SimpleNamespace(**{name: MortalStore(store, self.life) for name, store in self.stores.items()})
        self.office: Any = Bundle(
            settings=self.settings, databases=mortal, forms=FORMS, key_list=self.key_list,
            server_key=self.keys.server, server_kid="s1",
            clock=lambda: self.now, public="abcdefgh", root=self.keys.root.pub, gathering=Gathering(),
            watch_lists=WatchLists(), refused=RefusedSends(),
            projection=Projection(
                self.folder / "projection.sqlite", mortal.cases, lambda: self.now, time_zone="Asia/Jakarta"
            ),
            audit=Audit(mortal.staff, "s1", self.keys.server, lambda: self.now),
        )  # fmt: skip
        self.app.state.office = self.office

    async def _until_death(self, scope: Scope, receive: Receive, send: Send) -> None:
        life = self.life

        async def heard(message: Message) -> None:
            if not life.is_over:
                await send(message)

        try:
            await self.app(scope, receive, heard)
        except Exception:
            if not life.is_over:
                raise
