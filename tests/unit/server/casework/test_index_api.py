"""The search of the console gets every open case as it is sealed, page by page, and that is a deed of its own."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from server.casework.index_api import PAGE
from sync.audit_chain import Deed
from sync.document import Doc
from sync.events import sign_event
from tests.api_desk import ApiDesk, sit_down
from tests.sealed_items import NOW, OfficeKeys, new_keys, seal_pair
from tests.small_office import SmallOffice, deeds_of, routes_of, small_office

KEYS = OfficeKeys()


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[SmallOffice]:
    async with small_office(tmp_path, routes_of("index", "add_event"), {}, KEYS) as office:
        yield office


async def take_in(office: SmallOffice, version: Doc, wrap: dict[str, str]) -> str:
    await office.databases.cases.bulk_docs([version])
    await office.databases.wraps.bulk_docs([{"_id": f"w.{version['_id']}", **wrap}])
    return str(version["_id"]).split(".")[1]


async def end(desk: ApiDesk, case: str, v: str, *, at: int = NOW) -> None:
    event = sign_event(case=case, n=1, step="diserahkan", at=at, on=[v], note=None, kid="o1", private=KEYS.office)
    assert (await desk.post(f"cases/{case}/events", event)).status == 201


@pytest.mark.anyio
async def test_open_cases_come_sealed_and_those_that_ended_long_ago_by_number_alone(
    office: SmallOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.casework.index_api.NEWEST_ENDED", 0)
    desk = await sit_down(office)
    pairs = [seal_pair(KEYS, new_keys()) for _ in range(3)]
    cases = [await take_in(office, *pair) for pair in pairs]
    await end(desk, cases[0], pairs[0][0]["_id"].split(".")[2])
    await office.databases.wraps.purge({f"w.{pairs[1][0]['_id']}": [(await wrap_rev(office, pairs[1][0]))]})

    answer = await desk.get("index")
    assert answer.headers["cache-control"] == "no-store"
    told = answer.json()
    assert {row["case"] for row in told["rows"]} == set(cases)
    assert told["next"] is None
    assert told["sealed"] == {
        cases[1]: {"versions": [pairs[1][0]], "wraps": {}},
        cases[2]: {"versions": [pairs[2][0]], "wraps": {pairs[2][0]["_id"]: pairs[2][1]}},
    }
    deeds = [deed for deed in await deeds_of(office) if deed.name != "event"]
    assert deeds == [Deed(NOW, "upik", "index", {"cases": 2})], "none of them was opened"


@pytest.mark.anyio
async def test_of_what_ended_the_newest_come_sealed_too(office: SmallOffice, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("server.casework.index_api.NEWEST_ENDED", 2)
    desk = await sit_down(office)
    pairs = [seal_pair(KEYS, new_keys()) for _ in range(4)]
    cases = [await take_in(office, *pair) for pair in pairs]
    for at, place in enumerate((0, 3, 1)):  # in this order, which is not that of their arrival
        await end(desk, cases[place], pairs[place][0]["_id"].split(".")[2], at=NOW + at)
    told = (await desk.get("index")).json()
    assert set(told["sealed"]) == {cases[1], cases[2], cases[3]}


async def wrap_rev(office: SmallOffice, version: Doc) -> str:
    return str((await office.databases.wraps.get(f"w.{version['_id']}"))["_rev"])


@pytest.mark.anyio
async def test_pages_follow_each_other(office: SmallOffice) -> None:
    desk = await sit_down(office)
    cases = [await take_in(office, *seal_pair(KEYS, new_keys())) for _ in range(PAGE + 1)]
    first = (await desk.get("index")).json()
    last = (await desk.get(f"index?after={first['next']}")).json()
    assert (len(first["sealed"]), len(last["sealed"]), last["next"]) == (PAGE, 1, None)
    assert set(first["sealed"]) | set(last["sealed"]) == set(cases)
    assert (await desk.get("index?after=x")).status == 400


@pytest.mark.anyio
async def test_named_cases_come_alone_and_leave_their_trace(office: SmallOffice) -> None:
    desk = await sit_down(office)
    cases = [await take_in(office, *seal_pair(KEYS, new_keys())) for _ in range(3)]
    told = (await desk.get(f"index?cases={cases[2]},{cases[0]},{new_keys().case}")).json()
    assert list(told) == ["sealed"]
    assert list(told["sealed"]) == [cases[2], cases[0]]
    assert await deeds_of(office) == [Deed(NOW, "upik", "index", {"cases": 2})]
    for wrong in ("x", "", ",".join(cases * PAGE)):
        assert (await desk.get(f"index?cases={wrong}")).status == 400
