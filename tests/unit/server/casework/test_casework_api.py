"""What officers keep with a case stays in the office, sealed, names who works on it, and goes with the case."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from sync.audit_chain import Deed
from sync.statements import sign_gone
from tests.api_desk import ApiDesk, sit_down
from tests.sealed_items import NOW, OfficeKeys, new_keys, seal_pair
from tests.small_office import SmallOffice, deeds_of, routes_of, small_office

KEYS, CODE = OfficeKeys(), new_keys()
VERSION, WRAP = seal_pair(KEYS, CODE)
V = VERSION["_id"].split(".")[2]
PATH = f"cases/{CODE.case}/work"
WORK = {"rev": None, "assigned": "upik", "on": V, "sealed": "A" * 80}


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[SmallOffice]:
    routes = routes_of("work", "case_documents", "keep_case_work", "erase_case")
    async with small_office(tmp_path, routes, {}, KEYS) as office:
        await office.databases.cases.bulk_docs([VERSION])
        await office.databases.wraps.bulk_docs([{"_id": f"w.{VERSION['_id']}", **WRAP}])
        yield office


async def shown(desk: ApiDesk) -> Any:
    return (await desk.get(f"cases/{CODE.case}")).json()["work"]


@pytest.mark.anyio
async def test_what_is_kept_comes_with_the_case_and_names_who_works_on_it(office: SmallOffice) -> None:
    desk = await sit_down(office)
    assert await shown(desk) is None
    kept = await desk.post(PATH, WORK)
    assert kept.status == 201
    assert await shown(desk) == kept.json() == WORK | {"rev": kept.json()["rev"]}
    assert (await desk.get("work")).json()["assigned"] == {CODE.case: "upik"}
    assert Deed(NOW, "upik", "casework", {"case": CODE.case, "login": "upik"}) in await deeds_of(office)
    assert (await desk.post(PATH, {**kept.json(), "assigned": None})).status == 201
    assert (await desk.get("work")).json()["assigned"] == {}


@pytest.mark.anyio
async def test_who_comes_second_is_shown_what_stands(office: SmallOffice) -> None:
    desk = await sit_down(office)
    first = (await desk.post(PATH, WORK)).json()
    for rev in (None, "1-" + "0" * 32):
        answer = await desk.post(PATH, WORK | {"rev": rev, "assigned": None})
        assert (answer.status, answer.json()) == (409, {"error": "conflict", "work": first})
    assert await shown(desk) == first
    kept = [deed for deed in await deeds_of(office) if deed.name == "casework"]
    assert kept == [Deed(NOW, "upik", "casework", {"case": CODE.case, "login": "upik"})], "what was refused is no deed"


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"assigned": "nobody"}, "officer"),
        ({"assigned": "siti"}, "officer"),
        ({"assigned": "../x"}, "malformed"),
        ({"sealed": "Nama ibu salah tulis, tanyakan kepada yang bersangkutan di loket satu."}, "malformed"),
        ({"sealed": None}, "malformed"),
        ({"on": "x"}, "malformed"),
        ({"note": "x"}, "malformed"),
    ],
)
async def test_nothing_in_clear_and_nobody_else_is_kept(
    office: SmallOffice, change: dict[str, Any], reason: str
) -> None:
    desk = await sit_down(office)
    await sit_down(office, "siti", "desk")
    answer = await desk.post(PATH, WORK | change)
    assert (answer.status, answer.json()["reason"]) == (422, reason)
    assert await shown(desk) is None


@pytest.mark.anyio
async def test_it_goes_with_the_case(office: SmallOffice) -> None:
    desk = await sit_down(office)
    await desk.post(PATH, WORK)
    gone = sign_gone(CODE.case, kid="o1", at=NOW, private=KEYS.office)
    assert (await desk.post(f"cases/{CODE.case}/erase", gone)).status == 200
    assert WORK["sealed"] not in await office.texts_in("staff")
    assert (await desk.post(PATH, WORK)).status == 422
