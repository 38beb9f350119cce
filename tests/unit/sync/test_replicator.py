"""What a replication does with a document that is refused, a side that is away, and a caller that goes."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from sync.couch_http import Backoff
from sync.document import Doc
from sync.errors import Forbidden, Unavailable
from sync.replication import Progress, ReplicationLimits, SetAside
from sync.replicator import replicate, replicate_for_ever
from sync.sqlite_store import SqliteStore, open_sqlite
from sync.store import Got, Info, Store, Written
from tests.stores import AbsentStore, CountingStore, PickyStore, QuorumlessStore

pytestmark = pytest.mark.anyio


async def no_sleep(seconds: float) -> None:
    await asyncio.sleep(0)


LIMITS = ReplicationLimits(first=600, largest=600, rows=10, checkpoint=0, wait=5, backoff=Backoff(sleep=no_sleep))


@pytest.fixture
async def source(tmp_path: Path) -> AsyncIterator[SqliteStore]:
    store = open_sqlite(tmp_path, "source")
    await store.bulk_docs(docs("a", 30), new_edits=False)
    yield store
    await store.close()


@pytest.fixture
async def target(tmp_path: Path) -> AsyncIterator[SqliteStore]:
    store = open_sqlite(tmp_path, "target")
    yield store
    await store.close()


def docs(tag: str, count: int) -> list[Doc]:
    return [{"_id": f"{tag}{n:02}", "_rev": "1-a", "text": "x" * 80} for n in range(count)]


async def ids(store: Store) -> set[str]:
    return {row.id for row in await store.all_docs()}


@dataclass
class RefusingStore(CountingStore):
    """Refuses single documents, by a row, as CouchDB's validation does."""

    refused: tuple[str, ...] = ()

    async def bulk_docs(self, docs: Sequence[Doc], *, new_edits: bool = True) -> list[Written]:
        rows = await super().bulk_docs([doc for doc in docs if doc["_id"] not in self.refused], new_edits=new_edits)
        left = iter(rows)
        return [
            Written(doc["_id"], error="forbidden", reason="it is gone") if doc["_id"] in self.refused else next(left)
            for doc in docs
        ]


async def test_a_refused_document_is_set_aside_and_named(source: SqliteStore, target: SqliteStore) -> None:
    picky = RefusingStore(target, refused=("a05", "a17"))
    summary = await replicate(source, picky, limits=LIMITS)  # type: ignore[arg-type]
    named = [SetAside(one, "1-a", "forbidden", "it is gone") for one in ("a05", "a17")]
    assert sorted(summary.set_aside) == named
    assert await ids(target) == await ids(source) - {"a05", "a17"}
    assert summary.tally.written == 28


async def test_what_was_set_aside_is_tried_again_at_the_next_start(source: SqliteStore, target: SqliteStore) -> None:
    picky = RefusingStore(target, refused=("a05", "a17"))
    await replicate(source, picky, limits=LIMITS)  # type: ignore[arg-type]
    picky.refused = ("a17",)
    again = await replicate(source, picky, limits=LIMITS)  # type: ignore[arg-type]
    assert [one.id for one in again.set_aside] == ["a17"]
    assert again.tally.checked == 0, "the feed is not read again for it"
    picky.refused = ()
    assert (await replicate(source, picky, limits=LIMITS)).set_aside == ()  # type: ignore[arg-type]
    assert await ids(target) == await ids(source)


async def test_with_too_many_set_aside_the_checkpoint_stands_still(source: SqliteStore, target: SqliteStore) -> None:
    picky = RefusingStore(target, refused=("a05", "a17"))
    limits = ReplicationLimits(set_aside=1)
    await replicate(source, picky, limits=limits)  # type: ignore[arg-type]
    summary = await replicate(source, target)
    assert summary.since == "0"
    assert await ids(target) == await ids(source)


async def test_a_document_that_breaks_every_batch_is_found(source: SqliteStore, target: SqliteStore) -> None:
    """A target that fails whole batches for one document, while it answers otherwise, gets all the others."""
    picky = PickyStore(target, dislikes=lambda doc: doc["_id"] == "a13")
    summary = await replicate(source, picky, limits=LIMITS)  # type: ignore[arg-type]
    assert [one.id for one in summary.set_aside] == ["a13"]
    assert await ids(target) == await ids(source) - {"a13"}


async def test_a_target_that_is_away_is_said_to_be(source: SqliteStore, target: SqliteStore) -> None:
    away = AwayStore(target, until=2)
    with pytest.raises(Unavailable):
        await replicate(source, away, limits=LIMITS)  # type: ignore[arg-type]
    summary = await replicate(source, target, limits=LIMITS)
    assert await ids(target) == await ids(source)
    assert summary.set_aside == ()


