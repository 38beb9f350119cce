"""What runs beside the answering is begun anew after an error that nobody foresaw."""

import asyncio
import logging

import pytest

from server.background import keep_going

pytestmark = pytest.mark.anyio


async def test_an_error_that_nobody_foresaw_is_logged_without_its_message_and_ends_nothing(
    caplog: pytest.LogCaptureFixture,
) -> None:
    begun, again = 0, asyncio.Event()

    async def work() -> None:
        nonlocal begun
        begun += 1
        if begun == 1:
            raise ValueError("Siti Rahmah")
        again.set()
        await asyncio.Event().wait()

    with caplog.at_level(logging.ERROR):
        task = asyncio.create_task(keep_going(work, pause=0))
        await again.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert "ValueError at" in caplog.text
    assert "Siti" not in caplog.text
