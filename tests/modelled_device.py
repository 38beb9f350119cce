"""A phone as pwa/exchange.js, pwa/outbox.js and pwa/cases.js have it, rule by rule, without a browser.

It is made anew nowhere: what a rule of theirs is, is a rule here, so that thousands of schedules can be tried in the
time that one browser takes. tests/browser/device holds the real modules to the same rules.
"""

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from sync.bundle import write_bundle
from sync.document import Doc
from sync.errors import OpenError
from sync.keyring import KeyList
from sync.receipt_code import CodeKeys
from sync.receipts import verify_receipt
from sync.seal import seal_version
from sync.shape import v_of
from sync.statements import verify_gone
from tests.sealed_items import FORM

DAY = 86_400
KEEP = 35 * DAY  # as KEEP of pwa/outbox.js
SURE, HEARD, MOST_HAVE = 14 * DAY, 4, 1000  # as in pwa/exchange.js
MOST_WATCHES = 20
SKEW = DAY  # as in pwa/pins.js
STUBBORN = 3

Post = Callable[[bytes], Awaitable[tuple[list[Any], bool]]]
"""Sends a body; gives the values of the whole lines that came back, and whether the answer ended as it should."""


class Cut(Exception):
    """As a TransportError."""


@dataclass
class Item:
    """A row of the outbox."""

    id: str
    case: str
    line: str
    at: int
    state: str = "waiting"
    reason: str | None = None
    tries: int = 0
    offered_at: int = 0
    done: int | None = None
    receipt: Any = None

    @property
    def version(self) -> Doc:
        version: Doc = json.loads(self.line)[0]
        return version


@dataclass
class Known:
    """A case on the phone's list."""

    keys: CodeKeys
    versions: list[str] = field(default_factory=list)
    is_erased: bool = False


