"""However often and in whatever company an item comes: one record, one wrap, and a receipt for what is durable."""

import asyncio
import dataclasses
import random
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from server.intake import Intake, Kept, Ok, Refused
from sync.errors import Unavailable
from sync.receipts import verify_receipt
from sync.seal import first_wrap_rev, write_once_rev
from sync.sqlite_store import open_sqlite
from sync.statements import sign_gone
from sync.store import Store
from tests.sealed_items import FORMS, NOW, OfficeKeys, new_keys, seal_pair, to_line
from tests.stores import AbsentStore, CountingStore, PickyStore, QuorumlessStore

KEYS = OfficeKeys()
CODE = new_keys()


@pytest.fixture
async def intake(tmp_path: Path) -> AsyncIterator[Intake]:
    cases, wraps, blobs = (open_sqlite(tmp_path, name) for name in ("cases", "wraps", "blobs"))
    yield Intake(
        cases=cases, wraps=wraps, blobs=blobs, forms=FORMS, key_list=KEYS.key_list, server_key=KEYS.server,
        server_kid="s1", clock=lambda: NOW,
    )  # fmt: skip
    for store in (cases, wraps, blobs):
        await store.close()


def sealed(**more: Any) -> tuple[dict[str, Any], dict[str, str]]:
    return seal_pair(KEYS, CODE, **more)


async def ids(store: Store) -> list[str]:
    return [row.id for row in await store.all_docs()]


@pytest.mark.anyio
async def test_an_item_is_stored_and_receipted(intake: Intake) -> None:
    version, wrap = sealed()
    [outcome] = await intake.take([to_line([version, wrap])])
    assert isinstance(outcome, Ok)
    assert verify_receipt(outcome.receipt, version, KEYS.key_list).who == "office"
    assert await intake.cases.get(version["_id"]) == version | {"_rev": write_once_rev(version)}
    stored = await intake.wraps.get(f"w.{version['_id']}")
    assert stored == {"_id": f"w.{version['_id']}", "_rev": first_wrap_rev(wrap), **wrap}


@pytest.mark.anyio
async def test_repeats_at_once_and_in_any_order_make_one_record_each(intake: Intake) -> None:
    pairs = [sealed() for _ in range(5)]
    lines = [to_line(pair) for pair in pairs] * 4
    shuffled = [random.Random(seed).sample(lines, len(lines)) for seed in range(4)]
    answers = await asyncio.gather(*(intake.take(some) for some in shuffled))
    assert all(isinstance(outcome, Ok) for outcomes in answers for outcome in outcomes)
    assert await ids(intake.cases) == sorted(version["_id"] for version, _ in pairs)
    assert len(await ids(intake.wraps)) == 5
    for version, _ in pairs:
        assert await intake.cases.open_revs(version["_id"], "all") == [await intake.cases.get(version["_id"])]


@pytest.mark.anyio
async def test_a_repeat_leaves_a_rewritten_wrap_alone(intake: Intake) -> None:
    version, wrap = sealed()
    await intake.take([to_line([version, wrap])])
    old = await intake.wraps.get(f"w.{version['_id']}")
    await intake.wraps.bulk_docs([old | {"k2": wrap["k1"]}])
    rotated = await intake.wraps.get(f"w.{version['_id']}", conflicts=True)
    [outcome] = await intake.take([to_line([version, wrap])])
    assert isinstance(outcome, Ok)
    assert await intake.wraps.get(f"w.{version['_id']}", conflicts=True) == rotated
    assert "k2" in rotated
    assert "_conflicts" not in rotated


@pytest.mark.anyio
async def test_a_bad_item_does_not_hold_up_the_others(intake: Intake) -> None:
    good = [sealed() for _ in range(4)]
    version, wrap = sealed(service="other")
    lines = [to_line(good[0]), b"poison", to_line(good[1]), to_line([version, wrap]), *map(to_line, good[2:])]
    outcomes = await intake.take(lines)
    assert [type(outcome) for outcome in outcomes] == [Ok, Refused, Ok, Refused, Ok, Ok]
    assert [outcomes[1].row(3), outcomes[3].row(5)] == [
        [None, "refused", "malformed", 3],
        [version["_id"], "refused", "service-unknown"],
    ]


