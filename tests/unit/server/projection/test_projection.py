"""The lists say what the store says, whenever they began to be kept."""

import sqlite3
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import anyio
import pytest

from server.projection.pace import LEAST, RECENT
from server.projection.projection import CaseRow, Projection
from server.projection.projection_pace import select_passed
from server.projection.projection_tables import open_tables
from sync.events import sign_event
from sync.receipt_code import CodeKeys, spoken_number
from sync.sqlite_store import open_sqlite
from sync.statements import sign_gone
from sync.store import Store
from tests.sealed_items import FORM, NOW, OfficeKeys, new_keys, seal_pair

KEYS = OfficeKeys()
DAY = 86400


@dataclass
class Desk:
    """A store of cases with the projection over it, and hands that write into it."""

    folder: Path
    cases: Store
    now: int = NOW
    projections: list[Projection] = field(default_factory=list)

    def open(self, name: str = "projection.sqlite") -> Projection:
        self.projections.append(Projection(self.folder / name, self.cases, lambda: self.now, time_zone="Asia/Jakarta"))
        return self.projections[-1]

    async def version(self, code: CodeKeys, **more: Any) -> str:
        version, _ = seal_pair(KEYS, code, **more)
        await self.cases.bulk_docs([version])
        return str(version["_id"].split(".")[2])

    async def event(self, code: CodeKeys, n: int, step: str, v: str, *, state: str = "taken", at: int = NOW) -> None:
        event = sign_event(case=code.case, n=n, step=step, at=at, on=[v], note=None, kid="o1", private=KEYS.office)
        await self.cases.bulk_docs([event | {"claim": [state, "x", at]}])


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    desk = Desk(tmp_path, open_sqlite(tmp_path, "cases"))
    yield desk
    for projection in desk.projections:
        await projection.stop()
    await desk.cases.close()


async def rows(projection: Projection, **query: Any) -> tuple[CaseRow, ...]:
    await projection.caught_up()
    return (await projection.list(**query)).rows


@pytest.mark.anyio
async def test_a_case_is_listed_as_it_stands(desk: Desk) -> None:
    code, projection = new_keys(), desk.open()
    await projection.caught_up()
    desk.now = NOW + 50
    v = await desk.version(code, at=NOW, area="13.12.03.2004", channel="volunteer")
    await desk.version(code, at=NOW + 40, prev=[v], channel="app")
    await desk.event(code, 1, "berkas_lengkap", v, at=NOW + 60)
    assert await rows(projection) == (
        CaseRow(
            case=code.case, service="small", form=FORM.name, first_at=NOW, last_at=NOW + 60, received=NOW + 50,
            state="berkas_lengkap", n=1, versions=2, area=None, channel="app", number=spoken_number(code.case),
            kind="app",
        ),
    )  # fmt: skip


@pytest.mark.anyio
async def test_the_last_step_is_the_state_and_a_message_leaves_it(desk: Desk) -> None:
    code, projection = new_keys(), desk.open()
    v = await desk.version(code)
    assert [row.state for row in await rows(projection)] == ["terkirim"]
    await desk.event(code, 1, "pesan", v)
    assert [row.state for row in await rows(projection)] == ["terkirim"]
    await desk.event(code, 2, "dibayar", v)
    await desk.event(code, 3, "pesan", v)
    assert [(row.state, row.n) for row in await rows(projection)] == [("dibayar", 3)]


@pytest.mark.anyio
async def test_a_number_only_held_is_no_step(desk: Desk) -> None:
    code, projection = new_keys(), desk.open()
    v = await desk.version(code)
    await desk.event(code, 1, "ditolak", v, state="held")
    assert [(row.state, row.n) for row in await rows(projection)] == [("terkirim", 0)]


@pytest.mark.anyio
async def test_cases_come_in_the_order_of_arrival_page_by_page(desk: Desk) -> None:
    codes, projection = [new_keys() for _ in range(5)], desk.open()
    for i, code in enumerate(codes):
        await desk.version(code, at=NOW - i * 1000)
    await projection.caught_up()
    seen, after = [], None
    while True:
        page = await projection.list(after=after, limit=2)
        seen += [row.case for row in page.rows]
        after = page.next
        if after is None:
            break
    assert seen == [code.case for code in codes]


