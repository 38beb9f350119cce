"""Takes the answers that somebody carried back to a hub: as far as the office signed them, as over a connection."""

import json
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

from server.hub.hub import Hub
from server.hub.relay_rows import RelayRows
from server.items import LINE_LIMIT
from sync.bundle import BundleReader, End, Ending, Piece
from sync.errors import Unavailable


async def take_acknowledgement(hub: Hub, chunks: AsyncIterator[bytes]) -> tuple[int, Ending]:
    """Take an acknowledgement; give how many of its versions the office has by its own word, and how the file ended.

    Raises:
        BundleError: it is no bundle.
    """
    reader, rows, names = BundleReader(), RelayRows(hub, {}, {}), list[str]()
    data = bytearray()
    async for chunk in chunks:
        for part in reader.feed(chunk):
            if isinstance(part, Piece):
                data += part.data[: max(LINE_LIMIT - len(data), 0)]
            elif isinstance(part, End):
                if part.is_whole:
                    await rows.take(_row(part.entry.name, bytes(data)))
                    names.append(part.entry.name)
                data.clear()
    ending, _ = reader.finish()
    with suppress(Unavailable):  # somebody reads; the relay does it the next time
        await hub.stores.compact()
    said = await hub.stores.said(names)
    return sum(row[1] == "ok" for row in said.values()), ending


def _row(name: str, data: bytes) -> list[Any]:
    """Write what a file says as the row in which an exchange says it."""
    try:
        value = json.loads(data)
    except (ValueError, RecursionError):
        return []
    ends = {"gone": "erase", "code": "voided"}
    kind = name.partition(".")[0]
    return [ends[kind], value] if kind in ends else [name, "ok", value]
