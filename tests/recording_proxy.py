"""A wire between browser and server that keeps everything that passes, as whoever stands behind the TLS end would."""

import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Self

from tests.serving import free_port

PIECE = 65536  # bytes


class RecordingProxy:
    """Listens on `port` of *host* and relays to port *target*; `seen` holds the bytes of both directions.

    A connection on which `most_down` bytes came down is cut. `passing` is asked what becomes of a piece that goes up,
    in the connection's own thread: it may take its time.
    """

    def __init__(self, target: int, *, host: str = "127.0.0.1", port: int = 0, behind: str = "127.0.0.1") -> None:
        self.target = target
        self.behind = behind
        self.port = port or free_port()
        self.seen = bytearray()
        self.pieces: list[tuple[int, bool, bytes]] = []  # the same, each with its connection and whether it went up
        self.down = 0  # bytes
        self.most_down: float = float("inf")
        self.up = 0  # bytes of it that a browser sent
        self.passing: Callable[[bytes], bytes] = lambda data: data
        self._near: list[socket.socket] = []
        self._listener = socket.create_server((host, self.port))
        self._turn = threading.Lock()
        self._ends: list[socket.socket] = []
        self._threads: list[threading.Thread] = []

    def __enter__(self) -> Self:
        self._start(self._accept)
        return self

    def __exit__(self, *exc: object) -> None:
        for end in (self._listener, *self._ends):
            _shut(end)
        for thread in self._threads:
            thread.join()
        for end in (self._listener, *self._ends):
            end.close()

    def _start(self, work: Callable[..., None], *arguments: socket.socket) -> None:
        thread = threading.Thread(target=work, args=arguments)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        with suppress(OSError):  # closed: the day is over
            while True:
                near, _ = self._listener.accept()
                self._ends.append(near)
                self._near.append(near)
                self._relay(near)

    def _relay(self, near: socket.socket) -> None:
        try:
            far = socket.create_connection((self.behind, self.target))
        except OSError:  # the server is down, as it may be
            _shut(near)
            return
        self._ends.append(far)
        self._start(self._pass_on, near, far)
        self._start(self._pass_down, far, near)

    def _pass_on(self, one: socket.socket, other: socket.socket) -> None:
        with suppress(OSError):
            while data := one.recv(PIECE):
                with self._turn:
                    self.seen += data
                    self.pieces.append((id(one), True, data))
                    self.up += len(data) if one in self._near else 0
                other.sendall(self.passing(data))
        _shut(one)
        _shut(other)

    def _pass_down(self, far: socket.socket, near: socket.socket) -> None:
        passed = 0
        with suppress(OSError):
            while passed < self.most_down and (data := far.recv(PIECE)):
                data = data[: int(min(len(data), self.most_down - passed))]
                passed += len(data)
                with self._turn:
                    self.seen += data
                    self.pieces.append((id(near), False, data))
                    self.down += len(data)
                near.sendall(data)
        _shut(far)
        _shut(near)


def _shut(end: socket.socket) -> None:
    with suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