@pytest.mark.anyio
async def test_a_list_is_narrowed_by_state_and_age_and_counts_all(desk: Desk) -> None:
    old, new, projection = new_keys(), new_keys(), desk.open()
    v = await desk.version(old, at=NOW - 10_000)
    await desk.version(new, at=NOW)
    assert [row.case for row in await rows(projection, older=NOW - 5000)] == [old.case]
    await desk.event(old, 1, "dicetak", v)
    assert [row.case for row in await rows(projection, state="dicetak")] == [old.case]
    assert await rows(projection, older=NOW - 5000) == ()
    assert (await projection.list(state="dicetak")).counts == {"dicetak": 1, "terkirim": 1}


@pytest.mark.anyio
async def test_a_clock_ahead_does_not_make_a_case_look_fresh(desk: Desk) -> None:
    projection = desk.open()
    await desk.version(new_keys(), at=NOW + 86400 * 90)
    assert len(await rows(projection, older=NOW + 1)) == 1


@pytest.mark.anyio
async def test_an_erased_case_is_listed_no_more(desk: Desk) -> None:
    code, projection = new_keys(), desk.open()
    v = await desk.version(code)
    assert len(await rows(projection)) == 1
    await desk.cases.bulk_docs([sign_gone(code.case, at=NOW, kid="o1", private=KEYS.office)])
    await desk.event(code, 1, "pesan", v)
    assert await rows(projection) == ()


@pytest.mark.anyio
async def test_a_survey_is_nobodys_case(desk: Desk) -> None:
    projection = desk.open()
    await desk.version(new_keys(), type="survey")
    assert await rows(projection) == ()


@pytest.mark.anyio
async def test_rebuilt_from_zero_it_says_the_same(desk: Desk) -> None:
    codes, kept = [new_keys() for _ in range(3)], desk.open()
    for code in codes:
        v = await desk.version(code)
        await kept.caught_up()
        await desk.event(code, 1, "adjudikasi", v)
    assert await rows(kept) == await rows(desk.open("another.sqlite"))


@pytest.mark.anyio
@pytest.mark.parametrize("damage", ["deleted", "no database", "another schema"])
async def test_a_lost_or_broken_file_is_made_again(desk: Desk, damage: str) -> None:
    path, projection = desk.folder / "projection.sqlite", desk.open()
    await desk.version(new_keys())
    before = await rows(projection)
    await projection.stop()
    if damage == "deleted":
        path.unlink()
    elif damage == "no database":
        path.write_bytes(b"x" * 10_000)
    else:
        db = sqlite3.connect(path)
        db.execute("PRAGMA user_version = 999")
        db.close()
    assert await rows(desk.open()) == before


@pytest.mark.anyio
async def test_when_something_was_received_outlives_a_rebuild_and_is_forgotten_with_its_case(desk: Desk) -> None:
    path, projection, code = desk.folder / "projection.sqlite", desk.open(), new_keys()
    await projection.caught_up()
    await desk.version(code, at=NOW - 9 * DAY)
    assert [row.received for row in await rows(projection)] == [NOW], "nine days on its way"
    desk.now = NOW + DAY
    await desk.cases.renew_generation()
    assert [row.received for row in await rows(projection)] == [NOW]
    await projection.stop()
    db = sqlite3.connect(path)
    db.execute("PRAGMA user_version = 999")
    db.close()
    again = desk.open()
    assert [row.received for row in await rows(again)] == [NOW]
    await desk.cases.bulk_docs([sign_gone(code.case, at=NOW, kid="o1", private=KEYS.office)])
    await again.caught_up()
    await again.stop()
    db = sqlite3.connect(path)
    assert db.execute("SELECT count(*) FROM noted").fetchone() == (0,)
    db.close()


@pytest.mark.anyio
async def test_what_came_while_nobody_listened_is_no_older_than_what_was_heard_before(desk: Desk) -> None:
    projection = desk.open()
    await projection.caught_up()
    await desk.version(new_keys(), at=NOW)
    await projection.caught_up()
    await projection.stop()
    await desk.version(new_keys(), at=NOW - 9 * DAY)
    desk.now = NOW + DAY
    assert [row.received for row in await rows(desk.open())] == [NOW, NOW]


