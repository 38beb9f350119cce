"""The changes feed in its four forms: what was, what comes, a sign of life in between, and an end."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from server.couch import changes as couch_changes
from server.couch.peers import Peers
from tests.facing import PeerClient, faced_office, peer_of
from tests.sealed_items import OfficeKeys
from tests.small_office import SmallOffice

KEYS = OfficeKeys()


@pytest.fixture
async def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[SmallOffice]:
    monkeypatch.setattr(couch_changes, "_SHORTEST", 0.05)  # seconds between two heartbeats
    async with faced_office(tmp_path, KEYS) as office:
        await office.databases.public.bulk_docs([{"_id": f"d{n}"} for n in range(3)])
        yield office


@pytest.fixture
async def peer(office: SmallOffice) -> PeerClient:
    return await peer_of(office)


class Listening:
    """A client that stays until it is told to leave; `lines` are what came so far."""

    def __init__(self, peer: PeerClient, path: str) -> None:
        self.lines: asyncio.Queue[str] = asyncio.Queue()
        self._leaving = asyncio.Event()
        headers = dict(peer.headers) | {"host": "localhost"}
        scope = peer.client._scope("GET", f"/couch{path}", headers)
        self.task = asyncio.create_task(peer.client.app(scope, self._receive, self._send))

    async def _receive(self) -> Any:
        if not self._leaving.is_set():
            self._leaving.set()
            return {"type": "http.request", "body": b"", "more_body": False}
        await self._gone.wait()
        return {"type": "http.disconnect"}

    _gone: asyncio.Event

    async def _send(self, message: Any) -> None:
        for line in message.get("body", b"").decode().splitlines():
            await self.lines.put(line)

    async def __aenter__(self) -> "Listening":
        self._gone = asyncio.Event()
        return self

    async def __aexit__(self, *exc: object) -> None:
        self._gone.set()
        await asyncio.wait_for(self.task, 10)

    async def next(self) -> str:
        """Give the next line that is not empty."""
        while not (line := await asyncio.wait_for(self.lines.get(), 10)):
            pass
        return line


@pytest.mark.anyio
async def test_what_changed_is_told_from_where_one_stands(peer: PeerClient) -> None:
    every = (await peer.ask("GET", "/public/_changes")).json()
    assert [row["id"] for row in every["results"]] == ["d0", "d1", "d2"]
    assert every["pending"] == 0
    page = (await peer.ask("GET", "/public/_changes?limit=2")).json()
    assert (len(page["results"]), page["pending"], page["last_seq"]) == (2, 1, page["results"][1]["seq"])
    rest = (await peer.ask("GET", f"/public/_changes?since={page['last_seq']}")).json()
    assert [row["id"] for row in rest["results"]] == ["d2"]
    assert (await peer.ask("GET", "/public/_changes?since=now")).json()["results"] == []
    backwards = (await peer.ask("GET", "/public/_changes?descending=true&limit=2&include_docs=true")).json()
    assert [row["doc"]["_id"] for row in backwards["results"]] == ["d2", "d1"]
    some = await peer.ask("POST", "/public/_changes?filter=_doc_ids", {"doc_ids": ["d1"]})
    assert [row["id"] for row in some.json()["results"]] == ["d1"]


@pytest.mark.anyio
async def test_a_place_in_another_age_of_the_store_is_its_beginning(peer: PeerClient) -> None:
    restored = (await peer.ask("GET", f"/public/_changes?since=99-{'0' * 16}")).json()
    assert len(restored["results"]) == 3
    assert (await peer.ask("GET", "/public/_changes?since=nonsense")).json()["error"] == "bad_request"


@pytest.mark.anyio
async def test_waiting_ends_with_the_first_change_or_with_its_time(office: SmallOffice, peer: PeerClient) -> None:
    nothing = await peer.ask("GET", "/public/_changes?feed=longpoll&since=now&timeout=100")
    assert nothing.json()["results"] == []
    waiting = asyncio.create_task(peer.ask("GET", "/public/_changes?feed=longpoll&since=now&timeout=20000"))
    while not waiting.done():
        await office.databases.public.bulk_docs([{}])
        await asyncio.sleep(0)
    assert len(waiting.result().json()["results"]) >= 1


@pytest.mark.anyio
@pytest.mark.parametrize("feed", ["continuous", "eventsource"])
async def test_a_feed_goes_on_with_heartbeats_until_its_reader_leaves(
    office: SmallOffice, peer: PeerClient, feed: str
) -> None:
    async with Listening(peer, f"/public/_changes?feed={feed}&heartbeat=50&include_docs=true") as listening:
        for n in range(3):
            assert doc_of(await listening.next(), feed) == f"d{n}"
            if feed == "eventsource":
                assert (await listening.next()).startswith("id: ")
        if feed == "eventsource":
            assert await listening.next() == "event: heartbeat"
            assert (await listening.next()).strip() == "data:"
        await office.databases.public.bulk_docs([{"_id": "new"}])
        line = await listening.next()
        while "new" not in line:
            line = await listening.next()
        assert doc_of(line, feed) == "new"
    assert listening.task.done()


def doc_of(line: str, feed: str) -> str:
    name: str = json.loads(line.removeprefix("data: "))["doc"]["_id"]
    return name


@pytest.mark.anyio
async def test_who_is_revoked_hears_no_more(office: SmallOffice, peer: PeerClient) -> None:
    async with Listening(peer, "/public/_changes?feed=continuous&heartbeat=50&since=now") as listening:
        await Peers(office.databases.staff, office.now).revoke("cermin")
        await asyncio.wait_for(asyncio.shield(listening.task), 10)


@pytest.mark.anyio
async def test_a_filter_that_would_have_to_be_run_is_refused(peer: PeerClient) -> None:
    for query in ("filter=a/b", "filter=_view&view=a/b", "filter=_selector"):
        answer = await peer.ask("GET", f"/public/_changes?{query}")
        assert (answer.status, answer.json()["error"]) == (501, "not_implemented")
    for query in ("feed=x", "style=x", "limit=x", "heartbeat=x", "filter=_doc_ids", "filter=_doc_ids&doc_ids=1"):
        assert (await peer.ask("GET", f"/public/_changes?{query}")).status == 400, query
