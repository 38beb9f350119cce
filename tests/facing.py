"""A small office with its CouchDB face, and a peer that speaks to it."""

import base64
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from server.couch.peers import OPEN, Peers
from server.routes import ROWS
from tests.asgi import Answer, Client
from tests.sealed_items import OfficeKeys
from tests.small_office import SmallOffice, routes_of, small_office

FACE = [row.name for row in ROWS if row.path.startswith("/couch")]


def basic(name: str, secret: str) -> dict[str, str]:
    """Write the header with which a program says who it is."""
    return {"authorization": "Basic " + base64.b64encode(f"{name}:{secret}".encode()).decode()}


@dataclass
class PeerClient:
    """A program with an account."""

    client: Client
    headers: Mapping[str, str]

    async def ask(
        self,
        method: str,
        path: str,
        content: Any = None,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
    ) -> Answer:
        own = {**self.headers, **({} if content is None else {"content-type": "application/json"}), **(headers or {})}
        sent = body if content is None else json.dumps(content).encode()
        own |= {"content-length": str(len(sent))}
        return await self.client.request(method, f"/couch{path}", headers=own, body=[sent] if sent else [])

    async def push(self, database: str, *docs: Any) -> list[tuple[str, str]]:
        """Write as a replication does; give what was refused, with the reason."""
        answer = await self.ask("POST", f"/{database}/_bulk_docs", {"docs": docs, "new_edits": False})
        assert answer.status == 201, answer.text
        return [(row["error"], row["reason"]) for row in answer.json()]


@asynccontextmanager
async def faced_office(folder: Path, keys: OfficeKeys) -> AsyncIterator[SmallOffice]:
    """Open a small office with its face."""
    async with small_office(folder, routes_of(*FACE), {}, keys) as office:
        yield office


async def peer_of(
    office: SmallOffice, *databases: str, name: str = "cermin", read_only: bool = False, address: str = "192.0.2.7"
) -> PeerClient:
    """Make an account and give the program that has it; without databases it reaches all that there are."""
    peers = Peers(office.databases.staff, office.now)
    secret = await peers.add(name, databases or OPEN, read_only=read_only)
    client = office.client()
    client.address = address
    return PeerClient(client, basic(name, secret))