@pytest.mark.anyio
async def test_another_store_makes_it_begin_at_zero(desk: Desk) -> None:
    await desk.version(new_keys())
    assert len(await rows(desk.open())) == 1
    await desk.projections[0].stop()
    first = desk.cases
    (desk.folder / "restored").mkdir()
    desk.cases = open_sqlite(desk.folder / "restored", "cases")
    code = new_keys()
    await desk.version(code)
    assert [row.case for row in await rows(desk.open())] == [code.case]
    await first.close()


@pytest.mark.anyio
async def test_while_it_runs_it_follows_by_itself(desk: Desk) -> None:
    projection = desk.open()
    await projection.start()
    await projection.start()
    await desk.version(new_keys())
    with anyio.fail_after(10):
        while not (await projection.list()).rows:
            await anyio.lowlevel.checkpoint()
    await projection.stop()
    await projection.stop()


@pytest.mark.anyio
async def test_a_whole_id_is_compared_whole_and_a_number_by_what_it_has(desk: Desk) -> None:
    ids = ["a" * 23 + last for last in "bc"]
    for case in ids:
        await desk.version(replace(new_keys(), case=case))
    projection = desk.open()
    await projection.caught_up()
    assert [row.case for row in await projection.newest(ids[0], 2)] == [ids[0]]
    assert {row.case for row in await projection.newest("a" * 8, 2)} == set(ids)
    assert await projection.newest("a" * 24, 2) == []


async def walk(desk: Desk, *steps: tuple[str, int]) -> None:
    """A case that took these steps so many days after it was received."""
    code = new_keys()
    v = await desk.version(code)
    for n, (step, day) in enumerate(steps, 1):
        await desk.event(code, n, step, v, at=NOW + round(day * DAY))


@pytest.mark.anyio
async def test_each_recent_case_counts_from_the_last_time_that_it_stood_at_a_step(desk: Desk) -> None:
    await walk(desk, ("dibayar", 1), ("bap", 2), ("dibayar", 3), ("siap_diambil", 8), ("diserahkan", 20))
    await walk(desk, ("dibayar", 1), ("diserahkan", 4))
    await walk(desk, ("dibayar", 1))
    projection = desk.open()
    await projection.caught_up()
    lists = open_tables(desk.folder / "projection.sqlite")
    passed = select_passed(lists, NOW + 30 * DAY)
    assert sorted(row for row in passed if row[1] != "bap") == [
        ("small", "dibayar", 3 * DAY), ("small", "dibayar", 5 * DAY),
        ("small", "terkirim", 4 * DAY), ("small", "terkirim", 8 * DAY),
    ]  # fmt: skip
    assert select_passed(lists, NOW + RECENT + 30 * DAY) == []
    lists.close()


@pytest.mark.anyio
async def test_the_pace_is_asked_of_the_lists_now_and_then(desk: Desk) -> None:
    projection = desk.open()
    await projection.caught_up()
    assert (await projection.pace()).to_json() == {}
    for _ in range(LEAST):
        await walk(desk, ("dibayar", 1), ("siap_diambil", 4))
    await projection.caught_up()
    assert (await projection.pace()).to_json() == {}, "for some minutes it is told as it was"
    desk.now += 601
    assert (await projection.pace()).to_json()["small"]["dibayar"] == [3 * DAY, LEAST]


@pytest.mark.anyio
async def test_a_message_waits_until_a_step_is_about_it(desk: Desk) -> None:
    code, other, projection = new_keys(), new_keys(), desk.open()
    v = await desk.version(code)
    await desk.version(other)
    first = await desk.version(code, type="message", at=NOW - 99_999)  # by a clock that is behind
    await desk.event(code, 1, "pesan", v, at=NOW + 10)
    row, _ = await rows(projection)
    assert (row.case, row.waiting, row.versions, row.kind) == (code.case, 1, 1, "app")
    event = sign_event(
        case=code.case, n=2, step="dibayar", at=NOW + 20, on=[v, first], note=None, kid="o1", private=KEYS.office
    )
    await desk.cases.bulk_docs([event | {"claim": ["taken", "x", NOW]}])
    assert [row.waiting for row in await rows(projection)] == [0, 0]
    await desk.version(code, type="message", at=NOW)
    assert [row.waiting for row in await rows(desk.open("anew.sqlite"))] == [1, 0]
