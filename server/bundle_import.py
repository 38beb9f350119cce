"""Takes what a bundle holds into an intake, as the file comes; never more of it is in memory than a group of lines.

Answers are the rows of an exchange, and after them how the file ended. Whatever is wrong with one entry is said of that
entry; the same file again, at the same time too, gives the same answers.
"""

import json
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, field
from typing import Any

from server.intake import Intake, Outcome, Refused
from server.items import LINE_LIMIT
from server.watch import marks_of
from sync.bundle import BundleReader, End, Entry, Head, Piece
from sync.errors import BundleError

GROUP = 64  # lines committed together

Row = list[Any]


@dataclass
class IncomingBundle:
    """A bundle of which the bytes are still coming in; a stream that ends early is a file that is cut."""

    chunks: AsyncIterator[bytes]
    reader: BundleReader = field(default_factory=BundleReader)
    _waiting: list[Piece | End] = field(default_factory=list)

    async def head(self, *, office: str) -> Head:
        """Wait for the head.

        Args:
            office: for whom it has to be.

        Raises:
            BundleError: it is no bundle, none for this office, or not one of items.
        """
        while self.reader.head is None:
            data = await anext(self.chunks, None)
            if data is None:
                self.reader.finish()
                break
            self._waiting += self.reader.feed(data)
        head = self.reader.head
        if head is None or head.kind != "items":
            raise BundleError("kind")
        if head.office != office:
            raise BundleError("other-office")
        return head

    async def parts(self) -> AsyncIterator[Piece | End]:
        """Give what comes after the head."""
        for part in self._waiting:
            yield part
        self._waiting.clear()
        async for data in self.chunks:
            for part in self.reader.feed(data):
                yield part


@dataclass
class BundleImport:
    """One bundle on its way into an intake."""

    intake: Intake
    _bytes: bytearray = field(default_factory=bytearray)
    _lines: list[tuple[str, bytes]] = field(default_factory=list)
    _refused: list[Row] = field(default_factory=list)

    async def answers(self, incoming: IncomingBundle) -> AsyncIterator[list[Row]]:
        """Give the answers as they become known, many at a time; the last row is `["end", how]`.

        Raises:
            Unavailable: the store did not answer; nothing is known of the entries without an answer.
        """
        async for part in incoming.parts():
            if len(self._lines) == GROUP or (self._lines and part.entry.is_blob):
                yield await self._take()
            if isinstance(part, Piece):
                self._gather(part)
            else:
                self._end(part)
        ending, missing = incoming.reader.finish()
        yield [*await self._take(), *([entry.name, "refused", "cut"] for entry in missing), ["end", ending]]

    def _gather(self, piece: Piece) -> None:
        # One byte more than is taken, so that whoever reads the line sees that it is too long.
        room = 0 if piece.entry.is_blob else LINE_LIMIT + 1 - len(self._bytes)
        self._bytes += piece.data[: max(room, 0)]

    def _end(self, end: End) -> None:
        data = bytes(self._bytes)
        self._bytes.clear()
        if end.is_whole and not end.entry.is_blob:
            self._lines.append((end.entry.name, data))
        else:
            self._refused.append(_refusal(end.entry, "blobs-later" if end.is_whole else "damaged"))

    async def _take(self) -> list[Row]:
        lines, rows = self._lines, self._refused
        self._lines, self._refused = [], []
        outcomes = await self.intake.take([line for _, line in lines])
        for (name, _), outcome in zip(lines, outcomes, strict=True):
            rows += _rows(name, outcome)
        return [*rows, *await self._marks(outcomes)]

    async def _marks(self, outcomes: list[Outcome]) -> list[Row]:
        """Give what ended the cases of which nothing more is taken: by it their phones end them too."""
        ended = {one.id for one in outcomes if isinstance(one, Refused) and one.reason in ("gone", "voided")}
        cases = sorted({id_.split(".")[1] for id_ in ended if id_})
        return [list(mark) for case in cases for mark in await marks_of(self.intake.cases, case)]


def acknowledged(rows: Iterable[Row]) -> list[tuple[str, bytes]]:
    """Give what goes into an acknowledgement: the receipts, and what ended cases."""
    found: dict[str, bytes] = {}
    for row in rows:
        if row[1] == "ok":
            found[row[0]] = _json(row[2])
        elif row[0] in ("erase", "voided"):
            found[row[1]["_id"]] = _json(row[1])
    return list(found.items())


def _json(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


def _rows(name: str, outcome: Outcome) -> list[Row]:
    if isinstance(outcome, Refused):
        return [[name, "refused", outcome.reason]]
    row = outcome.row(0)
    return [row] if outcome.id == name else [[name, "refused", "id-mismatch"], row]


def _refusal(entry: Entry, reason: str) -> Row:
    return [entry.name, "refused", reason]
