"""The images that a hub takes in by tus, as an office does."""

import asyncio
import logging

from server.hub import Hub
from server.hub_intake import hub_intake_of
from server.sealed_files import SWEEP_EVERY, SealedFiles
from sync.errors import StoreError

log = logging.getLogger("rantau.blobs")


def hub_files_of(hub: Hub) -> SealedFiles:
    """Give the sealed files of a hub; what is still coming in is among its notes."""
    stores = hub.stores
    return SealedFiles(
        cases=stores.cases,
        blobs=stores.blobs,
        pending=stores.notes,
        intake=hub_intake_of(hub),
        settings=hub.settings,
        clock=hub.clock,
    )


async def keep_hub_swept(hub: Hub) -> None:
    """Forget uploads that nobody goes on with, now and from time to time, until cancelled."""
    while True:
        try:
            await hub_files_of(hub).sweep()
        except StoreError as error:
            log.warning("unfinished uploads could not be swept: %s", type(error).__name__)
        await asyncio.sleep(SWEEP_EVERY)
