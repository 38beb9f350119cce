"""What was begun and noted, and not ended: erasures and voided codes. They are finished at the start, and tried again
from time to time; none keeps the office from starting, or the others from being finished."""

import asyncio
import logging
from collections.abc import Callable

from server.databases import Databases
from server.erasure.erasure import finish_erasures
from server.erasure.voiding import finish_voidings
from server.intake import Intake
from sync.errors import StoreError

log = logging.getLogger("rantau.unfinished")

EVERY = 60.0  # seconds between two tries


async def finish_all(databases: Databases, intake: Intake) -> None:
    """Try once to finish everything."""
    await finish_erasures(databases)
    await finish_voidings(databases, intake)


async def keep_finishing(opened: Callable[[], tuple[Databases, Intake]], *, every: float = EVERY) -> None:
    """Try again and again, until cancelled; what is *opened* is asked for each time, as its keys may have changed."""
    while True:
        await asyncio.sleep(every)
        try:
            await finish_all(*opened())
        except StoreError as error:
            log.warning("it is not known what is unfinished: %s", type(error).__name__)
