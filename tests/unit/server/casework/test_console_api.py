"""The console reads and writes what is sealed and signed; only officers do, and each deed leaves a trace."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from server.staff.sessions import Sessions
from sync.audit_chain import Deed
from sync.events import sign_event
from sync.key_pair import new_key_pair
from sync.keyring import Kdf, open_grant, seal_grant, unwrap_officer_key, verify_key_list, wrap_officer_key
from tests.asgi import Answer, Client
from tests.sealed_items import NOW, OfficeKeys, new_keys, seal_pair
from tests.small_office import SmallOffice, deeds_of, routes_of, small_office

KEYS = OfficeKeys()
CODE = new_keys()
VERSION, WRAP = seal_pair(KEYS, CODE)
V = VERSION["_id"].split(".")[2]
EVENTS = f"/staff/api/cases/{CODE.case}/events"


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[SmallOffice]:
    routes = routes_of("cases", "case_documents", "add_event", "keys")
    async with small_office(tmp_path, routes, {}, KEYS) as office:
        await office.databases.cases.bulk_docs([VERSION])
        await office.databases.wraps.bulk_docs([{"_id": f"w.{VERSION['_id']}", **WRAP}])
        yield office


async def signed_in(office: SmallOffice, login: str = "upik", role: str = "officer") -> tuple[Client, dict[str, str]]:
    staff = office.databases.staff
    await staff.bulk_docs([{"_id": f"user.{login}", "type": "user", "login": login, "roles": [role], "password": "-"}])
    sessions, client = Sessions(staff, lambda: office.now), office.client()
    client.cookies["s"] = await sessions.open(login)
    user = await sessions.find(client.cookies["s"])
    assert user is not None
    return client, {"x-csrf": user.csrf, "sec-fetch-site": "same-origin", "content-type": "application/json"}


def event(n: int = 1, *, step: str = "berkas_lengkap", **more: Any) -> dict[str, Any]:
    values = {"case": CODE.case, "on": [V], "note": None, "kid": "o1", "private": KEYS.office, "at": NOW} | more
    return sign_event(n=n, step=step, **values)


async def post(client: Client, headers: dict[str, str], body: Any, url: str = EVENTS) -> Answer:
    return await client.request("POST", url, headers=headers, body=[json.dumps(body).encode()])


@pytest.mark.anyio
@pytest.mark.parametrize(
    "url", ["/staff/api/cases", f"/staff/api/cases/{CODE.case}", "/staff/api/keys"], ids=["list", "case", "keys"]
)
async def test_nobody_and_no_volunteer_reads(office: SmallOffice, url: str) -> None:
    assert (await office.client().get(url)).status == 401
    client, _ = await signed_in(office, "siti", "volunteer")
    assert (await client.get(url)).status == 403


@pytest.mark.anyio
async def test_a_post_needs_the_session_and_its_token(office: SmallOffice) -> None:
    client, headers = await signed_in(office)
    assert (await post(office.client(), headers, event())).status == 401
    assert (await post(client, headers | {"x-csrf": ""}, event())).status == 403
    assert (await post(client, headers | {"sec-fetch-site": "cross-site"}, event())).status == 403
    assert await deeds_of(office) == []


@pytest.mark.anyio
async def test_cases_are_listed(office: SmallOffice) -> None:
    client, headers = await signed_in(office)
    await post(client, headers, event())
    answer = (await client.get("/staff/api/cases?state=berkas_lengkap&limit=5")).json()
    assert [(row["case"], row["n"], row["state"]) for row in answer["rows"]] == [(CODE.case, 1, "berkas_lengkap")]
    assert (answer["next"], answer["counts"]) == (None, {"berkas_lengkap": 1})
    assert (await client.get(f"/staff/api/cases?older={NOW - 1}")).json()["rows"] == []
    for query in ("older=x", "after=x", "limit=x"):
        assert (await client.get(f"/staff/api/cases?{query}")).status == 400


@pytest.mark.anyio
async def test_a_case_is_shown_as_it_is_sealed_and_the_opening_is_noted(office: SmallOffice) -> None:
    client, headers = await signed_in(office)
    await post(client, headers, event())
    answer = await client.get(f"/staff/api/cases/{CODE.case}")
    shown = answer.json()
    assert answer.headers["cache-control"] == "no-store"
    assert (shown["versions"], shown["wraps"]) == ([VERSION], {VERSION["_id"]: WRAP})
    assert [{key: e[key] for key in event()} for e in shown["events"]] == [event()]
    opened = [deed for deed in await deeds_of(office) if deed.name == "case-opened"]
    assert opened == [Deed(NOW, "upik", "case-opened", {"case": CODE.case})]


@pytest.mark.anyio
@pytest.mark.parametrize("case", ["a" * 24, "x", "..", "A" * 24])
async def test_a_case_that_is_not_there_is_not_found(office: SmallOffice, case: str) -> None:
    client, _ = await signed_in(office)
    assert (await client.get(f"/staff/api/cases/{case}")).status == 404
    assert await deeds_of(office) == []


@pytest.mark.anyio
async def test_a_signed_step_gets_its_number_once(office: SmallOffice) -> None:
    client, headers = await signed_in(office)
    answers = [await post(client, headers, event()) for _ in range(2)]
    assert [answer.status for answer in answers] == [201, 201]
    assert answers[0].json()["claim"][0] == "taken"
    other = await post(client, headers, event(step="ditolak"))
    assert other.status == 409
    assert other.json() == {"error": "conflict", "event": answers[0].json()}
    assert (await post(client, headers, event(2, step="ditolak"))).status == 201


@pytest.mark.anyio
async def test_of_many_steps_at_once_one_has_the_number(office: SmallOffice) -> None:
    client, headers = await signed_in(office)
    steps = ("dibayar", "terjadwal", "dicetak", "ditolak")
    answers = await asyncio.gather(*(post(client, headers, event(step=step)) for step in steps))
    assert sorted(answer.status for answer in answers) == [201, 409, 409, 409]
    winner = next(answer.json() for answer in answers if answer.status == 201)
    assert all(answer.json()["event"] == winner for answer in answers if answer.status == 409)
    assert (await office.databases.cases.get(winner["_id"]))["step"] == winner["step"]
    assert await steps_of(office) == [winner["step"]], "what was not taken is no deed"


@pytest.mark.anyio
async def test_a_step_that_comes_twice_at_once_is_one_deed(office: SmallOffice) -> None:
    client, headers = await signed_in(office)
    step = event()
    answers = await asyncio.gather(*(post(client, headers, step) for _ in range(3)))
    assert [answer.json()["sig"] for answer in answers] == [step["sig"]] * 3
    assert await steps_of(office) == ["berkas_lengkap"]


async def steps_of(office: SmallOffice) -> list[str | int]:
    """Give the steps that the audit has."""
    return [deed.about["step"] for deed in await deeds_of(office) if deed.name == "event"]


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("body", "status", "reason"),
    [
        ([], 422, "malformed"),
        (event() | {"claim": ["taken", "x", 1]}, 422, "malformed"),
        (event() | {"_rev": "1-a"}, 422, "malformed"),
        (event() | {"kid": "o9"}, 422, "kid-unknown"),
        (event(kid="s1"), 422, "kid-unknown"),
        (event(private=new_key_pair()), 422, "signature"),
        (event() | {"step": "ditolak"}, 422, "signature"),
        (event() | {"extra": 1}, 422, "signature"),
        (event(case=new_keys().case), 422, "case"),
        (event(step="selesai"), 422, "step"),
        (event(on=["a" * 20]), 422, "on"),
        (event(3), 422, "n"),
    ],
)
async def test_a_step_that_does_not_hold_is_refused(office: SmallOffice, body: Any, status: int, reason: str) -> None:
    client, headers = await signed_in(office)
    answer = await post(client, headers, body)
    assert (answer.status, answer.json()["reason"]) == (status, reason)
    assert [row.id for row in await office.databases.cases.all_docs()] == [VERSION["_id"]]


@pytest.mark.anyio
async def test_a_note_without_end_is_refused(office: SmallOffice) -> None:
    client, headers = await signed_in(office)
    assert (await post(client, headers, event(note=b"x" * 30_000))).status == 413


@pytest.mark.anyio
async def test_the_same_key_twice_is_refused(office: SmallOffice) -> None:
    client, headers = await signed_in(office)
    body = json.dumps(event()).replace('"n":', '"n": 2, "n":').encode()
    answer = await client.request("POST", EVENTS, headers=headers, body=[body])
    assert (answer.status, answer.json()["reason"]) == (400, "duplicate-key")


@pytest.mark.anyio
async def test_a_step_leaves_a_trace_without_its_note(office: SmallOffice) -> None:
    client, headers = await signed_in(office)
    await post(client, headers, event(note=b"n" * 40))
    assert await deeds_of(office) == [Deed(NOW, "upik", "event", {"case": CODE.case, "n": 1, "step": "berkas_lengkap"})]


@pytest.mark.anyio
async def test_an_officer_gets_the_own_keys_and_no_others(office: SmallOffice) -> None:
    client, _ = await signed_in(office)
    assert (await client.get("/staff/api/keys")).status == 404
    pair, kdf = new_key_pair(), Kdf(b"s" * 16, m=64, t=1)
    grants = [
        {"_id": f"grant.k1.{who}", "type": "grant", "kid": "k1", "officer": who,
         "sealed": seal_grant("k1", who, KEYS.seal, pair.pub)}
        for who in ("upik", "buyung")
    ]  # fmt: skip
    await office.databases.staff.bulk_docs([wrap_officer_key(pair, "kunci", "upik", kdf), *grants])
    answer = (await client.get("/staff/api/keys")).json()
    own = unwrap_officer_key(answer["officer"], "kunci")
    assert list(answer["grants"]) == ["k1"]
    assert open_grant(answer["grants"]["k1"], "k1", "upik", own) == KEYS.seal
    assert verify_key_list(answer["keys"], KEYS.root.pub).primary("seal").kid == "k1"
