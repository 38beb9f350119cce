"""A typed code tells where the case stands, in both languages, and nothing else; the server keeps nothing of it."""

import gzip
import threading
import tomllib
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path
from typing import Any

import anyio
import pytest

from server.lane import lane_of
from server.projection.pace import LEAST
from server.tracking import FINISHED
from sync.events import sign_event
from sync.receipt_code import check_char, derive, new_code, show_code, spoken_number
from tests.asgi import Client
from tests.sealed_items import NOW, OfficeKeys, new_keys, seal_pair
from tests.small_office import SmallOffice, routes_of, small_office
from tests.staff_office import ORIGIN, staff_office

KEYS = OfficeKeys()
BUDGET = tomllib.loads((Path(__file__).parents[3] / "bench/budgets.toml").read_text())["status"]
CODE = new_code()
CODE_KEYS = derive(CODE)
TEMPLATE = (
    "{{ lang }}|{{ error }}|{{ status and status.number }}|{{ status and status.state }}|{{ status and status.dates }}"
    "|{{ todo }}|{{ expected and (expected.at, expected.count, expected.is_late) }}"
)


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[SmallOffice]:
    routes = routes_of("status", "pace")
    async with small_office(tmp_path, routes, {"status.html": TEMPLATE}, KEYS) as office:
        yield office


def signed(case: str, n: int, step: str, at: int, v: str) -> dict[str, Any]:
    event = sign_event(case=case, n=n, step=step, at=at, on=[v], note=None, kid="o1", private=KEYS.office)
    return event | {"claim": ["taken", "x", at]}


async def put(office: SmallOffice, *steps: tuple[str, int]) -> None:
    version, _ = seal_pair(KEYS, CODE_KEYS)
    v = version["_id"].split(".")[2]
    events = [signed(CODE_KEYS.case, n, step, at, v) for n, (step, at) in enumerate(steps, 1)]
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
    told = await typed(office, write(CODE))
    assert told[:6] == ["200", "id", "None", spoken_number(CODE_KEYS.case), "dibayar", dates]


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


@pytest.mark.anyio
async def test_what_to_do_and_when_it_should_be_ready_is_said(office: SmallOffice) -> None:
    await put(office, ("dibayar", NOW + 2))
    todo = office.app.state.office.catalogues["id"].text("step.dibayar.do")
    assert (await typed(office, CODE))[6:] == [todo, "None"]
    for day in range(1, LEAST + 1):
        version, _ = seal_pair(KEYS, keys := new_keys())
        steps = (("dibayar", NOW), ("siap_diambil", NOW + day * 86400))
        events = [signed(keys.case, n, step, at, version["_id"][-20:]) for n, (step, at) in enumerate(steps, 1)]
        await office.databases.cases.bulk_docs([version, *events])
    office.now += 601
    await office.app.state.office.projection.caught_up()
    assert (await typed(office, CODE))[7] == str((NOW + 2 + 3 * 86400, LEAST, False))


@pytest.mark.anyio
@pytest.mark.parametrize("days", [-14, 20], ids=["sealed long before", "a clock that is ahead"])
async def test_days_are_counted_from_when_the_office_got_it(office: SmallOffice, days: int) -> None:
    projection = office.app.state.office.projection
    await projection.caught_up()  # what comes from now on is news
    for day in range(1, LEAST + 1):
        version, _ = seal_pair(KEYS, keys := new_keys())
        ready = signed(keys.case, 1, "siap_diambil", NOW + day * 86400, version["_id"][-20:])
        await office.databases.cases.bulk_docs([version, ready])
    version, _ = seal_pair(KEYS, CODE_KEYS, at=NOW + days * 86400)
    await office.databases.cases.bulk_docs([version])
    told = await typed(office, CODE)
    assert told[5] == f"(('terkirim', {min(NOW, NOW + days * 86400)}),)", "the lists do not have it yet"
    await projection.caught_up()
    office.now += 601
    told = await typed(office, CODE)
    assert (told[5], told[7]) == (f"(('terkirim', {NOW}),)", str((NOW + 3 * 86400, LEAST, False)))


@pytest.mark.anyio
async def test_phones_are_told_the_pace(office: SmallOffice) -> None:
    answer = await office.client().get("/pace.json")
    assert (answer.status, answer.json()) == (200, {})


@pytest.mark.anyio
@pytest.mark.parametrize("ends", [("siap_diambil",), ("siap_diambil", "diserahkan"), ("ditolak",)])
async def test_the_whole_answer_is_under_two_kilobytes_and_runs_nothing(tmp_path: Path, ends: tuple[str, ...]) -> None:
    async with staff_office(tmp_path) as office:
        version, _ = seal_pair(KEYS, CODE_KEYS, service="passport-new")
        steps = (
            "berkas_lengkap",
            "menunggu_pembayaran",
            "dibayar",
            "terjadwal",
            "adjudikasi",
            "dicetak",
            *ends,
        )
        v = version["_id"][-20:]
        events = [signed(CODE_KEYS.case, n, step, NOW + n * 86400, v) for n, step in enumerate(steps, 1)]
        await office.office.databases.cases.bulk_docs([version, *events])
        answer = await Client(office.app, origin=ORIGIN).post_form(
            "/id/track", {"code": CODE}, headers={"accept-encoding": "gzip"}
        )
        texts = office.office.catalogues["id"]
    page = gzip.decompress(answer.body).decode()
    headers = "".join(f"{name}: {value}\r\n" for name, value in answer.headers.items())
    assert len("HTTP/1.1 200 OK\r\n\r\n") + len(headers) + len(answer.body) <= BUDGET["bytes"]["at_most"] - 100, (
        "room for what the server itself says"
    )
    assert "<script" not in page
    assert "script-src" not in answer.headers["content-security-policy"]
    for step in steps:
        assert texts.text(f"step.{step}.means") in page
    assert texts.text(f"step.{ends[-1]}.do") in page
    is_finished = ends[-1] in FINISHED
    assert (page.count('href="/id/survey"'), page.count('href="/id/offers"')) == (is_finished, not is_finished)


def test_a_script_asks_how_it_was_after_the_same_steps() -> None:
    script = (Path(__file__).parents[3] / "pwa/surveyed.js").read_text()
    assert f"FINISHED = {list(FINISHED)};" in script