@pytest.mark.anyio
async def test_an_item_that_the_store_refuses_is_found_by_halving(intake: Intake) -> None:
    pairs = [sealed() for _ in range(9)]
    bad = pairs[6][0]["_id"]
    for database in ("cases", "wraps"):
        picky = PickyStore(getattr(intake, database), dislikes=lambda doc: doc["_id"].endswith(bad))
        outcomes = await dataclasses.replace(intake, **{database: picky}).take([to_line(pair) for pair in pairs])
        assert [outcome.id for outcome in outcomes if not isinstance(outcome, Ok)] == [bad]
        assert outcomes[6] == Refused(bad, "too-large")
    assert len(await ids(intake.cases)) == 8


@pytest.mark.anyio
@pytest.mark.parametrize("database", ["cases", "wraps"])
async def test_what_is_not_durable_gets_no_receipt(intake: Intake, database: str) -> None:
    version, wrap = sealed()
    weak = dataclasses.replace(intake, **{database: QuorumlessStore(getattr(intake, database))})
    assert await weak.take([to_line([version, wrap])]) == [Kept(version["_id"])]
    [outcome] = await intake.take([to_line([version, wrap])])
    assert isinstance(outcome, Ok)


@pytest.mark.anyio
async def test_the_wrap_is_stored_before_the_document(intake: Intake) -> None:
    away = dataclasses.replace(intake, cases=AbsentStore(intake.cases))
    with pytest.raises(Unavailable):
        await away.take([to_line(sealed())])
    assert len(await ids(intake.wraps)) == 1
    away = dataclasses.replace(intake, wraps=AbsentStore(intake.wraps))
    with pytest.raises(Unavailable):
        await away.take([to_line(sealed())])
    assert await ids(intake.cases) == []


@pytest.mark.anyio
async def test_an_erased_case_takes_nothing_more(intake: Intake) -> None:
    await intake.cases.bulk_docs([sign_gone(CODE.case, at=NOW, kid="o1", private=KEYS.office)])
    version, wrap = sealed()
    other = seal_pair(KEYS, new_keys())
    outcomes = await intake.take([to_line([version, wrap]), to_line(other)])
    assert outcomes[0] == Refused(version["_id"], "gone")
    assert isinstance(outcomes[1], Ok)
    assert await ids(intake.wraps) == [f"w.{other[0]['_id']}"]


@pytest.mark.anyio
async def test_fifty_items_cost_two_writes(intake: Intake) -> None:
    cases, wraps = CountingStore(intake.cases), CountingStore(intake.wraps)
    counted = dataclasses.replace(intake, cases=cases, wraps=wraps)
    outcomes = await counted.take([to_line(sealed()) for _ in range(50)])
    assert all(isinstance(outcome, Ok) for outcome in outcomes)
    assert (cases.writes, wraps.writes) == ([50], [50])


@pytest.mark.anyio
async def test_a_receipt_names_the_blobs_that_are_held(intake: Intake) -> None:
    there, away = "a" * 51 + "a", "b" * 51 + "a"
    await intake.blobs.bulk_docs([{"_id": f"blob.{there}"}])
    version, wrap = sealed(blobs=[there, away])
    [outcome] = await intake.take([to_line([version, wrap])])
    assert isinstance(outcome, Ok)
    assert verify_receipt(outcome.receipt, version, KEYS.key_list).held == (there,)


@pytest.mark.anyio
async def test_a_correction_of_what_never_came_is_taken(intake: Intake) -> None:
    [outcome] = await intake.take([to_line(sealed(prev=["a" * 20]))])
    assert isinstance(outcome, Ok)
