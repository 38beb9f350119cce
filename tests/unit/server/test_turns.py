"""Thousands send at once: few are worked on at a time, none is refused, and no slow phone holds another one up."""

import asyncio
from typing import Any

import pytest

from server.gathering import LINES, Gathering
from server.turns import Turns
from sync.errors import Unavailable
from tests.asgi import Client

pytestmark = pytest.mark.anyio


class Crowded:
    """An application that counts how many requests it works on at a time, after it has read their bodies."""

    def __init__(self) -> None:
        self.now = self.most = self.done = 0

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        while (await receive()).get("more_body"):
            pass
        self.now += 1
        self.most = max(self.most, self.now)
        for _ in range(3):
            await asyncio.sleep(0)
        self.now -= 1
        self.done += 1
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})


async def test_so_many_exchanges_at_a_time_and_no_more() -> None:
    app = Crowded()
    turns = Turns(app, at_once=4)
    client = Client(turns)
    answers = await asyncio.gather(*(client.request("POST", "/exchange", body=[b"a"]) for _ in range(50)))
    assert {answer.status for answer in answers} == {200}
    assert (app.most, app.done, turns.free) == (4, 50, 4)


async def test_a_page_waits_for_nobody_s_turn() -> None:
    app = Crowded()
    assert (await Client(Turns(app, at_once=0)).get("/id/")).status == 200


async def test_a_slow_phone_and_one_that_goes_away_hold_no_turn() -> None:
    app = Crowded()
    turns = Turns(app, at_once=1)
    scope = Client(turns)._scope("POST", "/exchange", {})

    async def never() -> Any:
        await asyncio.Event().wait()

    slow = [asyncio.create_task(turns(scope, never, never)) for _ in range(5)]
    await asyncio.sleep(0)
    for phone in slow[:3]:
        phone.cancel()
    assert (await Client(turns).request("POST", "/exchange", body=[b"a"])).status == 200
    for phone in slow:
        phone.cancel()
    await asyncio.gather(*slow, return_exceptions=True)
    assert turns.free == 1


class CountingIntake:
    """Answers each line with itself, and counts how often it was asked; some lines find no store."""

    def __init__(self) -> None:
        self.goes: list[int] = []

    async def take(self, lines: list[bytes]) -> list[Any]:
        self.goes.append(len(lines))
        await asyncio.sleep(0)
        if b"away" in lines:
            raise Unavailable
        if b"poison" in lines:
            raise ValueError
        return list(lines)


async def test_what_comes_at_the_same_time_is_taken_together_and_answered_to_each() -> None:
    intake: Any = CountingIntake()
    gathering = Gathering()
    brought = [[b"%d" % n] for n in range(100)] + [[b"a", b"b"], []]
    assert await asyncio.gather(*(gathering.take(intake, lines) for lines in brought)) == brought
    assert len(intake.goes) < 20
    assert max(intake.goes) <= LINES


async def test_a_store_that_is_away_is_told_to_everybody_and_holds_up_nobody_after() -> None:
    intake: Any = CountingIntake()
    gathering = Gathering()
    outcomes = await asyncio.gather(
        *(gathering.take(intake, [line]) for line in (b"a", b"away", b"b")), return_exceptions=True
    )
    assert any(isinstance(outcome, Unavailable) for outcome in outcomes)
    assert await gathering.take(intake, [b"c"]) == [b"c"]


async def test_what_nobody_foresaw_in_one_request_is_no_harm_to_those_beside_it() -> None:
    intake: Any = CountingIntake()
    gathering = Gathering()
    brought = [[b"a"], [b"poison"], [b"b"]]
    first, poison, last = await asyncio.gather(
        *(gathering.take(intake, lines) for lines in brought), return_exceptions=True
    )
    assert isinstance(poison, ValueError)
    assert (first, last) == ([b"a"], [b"b"])


async def test_a_group_larger_than_a_go_is_taken_whole() -> None:
    intake: Any = CountingIntake()
    lines = [b"x"] * (LINES * 3)
    assert await Gathering().take(intake, lines) == lines
