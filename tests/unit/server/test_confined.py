"""Every route is walked by everybody with a document of every type there: what its right does not list stays shut."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response

import server
from server.confined import Confined, NotListed, type_of
from server.couch.peers import Peers
from server.databases import NAMES, Databases
from server.figures.stakeholders import Stakeholders
from server.forms.forms import Forms
from server.office import office_of
from server.public import ping
from server.rights import DOOR, PEER, PEERS_DOOR, RIGHTS, ROLES, STAKEHOLDER, STAKEHOLDERS_DOOR, TYPES, Right
from server.routes import ROWS, Row, build_routes
from sync.errors import StoreError
from sync.seal import seal_version
from sync.sqlite_store import open_sqlite
from sync.store import Store
from tests.bundled import Bundle
from tests.sealed_items import new_keys
from tests.walked_office import FACE, FEED, OPEN, SAMPLE, Office, walked_office

CASE = "b" * 24
PLACES: Mapping[str, tuple[str, str]] = {  # a document of each type; the others are not in a database
    "public": ("public", "guide.id.none"), "keys": ("public", "keys"), "design": ("cases", "_design/none"),
    "application": ("cases", f"app.{CASE}.x"), "complaint": ("cases", f"cmp.{CASE}.x"),
    "message": ("cases", f"msg.{CASE}.x"), "survey": ("cases", f"svy.{CASE}.x"), "event": ("cases", f"ev.{CASE}.0001"),
    "booking": ("cases", "bk.none.01"), "gone": ("cases", f"gone.{CASE}"), "code": ("cases", f"code.{CASE}"),
    "blob": ("blobs", "blob.none"), "wrap": ("wraps", f"w.app.{CASE}.x"),
    "user": ("staff", "user.none"), "session": ("staff", "s.none"), "device": ("staff", "device.none"),
    "enrolment": ("staff", "enrol.none"), "hub": ("staff", "hub.none"), "via": ("staff", f"via.{CASE}"),
    "peer": ("staff", "peer.none"), "link": ("staff", "link.none"), "request": ("staff", "req.none"),
    "training": ("staff", "training.none"), "class": ("staff", "class.none"),
    "casework": ("staff", f"work.{CASE}"), "stakeholder": ("staff", "stakeholder.none"),
    "first-day": ("staff", "first-day.none"),
    "officer-key": ("staff", "officer.none"), "former-key": ("staff", "former.none.1"),
    "grant": ("staff", "grant.k0.none"), "key-times": ("staff", "key-times"), "audit": ("staff", "audit.000000000001"),
    "erasing": ("staff", f"erasing.{CASE}"), "voiding": ("staff", f"voiding.{CASE}"),
    "upload": ("staff", f"up.{CASE}.x"), "tally": ("staff", "tally.survey"),
    "refused-sends": ("staff", "refused.2026-11-25"),
}  # fmt: skip


Found = tuple[set[str], set[str], bool, bool]


async def nothing() -> AsyncIterator[bytes]:
    yield b""


async def every(chunks: AsyncIterator[bytes]) -> list[bytes]:
    return [chunk async for chunk in chunks]


def ways_to_read(store: Store, id_: str) -> list[Callable[[], Awaitable[Any]]]:
    return [
        lambda: store.get(id_),
        lambda: store.open_revs(id_, "all"),
        lambda: store.all_docs(keys=[id_]),
        lambda: store.all_docs(start=id_, end=f"{id_}~", include_docs=True),
        lambda: store.bulk_get([(id_, None)]),
        lambda: store.revs_diff({id_: ["1-a"]}),
        lambda: store.attachment(id_, "body"),
        lambda: every(store.attachment_chunks(id_, "body")),
    ]


def ways_to_write(store: Store, id_: str) -> list[Callable[[], Awaitable[Any]]]:
    return [
        lambda: store.bulk_docs([{"_id": id_, "_rev": "9-none"}]),
        lambda: store.bulk_docs([{"_id": id_, "_deleted": True}]),
        lambda: store.put_streamed({"_id": id_, "_rev": "1-none"}, {"body": nothing()}),
        lambda: store.purge({id_: ["1-a"]}),
    ]


async def is_refused(way: Callable[[], Awaitable[Any]]) -> bool:
    try:
        await way()
    except NotListed:
        return True
    except StoreError:
        return False
    return False


async def found_open(asked: Any, right: Right) -> Found:
    """Try every type in every way, of what is listed in one: what can be read and written, the lists, the notes."""
    read: set[str] = set()
    written: set[str] = set()
    for type_, (database, id_) in PLACES.items():
        store = getattr(asked.databases, database)
        for opened, listed, ways in (
            (read, right.reads, ways_to_read(store, id_)),
            (written, right.writes, ways_to_write(store, id_)),
        ):
            tried = ways[:1] if type_ in listed else ways
            if not all([await is_refused(way) for way in tried]):
                opened.add(type_)
    lists = not await is_refused(lambda: ask_lists(asked))
    return read, written, lists, not await is_refused(lambda: asked.databases.public.get_local("none"))


async def ask_lists(office: Any) -> None:
    await office.projection.caught_up()


def test_every_type_has_its_place() -> None:
    assert {*PLACES, "case-row", "checkpoint", "other"} == set(TYPES)
    assert [type_of(database, id_) for database, id_ in PLACES.values()] == [*PLACES]


@pytest.mark.anyio
async def test_no_route_gives_its_handler_a_type_that_is_not_listed(tmp_path: Path) -> None:
    async with walked_office(tmp_path) as office:
        tried: list[tuple[str, Found]] = []
        found: dict[int, tuple[Any, Found]] = {}  # the very same office needs no second try

        def probing(row: Row) -> Row:
            async def probe(request: Request) -> Response:
                asked = office_of(request)
                if id(asked) not in found:
                    found[id(asked)] = asked, await found_open(asked, RIGHTS[row.name])
                tried.append((row.name, found[id(asked)][1]))
                return Response()

            return replace(row, endpoint=probe)

        app = Starlette(routes=build_routes([probing(row) for row in ROWS]))
        app.state.office, app.state.templates = office.app.state.office, office.app.state.templates
        walked = replace(office, app=app, signed_in={})
        secrets = await programs(office)
        for row in ROWS:
            right = RIGHTS[row.name]
            for role in (*ROLES, None):
                tried.clear()
                await walked.ask_by(row, role, secrets)
                may = right.allows(frozenset({role} if role else ()))
                lists, notes = "case-row" in right.reads, "checkpoint" in right.reads
                expected = row.name, (set(right.reads) & set(PLACES), set(right.writes) & set(PLACES), lists, notes)
                assert tried == ([expected] if may else []), f"{row.name}: {role}"


@pytest.mark.anyio
async def test_a_range_that_meets_what_is_not_listed_gives_nothing_and_a_mixed_batch_writes_nothing(
    tmp_path: Path,
) -> None:
    cases = open_sqlite(tmp_path, "cases")
    await cases.bulk_docs([{"_id": id_} for database, id_ in PLACES.values() if database == "cases"])
    await cases.bulk_docs([{"_id": "nobody-wrote-this"}])
    store = Confined(cases, "cases", Right(None, ("application",), ("application",)))
    assert [row.id for row in await store.all_docs(start="app.", end="app/")] == [PLACES["application"][1]]
    for way in ways_to_read(store, "nobody-wrote-this")[:5]:
        assert await is_refused(way), "what is not ours is given out for no type that is"
    both = [{"_id": f"app.{CASE}.new"}, {"_id": f"ev.{CASE}.0002"}]
    for way in (store.all_docs, store.changes, store.renew_generation, store.close, lambda: store.bulk_docs(both)):
        assert await is_refused(way)
    assert [row.error for row in await cases.all_docs(keys=[doc["_id"] for doc in both])] == ["not_found"] * 2
    blind = Confined(cases, "cases", Right(None, ("user",), ("user",)))
    for way in (blind.generation, blind.info, blind.compact, blind.changes):
        assert await is_refused(way)
    await cases.close()


SEEN: ContextVar[set[tuple[str, str]]] = ContextVar("seen")
WRITES = ("bulk_docs", "put_streamed", "purge", "put_local")
OF_NO_TYPE = ("name", "close", "compact", "generation", "info", "renew_generation")
TRACE = {("reads", "audit"), ("writes", "audit")}  # every route leaves it, through `server.casework.audit` alone


@dataclass
class SeenStore:
    """Passes everything on, and notes the types that whoever asks is about; what the server does by itself is not."""

    store: Store
    database: str

    def __getattr__(self, name: str) -> Any:
        method = getattr(self.store, name)
        if name in (*OF_NO_TYPE, "changes"):  # which only the lists follow beside the face
            return method

        def call(*given: Any, **named: Any) -> Any:
            how = "writes" if name in WRITES else "reads"
            for id_ in asked_ids(name, *given, **named) if SEEN.get(None) is not None else []:
                type_ = "checkpoint" if name.endswith("_local") else type_of(self.database, id_)
                SEEN.get().add((how, type_))
            return method(*given, **named)

        return call


def asked_ids(name: str, first: Any = None, *_: Any, **named: Any) -> list[str]:
    if name == "all_docs":
        return [*(named.get("keys") or [(named.get("start") or "").rstrip("/")])]
    if name in ("bulk_docs", "put_streamed"):
        return [doc["_id"] for doc in ([first] if isinstance(first, dict) else first)]
    if name == "bulk_get":
        return [id_ for id_, _ in first]
    return [first] if isinstance(first, str) else [*first]


def seen_by(databases: Databases) -> Databases:
    return Databases(**{name: cast(Store, SeenStore(getattr(databases, name), name)) for name in NAMES})


async def seal_one(office: Office) -> Mapping[str, str]:
    """Put a real application into the office, and give what names it in addresses."""
    opened = office.app.state.office
    forms: Forms = opened.forms
    key = opened.key_list.primary("seal")
    version, wrap = seal_version(
        code_keys=new_keys(), type="application", service="passport-new", form=forms.latest("passport-new").name,
        at=office.now(), channel="app", device=None, area=None, wish=[], prev=[], groups={"personal": ["Upik"]},
        recipients=[(key.kid, key.pub)], blobs=[SAMPLE["digest"]],
    )  # fmt: skip
    await office.databases.cases.bulk_docs([version])
    await office.databases.wraps.bulk_docs([{"_id": f"w.{version['_id']}", **wrap}])
    return {**SAMPLE, "version": version["_id"], "case": version["_id"].split(".")[1], "login": "upik"}


@pytest.mark.anyio
async def test_the_handlers_touch_what_their_rights_list_and_nothing_else(tmp_path: Path) -> None:
    async with walked_office(tmp_path, seen_by=seen_by) as office:
        walked = replace(office, sample=await seal_one(office))
        secrets = await programs(office)
        touched: set[tuple[str, str]] = set()
        for row in ROWS:
            right, door = RIGHTS[row.name], door_to(row)
            for role in askers(right):
                office.clock[0] += 600  # nobody waits for another's failures
                seen: set[tuple[str, str]] = set()
                SEEN.set(seen)
                answer = await walked.ask_by(row, role, secrets)
                assert answer.status < 500, row.name
                may = right.allows(frozenset({role} if role else ()))
                allowed = listed(door) if row not in OPEN else set()
                allowed |= listed(right) if may else set()
                assert seen - TRACE <= allowed, f"{row.name}: {role}"
                touched |= seen
        assert {("reads", "application"), ("reads", "wrap"), ("reads", "user"), ("writes", "session")} <= touched


async def programs(office: Office) -> Mapping[str, str]:
    """Give a peer its secret and a stakeholder its token."""
    secret = await Peers(office.staff, office.now()).add("cermin", ["cases", "public"], read_only=False)
    return {PEER: secret, STAKEHOLDER: await Stakeholders(office.staff, office.now()).add("biro", "Biro Umrah")}


def door_to(row: Row) -> Right:
    """Name what is read before it is known who asks."""
    if row in FACE:
        return PEERS_DOOR
    return STAKEHOLDERS_DOOR if row in FEED else DOOR


def askers(right: Right) -> list[str | None]:
    """Name who gets in, and somebody who does not; the others do not reach the handler either."""
    if right.roles is None:
        return ["officer", None]
    others = [role for role in ROLES if not right.allows(frozenset({role}))]
    return [*sorted(right.roles), *others[:1], None]


def listed(right: Right) -> set[tuple[str, str]]:
    return {*(("reads", type_) for type_ in right.reads), *(("writes", type_) for type_ in right.writes)}


@pytest.mark.anyio
async def test_without_a_right_there_is_no_office() -> None:
    app = Starlette()
    app.state.office = Bundle(public="abcdefgh")
    with pytest.raises(KeyError):
        await ping(Request({"type": "http", "app": app, "headers": []}))


def test_nobody_but_the_server_itself_reaches_the_whole_office() -> None:
    sources = Path(server.__file__).parent.rglob("*.py")
    reaching = {path.name for path in sources if ".state.office" in path.read_text()}
    assert reaching == {"app.py", "key_watch.py", "office.py", "routes.py"}
