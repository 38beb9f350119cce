"""Everything of a case goes to the officer's browser as sealed as it is, with who opened it; asking for it is noted."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from server.erasure.data_requests import CLOCK
from sync.receipts import verify_receipt
from sync.sqlite_store import SqliteStore
from tests.api_desk import sit_down
from tests.sealed_items import NOW, OfficeKeys, new_keys, seal_pair
from tests.small_office import SmallOffice, deeds_of, routes_of, small_office

KEYS = OfficeKeys()
CODE = new_keys()
VERSION, WRAP = seal_pair(KEYS, CODE)
ROUTES = (
    "export_case", "case_documents", "list_requests", "add_request", "finish_request", "note_list_export",
)  # fmt: skip


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[SmallOffice]:
    async with small_office(tmp_path, routes_of(*ROUTES), {}, KEYS) as office:
        cases: SqliteStore = office.databases.cases
        booking = {"_id": "bk.offer-1.01", "type": "booking", "case": CODE.case}
        await cases.bulk_docs([VERSION, booking, booking | {"_id": "bk.offer-1.02", "case": "a" * 24}])
        await office.databases.wraps.bulk_docs([{"_id": f"w.{VERSION['_id']}", **WRAP}])
        yield office


@pytest.mark.anyio
async def test_everything_of_a_case_is_handed_out_sealed_and_noted(office: SmallOffice) -> None:
    desk = await sit_down(office)
    await desk.get(f"cases/{CODE.case}")
    await desk.post("requests", {"kind": "access", "case": CODE.case})
    answer = await desk.post(f"cases/{CODE.case}/export", {})
    assert (answer.status, answer.headers["cache-control"]) == (200, "no-store")
    told = answer.json()
    assert (told["versions"], told["wraps"], told["former"]) == ([VERSION], {VERSION["_id"]: WRAP}, [])
    assert verify_receipt(told["receipts"][0], VERSION, KEYS.key_list).who == "office"
    assert [booking["_id"] for booking in told["bookings"]] == ["bk.offer-1.01"]
    assert [line["deed"] for line in told["deeds"]] == ["case-opened", "request", "export"]
    assert [one["kind"] for one in told["requests"]] == ["access"]
    deed = (await deeds_of(office))[-1]
    assert (deed.name, deed.who, deed.about) == ("export", "upik", {"case": CODE.case})


@pytest.mark.anyio
async def test_it_takes_a_fresh_proof_and_a_case_that_is_there(office: SmallOffice) -> None:
    stale = await sit_down(office, "tati", proved=False)
    answer = await stale.post(f"cases/{CODE.case}/export", {})
    assert (answer.status, answer.json()["error"]) == (403, "step-up")
    desk = await sit_down(office)
    assert (await desk.post(f"cases/{'a' * 24}/export", {})).status == 404
    assert await deeds_of(office) == []


@pytest.mark.anyio
async def test_a_request_runs_and_is_closed(office: SmallOffice) -> None:
    desk = await sit_down(office)
    made = await desk.post("requests", {"kind": "correction", "case": CODE.case})
    assert made.status == 201
    office.now = NOW + CLOCK + 1
    desk = await sit_down(office, "tati")
    [row] = (await desk.get("requests")).json()["rows"]
    assert (row["hours"], row["due"], row["done_at"]) == (-1, NOW + CLOCK, None)
    assert (await desk.post(f"requests/{row['id']}/done", {})).status == 200
    assert (await desk.get("requests")).json()["rows"][0]["done_at"] == office.now
    assert (await desk.post("requests/unknown/done", {})).status == 404
    for wrong in ({"kind": "access", "case": "x"}, {"kind": "x", "case": CODE.case}, {}, []):
        assert (await desk.post("requests", wrong)).status == 422
    assert (await desk.post("requests", {"kind": "access", "case": "a" * 24})).status == 404


@pytest.mark.anyio
async def test_a_list_that_is_saved_is_kept_by_count_and_kind_after_a_fresh_proof(office: SmallOffice) -> None:
    told = {"cases": 12, "columns": "answers", "ending": "xlsx"}
    stale = await sit_down(office, "tati", proved=False)
    assert (await stale.post("list-export", told)).json()["error"] == "step-up"
    assert (await (await sit_down(office, "siti", "desk")).post("list-export", told)).status == 403
    desk = await sit_down(office)
    assert (await desk.post("list-export", told)).status == 200
    assert [(deed.name, deed.who, deed.about) for deed in await deeds_of(office)] == [("list-export", "upik", told)]


@pytest.mark.anyio
@pytest.mark.parametrize(
    "wrong", [{"cases": -1}, {"cases": True}, {"columns": "NIK 1312030304900001"}, {"ending": "doc"}, {"name": "UPIK"}]
)
async def test_nothing_else_of_a_list_is_kept(office: SmallOffice, wrong: dict[str, object]) -> None:
    desk = await sit_down(office)
    told = {"cases": 12, "columns": "known", "ending": "csv"} | wrong
    assert (await desk.post("list-export", told)).status == 422
    assert await deeds_of(office) == []
