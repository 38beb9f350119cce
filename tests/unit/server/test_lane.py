"""Slow work is done one at a time; when too many wait, the next is sent away."""

import threading
from collections.abc import Callable

import anyio
import pytest

from server.lane import Lane, LaneFull


@pytest.mark.anyio
async def test_work_is_done_one_at_a_time_in_order() -> None:
    lane, at_work, done = Lane(), [], []

    def work(i: int) -> None:
        at_work.append(i)
        assert len(at_work) == 1
        done.append(at_work.pop())

    async with anyio.create_task_group() as group:
        for i in range(10):
            group.start_soon(lane.run, lambda i=i: work(i))
    assert sorted(done) == list(range(10))
    lane.close()


@pytest.mark.anyio
async def test_a_full_queue_sends_away_and_recovers() -> None:
    lane, gate = Lane(queue=2), threading.Event()
    async with anyio.create_task_group() as group:
        for _ in range(3):
            group.start_soon(lane.run, gate.wait)
        await anyio.lowlevel.checkpoint()
        with pytest.raises(LaneFull):
            await lane.run(gate.wait)
        gate.set()
    assert await lane.run(lambda: 7) == 7
    lane.close()


@pytest.mark.anyio
async def test_who_floods_the_queue_gives_way_and_everybody_else_has_a_turn_at_once() -> None:
    lane, gate, order = Lane(queue=4), threading.Event(), []
    full = 0

    async def ask(who: str, work: Callable[[], object]) -> None:
        nonlocal full
        try:
            await lane.run(work, who=who)
            order.append(who)
        except LaneFull:
            full += 1

    async with anyio.create_task_group() as group:
        for _ in range(9):
            group.start_soon(ask, "flood", gate.wait)
        await anyio.wait_all_tasks_blocked()
        assert full == 4, "one is at work and four wait"
        for who in ("desk", "head"):
            group.start_soon(ask, who, lambda: None)
            await anyio.wait_all_tasks_blocked()
        assert full == 6, "two of the flood made room"
        gate.set()
    assert order == ["flood", "flood", "desk", "head", "flood"]
    lane.close()


@pytest.mark.anyio
async def test_work_that_fails_fails_for_who_asked_and_the_lane_goes_on() -> None:
    lane = Lane()
    with pytest.raises(ZeroDivisionError):
        await lane.run(lambda: 1 // 0)
    assert await lane.run(lambda: 7) == 7
    lane.close()
