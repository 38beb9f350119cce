"""Parts of attachments: what a `Range` header asks for, and the bytes of it as a stream."""

import re
from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass

from sync.store import Store

_RANGE = re.compile(r"bytes=([0-9]{0,15})-([0-9]{0,15})")


@dataclass(frozen=True)
class Part:
    """The bytes from `start` to before `end` of `length`."""

    start: int
    end: int
    length: int

    @property
    def status(self) -> int:
        """The status of an answer that holds them: 200 for all, 206 for some."""
        return 200 if (self.start, self.end) == (0, self.length) else 206

    @property
    def headers(self) -> dict[str, str]:
        """What an answer says of them."""
        own = {"Accept-Ranges": "bytes", "Content-Length": str(self.end - self.start)}
        return (
            own if self.status == 200 else own | {"Content-Range": f"bytes {self.start}-{self.end - 1}/{self.length}"}
        )


def part_of(wanted: str, length: int) -> Part | None:
    """Read a `Range`: None where nothing is left; the whole where it asks for several, or is none."""
    found = _RANGE.fullmatch(wanted.strip())
    if found is None or not (found[1] or found[2]):
        return Part(0, length, length)
    if not found[1]:
        return Part(max(0, length - int(found[2])), length, length) if int(found[2]) else None
    start, end = int(found[1]), min(length, int(found[2]) + 1 if found[2] else length)
    return Part(start, end, length) if start < end else None


async def bytes_of(store: Store, doc_id: str, name: str, part: Part, *, rev: str) -> AsyncIterator[bytes]:
    """Stream a part of an attachment."""
    left = part.end - part.start
    chunks = store.attachment_chunks(doc_id, name, rev=rev, start=part.start)
    async with aclosing(chunks) as pieces:  # type: ignore[type-var]  # both stores give generators
        async for chunk in pieces:
            if left <= 0:
                return
            yield chunk[:left]
            left -= len(chunk)