@dataclass
class Device:
    """One phone; `clock` gives the true time, `offset` is by how much its own is wrong, both in seconds."""

    name: str
    office: KeyList
    clock: Callable[[], int]
    offset: int = 0
    skew: int = 0
    outbox: dict[str, Item] = field(default_factory=dict)
    cases: dict[str, Known] = field(default_factory=dict)
    heard: dict[str, int] = field(default_factory=dict)
    cursor: str = ""

    def now(self) -> int:
        return self.clock() + self.offset

    def write(self, keys: CodeKeys, *, recipient: tuple[str, bytes], random: Any) -> str:
        """Seal an application, or a correction of what this phone knows of the case, into the outbox."""
        case = self.cases.setdefault(keys.case, Known(keys))
        at = self.now() + (self.skew if abs(self.skew) > SKEW else 0)
        version, wrap = seal_version(
            type="application", code_keys=keys, service="small", form=FORM.name, at=at, channel="app", device=None,
            area=None, wish=[], prev=case.versions[-1:], groups={"personal": ["Upik", str(random)]},
            recipients=[recipient],
        )  # fmt: skip
        case.versions.append(v_of(version))
        line = json.dumps([version, wrap], separators=(",", ":"))
        self.outbox[version["_id"]] = Item(version["_id"], keys.case, line, at=self.now())
        return str(version["_id"])

    def retry(self) -> None:
        """Offer what was refused again, as its owner can."""
        for item in self.outbox.values():
            if item.state == "refused":
                item.state, item.reason, item.tries = "waiting", None, 0

    def export(self, *, office: str) -> bytes:
        """Give what is not with the office as a file."""
        named = [(item.id, item.line.encode()) for item in self._items() if item.state != "done"]
        return write_bundle("items", named, office=office, at=self.now())

    async def exchange(self, post: Post, *, at_hub: bool = False) -> bool:
        """Exchange until there is nothing left to say; False when it was cut short."""
        try:
            await self._rounds(post, at_hub)
        except Cut:
            return False
        return True

    async def _rounds(self, post: Post, at_hub: bool) -> None:
        tried: set[str] = set()
        asked: set[str] = set()
        hello = {"watch": self._watches(), "have": [], "ask": self._at_hub()}
        time = 0
        while True:
            due = [item for item in self._items() if self._is_due(item) and item.id not in tried]
            sent = [item for item in due if not (at_hub and item.state == "hub")]
            if not sent and not any(hello.values()):
                return self._drop_old(time) if time and not at_hub else None
            head = await self._round(post, sent, {key: value for key, value in hello.items() if value}, at_hub)
            time = head["time"]
            tried |= {item.id for item in sent}
            cursor = hello["watch"][-1][0] if hello["watch"] else None
            have = self._remember(head, tried | asked, cursor, at_hub)
            asked |= set(have)
            hello = {"watch": [], "have": have, "ask": []}

    async def _round(self, post: Post, sent: list[Item], hello: dict[str, Any], at_hub: bool) -> Any:
        body = "\n".join([json.dumps({"v": 1} | hello), *(item.line for item in sent)]).encode()
        rows, is_whole = await post(body)
        if not rows or not isinstance(rows[0], dict) or "epoch" not in rows[0]:
            raise Cut
        head, *rest = rows
        self.skew = head["time"] - self.now()
        for row in rest:
            self._take(row, sent, at_hub)
        if not is_whole:
            raise Cut
        return head

    def _take(self, row: Any, sent: list[Item], at_hub: bool) -> None:
        if not isinstance(row, list):
            return  # an event: no schedule has any
        id_, what, *detail = row
        if id_ == "erase":
            return self._end(what)
        item = self.outbox.get(id_)
        if id_ is None:
            item = sent[detail[1] - 2] if detail[1] - 2 < len(sent) else None
        if what == "missing":
            self._offer_again(id_, at_hub)
        elif item is None or item.state == "done" or (at_hub and what == "refused"):
            return
        elif what == "ok":
            self._take_receipt(item, detail[0])
        elif what == "kept":
            item.state = "kept"
        elif what == "refused" and id_ is None and item.tries + 1 < STUBBORN:
            item.tries += 1
        elif what == "refused":
            item.state, item.reason = "refused", detail[0]

    def _take_receipt(self, item: Item, receipt: Any) -> None:
        verified = verify_receipt(receipt, item.version, self.office)
        item.state = "done" if verified.who == "office" else "hub"
        item.receipt, item.reason, item.offered_at = receipt, None, self.now()
        item.done = self.now() if item.state == "done" else None

    def _offer_again(self, id_: str, at_hub: bool) -> None:
        item = self.outbox.get(id_)
        if item is not None and (item.state == "hub" or (item.state == "done" and not at_hub)):
            item.state, item.done = "waiting", None

    def _end(self, mark: Doc) -> None:
        try:
            case = verify_gone(mark, self._office_pub(mark))
        except OpenError:
            return
        self.outbox = {id_: item for id_, item in self.outbox.items() if item.case != case}
        if case in self.cases:
            self.cases[case].is_erased = True

    def _office_pub(self, mark: Doc) -> bytes:
        key = self.office.find(mark["kid"])
        if key is None or key.use != "office":
            raise OpenError
        return key.pub

    def _remember(self, head: Any, answered: set[str], cursor: str | None, at_hub: bool) -> list[str]:
        epoch = head["epoch"]
        is_sure = at_hub or (epoch in self.heard and abs(self.now() - self.heard[epoch]) < SURE)
        had = [] if is_sure else [item.id for item in self._items() if item.state == "done" and item.id not in answered]
        if not is_sure and not had:
            self.heard = dict([*self.heard.items(), (epoch, self.now())][-HEARD:])
        self.cursor = cursor or self.cursor
        return had[:MOST_HAVE]

    def _drop_old(self, time: int) -> None:
        self.outbox = {id_: item for id_, item in self.outbox.items() if not self._is_old(item, time)}

    def _is_old(self, item: Item, time: int) -> bool:
        if item.state != "done" or item.done is None:
            return False
        return self.now() - item.done > KEEP and time - item.receipt[0][6] > KEEP

    def _at_hub(self) -> list[str]:
        return [item.id for item in self._items() if item.state == "hub"][-MOST_HAVE:]

    def _watches(self) -> list[list[Any]]:
        cases = sorted(case for case, known in self.cases.items() if not known.is_erased)
        turn = next((place for place, case in enumerate(cases) if case > self.cursor), 0)
        ordered = [*cases[turn:], *cases[:turn]][:MOST_WATCHES]
        return [[case, self.cases[case].keys.proof, 0, 0] for case in ordered]

    def _is_due(self, item: Item) -> bool:
        is_long_ago = abs(self.now() - item.offered_at) > DAY
        return item.state in ("waiting", "kept") or (item.state == "hub" and is_long_ago)

    def _items(self) -> list[Item]:
        return sorted(self.outbox.values(), key=lambda item: item.at)
