"""Cuts the body of an exchange into lines as it comes, inflating gzip on the way; no I/O, and never more than a bound.

What came whole before a cut is kept: `feed` gives every finished line, `finish` the last one of a body that ended
as it should.
"""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field

_GZIP = 16 + zlib.MAX_WBITS
_STEP = 64 * 1024  # bytes inflated at a time
_FREE = 256 * 1024  # bytes inflated before the ratio counts: a tiny body may well be repetitive


class BodyTooLarge(Exception):
    """The body is over a limit, as sent, inflated or by how much it swells."""


class BodyMalformed(Exception):
    """The body is not what its Content-Encoding says."""


@dataclass(frozen=True)
class BodyLimits:
    """How much of a body is read.

    Attributes:
        sent: bytes on the wire.
        inflated: bytes after gzip.
        ratio: inflated to sent; sealed items are random text and never pass 3.
        lines: how many; sealed items have a kilobyte and more, so that no honest body comes near.
        members: gzip files in one body; each costs a copy of what follows it.
        line: bytes of a line; the rest of a longer one is dropped, so that the reader of the line sees it is too long.
    """

    sent: int = 8 << 20
    inflated: int = 16 << 20
    ratio: int = 50
    lines: int = 10_000
    members: int = 100
    line: int = 64 * 1024


@dataclass
class BodyLines:
    """The lines of one body, fed as it comes."""

    gzip: bool = False
    limits: BodyLimits = BodyLimits()
    _rest: bytearray = field(default_factory=bytearray)
    _sent: int = 0
    _inflated: int = 0
    _ended: int = 0
    _members: int = 0
    _stream: "zlib._Decompress | None" = None

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Take the next bytes and give the lines that they finish.

        Raises:
            BodyTooLarge, BodyMalformed: nothing more can be read; lines given before are good.
        """
        self._sent += len(data)
        if self._sent > self.limits.sent:
            raise BodyTooLarge
        yield from self._inflate(data) if self.gzip else self._split(data)

    def finish(self) -> list[bytes]:
        """Give the last line, which needs no newline.

        Raises:
            BodyMalformed: the gzip stream ended early.
        """
        if self._stream is not None and not self._stream.eof:
            raise BodyMalformed
        last, self._rest = bytes(self._rest), bytearray()
        return [last] if last else []

    def _inflate(self, data: bytes) -> Iterator[bytes]:
        while data:
            if self._stream is None or self._stream.eof:  # gzip files may be joined
                self._stream = self._next_member()
            try:
                plain = self._stream.decompress(data, _STEP)
            except zlib.error:
                raise BodyMalformed from None
            data = self._stream.unused_data if self._stream.eof else self._stream.unconsumed_tail
            self._count(len(plain))
            yield from self._split(plain)

    def _next_member(self) -> "zlib._Decompress":
        self._members += 1
        if self._members > self.limits.members:
            raise BodyTooLarge
        return zlib.decompressobj(_GZIP)

    def _count(self, inflated: int) -> None:
        self._inflated += inflated
        if self._inflated > self.limits.inflated or self._inflated > _FREE + self._sent * self.limits.ratio:
            raise BodyTooLarge

    def _split(self, data: bytes) -> Iterator[bytes]:
        *ended, rest = data.split(b"\n")
        for part in ended:
            self._keep(part)
            line = bytes(self._rest)
            self._rest.clear()
            self._ended += 1
            if self._ended > self.limits.lines:
                raise BodyTooLarge
            yield line
        self._keep(rest)

    def _keep(self, part: bytes) -> None:
        room = self.limits.line + 1 - len(self._rest)
        self._rest += part[: max(room, 0)]
