"""What went over a wire in the clear, request by request: taken from a recording, kept as files, read again."""

import gzip
import json
import re
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from email.parser import BytesHeaderParser
from pathlib import Path
from typing import Any, Self

import brotli

from sync.document import Doc
from sync.packed_item import is_packed, unpack_item

END = b"\r\n\r\n"
_PACKED = {"br": brotli.decompress, "gzip": gzip.decompress, "deflate": zlib.decompress}
_OF_THE_WAY = ("transfer-encoding", "content-encoding", "content-length")  # not of what was said


@dataclass(frozen=True)
class Message:
    """A request or an answer: its first line, its heads in lower case, and its body."""

    first: str
    headers: dict[str, str]
    body: bytes

    @classmethod
    def parse(cls, data: bytes) -> Self:
        head, _, body = data.partition(END)
        first, _, rows = head.partition(b"\r\n")
        headers = {name.lower(): value for name, value in BytesHeaderParser().parsebytes(rows + END).items()}
        return cls(first.decode(), headers, body)

    @property
    def lines(self) -> list[Any]:
        """Give the body, which is JSON line by line, gzipped or not."""
        packed = self.headers.get("content-encoding")
        return [json.loads(line) for line in (_PACKED[packed](self.body) if packed else self.body).splitlines()]

    def as_heard(self) -> bytes:
        """Write an answer as a browser's page gets it: whole and unpacked."""
        body = _joined(self.body) if self.headers.get("transfer-encoding") == "chunked" else self.body
        if packed := self.headers.get("content-encoding"):
            body = _PACKED[packed](body)
        rows = [f"{name}: {value}" for name, value in self.headers.items() if name not in _OF_THE_WAY]
        return "\r\n".join([self.first, *rows]).encode() + END + body


@dataclass(frozen=True)
class Exchange:
    """A request, as the bytes that went up, and its answer, as it was heard."""

    up: bytes
    down: bytes

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read the files of one, named *path* without their endings."""
        return cls(path.with_suffix(".request").read_bytes(), path.with_suffix(".answer").read_bytes())

    def write(self, path: Path) -> None:
        """Keep it in two files."""
        path.with_suffix(".request").write_bytes(self.up)
        path.with_suffix(".answer").write_bytes(self.down)

    @property
    def request(self) -> Message:
        return Message.parse(self.up)

    @property
    def answer(self) -> Message:
        return Message.parse(self.down)

    @property
    def method(self) -> str:
        return self.request.first.split()[0]

    @property
    def path(self) -> str:
        return self.request.first.split()[1]

    @property
    def status(self) -> int:
        return int(self.answer.first.split()[1])


def items_in(exchange: Exchange) -> dict[str, tuple[Doc, Doc]]:
    """Give what was sent in a `POST /exchange`, each version and wrap by its id."""
    lines = exchange.request.lines[1:]
    pairs = [unpack_item(line) if is_packed(line) else (line[0], line[1]) for line in lines]
    return {version["_id"]: (version, wrap) for version, wrap in pairs}


def heard(pieces: Iterable[tuple[int, bool, bytes]], wanted: re.Pattern[bytes]) -> list[Exchange]:
    """Give the exchanges of a recording that begin as *wanted*, in order; one without an answer was cut.

    On each connection a browser asks nothing before it has the answer to what it asked before.
    """
    talks: list[tuple[bytearray, bytearray]] = []
    current: dict[int, tuple[bytearray, bytearray]] = {}
    for connection, is_up, data in pieces:
        if is_up and (connection not in current or current[connection][1]):
            current[connection] = (bytearray(), bytearray())
            talks.append(current[connection])
        if connection in current:  # or it answers what was asked before
            current[connection][0 if is_up else 1].extend(data)
    return [
        Exchange(bytes(up), Message.parse(bytes(down)).as_heard()) for up, down in talks if down and wanted.match(up)
    ]


def _joined(body: bytes) -> bytes:
    joined = b""
    while body:
        size, _, body = body.partition(b"\r\n")
        joined, body = joined + body[: int(size, 16)], body[int(size, 16) + 2 :]
    return joined
