"""The bundle: sealed items and images, or the office's answers to them, in one file for where there is no network.

The bytes are in docs/bundle.md. An index stands in front, so that a file that is cut short says what is missing; each
entry has a digest of its own, so that one that is spoilt holds up no other. No I/O here, and never more in memory than
the index and the piece that was fed.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from sync.canonical import b32_decode, b32_encode, b64u_encode, canonical, h16, sha256
from sync.errors import BundleError

Kind = Literal["items", "ack"]
Ending = Literal["whole", "cut", "long"]

TYPE = "application/x-rantau"
TAG = "rantau1"
MAX_HEAD = 1 << 20  # bytes of the first line
MAX_ENTRIES = 10_000
MAX_LENGTH = (1 << 32) - 1  # bytes of an entry; readers have lower limits of their own for what they take

_DIGEST = 22  # characters
_ITEM = r"(?:app|cmp|msg|svy)\.[a-z2-7]{24}\.[a-z2-7]{20}"
_NAMES = {
    "items": re.compile(rf"{_ITEM}|blob\.[a-z2-7]{{52}}"),
    "ack": re.compile(rf"{_ITEM}|(?:gone|code)\.[a-z2-7]{{24}}"),
}
_OFFICE = re.compile("[a-z2-7]{16}")
_START, _TAG = b'["rantau', re.compile(rb'\["(rantau[0-9]{1,4})",')


@dataclass(frozen=True)
class Entry:
    """One row of the index: what it is, its length in bytes, base64url(h(its bytes))."""

    name: str
    length: int
    digest: str

    @property
    def is_blob(self) -> bool:
        """Say whether it is an image and no line."""
        return self.name.startswith("blob.")


@dataclass(frozen=True)
class Head:
    """The first line; `office` is `office_id` of whom it is for or from, `at` when it was written, in Unix seconds."""

    kind: Kind
    office: str
    at: int
    entries: tuple[Entry, ...]


@dataclass(frozen=True)
class Piece:
    """Bytes of an entry, in their order."""

    entry: Entry
    data: bytes = field(repr=False)


@dataclass(frozen=True)
class End:
    """All bytes of an entry came; whether they are what the index says."""

    entry: Entry
    is_whole: bool


def office_id(root: bytes) -> str:
    """Name an office by its root's public key, in 16 characters."""
    return b32_encode(sha256(root)[:10])


def entry_of(name: str, data: bytes) -> Entry:
    """Make the row of the index for an entry."""
    return Entry(name, len(data), b64u_encode(h16(data)))


def blob_entry(digest: str, length: int) -> Entry:
    """Make the row of the index for an image, by its own digest: nothing of it has to be read."""
    return Entry(f"blob.{digest}", length, b64u_encode(b32_decode(digest)[:16]))


def known_line(name: str) -> bytes:
    """Write the entry of a version that its office has already, and of which only images follow."""
    return canonical([name])


def write_head(kind: Kind, entries: Sequence[Entry], *, office: str, at: int) -> bytes:
    """Write the two lines before the entries; after them each entry's bytes and a line feed, in the index's order.

    Raises:
        ValueError: there are too many for one file.
    """
    line = canonical([TAG, kind, office, at, [[entry.name, entry.length, entry.digest] for entry in entries]])
    if len(entries) > MAX_ENTRIES or len(line) > MAX_HEAD:
        raise ValueError("too many entries for one bundle")
    return line + b"\n" + b64u_encode(h16(line)).encode() + b"\n"


def write_bundle(kind: Kind, named: Iterable[tuple[str, bytes]], *, office: str, at: int) -> bytes:
    """Write a whole bundle of what is small enough to hold, such as receipts."""
    kept = list(named)
    head = write_head(kind, [entry_of(name, data) for name, data in kept], office=office, at=at)
    return head + b"".join(data + b"\n" for _, data in kept)


