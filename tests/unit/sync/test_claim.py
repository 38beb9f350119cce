"""Of many who claim an id, exactly one has it; a quorum that is missing promises nothing to anybody."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from sync.claim import STALE, Lost, Taken, claim
from sync.document import Doc
from sync.errors import Unavailable
from sync.sqlite_store import SqliteStore, open_sqlite
from sync.store import Written

pytestmark = pytest.mark.anyio


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqliteStore]:
    store = open_sqlite(tmp_path, "cases")
    yield store
    await store.close()


async def test_one_of_many_wins(store: SqliteStore, tmp_path: Path) -> None:
    other = open_sqlite(tmp_path, "cases")  # as a second process has it: a writer of its own on the same file
    claims = [claim(s, "ev.x.0001", {"n": 1}, claimant=f"c{n}", now=100) for n, s in enumerate([store, other] * 12)]

    outcomes = await asyncio.gather(*claims)
    await other.close()

    assert sum(isinstance(outcome, Taken) for outcome in outcomes) == 1
    owner = (await store.get("ev.x.0001"))["claim"][1]
    assert {outcome.doc["claim"][1] for outcome in outcomes} == {owner}


async def test_the_same_claimant_may_ask_again(store: SqliteStore) -> None:
    first = await claim(store, "bk.a.01", {"seat": 1}, claimant="me", now=100)
    again = await claim(store, "bk.a.01", {"seat": 1}, claimant="me", now=200)

    assert isinstance(first, Taken)
    assert again == first


async def test_who_comes_second_is_shown_what_stands_there(store: SqliteStore) -> None:
    await claim(store, "bk.a.01", {"seat": 1}, claimant="first", now=100)

    outcome = await claim(store, "bk.a.01", {"seat": 2}, claimant="second", now=100)

    assert isinstance(outcome, Lost)
    assert outcome.doc["seat"] == 1


async def test_a_claim_that_was_only_held_is_freed_when_it_is_old(store: SqliteStore) -> None:
    await store.bulk_docs([{"_id": "bk.a.01", "claim": ["held", "crashed", 100]}])

    outcome = await claim(store, "bk.a.01", {}, claimant="me", now=100 + STALE + 1)

    assert isinstance(outcome, Taken)


async def test_a_claim_that_is_held_just_now_is_not_taken_away(store: SqliteStore) -> None:
    await store.bulk_docs([{"_id": "bk.a.01", "claim": ["held", "other", 100]}])

    with pytest.raises(Unavailable):
        await claim(store, "bk.a.01", {}, claimant="me", now=100 + STALE, sleep=at_once)

    assert (await store.get("bk.a.01"))["claim"][1] == "other"


class WithoutQuorum(SqliteStore):
    """Answers 202 to every creation, as a cluster does whose other nodes are away."""

    async def bulk_docs(self, docs: Sequence[Doc], *, new_edits: bool = True) -> list[Written]:
        return [replace(row, durable=False) for row in await super().bulk_docs(docs, new_edits=new_edits)]


async def test_without_a_quorum_nobody_has_it(tmp_path: Path) -> None:
    store = WithoutQuorum(tmp_path / "cases.sqlite", "cases")

    with pytest.raises(Unavailable):
        await claim(store, "bk.a.01", {}, claimant="me", now=100, sleep=at_once)

    (row,) = await store.all_docs(keys=["bk.a.01"])
    await store.close()
    assert row.deleted


async def at_once(seconds: float) -> None:
    await asyncio.sleep(0)
