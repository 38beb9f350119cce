import ipaddress
import socket
from dataclasses import dataclass, field

import pytest
from starlette.exceptions import HTTPException

from server.limits import BURST, LONGEST, BodyLimit, ClientAddress, KnownHosts, SlowDown, network_of
from server.posted import BODY_LIMIT
from tests.asgi import Client
from tests.serving import RunningOffice

PROXY = ipaddress.ip_network("192.0.2.0/24")  # tests/asgi.py asks from there


@dataclass
class Echo:
    """Reads the whole body and remembers what it was given."""

    seen: list[tuple[str, bytes]] = field(default_factory=list)

    async def __call__(self, scope, receive, send):
        body, more = b"", True
        while more:
            message = await receive()
            body, more = body + message.get("body", b""), message.get("more_body", False)
        self.seen.append((scope["client"][0], body))
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": body})


@pytest.mark.anyio
async def test_a_body_up_to_the_limit_passes() -> None:
    answer = await Client(BodyLimit(Echo(), limit=10)).request("POST", "/", body=[b"01234", b"56789"])
    assert answer.body == b"0123456789"


@pytest.mark.anyio
async def test_a_body_that_says_it_is_longer_is_not_read() -> None:
    echo = Echo()
    with pytest.raises(HTTPException) as refused:
        await Client(BodyLimit(echo, limit=10)).request("POST", "/", headers={"content-length": "11"})
    assert refused.value.status_code == 413
    assert not echo.seen


@pytest.mark.anyio
async def test_a_body_without_a_length_ends_at_the_limit() -> None:
    echo = Echo()
    with pytest.raises(HTTPException) as refused:
        await Client(BodyLimit(echo, limit=10)).request("POST", "/", body=[b"01234", b"56789", b"x"])
    assert refused.value.status_code == 413
    assert not echo.seen


def test_the_server_ends_a_body_without_a_length(office_server: RunningOffice) -> None:
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
    # Over it by its last bytes: who still sends when the answer comes may find the connection closed.
    reply = office_server.ask("POST", "/id/track", headers=headers, body=[b"code=", b"a" * BODY_LIMIT])
    assert reply.status == 413
    assert reply.json()["error"] == "too-large"


@pytest.mark.anyio
@pytest.mark.parametrize("host", ["rantau.example", "rantau.example:8443", "RANTAU.example"])
async def test_our_own_host_is_answered(host: str) -> None:
    answer = await Client(KnownHosts(Echo(), hosts={"rantau.example"})).get("/", headers={"host": host})
    assert answer.status == 200


@pytest.mark.anyio
@pytest.mark.parametrize("host", ["", "elsewhere.example", "rantau.example.elsewhere", "rantau.example:x", "[::1]"])
async def test_another_host_is_refused(host: str) -> None:
    with pytest.raises(HTTPException) as refused:
        await Client(KnownHosts(Echo(), hosts={"rantau.example"})).get("/", headers={"host": host})
    assert refused.value.status_code == 400


def test_two_hosts_are_no_host(office_server: RunningOffice) -> None:
    with socket.create_connection(("127.0.0.1", office_server.port), timeout=20) as connection:
        connection.sendall(b"GET /id/ HTTP/1.1\r\nHost: localhost\r\nHost: elsewhere.example\r\n\r\n")
        assert connection.recv(100).startswith(b"HTTP/1.1 400")


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("forwarded", "address"),
    [
        ("203.0.113.5", "203.0.113.5"),
        ("198.51.100.1, 203.0.113.5", "203.0.113.5"),  # what stands before may be invented by the sender
        ("203.0.113.5, 192.0.2.9", "203.0.113.5"),  # two proxies of ours
        ("2001:db8::1", "2001:db8::1"),
        ("unknown", "192.0.2.7"),
        ("", "192.0.2.7"),
    ],
)
async def test_behind_our_proxy_the_sender_counts(forwarded: str, address: str) -> None:
    echo = Echo()
    await Client(ClientAddress(echo, proxies=[PROXY])).get("/", headers={"x-forwarded-for": forwarded})
    assert echo.seen[0][0] == address


@pytest.mark.anyio
async def test_nobody_else_can_say_where_a_request_comes_from() -> None:
    echo = Echo()
    for proxies in ((), (ipaddress.ip_network("10.0.0.0/8"),)):
        await Client(ClientAddress(echo, proxies=proxies)).get("/", headers={"x-forwarded-for": "203.0.113.5"})
    assert [address for address, _ in echo.seen] == ["192.0.2.7", "192.0.2.7"]


@dataclass
class Clock:
    """Time that passes only when somebody sleeps."""

    now: float = 1000.0
    slept: list[float] = field(default_factory=list)

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds

    def slow_down(self, echo: Echo, per_second: float = 2) -> SlowDown:
        return SlowDown(echo, per_second=per_second, clock=lambda: self.now, sleep=self.sleep)


@pytest.mark.anyio
async def test_a_days_work_of_a_volunteer_comes_through_at_once() -> None:
    clock, echo = Clock(), Echo()
    client = Client(clock.slow_down(echo))
    for _ in range(2 * BURST):
        await client.request("POST", "/exchange")
    assert clock.slept == []


@pytest.mark.anyio
async def test_many_posts_are_slowed_to_the_rate_and_none_is_refused() -> None:
    clock, echo = Clock(), Echo()
    client, count = Client(clock.slow_down(echo)), 100
    for _ in range(count):
        assert (await client.request("POST", "/exchange")).status == 200
    assert len(echo.seen) == count
    assert clock.now - 1000 == pytest.approx(count / 2 - BURST)


@pytest.mark.anyio
async def test_reading_is_never_slowed() -> None:
    clock, echo = Clock(), Echo()
    client = Client(clock.slow_down(echo))
    for _ in range(200):
        await client.get("/id/")
    assert clock.slept == []


def test_a_flood_owes_no_more_than_the_longest_wait() -> None:
    clock = Clock()
    slow = clock.slow_down(Echo())
    delays = [slow.delay("203.0.113.5") for _ in range(10_000)]
    assert max(delays) == LONGEST
    clock.now += LONGEST + BURST
    assert slow.delay("203.0.113.5") == 0


def test_one_address_does_not_slow_another() -> None:
    slow = Clock().slow_down(Echo())
    for _ in range(1000):
        slow.delay("203.0.113.5")
    assert slow.delay("203.0.113.6") == 0


def test_addresses_are_forgotten_before_they_fill_the_memory() -> None:
    slow = Clock().slow_down(Echo())
    for number in range(20_000):
        slow.delay(str(number))
    assert len(slow._free_at) <= 10_000


@pytest.mark.parametrize(
    ("address", "network"),
    [("203.0.113.5", "203.0.113.5"), ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
     ("::ffff:203.0.113.5", "203.0.113.5"),
     ("fe80::1%eth0", "fe80::/64"), ("?", "?"), ("a:b", "a:b")],
)  # fmt: skip
def test_who_has_many_addresses_counts_as_one(address: str, network: str) -> None:
    assert network_of(address) == network
