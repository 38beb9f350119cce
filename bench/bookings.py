"""Ten thousand bookings by two hundred clients at once, on both stores: no place given twice, none lost.

The office is one real server process, on the embedded store and on the CouchDB that RANTAU_TEST_COUCHDB names, else on
a server that speaks its protocol. There are exactly as many places as cases; each client books one case after the
other, of a random hour, goes on to another when it is full, and asks every tenth time twice at once. At the end the
store itself is read: every place has one case, every case one place, and each is the one that was answered.
"""

import asyncio
import json
import os
import random
import secrets
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import aiohttp

from bench.office_behind import tell
from bench.peer import couch_protocol_server
from server.databases import NAMES
from sync.canonical import b64u_encode, h16
from sync.couch_store import CouchServer
from sync.receipt_code import CodeKeys, case_of
from sync.seal import seal_version
from sync.sqlite_store import open_sqlite
from sync.store import Store
from tests.applicants import Applicant, recipient
from tests.officers import ApiOfficer
from tests.serving import RunningOffice

CLIENTS, EACH = 200, 50
PLACES = 200  # of an hour, the most that an offer has
BATCH = 250  # cases in one exchange
COUCHDB = os.environ.get("RANTAU_TEST_COUCHDB")
PREFIX = f"rantau-bookings-{secrets.token_hex(6)}-"


@dataclass
class Told:
    """What the clients were told."""

    places: dict[str, str] = field(default_factory=dict)  # ticket by case
    asked: int = 0
    differing: int = 0


def measure(clients: int = CLIENTS, each: int = EACH) -> dict[str, Any]:
    """Book everything on the embedded store, then on a CouchDB, whose figures have names that say so."""
    embedded = _book(None, clients, each)
    couch = asyncio.run(_on_couch(clients, each))
    return embedded | {f"couch_{key}": value for key, value in couch.items()}


async def _on_couch(clients: int, each: int) -> dict[str, Any]:
    if COUCHDB:
        try:
            return await asyncio.to_thread(_book, COUCHDB, clients, each)
        finally:
            await _forget(COUCHDB)
    async with couch_protocol_server() as port:
        return await asyncio.to_thread(_book, f"http://127.0.0.1:{port}", clients, each)


def _book(store_url: str | None, clients: int, each: int) -> dict[str, Any]:
    env = {"RANTAU_POSTS_PER_SECOND": "0", "RANTAU_COUCHDB_PREFIX": PREFIX}
    with tempfile.TemporaryDirectory() as folder:
        with RunningOffice(Path(folder), store_url=store_url, env=env) as office:
            holders = [_holder() for _ in range(clients * each)]
            _publish(office.url, len(holders))
            asyncio.run(_apply(office.url, holders))
            started = time.monotonic()
            told = asyncio.run(_all_at_once(office.url, holders, clients))
            took = time.monotonic() - started
        found = asyncio.run(_stored(Path(folder), store_url))
    twice = sum(count - 1 for count in Counter(found.values()).values())
    result = {
        "clients": clients,
        "bookings": len(found),
        "twice": twice + told.differing,
        "lost": sum(found.get(case) != place for case, place in told.places.items()) + len(holders) - len(told.places),
        "asked": told.asked,
        "seconds": round(took, 1),
    }
    tell(f"bookings: {'embedded' if store_url is None else 'couch'}: {result}")
    return result


def _holder() -> CodeKeys:
    # Without the typed code, whose derivation is slow on purpose.
    read, sign = secrets.token_bytes(16), secrets.token_bytes(16)
    return CodeKeys(case_of(h16(read), h16(sign)), secrets.token_bytes(32), read, sign, b64u_encode(read + h16(sign)))


