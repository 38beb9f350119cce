"""Takes what a bundle holds into an intake, as it comes; never more than a group of lines or one file is in memory.

Answers are the rows of an exchange, and after them how the file ended. Whatever is wrong with one entry is said of that
entry; the same file again, at the same time too, gives the same answers.
"""

import json
from collections.abc import AsyncIterator, Iterable, Set
from dataclasses import dataclass, field
from typing import Any

from server.exchange import ends_of
from server.intake import Intake, Outcome, Refused
from server.items import LINE_LIMIT
from server.uploads.carried_files import CarriedFiles
from server.uploads.uploads import BLOB_LIMIT
from server.watch import bare
from sync.bundle import BundleReader, End, Head, Piece, known_line
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
    _told: list[Row] = field(default_factory=list)
    _named: dict[str, str] = field(default_factory=dict)  # which version names a file
    _grown: set[str] = field(default_factory=set)  # versions of which files were stored

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
                await self._end(part)
        ending, missing = incoming.reader.finish()
        taken = await self._take()
        cut = [[entry.name, "refused", "cut"] for entry in missing]
        yield [*taken, *await self._receipts(), *cut, ["end", ending]]

    def _gather(self, piece: Piece) -> None:
        # One byte more than is taken, so that whoever reads it sees that it is too long.
        limit = BLOB_LIMIT if piece.entry.is_blob else LINE_LIMIT
        self._bytes += piece.data[: max(limit + 1 - len(self._bytes), 0)]

    async def _end(self, end: End) -> None:
        data = bytes(self._bytes)
        self._bytes.clear()
        name = end.entry.name
        if not end.is_whole:
            self._told.append([name, "refused", "damaged"])
        elif end.entry.is_blob:
            word = await self._store(name.removeprefix("blob."), data)
            self._told.append([name, word] if word in ("stored", "kept") else [name, "refused", word])
        else:
            self._lines.append((name, data))

    async def _store(self, digest: str, data: bytes) -> str:
        version_id = self._named.get(digest)
        if len(data) > BLOB_LIMIT:
            return "too-large"
        if version_id is None:
            return "unknown"
        files = CarriedFiles(self.intake.cases, self.intake.blobs, self.intake.disk)
        word = await files.take(data, digest, version_id=version_id)
        if word == "stored":
            self._grown.add(version_id)
        return word

    async def _take(self) -> list[Row]:
        lines, rows = self._lines, self._told
        self._lines, self._told = [], []
        known = [name for name, line in lines if line == known_line(name)]
        brought = [(name, line) for name, line in lines if line != known_line(name)]
        outcomes = await self.intake.take([line for _, line in brought])
        rows += [row for (name, _), outcome in zip(brought, outcomes, strict=True) for row in _rows(name, outcome)]
        again = {outcome.id: outcome for outcome in await self.intake.again(known)}
        rows += [again[name].row(0) if name in again else [name, "refused", "unknown"] for name in known]
        await self._note_files({row[0] for row in rows if row[1] in ("ok", "kept")})
        return [*rows, *await ends_of(self.intake, rows)]

    async def _note_files(self, ids: Set[str]) -> None:
        rows = await self.intake.cases.all_docs(keys=sorted(ids), include_docs=True) if ids else []
        for doc in (row.doc for row in rows if row.doc is not None):
            self._named |= dict.fromkeys(doc["blobs"], doc["_id"])

    async def _receipts(self) -> list[Row]:
        """Give new receipts, which name the files that came after the first ones."""
        found = await self.intake.cases.all_docs(keys=sorted(self._grown), include_docs=True) if self._grown else []
        signed = [(row.id, await self.intake.receipt_of(bare(row.doc))) for row in found if row.doc is not None]
        return [[id_, "ok", receipt] for id_, receipt in signed if receipt]


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
