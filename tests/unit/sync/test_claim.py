"""Of many who claim an id, exactly one has it; a quorum that is missing promises nothing to anybody."""

import asyncio
import random
import subprocess
import sys
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from sync.claim import STALE, Lost, Taken, claim
from sync.document import Doc
from sync.errors import BadRequest, Unavailable
from sync.sqlite_store import SqliteStore, open_sqlite
from sync.store import Written
from tests.three_nodes import ThreeNodes

pytestmark = pytest.mark.anyio

RACES = 800


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


async def test_what_stands_there_without_a_claim_is_anothers(store: SqliteStore) -> None:
    await store.bulk_docs([{"_id": "bk.a.01", "seat": 9}])

    outcome = await claim(store, "bk.a.01", {}, claimant="me", now=10**9)

    assert isinstance(outcome, Lost)
    assert outcome.doc["seat"] == 9


async def test_a_document_that_no_store_takes_is_refused_at_once(store: SqliteStore) -> None:
    with pytest.raises(BadRequest):
        await claim(store, "_bk", {}, claimant="me", now=100)


class WithoutQuorum(SqliteStore):
    """Answers 202 to the writes whose claim is in this state, as a cluster does whose other nodes are away."""

    lacking = "held"

    async def bulk_docs(self, docs: Sequence[Doc], *, new_edits: bool = True) -> list[Written]:
        rows = await super().bulk_docs(docs, new_edits=new_edits)
        states = [doc.get("claim", [""])[0] for doc in docs]
        return [replace(row, durable=state != self.lacking) for row, state in zip(rows, states, strict=True)]


async def test_taken_without_a_quorum_is_not_promised_until_it_is_seen_again(tmp_path: Path) -> None:
    store = WithoutQuorum(tmp_path / "cases.sqlite", "cases")
    store.lacking = "taken"

    with pytest.raises(Unavailable):
        await claim(store, "bk.a.01", {}, claimant="me", now=100)
    again = await claim(store, "bk.a.01", {}, claimant="me", now=101)

    await store.close()
    assert isinstance(again, Taken)


async def test_a_claim_that_is_freed_while_it_is_being_taken_is_not_taken(tmp_path: Path) -> None:
    """A claimant so slow that its hold grew old: another frees it and takes the id, and the first one loses."""

    class Slow(SqliteStore):
        async def bulk_docs(self, docs: Sequence[Doc], *, new_edits: bool = True) -> list[Written]:
            if docs[0].get("claim", [""])[:2] == ["taken", "slow"]:
                await claim(other, "bk.a.01", {}, claimant="quick", now=100 + STALE + 1)
            return await super().bulk_docs(docs, new_edits=new_edits)

    other, slow = open_sqlite(tmp_path, "cases"), Slow(tmp_path / "cases.sqlite", "cases")
    outcome = await claim(slow, "bk.a.01", {}, claimant="slow", now=100)

    owner = (await other.get("bk.a.01"))["claim"][:2]
    await other.close()
    await slow.close()
    assert isinstance(outcome, Lost)
    assert owner == ["taken", "quick"]


CLAIMANT = """
import asyncio, sys
from pathlib import Path
from sync.claim import Taken, claim
from sync.errors import BadRequest, Unavailable
from sync.sqlite_store import open_sqlite

async def outcome(store, doc_id, name):
    while True:
        try:
            return await claim(store, doc_id, {}, claimant=name, now=100)
        except Unavailable:
            continue

async def main():
    store, me = open_sqlite(Path(sys.argv[1]), "cases"), sys.argv[2]
    print("ready", flush=True)
    sys.stdin.readline()
    tries = [(f"bk.a.{n:02}", f"{me}.{n}.{again}") for n in range(10) for again in range(3)]
    outcomes = await asyncio.gather(*(outcome(store, *one) for one in tries))
    won = [doc_id for (doc_id, _), found in zip(tries, outcomes) if isinstance(found, Taken)]
    print(*won, flush=True)
    await store.close()

asyncio.run(main())
"""


def test_of_several_processes_exactly_one_wins_each_id(tmp_path: Path) -> None:
    command = [sys.executable, "-c", CLAIMANT, tmp_path]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    processes = [subprocess.Popen([*command, f"p{n}"], **pipes) for n in range(3)]
    for process in processes:
        assert process.stdout.readline() == "ready\n"

    for process in processes:
        process.stdin.write("go\n")
        process.stdin.flush()
    won = [doc_id for process in processes for doc_id in process.communicate(timeout=50)[0].split()]

    assert sorted(won) == [f"bk.a.{n:02}" for n in range(10)]


async def test_without_a_quorum_nobody_has_it(tmp_path: Path) -> None:
    store = WithoutQuorum(tmp_path / "cases.sqlite", "cases")

    with pytest.raises(Unavailable):
        await claim(store, "bk.a.01", {}, claimant="me", now=100, sleep=at_once)

    (row,) = await store.all_docs(keys=["bk.a.01"])
    await store.close()
    assert row.deleted


async def at_once(seconds: float) -> None:
    await asyncio.sleep(0)


async def test_no_two_have_one_id_on_three_nodes() -> None:
    won = 0
    for seed in range(RACES):
        cluster = ThreeNodes(random.Random(seed))
        doors = [cluster.seen_from(away(cluster.random)) for _ in range(cluster.random.randint(2, 5))]
        claims = [
            claim(door, "bk.a.01", {"seat": n}, claimant=f"c{n}", now=100, sleep=lambda _, c=cluster: c.pause())
            for n, door in enumerate(doors)
        ]
        outcomes = await asyncio.gather(*claims, return_exceptions=True)
        await cluster.settle()

        assert all(isinstance(outcome, Taken | Lost | Unavailable) for outcome in outcomes), (seed, outcomes)
        holders = [f"c{n}" for n, outcome in enumerate(outcomes) if isinstance(outcome, Taken)]
        assert len(holders) <= 1, (seed, outcomes)
        if holders:
            won += 1
            late = await claim(
                cluster.seen_from(), "bk.a.01", {}, claimant="late", now=STALE + 101, sleep=cluster.arrive
            )
            assert isinstance(late, Lost), seed
            assert late.doc["claim"][:2] == ["taken", holders[0]], seed
    assert won > RACES / 2, "hardly anybody ever got it: that is no race"


def away(random: random.Random) -> set[int]:
    """Mostly every node is seen; sometimes one is away, seldom two."""
    return set(random.sample(range(3), random.choice([0, 0, 0, 0, 1, 1, 2])))
