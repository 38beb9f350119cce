"""Attachments on their way into an embedded store: in nameless files beside it until their document is committed.

The one thread that writes waits for nobody's network; so the bytes come first, into files that have no name in the
folder: whatever cuts a stream, the end of the process included, leaves nothing behind.
"""

import asyncio
import base64
import hashlib
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import ExitStack
from pathlib import Path
from typing import IO

from sync.document import Doc
from sync.sqlite_attachments import CHUNK, StagedFile
from sync.sqlite_schema import map_errors
from sync.streamed import Streams, announced, whole

IN_MEMORY = 4 * CHUNK  # bytes; what is larger goes to the disk


async def stage(folder: Path, doc: Doc, streams: Streams) -> tuple[Doc, Callable[[], None]]:
    """Take every stream in; give *doc* with them in it, and what lets go of their files.

    Raises:
        BadRequest: *doc* does not announce an attachment.
        Unavailable: a stream is shorter or longer than announced, or there is no room.
    """
    lengths = announced(doc, streams)
    given = dict(doc.get("_attachments", {}))
    with ExitStack() as files:
        for name, stream in streams.items():
            with map_errors():
                file = files.enter_context(tempfile.SpooledTemporaryFile(IN_MEMORY, dir=str(folder)))
            given[name] = given[name] | {"data": await _take_in(file, whole(stream, lengths[name]))}
        return doc | ({"_attachments": given} if given else {}), files.pop_all().close


async def _take_in(file: IO[bytes], chunks: AsyncIterator[bytes]) -> StagedFile:
    digest, length = hashlib.md5(usedforsecurity=False), 0
    async for chunk in chunks:
        digest.update(chunk)
        length += len(chunk)
        with map_errors():
            await asyncio.to_thread(file.write, chunk)
    return StagedFile("md5-" + base64.b64encode(digest.digest()).decode(), length, file)
