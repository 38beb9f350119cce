"""A list of cases is shown once; after that its digest tells as much, to whoever was shown it and to nobody else."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from server.watch import Hello, Watch
from server.watch_lists import WatchLists, digest_of
from sync.events import sign_event
from sync.packed_item import pack_item
from sync.receipts import verify_receipt
from tests.asgi import Answer, Client
from tests.sealed_items import NOW, OfficeKeys, new_keys, seal_pair, to_line
from tests.small_office import SmallOffice, routes_of, small_office

KEYS = OfficeKeys()
CODES = [new_keys() for _ in range(20)]
LIST = [Watch(code.case, code.proof, 0) for code in CODES]
DIGEST = digest_of(LIST)
SHOWN = [[code.case, code.proof, 0, 0] for code in CODES]


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[SmallOffice]:
    async with small_office(tmp_path, routes_of("exchange"), {}, KEYS) as office:
        await office.databases.cases.bulk_docs([step(CODES[0].case), step(CODES[7].case)])
        yield office


def step(case: str) -> dict[str, Any]:
    on = ["a" * 20]
    event = sign_event(case=case, n=1, step="dibayar", at=NOW, on=on, note=None, kid="o1", private=KEYS.office)
    return event | {"claim": ["taken", "x", NOW]}


async def post(client: Client, hello: dict[str, Any], *lines: bytes, accepted: str = "") -> Answer:
    headers = {"content-type": "application/x-ndjson", "accept-encoding": accepted}
    body = b"\n".join([json.dumps(hello).encode(), *lines])
    return await client.request("POST", "/exchange", headers=headers, body=[body])


@pytest.mark.anyio
async def test_the_digest_of_a_list_asks_what_the_list_asks(office: SmallOffice) -> None:
    client = office.client()
    head, *shown = (await post(client, {"v": 1, "watch": SHOWN})).lines()
    assert head["v"] == 2, "whoever asks in the first version hears that there is another"
    head, *again = (await post(client, {"v": 2, "watched": [DIGEST, *[0] * 20]})).lines()
    assert again == shown
    assert {row["case"] for row in shown} == {CODES[0].case, CODES[7].case}
    assert not {"v", "watch"} & head.keys()
    known = [1, *[0] * 19]
    _, *rest = (await post(client, {"v": 2, "watched": [DIGEST, *known]})).lines()
    assert [row["case"] for row in rest] == [CODES[7].case]


@pytest.mark.anyio
async def test_an_answer_without_news_is_not_packed_and_one_with_news_is(office: SmallOffice) -> None:
    client = office.client()
    await post(client, {"v": 2, "watch": SHOWN})
    nothing = await post(client, {"v": 2, "watched": [DIGEST, *[1] * 20]}, accepted="br")
    assert "content-encoding" not in nothing.headers
    assert len(nothing.body) < 100
    news = await post(client, {"v": 2, "watched": [DIGEST, *[0] * 20]}, accepted="br")
    assert news.headers["content-encoding"] == "br"


@pytest.mark.anyio
async def test_a_digest_that_stands_for_nothing_here_asks_for_the_list(office: SmallOffice) -> None:
    client = office.client()
    for digest, count in ((DIGEST, 20), ("", 20)):
        head, *rows = (await post(client, {"v": 2, "watched": [digest, *[0] * count]})).lines()
        assert (head["watch"], rows) == ("again", [])
    await post(client, {"v": 2, "watch": SHOWN})
    head, *rows = (await post(client, {"v": 2, "watched": [DIGEST, *[0] * 19]})).lines()
    assert (head["watch"], rows) == ("again", []), "numbers of another list"


@pytest.mark.anyio
async def test_items_are_taken_while_the_list_is_asked_for(office: SmallOffice) -> None:
    pair = seal_pair(KEYS, CODES[0])
    head, row = (await post(office.client(), {"v": 2, "watched": [DIGEST, *[0] * 20]}, to_line(pair))).lines()
    assert head["watch"] == "again"
    verify_receipt(row[2], pair[0], KEYS.key_list)


@pytest.mark.anyio
@pytest.mark.parametrize(
    "hello",
    [
        {"v": 1, "watched": [DIGEST]},
        {"v": 2, "watched": DIGEST},
        {"v": 2, "watched": []},
        {"v": 2, "watched": [DIGEST, -1]},
        {"v": 2, "watched": [DIGEST, True]},
        {"v": 2, "watched": [DIGEST, "1"]},
        {"v": 2, "watched": [DIGEST, 10_000]},
        {"v": 2, "watched": [DIGEST, *[0] * 21]},
        {"v": 3, "watched": [DIGEST]},
        {"v": 0},
    ],
)
async def test_what_is_no_digest_is_refused(office: SmallOffice, hello: dict[str, Any]) -> None:
    assert (await post(office.client(), hello)).status == 400


@pytest.mark.anyio
async def test_an_item_may_come_packed_and_is_the_same_item(office: SmallOffice) -> None:
    client, pair = office.client(), seal_pair(KEYS, CODES[1])
    packed = json.dumps(pack_item(*pair)).encode()
    _, row, twice = (await post(client, {"v": 2}, packed, to_line(pair))).lines()
    assert row == twice or row[0] == twice[0]
    verify_receipt(row[2], pair[0], KEYS.key_list)
    stored = await office.databases.cases.get(pair[0]["_id"])
    assert {key: stored[key] for key in pair[0]} == pair[0]
    wrap = await office.databases.wraps.get(f"w.{pair[0]['_id']}")
    assert {key: wrap[key] for key in pair[1]} == pair[1]


@pytest.mark.anyio
async def test_a_packed_item_that_is_damaged_is_refused_by_its_line(office: SmallOffice) -> None:
    *fields, text = pack_item(*seal_pair(KEYS, CODES[1]))
    spoilt = json.dumps([*fields, text[:-4] + ("AAAA" if text[-4:] != "AAAA" else "BBBB")]).encode()
    _, row = (await post(office.client(), {"v": 2}, spoilt)).lines()
    assert row == [None, "refused", "id-mismatch", 2]


def hello(*watch: Watch) -> Hello:
    return Hello(watch=watch)


def test_a_list_is_kept_only_where_every_proof_is_right() -> None:
    lists = WatchLists()
    wrong = Watch(CODES[0].case, CODES[1].proof, 0)
    whole = Watch(CODES[0].case, CODES[0].proof, 0, whole=True)
    for bad in (wrong, whole):
        assert lists.watches_of(hello(*LIST[1:], bad)) is not None
    assert lists == WatchLists()


def test_no_more_lists_are_kept_than_there_is_room_for() -> None:
    lists = WatchLists(most=2)

    def is_known(watch: Watch) -> bool:
        return lists._find(digest_of([watch])) == [watch.case]

    first, second, third = LIST[:3]
    for watch in (first, second):
        lists.watches_of(hello(watch))
    assert is_known(first), "which makes it the one that was asked for last"
    lists.watches_of(hello(third))
    assert [is_known(watch) for watch in (first, second, third)] == [True, False, True]