@dataclass
class BrokenStore(CountingStore):
    """Fails whenever one certain document is asked for."""

    async def bulk_get(self, docs: Sequence[tuple[str, str | None]], **options: bool) -> list[Got]:
        if any(doc_id == "a13" for doc_id, _ in docs):
            raise Unavailable("500")
        return await self.store.bulk_get(docs, **options)


async def test_a_document_that_breaks_its_own_store_is_found(source: SqliteStore, target: SqliteStore) -> None:
    """What a source fails to give is set aside too, and given when it can be."""
    summary = await replicate(BrokenStore(source), target, limits=LIMITS)  # type: ignore[arg-type]
    assert [one.id for one in summary.set_aside] == ["a13"]
    assert await ids(target) == await ids(source) - {"a13"}
    assert (await replicate(source, target)).tally.written == 1


@dataclass
class AwayStore(AbsentStore):
    """Answers nothing at all after *until* writes."""

    async def info(self) -> Info:
        if len(self.writes) >= self.until:
            raise Unavailable
        return await self.store.info()


async def test_what_too_few_nodes_keep_is_not_called_copied(source: SqliteStore, target: SqliteStore) -> None:
    with pytest.raises(Unavailable):
        await replicate(source, QuorumlessStore(target), limits=LIMITS)  # type: ignore[arg-type]
    summary = await replicate(source, target, limits=LIMITS)
    assert summary.since == "0"


@dataclass
class ReadOnlyStore(CountingStore):
    """Lets its notes be written by nobody."""

    async def put_local(self, local_id: str, doc: Doc) -> str:
        raise Forbidden("not yours")


async def test_a_source_that_takes_no_checkpoint_is_copied_nevertheless(
    source: SqliteStore, target: SqliteStore
) -> None:
    summary = await replicate(ReadOnlyStore(source), target)  # type: ignore[arg-type]
    assert await ids(target) == await ids(source)
    assert not summary.checkpointed
    assert (await replicate(ReadOnlyStore(source), target)).since == "0"  # type: ignore[arg-type]


async def test_progress_tells_documents_bytes_and_what_is_left(source: SqliteStore, target: SqliteStore) -> None:
    told: list[Progress] = []
    await replicate(source, target, limits=LIMITS, on_progress=told.append)
    assert [one.pending for one in told if one.pending] == sorted(one.pending for one in told if one.pending)[::-1]
    assert told[-1].pending == 0
    assert told[-1].tally.written == 30
    assert told[-1].tally.size > 30 * 80
    assert told[-1].left == 0


async def test_a_second_time_nothing_is_written(source: SqliteStore, target: SqliteStore) -> None:
    await replicate(source, target)
    counting = CountingStore(target)
    summary = await replicate(source, counting)  # type: ignore[arg-type]
    assert counting.writes == []
    assert summary.last_seq == summary.since != "0"


async def test_for_ever_it_brings_what_comes(source: SqliteStore, target: SqliteStore) -> None:
    going = asyncio.create_task(replicate_for_ever(source, target, limits=LIMITS))
    await _arrived(target, 30)
    await source.bulk_docs(docs("b", 3), new_edits=False)
    await _arrived(target, 33)
    going.cancel()
    with pytest.raises(asyncio.CancelledError):
        await going
    summary = await replicate(source, target)
    assert summary.tally.written == 0


async def test_for_ever_it_tries_again_what_it_set_aside(source: SqliteStore, target: SqliteStore) -> None:
    picky = RefusingStore(target, refused=("a05",))
    limits = replace(LIMITS, again=0, wait=0.01)
    going = asyncio.create_task(replicate_for_ever(source, picky, limits=limits))  # type: ignore[arg-type]
    await _arrived(target, 29)
    picky.refused = ()
    await _arrived(target, 30)
    going.cancel()
    await asyncio.wait([going])
    assert (await replicate(source, target)).tally.written == 0


async def test_for_ever_it_waits_for_a_side_that_is_away(source: SqliteStore, target: SqliteStore) -> None:
    away = AwayStore(target, until=2)
    going = asyncio.create_task(replicate_for_ever(source, away, limits=LIMITS))  # type: ignore[arg-type]
    await _arrived(target, 1)
    for _ in range(2000):
        await asyncio.sleep(0)
    away.until = 10**9
    await _arrived(target, 30)
    going.cancel()
    await asyncio.wait([going])


async def _arrived(store: Store, count: int) -> None:
    since = "0"
    while len(await ids(store)) < count:
        since = (await store.changes(since, wait=5)).last_seq


@pytest.mark.parametrize("moment", range(0, 400, 25))
async def test_it_may_be_cancelled_at_any_moment(source: SqliteStore, target: SqliteStore, moment: int) -> None:
    before = asyncio.all_tasks()
    going = asyncio.create_task(replicate(source, target, limits=LIMITS))
    for _ in range(moment):
        await asyncio.sleep(0)
    going.cancel()
    await asyncio.wait([going])
    assert asyncio.all_tasks() == before, "something goes on without anybody"
    await replicate(source, target)
    assert await ids(target) == await ids(source)
