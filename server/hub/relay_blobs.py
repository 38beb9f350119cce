"""Sends on the images that a hub holds, one after another, once the office has the version that names them."""

import logging
from collections.abc import Callable

from server.hub.hub import Hub
from server.hub.relay_link import LinkError
from server.hub.relay_rows import RelayRows
from sync.blob_sender import BlobSender
from sync.document import Doc
from sync.errors import Forbidden, NotFound, TooLarge, Unavailable

log = logging.getLogger("rantau.relay")


async def send_blobs(hub: Hub, sender: BlobSender, *, is_over: Callable[[], bool]) -> bool:
    """Send what is here and the office does not hold; say whether anything could be dropped.

    Args:
        is_over: asked before each; an image takes minutes at 2G, and items go before images.

    Raises:
        LinkError: the link carried nothing any more; what is there stays there.
    """
    rows = RelayRows(hub, {}, {})
    for version in await hub.stores.confirmed_versions():
        for digest in await images_left(hub, version):
            if is_over():
                return rows.has_dropped
            await _send(rows, sender, version, digest)
    return rows.has_dropped


async def _send(rows: RelayRows, sender: BlobSender, version: Doc, digest: str) -> None:
    try:
        receipt = await sender.upload(version["_id"], digest)
    except Unavailable as error:
        raise LinkError(f"an image could not be sent on: {error.reason}") from None
    except (NotFound, Forbidden, TooLarge) as error:
        # Erased meanwhile, or no room: the others go on, and this one is tried the next time.
        log.info("an image was not taken: %s", error.reason)
        return
    if receipt is not None:
        await rows.take([version["_id"], "ok", receipt])


async def images_left(hub: Hub, version: Doc) -> list[str]:
    """Name the images of a version that are here and that the office's receipt does not name."""
    said = (await hub.stores.said([version["_id"]])).get(version["_id"])
    held = set(said[2][0][5]) if said is not None and said[1] == "ok" else set()
    here = await hub.stores.blobs.all_docs(keys=[f"blob.{digest}" for digest in version["blobs"]])
    names = [row.id.removeprefix("blob.") for row in here if row.error is None and not row.deleted]
    return [name for name in names if name not in held]