def read_head(line: bytes, digest: bytes) -> Head:
    """Read the first line and check it against the second.

    Raises:
        BundleError: `malformed`, `version` or `too-many`.
    """
    _check_tag(line)
    if digest != b64u_encode(h16(line)).encode():
        raise BundleError("malformed")
    match _parsed(line):
        case [str(tag), ("items" | "ack") as kind, str(office), int(at), list(rows)] if (
            tag == TAG and _OFFICE.fullmatch(office)
        ):
            if len(rows) > MAX_ENTRIES:
                raise BundleError("too-many")
            return Head(kind, office, at, tuple(_entry(kind, row) for row in rows))
    raise BundleError("malformed")


@dataclass
class BundleReader:
    """Reads a bundle as it comes; `head` is there once its two lines are, and before anything else is given."""

    head: Head | None = None
    _buffer: bytearray = field(default_factory=bytearray)
    _line_end: int = -1
    _place: int = 0
    _left: int = 0
    _hash: "hashlib._Hash" = field(default_factory=hashlib.sha256)
    _is_long: bool = False

    def feed(self, data: bytes) -> Iterator[Piece | End]:
        """Take the next bytes and give what they hold.

        Raises:
            BundleError: it is no bundle, or none that can be read here.
        """
        if self.head is None:
            data = self._feed_head(data)
        while data:
            if self.head is None or self._place == len(self.head.entries):
                self._is_long = True
                return
            entry = self.head.entries[self._place]
            piece, data = data[: self._left], data[self._left :]
            if piece:
                self._left -= len(piece)
                self._hash.update(piece)
                yield Piece(entry, piece)
            if data:  # the line feed after it
                yield End(entry, data[:1] == b"\n" and b64u_encode(self._hash.digest()[:16]) == entry.digest)
                data = data[1:]
                self._begin(self._place + 1)

    def finish(self) -> tuple[Ending, tuple[Entry, ...]]:
        """Say how it ended, and which entries did not come or not to their end.

        Raises:
            BundleError: it ended before it said what it holds: `cut`, or `malformed` where it is none.
        """
        if self.head is None:
            raise BundleError("cut" if _begins_well(self._buffer) else "malformed")
        missing = self.head.entries[self._place :]
        return ("cut" if missing else "long" if self._is_long else "whole"), missing

    def _feed_head(self, data: bytes) -> bytes:
        seen = len(self._buffer)
        self._buffer += data
        if not _begins_well(self._buffer):
            raise BundleError("malformed")
        _check_tag(self._buffer)
        if self._line_end < 0:
            self._line_end = end = self._buffer.find(b"\n", seen)
            if end > MAX_HEAD or (end < 0 and len(self._buffer) > MAX_HEAD):
                raise BundleError("too-many")
        rest = bytes(self._buffer[self._line_end + 1 :])
        if self._line_end < 0 or len(rest) <= _DIGEST:
            return b""
        if rest[_DIGEST : _DIGEST + 1] != b"\n":
            raise BundleError("malformed")
        self.head = read_head(bytes(self._buffer[: self._line_end]), rest[:_DIGEST])
        self._buffer.clear()
        self._begin(0)
        return rest[_DIGEST + 1 :]

    def _begin(self, place: int) -> None:
        self._place = place
        self._hash = hashlib.sha256()
        entries = self.head.entries if self.head else ()
        self._left = entries[place].length if place < len(entries) else 0


def _check_tag(data: bytes | bytearray) -> None:
    found = _TAG.match(data)
    if found and found[1] != TAG.encode():
        raise BundleError("version")


def _begins_well(data: bytes | bytearray) -> bool:
    return len(data) > 0 and data[: len(_START)] == _START[: len(data)]


def _parsed(line: bytes) -> Any:
    try:
        value = json.loads(line)
        # Written again it has to be the same: there is one way to write it, so two readers never read it differently.
        return value if canonical(value) == line else None
    except (ValueError, RecursionError):
        return None


def _entry(kind: Kind, row: object) -> Entry:
    match row:
        case [str(name), int(length), str(digest)] if _NAMES[kind].fullmatch(name) and 0 < length <= MAX_LENGTH:
            if re.fullmatch("[A-Za-z0-9_-]{22}", digest):
                return Entry(name, length, digest)
    raise BundleError("malformed")
