"""A TCP proxy that is a thin link: a shared rate each way, a round trip's delay, counted bytes, cuts on demand.

The model of a 2G link as measured by users: 50 kbit/s and 800 ms. A new connection waits one round trip for TCP (and
one more for TLS 1.3 where `tls` is set); every byte of both directions passes one token bucket a direction, shared by
all connections. No loss and no slow start, which would make the link slower for everyone alike.
"""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

SLICE = 1460  # bytes: about one segment, so that two connections share the link fairly
WHOLE = 256 * 1024  # bytes: where nothing is shaped or cut, only counted, the proxy must not be what is slow


@dataclass(frozen=True)
class Link:
    """What the wire can do: bytes a second each way, and seconds for a round trip."""

    rate: float
    round_trip: float
    tls: bool = False


EDGE = Link(rate=50_000 / 8, round_trip=0.8)
UNSHAPED = Link(rate=float("inf"), round_trip=0)


class Direction:
    """One way of the link: hands out transmission slots and counts what passed."""

    def __init__(self, link: Link) -> None:
        self.link = link
        self.bytes = 0
        self._free_at = 0.0

    async def pass_on(self, size: int) -> None:
        """Wait until *size* more bytes have left the near end of the wire."""
        now = time.monotonic()
        self._free_at = max(now, self._free_at) + size / self.link.rate
        self.bytes += size
        await asyncio.sleep(max(0.0, self._free_at - now))


class ShapingProxy:
    """Listens on a free port of 127.0.0.1 and relays to *target*; `cut_up` decides when a connection dies.

    Args:
        slice: bytes that pass at once.
        cut_up: called with the bytes sent up so far on a connection; True cuts that connection.
    """

    def __init__(
        self,
        target: tuple[str, int],
        link: Link = EDGE,
        *,
        cut_up: Callable[[int], bool] = lambda sent: False,
        slice: int = SLICE,
    ) -> None:
        self.target = target
        self.link = link
        self.cut_up = cut_up
        self.slice = slice
        self.up = Direction(link)
        self.down = Direction(link)
        self.connections = 0
        self.requests = 0
        self.cuts = 0
        self.hello = 0  # of the bytes up, those of the TLS handshakes' first messages
        self._tasks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.port: int = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *exc: object) -> None:
        self._server.close()
        await self.drop()

    async def drop(self) -> None:
        """Close every connection that is open."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}"

    def reset(self) -> None:
        """Begin to count anew; open connections stay warm."""
        self.up.bytes = self.down.bytes = self.connections = self.requests = self.cuts = self.hello = 0

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.ensure_future(self._relay(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _relay(self, near: asyncio.StreamReader, near_out: asyncio.StreamWriter) -> None:
        self.connections += 1
        await asyncio.sleep(self.link.round_trip * (2 if self.link.tls else 1))
        try:
            far, far_out = await asyncio.open_connection(*self.target)
        except OSError:  # the server is down, as it may be
            near_out.close()
            return
        try:
            ways = [
                asyncio.ensure_future(self._pump(near, far_out, self.up, upward=True)),
                asyncio.ensure_future(self._pump(far, near_out, self.down, upward=False)),
            ]
            _done, left = await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
            for task in left:
                task.cancel()
            await asyncio.gather(*ways, return_exceptions=True)
        finally:
            near_out.close()
            far_out.close()

    async def _pump(
        self, source: asyncio.StreamReader, sink: asyncio.StreamWriter, way: Direction, *, upward: bool
    ) -> None:
        sent = 0
        arrivals: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()
        delivery = asyncio.ensure_future(self._deliver(arrivals, sink))
        try:
            while chunk := await source.read(self.slice):
                if upward:
                    self.requests += _requests_in(chunk)
                    self.hello += 0 if sent else _hello_in(chunk)
                await way.pass_on(len(chunk))
                sent += len(chunk)
                arrivals.put_nowait((time.monotonic() + self.link.round_trip / 2, chunk))
                if upward and self.cut_up(sent):
                    self.cuts += 1
                    return
            arrivals.put_nowait((time.monotonic() + self.link.round_trip / 2, b""))
            await delivery
        finally:
            delivery.cancel()

    async def _deliver(self, arrivals: asyncio.Queue[tuple[float, bytes]], sink: asyncio.StreamWriter) -> None:
        while True:
            due, chunk = await arrivals.get()
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            if not chunk:
                return
            sink.write(chunk)
            await sink.drain()


METHODS = (b"GET ", b"POST ", b"PUT ", b"HEAD ", b"DELETE ", b"OPTIONS ")


def _requests_in(chunk: bytes) -> int:
    """Count the requests that begin in *chunk*; on HTTP/1.1 each begins a segment of its own."""
    return int(chunk.startswith(METHODS))


def _hello_in(chunk: bytes) -> int:
    """Count the TLS record with which a connection begins (RFC 8446, 5.1); 0 without TLS."""
    return 5 + int.from_bytes(chunk[3:5]) if chunk[:1] == b"\x16" else 0
