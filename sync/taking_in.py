"""The writing half of a replication: documents into the target, in batches that its link bears, attachments streamed.

A document that the target refuses, or that alone does not get through while the target answers, is set aside.
"""

import base64
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any, cast

from sync.document import Doc
from sync.errors import NotFound, Unavailable
from sync.replication import Fetched, ReplicationLimits, SetAside
from sync.side import Side
from sync.store import Written

FEW_COPIES = "not enough nodes of the target keep it"


@dataclass
class TakingIn:
    """What the target took and what it did not."""

    source: Side
    target: Side
    limits: ReplicationLimits
    written: int = 0
    size: int = 0  # bytes written
    set_aside: dict[tuple[str, str], SetAside] = field(default_factory=dict)

    async def write(self, documents: Sequence[Fetched]) -> None:
        """Write every document, or set it aside.

        Raises:
            Unavailable: a side is away; those before are written.
        """
        plain: list[Fetched] = []
        for one in documents:
            length = _attached(one.doc)
            if length is None:
                plain.append(one)
            elif length <= self.limits.inline:
                plain += await self._inlined(one)
            else:
                await self._stream(one.doc, one.size + length)
        await self._write_plain(deque(plain))

    def put_aside(self, refused: SetAside) -> None:
        """Remember a document for the summary and for the next start."""
        self.set_aside[refused.id, refused.rev] = refused

    async def _write_plain(self, left: deque[Fetched]) -> None:
        failures = alone = 0  # in a row; of these, of a batch of one
        most = len(left)  # halved until what does not get through is alone
        while left:
            batch = self._batch(left, most)
            size = sum(one.size for one in batch)
            call = _kept(self.target.store.bulk_docs([one.doc for one in batch], new_edits=False))
            rows = await self.target.ask(call, size)
            if rows is not None:
                failures = alone = 0
                most = max(most, len(batch) * 2)
                for one, row in zip(batch, rows, strict=True):
                    self._note(one.doc, one.size, row)
                continue
            failures += 1
            alone = alone + 1 if len(batch) == 1 else 0
            if failures > 1:  # once is nothing: links drop
                most = max(1, len(batch) // 2)
            if failures == 1 or not await self._is_given_up(batch[0].doc, alone):
                left.extendleft(reversed(batch))

    def _batch(self, left: deque[Fetched], most: int) -> list[Fetched]:
        batch = [left.popleft()]
        room = self.target.pace.size - batch[0].size
        while left and left[0].size <= room and len(batch) < most:
            batch.append(left.popleft())
            room -= batch[-1].size
        return batch

    async def _stream(self, doc: Doc, size: int) -> None:
        for failures in range(1, self.limits.attempts + 1):
            streams = {name: self._bytes(doc, name) for name in _stubs(doc)}
            try:
                rows = await self.target.ask(_kept_one(self.target.store.put_streamed(doc, streams)))
            except NotFound:
                return  # the source purged it meanwhile: there is nothing left to copy
            if rows is not None:
                return self._note(doc, size, rows[0])
            if failures > 1 and await self._is_given_up(doc, failures):
                return

    async def _inlined(self, one: Fetched) -> list[Fetched]:
        attachments = dict(one.doc["_attachments"])
        size = one.size
        for name, stub in _stubs(one.doc).items():
            try:
                data = b"".join([chunk async for chunk in self._bytes(one.doc, name)])
            except NotFound:
                return []
            rest = {key: value for key, value in stub.items() if key not in ("stub", "length")}
            attachments[name] = rest | {"data": base64.b64encode(data).decode()}
            size += len(data) * 4 // 3
        return [Fetched(one.doc | {"_attachments": attachments}, size)]

    async def _bytes(self, doc: Doc, name: str) -> AsyncIterator[bytes]:
        """Read an attachment; where the source drops, go on at the byte reached."""
        start = failures = 0
        while True:
            chunks = self.source.store.attachment_chunks(doc["_id"], name, rev=doc["_rev"], start=start)
            try:
                async with aclosing(cast(Any, chunks)):
                    async for chunk in chunks:
                        start += len(chunk)
                        failures = 0
                        yield chunk
                return
            except Unavailable:
                failures += 1
                if failures >= self.limits.alone:
                    raise
            await self.limits.backoff.wait(failures)

    async def _is_given_up(self, doc: Doc, failures: int) -> bool:
        if self.target.reason == FEW_COPIES or not await self.target.answers():
            return False
        if failures < self.limits.alone:
            return False
        self.put_aside(SetAside(doc["_id"], doc["_rev"], Unavailable.error, self.target.reason))
        return True

    def _note(self, doc: Doc, size: int, row: Written) -> None:
        if row.error is not None:
            return self.put_aside(SetAside(doc["_id"], doc["_rev"], row.error, row.reason or row.error))
        self.set_aside.pop((doc["_id"], doc["_rev"]), None)
        self.written += 1
        self.size += size
        return None


async def _kept(call: Awaitable[list[Written]]) -> list[Written]:
    rows = await call
    if any(row.error is None and not row.durable for row in rows):
        raise Unavailable(FEW_COPIES)
    return rows


async def _kept_one(call: Awaitable[Written]) -> list[Written]:
    async def rows() -> list[Written]:
        return [await call]

    return await _kept(rows())


def _stubs(doc: Doc) -> dict[str, dict[str, Any]]:
    attachments: dict[str, dict[str, Any]] = doc.get("_attachments", {})
    return {name: stub for name, stub in attachments.items() if "data" not in stub}


def _attached(doc: Doc) -> int | None:
    """Give the bytes of a document's attachments, None when it has none."""
    stubs = _stubs(doc)
    return sum(stub["length"] for stub in stubs.values()) if stubs else None
