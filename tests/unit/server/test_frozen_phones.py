"""What an earlier day's app sent is taken in by today's server, read by an officer, and answered as it was then."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from server.guides.guides import load_guides
from server.watch import MEMBERS, VERSION
from sync.canonical import b64u_decode
from sync.document import Doc
from sync.key_pair import KeyPair, verify
from sync.keyring import KeyList, verify_key_list
from sync.receipts import verify_receipt
from sync.seal import open_version, open_wrap_as_office
from sync.shape import case_of_id
from tests.api_desk import ApiDesk, sit_down
from tests.frozen.freeze import HERE
from tests.frozen.wire import Exchange, Message
from tests.small_office import CONTENT, SmallOffice, routes_of, small_office

FROZEN = sorted(path.parent for path in HERE.glob("phone-*/steps.json"))
ROUTES = (
    "exchange", "begin_upload", "show_upload", "add_to_upload", "bookings", "enrol_device",
    "case_documents", "survey_answers",
)  # fmt: skip
ROLES = ("officer", "head")
TWO_YEARS = 2 * 365 * 86_400  # seconds
HEAD = {"epoch": str, "time": int, "public": str, "more": bool}
NOT_NEWS = ("epoch", "time", "public")
HEADS = ("upload-offset", "tus-resumable", "location")  # of an answer, that a phone goes by


@dataclass(frozen=True)
class FrozenKeys:
    """The keys of the office that was met; its root's private half is nobody's."""

    signed_list: list[Any]
    key_list: KeyList
    root: SimpleNamespace
    pairs: Mapping[str, KeyPair]

    @classmethod
    def read(cls, folder: Path) -> "FrozenKeys":
        told = json.loads((folder / "office.json").read_text())
        root, signed = b64u_decode(told["office"]["root"]), told["office"]["keys"]
        pairs = {name: KeyPair.from_bytes(b64u_decode(pair)) for name, pair in told["pairs"].items()}
        return cls(signed, verify_key_list(signed, root), SimpleNamespace(pub=root), pairs)

    @property
    def server(self) -> KeyPair:
        return self.pairs["server"]

    def kid(self, use: str) -> str:
        key = self.key_list.primary(use)
        assert key is not None
        return key.kid


class Telling:
    """What an answer tells whoever goes by it: signatures checked, and without what is another each time."""

    def __init__(self, keys: KeyList) -> None:
        self.keys = keys
        self.versions: dict[str, Doc] = {}  # that were sent so far
        self.told: list[Any] = []  # of exchanges

    def of(self, then: Exchange, answer: Message) -> Any:
        """Give it in a form that can be compared."""
        heads = {name: answer.headers[name] for name in HEADS if name in answer.headers}
        receipt = answer.headers.get("rantau-receipt")
        held = [self.receipt(json.loads(receipt))] if receipt else []
        return [answer.first.split()[1], heads, held, self.body(then, answer)]

    def body(self, then: Exchange, answer: Message) -> Any:
        if then.path == "/exchange":
            head, *rows = answer.lines
            assert {name: type(head[name]) for name in HEAD} == HEAD
            told = [self.row(row) for row in rows]
            if "since" in then.request.lines[0]:  # a place in another store: what was told may be told again
                told = [row for row in told if row not in self.told]
            return [{name: head[name] for name in set(head) - set(NOT_NEWS)}, *told]
        if then.path == "/bookings":
            [told] = answer.lines
            return [_without(row, "at") for row in told["rows"]]
        return _without(json.loads(answer.body), "read_until") if answer.body else None

    def row(self, row: Any) -> Any:
        match row:
            case [str(id_), "ok", receipt]:
                return [id_, "ok", self.receipt(receipt)]
            case ["since", str(), more]:
                return ["since", more]
            case ["steps", [["steps1", str(kid), steps] as signed, sig]]:
                key = self.keys.find(kid)
                assert key is not None
                verify(signed, sig, key.pub)
                return steps
            case ["came", case, int()]:
                return ["came", case]
        return row  # an event, a mark, a version: as it is stored

    def receipt(self, receipt: Any) -> Any:
        told = verify_receipt(receipt, self.versions[receipt[0][2]], self.keys)
        return [told.id, told.held, told.who]


def _without(told: Any, *names: str) -> Any:
    if isinstance(told, dict):
        return {name: _without(value, *names) for name, value in told.items() if name not in names}
    return told


@pytest.mark.anyio
@pytest.mark.parametrize("folder", FROZEN, ids=lambda path: path.name)
async def test_an_earlier_app_is_served_as_then(folder: Path, tmp_path: Path) -> None:
    keys, steps = FrozenKeys.read(folder), json.loads((folder / "steps.json").read_text())
    async with small_office(tmp_path, routes_of(*ROUTES), {}, keys) as office:
        bundle, telling = office.app.state.office, Telling(keys.key_list)
        bundle.guides = load_guides(CONTENT / "guides")
        bundle.server_kid, office.now = keys.kid("server"), steps[0]["at"]
        desk = await sit_down(office, "upik", *ROLES)
        for step in steps:
            then, office.now = Exchange.read(folder / step["file"]), step["at"]
            telling.versions |= {version["_id"]: version for version in step.get("sent", [])}
            for database, docs in step.get("laid", {}).items():
                await office.stores[database].bulk_docs(docs)
            answer = await play(office, then)
            told = telling.of(then, then.answer)
            assert telling.of(then, answer) == told, step["file"]
            telling.told += told[-1] or []
            for id_, letters in step.get("letters", {}).items():
                assert await read_at_the_desk(desk, id_, keys) == letters, step["file"]


@pytest.mark.anyio
@pytest.mark.parametrize("folder", FROZEN, ids=lambda path: path.name)
async def test_what_lay_in_a_drawer_for_two_years_is_taken_in(folder: Path, tmp_path: Path) -> None:
    keys, steps = FrozenKeys.read(folder), json.loads((folder / "steps.json").read_text())
    async with small_office(tmp_path, routes_of("exchange"), {}, keys) as office:
        office.app.state.office.server_kid = keys.kid("server")
        for step in filter(lambda step: "sent" in step, steps):
            office.now = step["at"] + TWO_YEARS
            answer = await play(office, Exchange.read(folder / step["file"]))
            rows = {row[0]: row for row in answer.lines[1:] if isinstance(row, list)}
            for version in step["sent"]:
                [id_, state, receipt] = rows[version["_id"]]
                assert (id_, state) == (version["_id"], "ok"), step["file"]
                assert verify_receipt(receipt, version, keys.key_list).at == office.now


async def play(office: SmallOffice, then: Exchange) -> Message:
    """Send it once more, byte for byte."""
    request, client = then.request, office.client()
    client.origin = office.app.state.office.settings.origin = f"http://{request.headers['host']}"
    answer = await client.request(then.method, then.path, headers=request.headers, body=[request.body])
    return Message(f"HTTP/1.1 {answer.status}", answer.headers, answer.body)


async def read_at_the_desk(desk: ApiDesk, id_: str, keys: FrozenKeys) -> dict[str, Any]:
    """Open what the console is given of a version."""
    if id_.startswith("svy."):
        pairs = (await desk.get("survey")).json()["rows"]
    else:
        told = (await desk.get(f"cases/{case_of_id(id_)}")).json()
        pairs = [[version, told["wraps"][version["_id"]]] for version in told["versions"]]
    [(version, wrap)] = [pair for pair in pairs if pair[0]["_id"] == id_]
    return open_version(version, open_wrap_as_office(version, wrap, keys.kid("seal"), keys.pairs["seal"]))


def test_whatever_a_first_line_may_say_is_frozen() -> None:
    exchanges = [Exchange.read(path.with_suffix("")) for folder in FROZEN for path in folder.glob("*.request")]
    hellos = [then.request.lines[0] for then in exchanges if then.path == "/exchange"]
    assert set().union(*hellos) | {"device"} == {"v"} | MEMBERS[VERSION]  # no app names a device any more
