"""The work that is open comes whole: whose turn it is in each case, and by when the office has done its part."""

from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from server.deadlines import Deadline, Deadlines
from server.working_days import WorkingDays
from sync.events import sign_event
from sync.receipt_code import CodeKeys
from tests.api_desk import ApiDesk, sit_down
from tests.sealed_items import FORM, NOW, OfficeKeys, new_keys, seal_pair
from tests.small_office import SmallOffice, routes_of, small_office

KEYS = OfficeKeys()
FRIDAY = 1_796_350_000  # 2026-12-04 09:06 WIB


def rule(start: str, *states: str, days: int = 2) -> Deadline:
    return Deadline(
        services=frozenset(), states=frozenset(states), start=start, days=days, law="SP", source="x",
        checked=date(2026, 11, 30), unverified={"id": "Belum", "en": "Not yet"},
    )  # fmt: skip


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[SmallOffice]:
    async with small_office(tmp_path, routes_of("work", "add_event"), {}, KEYS) as office:
        rules = (rule("arrival", "terkirim", "perlu_perbaikan"), rule("dibayar", "dibayar", "terjadwal", days=1))
        office.app.state.office.deadlines = Deadlines(rules, WorkingDays({}))
        office.now = FRIDAY
        yield office


async def take_in(office: SmallOffice, code: CodeKeys, **more: Any) -> str:
    version, _ = seal_pair(KEYS, code, **more)
    await office.databases.cases.bulk_docs([version])
    return str(version["_id"]).split(".")[2]


async def step(desk: ApiDesk, code: CodeKeys, v: str, n: int, name: str, at: int = FRIDAY) -> None:
    event = sign_event(case=code.case, n=n, step=name, at=at, on=[v], note=None, kid="o1", private=KEYS.office)
    assert (await desk.post(f"cases/{code.case}/events", event)).status == 201


async def rows_of(desk: ApiDesk) -> dict[str, dict[str, Any]]:
    told = (await desk.get("work")).json()
    rows = [dict(zip(told["columns"], row, strict=True)) for row in told["rows"]]
    return {row["case"]: row for row in rows}


@pytest.mark.anyio
async def test_what_came_waits_for_the_office_until_the_next_working_days(office: SmallOffice) -> None:
    desk, code = await sit_down(office), new_keys()
    await take_in(office, code, at=FRIDAY)
    [row] = (await rows_of(desk)).values()
    assert (row["waits_for"], row["due"], row["rule"]) == ("office", "2026-12-08", 0)
    assert row["form"] == FORM.name, "whose steps a group is offered"
    told = (await desk.get("work")).json()
    assert told["today"] == "2026-12-04"
    assert told["rules"][0] == {
        "days": 2, "law": "SP", "checked": "2026-11-30", "unverified": {"id": "Belum", "en": "Not yet"},
    }  # fmt: skip


@pytest.mark.anyio
async def test_who_has_to_correct_waits_for_nobody_until_the_correction_came(office: SmallOffice) -> None:
    desk, code = await sit_down(office), new_keys()
    v = await take_in(office, code, at=FRIDAY - 86_400)
    await step(desk, code, v, 1, "perlu_perbaikan")
    assert (await rows_of(desk))[code.case]["waits_for"] == "applicant"
    office.now = FRIDAY + 600
    await take_in(office, code, at=FRIDAY + 600, prev=[v])
    row = (await rows_of(desk))[code.case]
    assert (row["waits_for"], row["due"]) == ("office", "2026-12-08")


@pytest.mark.anyio
async def test_a_correction_waits_for_the_office_though_it_wrote_a_message_since(office: SmallOffice) -> None:
    desk, code = await sit_down(office), new_keys()
    v = await take_in(office, code, at=FRIDAY - 86_400)
    await step(desk, code, v, 1, "perlu_perbaikan")
    office.now = FRIDAY + 600
    await take_in(office, code, at=FRIDAY + 600, prev=[v])
    await step(desk, code, v, 2, "pesan", at=FRIDAY + 1200)
    row = (await rows_of(desk))[code.case]
    assert (row["state"], row["waits_for"], row["due"]) == ("perlu_perbaikan", "office", "2026-12-08")
    await step(desk, code, v, 3, "perlu_perbaikan", at=FRIDAY + 1800)
    await step(desk, code, v, 4, "pesan", at=FRIDAY + 2400)
    assert (await rows_of(desk))[code.case]["waits_for"] == "applicant"


@pytest.mark.anyio
async def test_a_deadline_counts_from_the_step_that_began_it(office: SmallOffice) -> None:
    desk, code = await sit_down(office), new_keys()
    v = await take_in(office, code, at=FRIDAY - 86_400)
    await step(desk, code, v, 1, "dibayar")
    await step(desk, code, v, 2, "terjadwal", at=FRIDAY + 600)
    row = (await rows_of(desk))[code.case]
    assert (row["state"], row["due"], row["rule"]) == ("terjadwal", "2026-12-07", 1)


@pytest.mark.anyio
async def test_what_ended_is_counted_and_not_listed_and_what_is_known_does_not_come_again(office: SmallOffice) -> None:
    desk, codes = await sit_down(office), (new_keys(), new_keys())
    first, _ = [await take_in(office, code, at=NOW) for code in codes]
    await step(desk, codes[0], first, 1, "diserahkan")
    assert set(await rows_of(desk)) == {codes[1].case}
    told = (await desk.get("work")).json()
    assert told["counts"] == {"diserahkan": 1, "terkirim": 1}
    [ended] = [dict(zip(told["columns"], row, strict=False)) for row in told["ended"]]
    assert (ended["case"], ended["state"], ended["n"]) == (codes[0].case, "diserahkan", 1)
    again = (await desk.get(f"work?known={told['place']}")).json()
    assert again == {key: told[key] for key in ("place", "today", "counts", "assigned")}
    await take_in(office, new_keys(), at=NOW)
    assert len((await desk.get(f"work?known={told['place']}")).json()["rows"]) == 2


@pytest.mark.anyio
async def test_one_case_is_asked_for_alone(office: SmallOffice) -> None:
    desk, codes = await sit_down(office), (new_keys(), new_keys())
    for code in codes:
        await take_in(office, code, at=NOW)
    told = (await desk.get(f"work?case={codes[1].case}")).json()
    assert [row[0] for row in told["rows"]] == [codes[1].case]
    assert told["ended"] == []
