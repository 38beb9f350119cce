"""Slow work is done one at a time; when too many wait, the next is sent away."""

import threading

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
