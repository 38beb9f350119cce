"""What cannot be undone wants to know anew who sits there; the proof counts for a while, and for this session only."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from server.rights import RIGHTS, STEP_UP
from server.staff.passwords import hash_password
from server.staff.sessions import Sessions
from sync.statements import sign_gone
from tests.asgi import Answer, Client
from tests.sealed_items import OfficeKeys, new_keys, seal_pair
from tests.small_office import SmallOffice, deeds_of, routes_of, small_office

KEYS = OfficeKeys()
CODE = new_keys()
VERSION, WRAP = seal_pair(KEYS, CODE)
PASSWORD = "nagari jauh di mato"
PHC = hash_password(PASSWORD)
ERASE = f"/staff/api/cases/{CODE.case}/erase"


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[SmallOffice]:
    async with small_office(tmp_path, routes_of("step_up", "erase_case"), {}, KEYS) as office:
        await office.databases.cases.bulk_docs([VERSION])
        await office.databases.wraps.bulk_docs([{"_id": f"w.{VERSION['_id']}", **WRAP}])
        user = {"_id": "user.upik", "type": "user", "login": "upik", "roles": ["officer"], "password": PHC}
        await office.databases.staff.bulk_docs([user])
        yield office


async def session(office: SmallOffice) -> tuple[Client, dict[str, str]]:
    sessions, client = Sessions(office.databases.staff, lambda: office.now), office.client()
    client.cookies["s"] = await sessions.open("upik")
    user = await sessions.find(client.cookies["s"])
    assert user is not None
    return client, {"x-csrf": user.csrf, "sec-fetch-site": "same-origin", "content-type": "application/json"}


async def post(signed_in: tuple[Client, dict[str, str]], url: str, content: Any) -> Answer:
    client, headers = signed_in
    return await client.request("POST", url, headers=headers, body=[json.dumps(content).encode()])


def mark() -> dict[str, Any]:
    return sign_gone(CODE.case, at=1, kid="o1", private=KEYS.office)


@pytest.mark.anyio
async def test_a_proof_counts_for_some_minutes_and_for_one_session(office: SmallOffice) -> None:
    one, other = await session(office), await session(office)
    assert (await post(one, ERASE, mark())).json()["error"] == "step-up"
    assert (await post(one, "/staff/api/step-up", {"password": "wrong horse"})).status == 422
    assert (await post(one, ERASE, mark())).status == 403
    assert (await post(one, "/staff/api/step-up", {"password": PASSWORD})).status == 200
    assert (await post(other, ERASE, mark())).status == 403
    office.now += STEP_UP
    assert (await post(one, ERASE, mark())).status == 200
    office.now += 1
    assert (await post(one, ERASE, mark())).status == 403
    assert [deed.name for deed in await deeds_of(office)] == ["login-failed", "step-up", "erase"]


@pytest.mark.anyio
async def test_guessing_is_slowed(office: SmallOffice) -> None:
    here = await session(office)
    statuses = [(await post(here, "/staff/api/step-up", {"password": f"guess {n}"})).status for n in range(12)]
    assert 429 in statuses
    assert (await post(here, "/staff/api/step-up", {"password": PASSWORD})).status == 429


@pytest.mark.anyio
@pytest.mark.parametrize("content", [[], {}, {"password": 1}, "password"])
async def test_a_malformed_proof_is_refused(office: SmallOffice, content: Any) -> None:
    assert (await post(await session(office), "/staff/api/step-up", content)).status == 400


def test_what_cannot_be_undone_needs_it() -> None:
    assert RIGHTS["erase_case"].needs_step_up
