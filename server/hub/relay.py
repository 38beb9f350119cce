"""Relays what a hub took in up to its office, unchanged, and brings the office's answers down: one big device.

Every request is of a size that the link carries (`sync.pace`). After a request that was cut, the next one brings no
items but hears which of them arrived. What the office signed is verified before anything here is dropped.
"""

import asyncio
import json
import logging
import random
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any

from server.hub.hub import Hub
from server.hub.relay_blobs import send_blobs
from server.hub.relay_link import TOO_LARGE, LinkError, RelayLink, pack
from server.hub.relay_rows import RelayRows
from server.hubs import held_by
from sync.blob_sender import BlobSender
from sync.errors import StoreError, Unavailable
from sync.pace import Pace
from sync.statements import HubAuth, sign_auth

log = logging.getLogger("rantau.relay")

EVERY = 300.0  # seconds between two exchanges when nothing waits
LOOK = 5.0  # seconds after which is seen what another process took in, as `rantau import` does
_FIRST, _LONGEST = 1.0, 120.0  # seconds of a pause after a failure; doubled and jittered
_MOST = 1000  # items looked at, and ids asked for, in one request
_DOUBLED = 7  # times at most: days without a connection are thousands of failures
_RATIO = 0.78  # what gzip leaves of sealed items, until a request has shown it
_WORDS = {
    "revoked": "the office revoked this hub: it takes what we bring and tells us nothing",
    "used": "the office knows another laptop under this hub's name",
    "expired": "the code was older than 7 days when this hub joined",
    "unknown": "the office does not know this hub",
    "clock": "the office does not believe the time of this laptop's word",
    "repeated": "the office has heard a later word of this hub; its clock went back",
    "busy": "the office was busy and tells its news the next time",
}


