"""Multipart bodies as CouchDB sends and takes them: read piece by piece, written piece by piece; no I/O, no documents.

A multipart body is `--boundary`, headers, an empty line, content, for each part, and `--boundary--` at the end
(RFC 2046, section 5.1). What stands before the first and after the last boundary is dropped.
"""

import re
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from sync.errors import BadRequest

HEADERS = 16 * 1024  # bytes of a part's headers
_BOUNDARY = re.compile(r'boundary=(?:"([^"]{1,70})"|([^\s;"]{1,70}))', re.IGNORECASE)
_BROKEN = "the multipart body is broken"


@dataclass(frozen=True)
class PartBegins:
    """A part with these headers comes, their names in lower case."""

    headers: Mapping[str, str]


@dataclass(frozen=True)
class PartData:
    """The next bytes of the part."""

    data: bytes = field(repr=False)


@dataclass(frozen=True)
class PartEnds:
    """The part is whole."""


Event = PartBegins | PartData | PartEnds


def boundary_of(content_type: str) -> bytes:
    """Read the boundary.

    Raises:
        BadRequest: there is none.
    """
    found = _BOUNDARY.search(content_type)
    if found is None:
        raise BadRequest("multipart without a boundary")
    return (found[1] or found[2]).encode()


@dataclass
class PartReader:
    """Takes a body as it comes, from wherever it is cut, and gives what is in it."""

    boundary: bytes
    _buffer: bytearray = field(default_factory=lambda: bytearray(b"\r\n"))  # so that the first boundary is one too
    _state: str = "before"  # then by turns "headers" and "content", and "after"
    _spare: int = 0  # bytes of the empty line that still stand before a content: they may belong to a boundary

    def feed(self, data: bytes) -> Iterator[Event]:
        """Take the next bytes and give what they make known.

        Raises:
            BadRequest: it is no multipart body.
        """
        self._buffer += data
        while True:
            step = {"before": self._before, "headers": self._headers, "content": self._content, "after": self._after}
            events = step[self._state]()
            if events is None:
                return
            yield from events

    @property
    def is_whole(self) -> bool:
        """Say whether the last boundary came."""
        return self._state == "after"

    def _before(self) -> list[Event] | None:
        found = self._next_boundary()
        if found is None:
            del self._buffer[: max(0, len(self._buffer) - len(self.boundary) - 8)]
            return None
        return self._pass_boundary(found, [])

    def _headers(self) -> list[Event] | None:
        # A part may have no headers at all: then the empty line comes at once.
        end = 0 if self._buffer.startswith(b"\r\n") else self._buffer.find(b"\r\n\r\n")
        if end < 0:
            if len(self._buffer) > HEADERS:
                raise BadRequest(_BROKEN)
            return None
        headers = _read_headers(bytes(self._buffer[:end]))
        del self._buffer[: end + 2 if end else 0]
        self._state, self._spare = "content", 2
        return [PartBegins(headers)]

    def _content(self) -> list[Event] | None:
        found = self._next_boundary()
        end = len(self._buffer) - len(self.boundary) - 8 if found is None else found
        if found is None and end <= self._spare:
            return None
        data = bytes(self._buffer[self._spare : end])
        events: list[Event] = [PartData(data)] if data else []
        if found is not None:
            return self._pass_boundary(found, [*events, PartEnds()])
        del self._buffer[:end]
        self._spare = 0
        return events

    def _after(self) -> None:
        self._buffer.clear()

    def _next_boundary(self) -> int | None:
        """Find a boundary with what decides about it: two dashes, or the end of its line."""
        mark = b"\r\n--" + self.boundary
        at = self._buffer.find(mark)
        return at if at >= 0 and len(self._buffer) >= at + len(mark) + 2 else None

    def _pass_boundary(self, at: int, events: list[Event]) -> list[Event] | None:
        rest = at + len(self.boundary) + 4
        if self._buffer[rest : rest + 2] == b"--":
            self._state = "after"
            return events
        end = self._buffer.find(b"\r\n", rest)
        if end < 0 or self._buffer[rest:end].strip(b" \t"):
            raise BadRequest(_BROKEN)
        del self._buffer[: end + 2]
        self._state = "headers"
        return events


def _read_headers(block: bytes) -> dict[str, str]:
    headers = {}
    for line in block.split(b"\r\n") if block else ():
        name, colon, value = line.decode("latin-1").partition(":")
        if not colon:
            raise BadRequest(_BROKEN)
        headers[name.strip().lower()] = value.strip()
    return headers


@dataclass(frozen=True)
class PartWriter:
    """Writes a multipart body; what it gives is to be sent in order, with the contents between."""

    boundary: str = field(default_factory=lambda: secrets.token_hex(16))

    def content_type(self, kind: str) -> str:
        """Name the type of the whole, such as `related`."""
        return f'multipart/{kind}; boundary="{self.boundary}"'

    def part(self, headers: Mapping[str, str], *, is_first: bool = False) -> bytes:
        """Give what stands before a part's content."""
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        return f"{'' if is_first else chr(13) + chr(10)}--{self.boundary}\r\n{lines}\r\n".encode()

    @property
    def end(self) -> bytes:
        """Give what stands after the last part."""
        return f"\r\n--{self.boundary}--".encode()
