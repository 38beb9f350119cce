"""The first line of an exchange, and what it asks for: news of the cases whose codes the device holds."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from server.items import ItemRefused, parse_line
from sync.document import Doc, is_id
from sync.events import MAX_N, event_id
from sync.receipt_code import proof_matches
from sync.shape import PREFIXES, is_case, is_whole
from sync.store import Row, Store

VERSION = 2  # of the exchange: what this server reads at most
MAX_WATCHES = 20
MAX_HAVE = 1000
ANSWER_LIMIT = 256 * 1024  # bytes after which a device asks again for the rest
_KINDS = ("app", "cmp", "msg")
_FIRST = frozenset({"device", "watch", "have", "ask", "auth", "since", "classes"})
MEMBERS = {1: _FIRST, 2: _FIRST | {"watched"}}  # of the first line, by the version that it speaks


@dataclass(frozen=True)
class Watch:
    """A case asked for: events after number `known`, or all of the case; `proof` is None where it was shown before."""

    case: str
    proof: str | None = field(repr=False)
    known: int
    whole: bool = False

    @property
    def is_proven(self) -> bool:
        """Say whether the asker may read the case."""
        return self.proof is None or proof_matches(self.case, self.proof)


@dataclass(frozen=True)
class Watched:
    """A list of cases asked for by its digest: events of each after its number in `known`."""

    digest: str = field(repr=False)
    known: tuple[int, ...]


@dataclass(frozen=True)
class Hello:
    """What the first line of an exchange says.

    Attributes:
        version: of the exchange as the sender speaks it.
        watched: in place of `watch`.
        auth: who the device is, as it says: of whatever shape, because a wrong one only ends reading.
        ask: versions of which a receipt is wanted, sent by another way.
        since: where an enrolled device's reading goes on; empty is from the start.
        classes: what an enrolled device noted of classes, of whatever shape.
    """

    version: int = VERSION
    watch: tuple[Watch, ...] = ()
    watched: Watched | None = None
    have: tuple[str, ...] = ()
    ask: tuple[str, ...] = ()
    auth: Any = field(default=None, repr=False)
    since: str | None = None
    classes: Any = ()


def read_hello(line: bytes) -> Hello:
    """Read the first line.

    Raises:
        ItemRefused: `version-unknown`, `too-many` or what `parse_line` raises.
    """
    match parse_line(line):
        case {"v": int(v)} if not 1 <= v <= VERSION:
            raise ItemRefused("version-unknown")
        case {"v": int(v), **rest} if set(rest) <= MEMBERS[v]:
            since = rest.get("since")
            return Hello(
                version=v,
                watch=_watches(rest.get("watch", [])),
                watched=_watched(rest["watched"]) if "watched" in rest else None,
                have=_ids(rest.get("have", [])),
                ask=_ids(rest.get("ask", [])),
                auth=rest.get("auth"),
                since=since if isinstance(since, str) else None,
                classes=rest.get("classes", []),
            )
    raise ItemRefused("malformed")


def _watches(rows: object) -> tuple[Watch, ...]:
    if not isinstance(rows, list):
        raise ItemRefused("malformed")
    if len(rows) > MAX_WATCHES:
        raise ItemRefused("too-many")
    return tuple(map(_watch, rows))


def _watched(row: object) -> Watched:
    match row:
        case [str(digest), *known] if len(known) <= MAX_WATCHES:
            numbers = tuple(n for n in known if isinstance(n, int) and is_whole(n) and n <= MAX_N)
            if len(numbers) == len(known):
                return Watched(digest, numbers)
    raise ItemRefused("malformed")


def _watch(row: object) -> Watch:
    match row:
        case [str(case), str(proof), int(known), (0 | 1) as whole] if is_case(case) and 0 <= known <= MAX_N:
            return Watch(case, proof, known, whole == 1)
    raise ItemRefused("malformed")


def _ids(ids: object) -> tuple[str, ...]:
    if not isinstance(ids, list) or not all(map(is_id, ids)):
        raise ItemRefused("malformed")
    if len(ids) > MAX_HAVE:
        raise ItemRefused("too-many")
    return tuple(ids)


@dataclass(frozen=True)
class News:
    """Reads what watched cases have.

    Attributes:
        cases, wraps: the databases of those names.
        received: tells when the office got a case; a hub does not know.
    """

    cases: Store
    wraps: Store
    received: Callable[[str], Awaitable[int | None]] | None = None

    async def of(self, watches: Sequence[Watch]) -> tuple[list[Any], bool]:
        """Give the rows for each watched case, and whether some were left for another time."""
        rows: list[Any] = []
        for place, watch in enumerate(watches):
            rows += await self._rows(watch)
            if sum(map(_size, rows)) > ANSWER_LIMIT:
                return rows, place + 1 < len(watches)
        return rows, False

    async def missing(self, ids: Sequence[str]) -> list[Any]:
        """Name those of *ids* that this office does not have (any more): its sender offers them again.

        One whose data key is not there is missing too (their backups are others), unless its case was erased. Of what
        is no version nobody is told whether it is here.
        """
        ids = [id_ for id_ in ids if is_version(id_)]
        if not ids:
            return []
        versions = await self.cases.all_docs(keys=ids)
        wraps = await self.wraps.all_docs(keys=[f"w.{id_}" for id_ in ids])
        lost = [row.id for row, wrap in zip(versions, wraps, strict=True) if _is_lost(row) or _is_lost(wrap)]
        erased = await self.cases.all_docs(keys=[f"gone.{_case(id_)}" for id_ in lost]) if lost else []
        return [[id_, "missing"] for id_, gone in zip(lost, erased, strict=True) if _is_lost(gone)]

    async def _rows(self, watch: Watch) -> list[Any]:
        if not watch.is_proven:
            return [[watch.case, "refused", "proof-wrong"]]
        for name, mark in await marks_of(self.cases, watch.case):
            return [[name, mark]]
        if not watch.whole:
            return list(await taken_events(self.cases, watch.case, after=watch.known))
        received = await self.received(watch.case) if self.received else None
        came = [] if received is None else [["came", watch.case, received]]
        return [*await self._versions(watch.case), *await taken_events(self.cases, watch.case), *came]

    async def _versions(self, case: str) -> list[Any]:
        versions = await case_versions(self.cases, case)
        wraps = await case_wraps(self.wraps, versions)
        return [[version, {"t": wraps[id]["t"]}] for version in versions if "t" in wraps.get(id := version["_id"], {})]


def is_version(id_: str) -> bool:
    """Say whether a document of this id is a sealed version."""
    return id_.partition(".")[0] in PREFIXES.values()


async def marks_of(cases: Store, case: str) -> list[tuple[str, Doc]]:
    """Give what ends a case for its holder, signed: `erase`, before `voided`, its code being no longer good."""
    rows = await cases.all_docs(keys=[f"gone.{case}", f"code.{case}"], include_docs=True)
    marks = zip(("erase", "voided"), rows, strict=True)
    return [(name, bare(row.doc)) for name, row in marks if row.doc is not None and not row.deleted]


async def case_versions(cases: Store, case: str) -> list[Doc]:
    """Give every version of a case, as it was sealed."""
    found: list[Doc] = []
    for kind in _KINDS:
        # "/" follows "." in ASCII: this is everything that begins with "<kind>.<case>."
        rows = await cases.all_docs(start=f"{kind}.{case}.", end=f"{kind}.{case}/", include_docs=True)
        found += _docs(rows)
    return found


async def case_wraps(wraps: Store, versions: Sequence[Doc]) -> dict[str, Doc]:
    """Give the wraps of versions by the version's id; an erased one is not there."""
    ids = [f"w.{version['_id']}" for version in versions]
    rows = await wraps.all_docs(keys=ids, include_docs=True) if ids else []
    return {row.id.removeprefix("w."): _without_id(row.doc) for row in rows if row.doc is not None and not row.deleted}


async def taken_events(cases: Store, case: str, *, after: int = 0) -> list[Doc]:
    """Give a case's events in order, from the one after number *after*; a number only held is no event yet."""
    if after >= MAX_N:
        return []
    rows = await cases.all_docs(start=event_id(case, after + 1), end=event_id(case, MAX_N), include_docs=True)
    return [doc for doc in _docs(rows) if doc["claim"][0] == "taken"]


def bare(doc: Doc) -> Doc:
    """Give a document without what the store added."""
    return {key: value for key, value in doc.items() if not key.startswith("_") or key == "_id"}


def _docs(rows: Sequence[Row]) -> list[Doc]:
    return [bare(row.doc) for row in rows if row.doc is not None and not row.deleted]


def _without_id(doc: Doc) -> Doc:
    return {key: value for key, value in doc.items() if not key.startswith("_")}


def _is_lost(row: Row) -> bool:
    return row.error is not None or row.deleted


def _case(version_id: str) -> str:
    return version_id.partition(".")[2].partition(".")[0]


def _size(row: Any) -> int:
    return len(str(row))
