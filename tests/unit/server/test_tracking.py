"""A typed code tells where the case stands, in both languages, and nothing else; the server keeps nothing of it."""

import threading
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path
from typing import Any

import anyio
import pytest

from server.lane import lane_of
from sync.events import sign_event
from sync.receipt_code import check_char, derive, new_code, show_code, spoken_number
from tests.sealed_items import NOW, OfficeKeys, seal_pair
from tests.small_office import SmallOffice, routes_of, small_office

KEYS = OfficeKeys()
CODE = new_code()
CODE_KEYS = derive(CODE)
TEMPLATE = (
    "{{ lang }}|{{ error }}|{{ status and status.number }}|{{ status and status.state }}|{{ status and status.dates }}"
)


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[SmallOffice]:
    routes = routes_of("status")
    async with small_office(tmp_path, routes, {"status.html": TEMPLATE}, KEYS) as office:
        yield office


async def put(office: SmallOffice, *steps: tuple[str, int]) -> None:
    version, _ = seal_pair(KEYS, CODE_KEYS)
    v = version["_id"].split(".")[2]
    events: list[dict[str, Any]] = [
        sign_event(case=CODE_KEYS.case, n=n, step=step, at=at, on=[v], note=None, kid="o1", private=KEYS.office)
        | {"claim": ["taken", "x", at]}
        for n, (step, at) in enumerate(steps, 1)
    ]
    await office.databases.cases.bulk_docs([version, *events])


async def typed(office: SmallOffice, code: str, lang: str = "id") -> list[str]:
    answer = await office.client().post_form(f"/{lang}/track", {"code": code})
    assert answer.headers["cache-control"] == "no-store"
    return [str(answer.status), *answer.text.replace("&#39;", "'").split("|")]


@pytest.mark.anyio
@pytest.mark.parametrize("write", [str, show_code, lambda code: show_code(code).upper().replace(" ", "-")])
async def test_a_code_however_it_is_written_finds_its_case(office: SmallOffice, write: Any) -> None:
    await put(office, ("berkas_lengkap", NOW + 1), ("dibayar", NOW + 2), ("pesan", NOW + 3))
    dates = f"(('terkirim', {NOW}), ('berkas_lengkap', {NOW + 1}), ('dibayar', {NOW + 2}))"
    assert await typed(office, write(CODE)) == ["200", "id", "None", spoken_number(CODE_KEYS.case), "dibayar", dates]


@pytest.mark.anyio
async def test_a_case_without_steps_was_sent(office: SmallOffice) -> None:
    await put(office)
    assert (await typed(office, CODE))[4] == "terkirim"


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("code", "status", "key"),
    [
        ("", "422", "length"),
        ("abc", "422", "length"),
        ("a" * 100_000, "413", ""),
        ("a" * 70, "422", "length"),
        ("!" * 16, "422", "alphabet"),
        pytest.param(CODE + next(c for c in "0123" if c != check_char(CODE)), "422", "check", id="check"),
        pytest.param(new_code(), "404", "unknown", id="unknown"),
    ],
)
@pytest.mark.parametrize("lang", ["id", "en"])
async def test_a_wrong_code_is_explained(office: SmallOffice, code: str, status: str, key: str, lang: str) -> None:
    answer = await office.client().post_form(f"/{lang}/track", {"code": code})
    assert str(answer.status) == status
    if key:
        text = office.app.state.office.catalogues[lang].text(f"code.{key}")
        assert answer.text.split("|")[:2] == [lang, text]


@pytest.mark.anyio
async def test_derivations_queue_and_the_seventeenth_comes_back_later(office: SmallOffice) -> None:
    await put(office)
    gate, lane, client = threading.Event(), lane_of(office.app, "codes"), office.client()
    async with anyio.create_task_group() as group:
        for _ in range(17):
            group.start_soon(partial(lane.run, gate.wait, who=client.address))
        await anyio.lowlevel.checkpoint()
        answer = await client.post_form("/id/track", {"code": CODE})
        assert (answer.status, answer.headers["retry-after"]) == (503, "5")
        assert (await typed(office, "abc"))[0] == "422", "a code that is none needs no derivation"
        gate.set()
    assert (await typed(office, CODE))[0] == "200"


@pytest.mark.anyio
@pytest.mark.parametrize("headers", [{"sec-fetch-site": "cross-site"}, {"origin": "https://evil.example"}])
async def test_a_post_from_another_site_is_refused(office: SmallOffice, headers: dict[str, str]) -> None:
    assert (await office.client().post_form("/id/track", {"code": CODE}, headers=headers)).status == 403


@pytest.mark.anyio
async def test_a_language_we_do_not_speak_is_not_found(office: SmallOffice) -> None:
    assert (await office.client().post_form("/xx/track", {"code": CODE})).status == 404


@pytest.mark.anyio
async def test_tracking_writes_nothing(office: SmallOffice, caplog: pytest.LogCaptureFixture) -> None:
    await put(office)
    before = await office.texts_in(*office.stores)
    with caplog.at_level(0):
        await typed(office, CODE)
    assert await office.texts_in(*office.stores) == before
    assert CODE not in caplog.text
