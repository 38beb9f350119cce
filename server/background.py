"""Work that goes on beside the answering for as long as a server runs."""

import asyncio
from collections.abc import Awaitable, Callable

from server.failure_log import log_failure

PAUSE = 30.0  # seconds


async def keep_going(work: Callable[[], Awaitable[None]], *, pause: float = PAUSE) -> None:
    """Do *work*, which ends only when it is cancelled; what nobody foresaw is logged, and it is begun anew.

    A task that ends by an error says so to nobody while the server runs on without it.
    """
    while True:
        try:
            await work()
        except Exception as error:
            log_failure(error)
        await asyncio.sleep(pause)
