"""The matrix of replication: every kind of source into every kind of target, whatever happened to either before.

Afterwards both sides hold the same leaf revisions and the same attachments.
"""

import asyncio
import os
import secrets
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from sync.couch_http import Backoff
from sync.couch_store import CouchServer
from sync.document import Doc
from sync.replication import ReplicationLimits
from sync.replicator import replicate
from sync.store import Store
from tests.contract.conftest import COUCHDB
from tests.contract.ends import EmbeddedEnd, End, PeerEnd, content
from tests.contract.revs import rev, with_history
from tests.contract.test_attachments import inline
from tests.contract.test_streaming import announced, stream
from tests.stores import Died, FailingStore

pytestmark = pytest.mark.anyio

KINDS = ["sqlite", "pouchdb", pytest.param("couchdb", marks=pytest.mark.couchdb)]
IDS = ["ꦗꦮ", "ä ö", "a/b?c=d&e#f%20", "plus+und", "𝄞", "e\u0301", "\u00e9", '"quoted"', "tab\tline\n", "..", "-"]
MOST_CALLS = 200  # far more than a replication of so little makes; a test that needs them is wrong


async def no_sleep(seconds: float) -> None:
    await asyncio.sleep(0)


# Small portions, so that a few documents are several of everything; a checkpoint after every page.
SMALL = ReplicationLimits(first=600, largest=600, rows=10, checkpoint=0, backoff=Backoff(sleep=no_sleep))


@pytest.fixture
async def ends(tmp_path: Path) -> AsyncIterator["Ends"]:
    async with AsyncExitStack() as stack:
        yield Ends(tmp_path, stack)


@pytest.fixture(params=KINDS)
async def source(request: pytest.FixtureRequest, ends: "Ends") -> End:
    return await ends.open(request, "source")


@pytest.fixture(params=KINDS)
async def target(request: pytest.FixtureRequest, ends: "Ends") -> End:
    return await ends.open(request, "target")


class Ends:
    """Opens ends, and takes away what they leave."""

    def __init__(self, folder: Path, stack: AsyncExitStack) -> None:
        self._folder = folder
        self._stack = stack

    async def open(self, request: pytest.FixtureRequest, name: str) -> End:
        if request.param == "sqlite":
            embedded = EmbeddedEnd(self._folder / name)
            self._stack.push_async_callback(embedded.close)
            return embedded
        url = COUCHDB if request.param == "couchdb" else request.getfixturevalue("pouchdb_url")
        if not url:
            pytest.skip("RANTAU_TEST_COUCHDB names no CouchDB")
        prefix = f"rantau-test-{secrets.token_hex(8)}-"
        self._stack.push_async_callback(_drop, url, prefix)
        server = await self._stack.enter_async_context(CouchServer(url, prefix=prefix))
        return PeerEnd(request.param, server, await server.database("cases"))


async def _drop(url: str, prefix: str) -> None:
    async with aiohttp.ClientSession() as session, session.get(f"{url}/_all_dbs") as answer:
        for name in await answer.json(content_type=None):
            if name.startswith(prefix):
                await session.delete(f"{url}/{name}")


async def write(store: Store, docs: Sequence[Doc]) -> None:
    assert [row.error for row in await store.bulk_docs(docs, new_edits=False) if row.error] == []


def some(tag: str, count: int = 8) -> list[Doc]:
    """Give documents of every sort: plain, edited, in conflict, deleted, with a small attachment."""
    return [
        *(with_history(f"{tag}.{n:02}", "x", n=n, text="x" * 100) for n in range(count)),
        with_history(f"{tag}.edited", "z", "y", "x", n=3),
        with_history(f"{tag}.torn", "y", "x", side="left"),
        with_history(f"{tag}.torn", "w", "x", side="right"),
        with_history(f"{tag}.gone", "y", "x", deleted=True),
        with_history(f"{tag}.torn-gone", "y", "x", deleted=True),
        with_history(f"{tag}.torn-gone", "w", "x", side="left over"),
        with_history(f"{tag}.photo", "x", _attachments={"body": inline(tag.encode() * 20, revpos=1)}),
    ]


async def alike(source: End, target: End) -> bool:
    ours, theirs = await content(source.store), await content(target.store)
    assert ours == theirs
    return bool(ours)


async def test_a_fresh_target_gets_everything(source: End, target: End) -> None:
    await write(source.store, some("a"))
    summary = await replicate(source.store, target.store, limits=SMALL)
    assert await alike(source, target)
    assert summary.set_aside == ()
    assert summary.tally.written == summary.tally.missing == len(some("a"))


async def test_a_resumed_one_looks_only_at_what_is_new(source: End, target: End) -> None:
    await write(source.store, some("a"))
    await replicate(source.store, target.store, limits=SMALL)
    await write(source.store, [*some("b", count=2), with_history("a.00", "y", "x", n=100)])
    summary = await replicate(source.store, target.store)
    assert await alike(source, target)
    assert summary.tally.checked == len({doc["_id"] for doc in some("b", count=2)}) + 1