class Relay:
    """Keeps the relay of one hub going."""

    def __init__(self, hub: Hub, link: RelayLink, sender: BlobSender | None = None) -> None:
        self._hub = hub
        self._link = link
        self._sender = sender
        self._pace = Pace(first=16 * 1024, largest=512 * 1024, seconds=8.0)
        self._wake = asyncio.Event()
        self._has_items = False  # taken in since the last exchange began
        self._ratio = _RATIO
        self._is_cut = True  # what of the last request arrived is not known, as after a crash
        self._has_moved = False  # a request passed since the last failure
        self._has_dropped = True  # something went that may still be in the files
        self._last_at = 0
        self._known: set[str] = set()  # what waited in the last exchange, and waits on
        hub.woken = self._take_notice
        hub.stirred = self._wake.set

    async def run(self) -> None:
        """Relay until cancelled."""
        failures = 0
        while True:
            try:
                await self.catch_up()
                failures = 0
                await self._rest()
            except (LinkError, StoreError) as error:
                log.info("relay: %s", error)
                failures = 1 if self._has_moved else failures + 1
                least = error.retry_after if isinstance(error, LinkError) else 0.0
                await asyncio.sleep(least + pause(failures))

    async def _rest(self) -> None:
        """Wait until something is taken in, here or by another process, but not for ever."""
        until = time.monotonic() + EVERY
        while time.monotonic() < until:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), LOOK)
                return
            if set(await self._hub.stores.waiting(now=self._hub.clock())) - self._known:
                return

    async def catch_up(self) -> None:
        """Exchange until nothing is left to bring or to hear, then send images until something new was taken in.

        Raises:
            LinkError: the office is away or the link was cut; what passed has passed.
        """
        self._wake.clear()
        self._has_items = self._has_moved = False
        try:
            await self._exchange_all()
            if self._sender is not None:
                self._has_dropped |= await send_blobs(self._hub, self._sender, is_over=lambda: self._has_items)
        except LinkError as error:
            await self._note({"failed_at": self._hub.local_clock(), "error": str(error)})
            raise
        finally:
            await self._let_go()
            await self._note({"waiting_since": await self._waiting_since()})
        word = (await self._hub.stores.state()).get("word")
        await self._note({"reached_at": self._hub.local_clock(), "error": word_of(word)})

    def _take_notice(self) -> None:
        self._has_items = True
        self._wake.set()

    async def _exchange_all(self) -> None:
        tried: set[str] = set()
        await self._drop_confirmed()
        ask = await self._hub.stores.unheard(now=self._hub.clock())
        while True:
            held = await self._hub.stores.waiting(now=self._hub.clock())
            waiting = [id_ for id_ in held if id_ not in tried]
            batch = [] if self._is_cut else await self._batch(waiting)
            is_first = self._is_cut
            more = await self._exchange(batch, ask[:_MOST], left=len(held) - len(batch))
            ask = ask[_MOST:]
            tried |= {version["_id"] for version, _ in batch}
            self._known = tried
            if not (more or is_first or ask or len(waiting) > len(batch)):
                return

    async def _batch(self, waiting: Sequence[str]) -> list[list[Any]]:
        """Give the next items, as many as the link bears."""
        found: list[list[Any]] = []
        size = 0.0
        for item in await self._hub.stores.items(waiting[:_MOST]):
            size += len(_line(item)) * self._ratio
            if found and size > self._pace.size:
                break
            found.append(item)
        return found

    async def _exchange(self, batch: Sequence[list[Any]], ask: Sequence[str], *, left: int) -> bool:
        """Post a batch, saying how many are left here, and take the answer; say whether to go on."""
        state = await self._hub.stores.state()
        have = state.pop("have", [])
        lines = [_line(self._hello(state.get("since", ""), have=have[:_MOST], ask=ask)), *map(_line, batch)]
        body = pack(lines)
        if batch:
            self._ratio = len(body) / sum(map(len, lines))
        rows = RelayRows(self._hub, {version["_id"]: version for version, _ in batch}, state | {"have": have[_MOST:]})
        holds = held_by(left, self._waited(state))
        started = time.monotonic()
        try:
            async for row in self._link.exchange(body, holds=holds):
                await rows.take(row)
        except LinkError as error:
            # Too much at once was not taken; of anything else it is not known.
            self._is_cut = self._is_cut or (bool(batch) and error.status != TOO_LARGE)
            self._pace.dropped(len(body))
            raise
        finally:
            self._has_dropped |= rows.has_dropped
        self._is_cut, self._has_moved = False, True
        self._pace.passed(len(body), time.monotonic() - started)
        if rows.asks_again:
            # It was by a clock that is wrong, or by a hub that was started again within a second.
            self._last_at = (self._hub.clock() + 1) * 1000
        await self._hub.stores.put_state(rows.state)
        return rows.more or rows.asks_again or bool(rows.state["have"])

    def _hello(self, since: str, **lists: Sequence[str]) -> dict[str, Any]:
        own = self._hub.own
        self._last_at = max(self._hub.clock() * 1000, self._last_at + 1)
        auth = sign_auth(HubAuth(own.name, own.install, self._last_at), private=own.pair)
        return {"v": 1, "auth": auth, "since": since} | {name: list(ids) for name, ids in lists.items() if ids}

    async def _drop_confirmed(self) -> None:
        """Drop what was confirmed when a crash came before it was dropped."""
        stores = self._hub.stores
        for id_, row in (await stores.said(await stores.waiting(now=self._hub.clock()))).items():
            version = await stores.version(id_) if row[1] == "ok" else None
            if version is not None:
                await stores.drop(version, held=row[2][0][5], now=self._hub.clock())
                self._has_dropped = True

    async def _let_go(self) -> None:
        if self._has_dropped:
            with suppress(Unavailable):  # somebody reads; the next time
                await self._hub.stores.compact()
                self._has_dropped = False

    def _waited(self, state: Mapping[str, Any]) -> int:
        now = self._hub.local_clock()
        return max(0, now - (state.get("waiting_since") or now))

    async def _waiting_since(self) -> int | None:
        """Tell since when something has been waiting, by this laptop's clock."""
        if not await self._hub.stores.waiting(now=self._hub.clock()):
            return None
        return (await self._hub.stores.state()).get("waiting_since") or self._hub.local_clock()

    async def _note(self, changes: dict[str, Any]) -> None:
        await self._hub.stores.put_state(await self._hub.stores.state() | changes)


def pause(failures: int, *, jitter: Callable[[], float] = random.random) -> float:
    """Give the seconds to wait after so many failures in a row."""
    return jitter() * min(_LONGEST, _FIRST * (1 << min(failures, _DOUBLED)))


def word_of(word: object) -> str | None:
    """Say in a sentence why the office tells this hub nothing; None where it does."""
    return _WORDS.get(str(word))


def _line(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()
