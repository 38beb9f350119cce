"""What keeps one sender from taking more than a share: bodies have an end, hosts a name, and many posts slow down.

An address is slowed, never refused: behind one carrier's address there may be a whole village.
"""

import asyncio
import ipaddress
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Collection

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server.couch.words import is_face
from server.settings import Network

BURST = 5  # seconds' worth of posts that come through at once
LONGEST = 20.0  # seconds that a post is held back at most, so that the sender does not give up
_REMEMBERED = 10_000  # addresses; the one longest unseen goes first


class BodyLimit:
    """Ends the reading of a body over the limit with 413, also of one that does not say its length."""

    def __init__(self, app: ASGIApp, *, limit: int) -> None:
        self.app = app
        self.limit = limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Count what is read."""
        length = Headers(scope=scope).get("content-length", "0")
        if not length.isdecimal():
            raise HTTPException(400)
        if int(length) > self.limit:
            raise HTTPException(413)
        read = 0

        async def counted() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if read > self.limit:
                raise HTTPException(413)
            return message

        await self.app(scope, counted, send)


class KnownHosts:
    """Refuses requests for a host that is not ours: no link and no cache may be made for another."""

    def __init__(self, app: ASGIApp, *, hosts: Collection[str]) -> None:
        self.app = app
        self.hosts = frozenset(hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Look at the Host header."""
        # Of two, this server might read one and whoever stands in front of it the other.
        if scope["type"] == "http" and not self._is_ours(Headers(scope=scope).getlist("host")):
            raise HTTPException(400)
        await self.app(scope, receive, send)

    def _is_ours(self, named: list[str]) -> bool:
        return len(named) == 1 and _without_port(named[0]) in self.hosts


class ClientAddress:
    """Puts the sender's address in place of the proxy's, when the request comes from a proxy that is ours."""

    def __init__(self, app: ASGIApp, *, proxies: Collection[Network]) -> None:
        self.app = app
        self.proxies = tuple(proxies)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Read `X-Forwarded-For` from its end: everything before the first foreign address may be invented."""
        if scope["type"] == "http" and self.proxies and scope.get("client"):
            address = scope["client"][0]
            forwarded = [part.strip() for part in Headers(scope=scope).get("x-forwarded-for", "").split(",")]
            while forwarded and self._is_ours(address) and _is_address(forwarded[-1]):
                address = forwarded.pop()
            scope["client"] = (address, scope["client"][1])
        await self.app(scope, receive, send)

    def _is_ours(self, address: str) -> bool:
        return _is_address(address) and any(ipaddress.ip_address(address) in network for network in self.proxies)


class SlowDown:
    """Holds an address's posts back once it sends more than *per_second*."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        per_second: float,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self.app = app
        self.per_second = per_second
        self.clock = clock
        self.sleep = sleep
        self._free_at: OrderedDict[str, float] = OrderedDict()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Wait where needed, then pass the request on."""
        if self.per_second and _is_slowed(scope):
            delay = self.delay(network_of(scope["client"][0]) if scope.get("client") else "")
            if delay:
                await self.sleep(delay)
        await self.app(scope, receive, send)

    def delay(self, address: str) -> float:
        """Count a post of *address* and give the seconds it has to wait."""
        # The bucket as a time: when it would be full again. GCRA, the way ATM switches count cells.
        now = self.clock()
        free_at = max(self._free_at.pop(address, now), now) + 1 / self.per_second
        wait = free_at - now - BURST
        # Beyond the longest wait nothing more is owed, or an address could never come back.
        self._free_at[address] = min(free_at, now + BURST + LONGEST)
        if len(self._free_at) > _REMEMBERED:
            self._free_at.popitem(last=False)
        return min(max(wait, 0.0), LONGEST)


def client_network(request: Request) -> str:
    """Name where a request comes from, as `network_of` does."""
    return network_of(request.client.host if request.client else "?")


def network_of(address: str) -> str:
    """Name what one sender has of addresses: one of IPv4, and 64 bits of IPv6."""
    if ":" not in address or not _is_address(address):
        return address
    number = ipaddress.IPv6Address(address.partition("%")[0])
    return str(number.ipv4_mapped or ipaddress.ip_network((int(number) >> 64 << 64, 64)))


def _is_slowed(scope: Scope) -> bool:
    if scope["type"] != "http" or is_face(scope["path"]):
        return False  # a replication is many posts, of a program with an account; what has none is not read there
    # Asking for the state of an upload may finish it, and has a receipt signed.
    return scope["method"] in ("POST", "PATCH") or (scope["method"] == "HEAD" and scope["path"].startswith("/blobs/"))


def _without_port(host: str) -> str:
    name, colon, port = host.lower().rpartition(":")
    return name if colon and port.isdecimal() else host.lower()


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