async def test_what_both_wrote_is_on_both_after_both_ways(source: End, target: End) -> None:
    await write(source.store, [*some("a"), with_history("both", "y", "x", side="ours")])
    await write(target.store, [*some("b"), with_history("both", "w", "x", side="theirs")])
    await replicate(source.store, target.store, limits=SMALL)
    await replicate(target.store, source.store, limits=SMALL)
    assert await alike(source, target)
    assert len((await content(source.store))["both"]) == 2


@pytest.mark.timeout(240)
@pytest.mark.parametrize("how", ["dies before", "dies after", "is away before", "is away after"])
@pytest.mark.parametrize("cut", ["source", "target"])
async def test_cut_at_every_step_it_loses_nothing(source: End, target: End, cut: str, how: str) -> None:
    """At call n of a side the process dies, or that side is away once, before or after it did what it was asked."""
    for n in range(MOST_CALLS):
        await write(source.store, some(f"n{n}", count=1))
        if target.kind != "pouchdb":  # it does not survive a stream that is cut
            doc = with_history(f"n{n}.large", "x", _attachments={"body": announced(bytes(5000))})
            await source.store.put_streamed(doc, {"body": stream(bytes(5000), size=2000)})
        failing = FailingStore(source.store if cut == "source" else target.store, n, how)
        both = (failing, target.store) if cut == "source" else (source.store, failing)
        try:
            await replicate(*both, limits=SMALL)  # type: ignore[arg-type]
        except Died:
            await replicate(source.store, target.store, limits=SMALL)
        if n % 8 == 0 or not failing.has_failed:
            assert await alike(source, target), f"call {n}"
        if not failing.has_failed:
            break
    assert 3 < n < MOST_CALLS - 1


async def test_a_source_restored_from_an_older_backup_is_looked_through_again(source: End, target: End) -> None:
    """What the source wrote after its restore reaches the target, though the feed's numbers were seen before."""
    await write(source.store, some("a"))
    await replicate(source.store, target.store, limits=SMALL)
    await source.back_up(target.store)
    await write(source.store, some("lost"))
    await replicate(source.store, target.store, limits=SMALL)
    await source.restore()
    await write(source.store, some("new"))
    await replicate(source.store, target.store, limits=SMALL)
    await replicate(target.store, source.store, limits=SMALL)
    assert await alike(source, target)
    assert {"lost.00", "new.00"} <= set(await content(source.store))


async def test_a_target_restored_from_an_older_backup_gets_again_what_it_lost(source: End, target: End) -> None:
    await write(source.store, some("a"))
    await replicate(source.store, target.store, limits=SMALL)
    await target.back_up(source.store)
    await write(source.store, some("b"))
    await replicate(source.store, target.store, limits=SMALL)
    await target.restore()
    await replicate(source.store, target.store, limits=SMALL)
    assert await alike(source, target)


async def test_a_target_that_was_lost_is_filled_again(source: End, target: End) -> None:
    await write(source.store, some("a"))
    await replicate(source.store, target.store, limits=SMALL)
    await target.lose()
    summary = await replicate(source.store, target.store, limits=SMALL)
    assert summary.since == "0"
    assert await alike(source, target)


async def test_a_source_that_was_lost_and_made_anew_goes_on(source: End, target: End) -> None:
    await write(source.store, some("a"))
    await replicate(source.store, target.store, limits=SMALL)
    await source.lose()
    await write(source.store, some("b"))
    await replicate(source.store, target.store, limits=SMALL)
    await replicate(target.store, source.store, limits=SMALL)
    assert await alike(source, target)


async def test_thirty_conflicting_revisions_are_thirty_there(source: End, target: End) -> None:
    letters = "abcdefghijklmnopqrstuvwxyz0123"
    await write(source.store, [with_history("torn", letter, n=n) for n, letter in enumerate(letters)])
    await replicate(source.store, target.store, limits=SMALL)
    assert await alike(source, target)
    assert set((await content(target.store))["torn"]) == {rev(1, letter) for letter in letters}


async def test_ids_of_any_script_arrive(source: End, target: End) -> None:
    attachments: dict[str, Any] = {"foto ꦗ.bin": inline(b"few bytes", revpos=1)}
    await write(source.store, [with_history(doc_id, "x", id=doc_id, _attachments=attachments) for doc_id in IDS])
    await replicate(source.store, target.store, limits=SMALL)
    assert await alike(source, target)
    assert set(await content(target.store)) == set(IDS)


async def test_large_attachments_arrive(source: End, target: End) -> None:
    size = 5 * 1024 * 1024
    for name in ("left", "right"):
        data = os.urandom(size)
        doc = with_history("photo", name, _attachments={"body": announced(data), "ꦗ": announced(data[:70_000])})
        await source.store.put_streamed(doc, {"body": stream(data, 65536), "ꦗ": stream(data[:70_000])})
    summary = await replicate(source.store, target.store)
    assert await alike(source, target)
    assert summary.tally.size > 2 * size