def _publish(url: str, count: int) -> None:
    officer = ApiOfficer(url).sign_in()
    first = date.today() + timedelta(14)
    hours, places = -(-count // PLACES), min(count, PLACES)
    last = first + timedelta(-(-hours // 10) - 1)
    fields = {  # an event: on a holiday the office's own counter has no hours
        "kind": "outreach", "place": "Kantor", "area": "", "first": f"{first}", "last": f"{last}", "from": "08:00",
        "to": f"{8 + min(hours, 10):02d}:00", "minutes": "60", "places": f"{places}", "kept": "0", "priority": "0",
    }  # fmt: skip
    officer.post_form("/staff/id/offers", fields | {f"day{n}": "1" for n in range(7)} | {"csrf": officer.csrf})


async def _apply(url: str, holders: list[CodeKeys]) -> None:
    one = Applicant(url)
    version, _ = one.seal()
    to = recipient(url)
    connector = aiohttp.TCPConnector(limit=4)
    async with aiohttp.ClientSession(connector=connector) as session:
        for begin in range(0, len(holders), BATCH):
            lines = [json.dumps({"v": 1, "watch": []})]
            for keys in holders[begin : begin + BATCH]:
                item = seal_version(
                    type="application", code_keys=keys, service=version["service"], form=version["form"],
                    at=version["at"], channel="app", device=None, area=None, wish=[], prev=[],
                    groups={"personal": ["Upik"]}, recipients=[to],
                )  # fmt: skip
                lines.append(json.dumps(item))
            body = "".join(f"{line}\n" for line in lines)
            headers = {"Content-Type": "application/x-ndjson"}
            async with session.post(f"{url}/exchange", data=body, headers=headers) as answer:
                rows = [json.loads(line) for line in (await answer.text()).splitlines()[1:]]
                if any(row[1] != "ok" for row in rows) or len(rows) != len(lines) - 1:
                    raise RuntimeError(f"the office did not take the applications: {rows[:1]}")


async def _all_at_once(url: str, holders: list[CodeKeys], clients: int) -> Told:
    told = Told()
    timeout, connector = aiohttp.ClientTimeout(total=None), aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(url, connector=connector, timeout=timeout) as session:
        async with session.get("/offers.json") as answer:
            offers = [row["id"] for row in (await answer.json())["offers"]]
        shares = [holders[n::clients] for n in range(clients)]
        await asyncio.gather(*(_client(session, share, offers, told) for share in shares))
    return told


async def _client(session: aiohttp.ClientSession, holders: list[CodeKeys], offers: list[str], told: Told) -> None:
    for n, keys in enumerate(holders):
        wanted = random.sample(offers, len(offers))
        while keys.case not in told.places:
            offer = wanted.pop() if wanted else random.choice(offers)
            times = 2 if n % 10 == 0 else 1
            rows = await asyncio.gather(*(_take(session, keys, offer) for _ in range(times)))
            told.asked += times
            tickets = {
                row["ticket"]["offer"]["id"] + f".{row['ticket']['place']:02d}" for row in rows if row.get("ticket")
            }
            told.differing += max(0, len(tickets) - 1)
            if tickets:
                told.places[keys.case] = tickets.pop()


async def _take(session: aiohttp.ClientSession, keys: CodeKeys, offer: str) -> Any:
    body = {"v": 1, "asks": [{"case": keys.case, "proof": keys.proof, "do": "take", "offer": offer}]}
    while True:
        async with session.post("/bookings", json=body) as answer:
            if answer.status == 503:  # too many at once: whoever asks comes again
                await asyncio.sleep(random.random())
                continue
            [row] = (await answer.json(content_type=None))["rows"]
            return row


async def _stored(folder: Path, store_url: str | None) -> dict[str, str]:
    """Give the place of each case, as the store has it."""
    if store_url is None:
        store = open_sqlite(folder / "data", "cases")
        try:
            return await _places(store)
        finally:
            await store.close()
    async with CouchServer(store_url, prefix=PREFIX) as server:
        return await _places(await server.database("cases"))


async def _places(store: Store) -> dict[str, str]:
    rows = await store.all_docs(start="bk.0", end="bk.:", include_docs=True)
    found: dict[str, str] = {}
    for row in rows:
        if row.doc is not None and row.doc["claim"][0] == "taken":
            case = str(row.doc["case"])
            found[case] = "two" if case in found else row.id.removeprefix("bk.")
    return found


async def _forget(url: str) -> None:
    async with aiohttp.ClientSession() as session:
        for name in NAMES:
            async with session.delete(f"{url}/{PREFIX}{name}"):
                pass


if __name__ == "__main__":
    print(json.dumps(measure(*map(int, sys.argv[1:3]))))
