"""What a hub does with each line of the office's answer. Nothing is dropped for a word that the office did not sign."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from server.hub.hub import Hub
from sync.document import Doc
from sync.errors import OpenError
from sync.events import verify_event
from sync.receipts import OFFICE, verify_receipt
from sync.statements import verify_code_mark, verify_gone


@dataclass
class RelayRows:
    """Takes the lines of one answer.

    Attributes:
        sent: the versions that the request brought, by their id.
        state: how far the relay is; changed here, kept by whoever reads the answer to its end.
        has_dropped: something went that is still in the files until they are compacted.
        more: the office has more to tell.
        asks_again: it did not believe the time of our word, and has told its own now.
        lacks_key: something was signed by a key that our list does not name yet; it is heard again when it does.
    """

    hub: Hub
    sent: Mapping[str, Doc]
    state: dict[str, Any]
    has_dropped: bool = False
    more: bool = False
    asks_again: bool = False
    lacks_key: bool = False

    async def take(self, row: Any) -> None:
        """Take one line; what is not understood or not signed by the office changes nothing."""
        match row:
            case {"epoch": str(), "public": str(), "time": int()}:
                await self._head(row)
            case {"type": "event"}:
                await self._event(row)
            case [("erase" | "voided") as what, {"_id": str()} as mark]:
                await self._end(what, mark)
            case ["since", str(place), more] if not self.lacks_key:
                self.state["since"] = place
                self.more |= more == 1
            case [str(id_), "ok", receipt]:
                await self._receipt(id_, receipt)
            case [str(id_), "missing"]:
                await self._missing(id_)
            case [str(id_), "refused", str(reason)] if id_ in self.sent:
                await self.hub.stores.note([id_, "refused", reason], now=self.hub.clock())

    async def _head(self, head: Mapping[str, Any]) -> None:
        self.hub.skew = head["time"] - self.hub.local_clock()
        self.hub.public = head["public"]
        word = head.get("reading")
        self.asks_again = word in ("clock", "repeated") and self.state.get("word") != word
        if self.state.get("epoch") not in (None, head["epoch"]):
            # Restored from a backup: its places mean nothing any more, and it may lack what it once confirmed.
            self.state |= {"since": "", "have": await self.hub.stores.confirmed()}
        told = {"epoch": head["epoch"], "skew": self.hub.skew, "public": self.hub.public, "word": word}
        self.state |= told

    async def _receipt(self, id_: str, receipt: Any) -> None:
        version = self.sent.get(id_) or await self.hub.stores.version(id_)
        if version is None:
            return
        try:
            said = verify_receipt(receipt, version, self.hub.key_list)
        except OpenError:
            return  # forged, or by a key that our list does not have yet
        if said.who != OFFICE:
            return
        await self.hub.stores.note([id_, "ok", receipt], now=self.hub.clock())
        await self.hub.stores.drop(version, held=said.held, now=self.hub.clock())
        self.has_dropped = True

    async def _missing(self, id_: str) -> None:
        await self.hub.stores.unsay([id_])
        version = await self.hub.stores.version(id_)
        if version is not None:
            await self.hub.stores.lost(version, now=self.hub.clock())
            self.has_dropped = True

    async def _end(self, what: str, mark: Doc) -> None:
        try:
            key = self._office_key(mark.get("kid"))
            case = verify_gone(mark, key) if what == "erase" else verify_code_mark(mark, key)[0]
        except OpenError:
            return
        await self.hub.stores.end(case, mark, is_erased=what == "erase")
        self.has_dropped = True

    async def _event(self, event: Doc) -> None:
        try:
            verify_event(event, self._office_key(event.get("kid")))
        except OpenError:
            return
        match event.get("claim"):
            case ["taken", *_]:
                await self.hub.stores.keep(event)

    def _office_key(self, kid: object) -> bytes:
        key = self.hub.key_list.find(kid) if isinstance(kid, str) else None
        self.lacks_key |= key is None
        if key is None or (key.use, key.who) != ("office", OFFICE):
            raise OpenError
        return key.pub
