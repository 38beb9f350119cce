"""The two ends of a replication, each of any kind, that can be lost, or restored from an older backup."""

import secrets
import sqlite3
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from sync.checkpoint import replication_id
from sync.couch_store import GENERATION, CouchServer
from sync.document import Doc
from sync.errors import NotFound
from sync.sqlite_store import SqliteStore, open_sqlite
from sync.store import Store


class End(Protocol):
    """One end; `store` is another one after `lose` and `restore`."""

    kind: str
    store: Store

    async def back_up(self, other: Store) -> None:
        """Keep what is there now, the checkpoints with *other* included."""

    async def restore(self) -> None:
        """Go back to what was kept."""

    async def lose(self) -> None:
        """Be gone, and made anew and empty."""

    async def close(self) -> None:
        """Let go of everything."""


@dataclass
class EmbeddedEnd:
    folder: Path
    kind: str = "sqlite"
    store: Store = field(init=False)

    def __post_init__(self) -> None:
        self.store = open_sqlite(self.folder, "cases")

    @property
    def _path(self) -> Path:
        assert isinstance(self.store, SqliteStore)
        return self.store.path

    async def back_up(self, other: Store) -> None:
        _copy(self._path, self.folder / "backup")

    async def restore(self) -> None:
        await self.store.close()
        _remove(self._path)
        _copy(self.folder / "backup", self._path)
        self.store = open_sqlite(self.folder, "cases")

    async def lose(self) -> None:
        await self.store.close()
        _remove(self._path)
        self.store = open_sqlite(self.folder, "cases")

    async def close(self) -> None:
        await self.store.close()


@dataclass
class PeerEnd:
    """A database of a server; to lose or restore it is to go to another one, as the files would be others."""

    kind: str
    server: CouchServer
    store: Store
    kept: Store | None = None

    async def back_up(self, other: Store) -> None:
        self.kept = await self._another()
        changes = (await self.store.changes(style="all_docs")).results
        for change in changes:
            got = await self.store.bulk_get([(change.id, rev) for rev in change.revs], revs=True, attachments=True)
            await self.kept.bulk_docs([doc for one in got for doc in one.docs], new_edits=False)
        here, there = await self.store.info(), await other.info()
        for local_id in (GENERATION, replication_id(here, there), replication_id(there, here)):
            try:
                await self.kept.put_local(local_id, await self.store.get_local(local_id))
            except NotFound:
                continue

    async def restore(self) -> None:
        assert self.kept is not None
        self.store = self.kept

    async def lose(self) -> None:
        self.store = await self._another()

    async def close(self) -> None:
        pass

    async def _another(self) -> Store:
        return await self.server.database(f"cases-{secrets.token_hex(4)}")


def _copy(source: Path, target: Path) -> None:
    with sqlite3.connect(source) as there, sqlite3.connect(target) as here:
        there.backup(here)
    there.close()
    here.close()


def _remove(path: Path) -> None:
    for name in (path.name, f"{path.name}-wal", f"{path.name}-shm"):
        (path.parent / name).unlink(missing_ok=True)


async def content(store: Store) -> dict[str, dict[str, object]]:
    """Give every leaf of every document: whether it is a tombstone, its own members, its attachments' digests."""
    changes = (await store.changes(style="all_docs")).results
    asked = [(change.id, rev) for change in changes for rev in change.revs]
    found: dict[str, dict[str, object]] = {}
    for one in await store.bulk_get(asked):
        for doc in one.docs:
            found.setdefault(doc["_id"], {})[doc["_rev"]] = _told(doc)
    return found


def _told(doc: Doc) -> tuple[bool, dict[str, object], dict[str, str]]:
    own = {key: value for key, value in doc.items() if not key.startswith("_")}
    digests = {name: stub["digest"] for name, stub in doc.get("_attachments", {}).items()}
    return doc.get("_deleted", False), own, digests
