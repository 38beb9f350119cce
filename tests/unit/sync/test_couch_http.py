"""The one session to a CouchDB, against servers that are slow, cut, bomb, redirect and refuse."""

import asyncio
import base64
import gzip
import logging
import zlib

import pytest
from aiohttp import web

from sync import errors
from sync.couch_http import Backoff, CouchHttp, HttpLimits, quoted, to_json
from sync.couch_wire import Redirected, ServerFault
from sync.errors import BadRequest, StoreError, TooLarge, Unavailable
from tests.answering import Asked, answering, refusal, reply

pytestmark = pytest.mark.anyio

LIMITS = HttpLimits(connect=1, silence=0.2, total=0.6, answer=100_000)


class Clock:
    """Sleeps without sleeping and remembers how long."""

    def __init__(self, part: float = 1.0) -> None:
        self.slept: list[float] = []
        self.backoff = Backoff(attempts=4, base=0.5, cap=1.5, sleep=self._sleep, random=lambda: part)

    async def _sleep(self, seconds: float) -> None:
        self.slept.append(seconds)


def http_to(url: str, clock: Clock | None = None) -> CouchHttp:
    return CouchHttp(url, limits=LIMITS, backoff=(clock or Clock()).backoff)


async def echo(asked: Asked, request: web.Request) -> web.StreamResponse:
    return reply({"path": asked.path, "query": asked.query})


async def test_credentials_of_the_url_are_sent_as_basic() -> None:
    """User and password leave the URL and go into the header, umlauts and escapes included."""
    async with answering(echo) as server, http_to(server.url_for("us%40r", "p%C3%A4ss%2F")) as http:
        await http.get("/db")
    (asked,) = server.asked
    assert asked.headers["Authorization"] == "Basic " + base64.b64encode("us@r:päss/".encode()).decode()
    assert asked.path == "/db"


async def test_without_credentials_no_header_is_sent() -> None:
    async with answering(echo) as server, http_to(server.url) as http:
        await http.get("/db")
    assert "Authorization" not in server.asked[0].headers


async def test_credentials_are_in_no_error_and_no_log(caplog: pytest.LogCaptureFixture) -> None:
    """Nothing that can be printed shows the password, even at the lowest level of the log."""
    caplog.set_level(logging.DEBUG)
    async with answering(echo) as server:
        url = server.url_for("admin", "geheim")
        http = http_to(url)
        async with http:
            await http.get("/db")
    async with http_to(url) as http:
        with pytest.raises(Unavailable) as raised:
            await http.get("/db")
    for text in (caplog.text, repr(http), str(raised.value), repr(raised.value.__cause__)):
        assert "geheim" not in text
        assert base64.b64encode(b"admin:geheim").decode() not in text


async def test_a_path_in_the_url_is_kept() -> None:
    async with answering(echo) as server, http_to(f"{server.url}/couch/") as http:
        assert (await http.get("/db", {"since": "0", "limit": 3, "revs": True, "open_revs": ["1-a"]})) == {
            "path": "/couch/db",
            "query": {"since": "0", "limit": "3", "revs": "true", "open_revs": '["1-a"]'},
        }


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (400, errors.BadRequest),
        (401, errors.Forbidden),
        (403, errors.Forbidden),
        (404, errors.NotFound),
        (405, errors.BadRequest),
        (409, errors.Conflict),
        (412, errors.PreconditionFailed),
        (413, errors.TooLarge),
        (500, ServerFault),
        (503, errors.Unavailable),
        (429, errors.Unavailable),
    ],
)
async def test_every_status_has_its_error(status: int, error: type[StoreError]) -> None:
    """An answer of status 400 and over is raised as the error of that name, with CouchDB's reason."""

    async def refuse(asked: Asked, request: web.Request) -> web.StreamResponse:
        return refusal(status, "some_word", "some reason")

    async with answering(refuse) as server, http_to(server.url) as http:
        with pytest.raises(error) as raised:
            await http.get("/db")
    assert type(raised.value) is error
    assert "some reason" in raised.value.reason


async def test_couchdbs_own_word_is_kept() -> None:
    """`error` is CouchDB's word, but TooLarge has one of ours for all of CouchDB's."""

    async def refuse(asked: Asked, request: web.Request) -> web.StreamResponse:
        return refusal(413, "document_too_large") if asked.path == "/large" else refusal(400, "illegal_docid")

    async with answering(refuse) as server, http_to(server.url) as http:
        with pytest.raises(BadRequest) as bad:
            await http.get("/db")
        with pytest.raises(TooLarge) as large:
            await http.get("/large")
    assert bad.value.error == "illegal_docid"
    assert large.value.error == "too_large"


async def test_an_error_page_of_somebody_else_is_an_error_too() -> None:
    async def refuse(asked: Asked, request: web.Request) -> web.StreamResponse:
        return web.Response(status=502, text="<h1>Bad Gateway</h1>" * 10_000, content_type="text/html")

    async with answering(refuse) as server, http_to(server.url) as http:
        with pytest.raises(Unavailable):
            await http.get("/db")


async def test_a_safe_call_is_repeated_with_growing_delays() -> None:
    """A GET is repeated while the server is away; the delays double up to their cap."""
    clock = Clock()

    async def third_time(asked: Asked, request: web.Request) -> web.StreamResponse:
        return reply({"ok": True}) if len(server.asked) == 4 else refusal(503, "service_unavailable")

    async with answering(third_time) as server, http_to(server.url, clock) as http:
        assert await http.get("/db") == {"ok": True}
    assert clock.slept == [0.5, 1.0, 1.5]


async def test_delays_are_a_random_part_of_their_length() -> None:
    """Full jitter: nothing to the whole, so that many that failed at once do not come back at once."""
    clock = Clock(part=0.25)
    async with http_to("http://127.0.0.1:1", clock) as http:
        with pytest.raises(Unavailable):
            await http.get("/db")
    assert clock.slept == [0.125, 0.25, 0.375]


async def test_repeating_ends() -> None:
    async def never(asked: Asked, request: web.Request) -> web.StreamResponse:
        return refusal(503, "service_unavailable")

    async with answering(never) as server, http_to(server.url) as http:
        with pytest.raises(Unavailable):
            await http.ask("/db/_revs_diff", {})
    assert len(server.asked) == 4


async def test_a_call_that_is_not_safe_is_sent_once() -> None:
    """Of a write that got no answer nothing is known: it is for the caller to decide."""

    async def never(asked: Asked, request: web.Request) -> web.StreamResponse:
        return refusal(503, "service_unavailable")

    async with answering(never) as server, http_to(server.url) as http:
        with pytest.raises(Unavailable):
            await http.request("POST", "/db/_bulk_docs", body=b"{}", safe=False)
    assert len(server.asked) == 1


async def test_a_refusal_is_not_repeated() -> None:
    async def refuse(asked: Asked, request: web.Request) -> web.StreamResponse:
        return refusal(404, "not_found", "missing")

    async with answering(refuse) as server, http_to(server.url) as http:
        with pytest.raises(errors.NotFound):
            await http.get("/db")
    assert len(server.asked) == 1


async def test_a_redirect_is_an_error_and_is_not_followed() -> None:
    """The credentials go nowhere else, not even to another path of the same server."""

    async def elsewhere(asked: Asked, request: web.Request) -> web.StreamResponse:
        return web.Response(status=307, headers={"Location": f"{server.url}/elsewhere"})

    async with answering(elsewhere) as server, http_to(server.url_for("admin", "pw")) as http:
        with pytest.raises(Redirected):
            await http.get("/db")
        with pytest.raises(Redirected):
            await http.request("POST", "/db/_bulk_docs", body=b"{}", safe=True)
    assert [asked.path for asked in server.asked] == ["/db", "/db/_bulk_docs"]


async def test_a_silent_server_is_unavailable() -> None:
    async def silent(asked: Asked, request: web.Request) -> web.StreamResponse:
        await asyncio.sleep(5)
        return reply({})

    async with answering(silent) as server, http_to(server.url) as http:
        with pytest.raises(Unavailable, match="in time"):
            await http.request("GET", "/db", safe=False)


async def test_a_dripping_server_is_unavailable() -> None:
    """An answer that comes byte by byte ends with the total, not with the patience for one byte."""

    async def drip(asked: Asked, request: web.Request) -> web.StreamResponse:
        answer = web.StreamResponse()
        await answer.prepare(request)
        for _ in range(100):
            await answer.write(b" ")
            await asyncio.sleep(0.05)
        return answer

    async with answering(drip) as server, http_to(server.url) as http:
        with pytest.raises(Unavailable, match="in time"):
            await http.request("GET", "/db", safe=False)


async def cut(asked: Asked, request: web.Request) -> web.StreamResponse:
    answer = web.StreamResponse(headers={"Content-Length": "1000"})
    await answer.prepare(request)
    await answer.write(b'{"docs":[')
    assert request.transport is not None
    request.transport.close()
    return answer


async def test_a_cut_answer_is_unavailable_and_asked_for_again() -> None:
    async def cut_once(asked: Asked, request: web.Request) -> web.StreamResponse:
        return await cut(asked, request) if len(server.asked) == 1 else reply({"ok": True})

    async with answering(cut_once) as server, http_to(server.url) as http:
        assert await http.get("/db") == {"ok": True}
        server.asked.clear()
        with pytest.raises(Unavailable):
            await http.request("POST", "/db", body=b"{}", safe=False)


@pytest.mark.parametrize("body", [b"", b"<html>", b'{"cut":', b"[" * 50_000, b'"\xff"'])
async def test_what_is_not_json_is_unavailable(body: bytes) -> None:
    """A captive portal answers 200 to everything; it is no CouchDB."""

    async def other(asked: Asked, request: web.Request) -> web.StreamResponse:
        return web.Response(body=body)

    async with answering(other) as server, http_to(server.url) as http:
        with pytest.raises(Unavailable):
            await http.get("/db")


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
async def test_a_compressed_answer_is_inflated(encoding: str) -> None:
    packed = {"gzip": gzip.compress, "deflate": zlib.compress}[encoding](b'{"ok": true}')

    async def compressed(asked: Asked, request: web.Request) -> web.StreamResponse:
        return web.Response(body=packed, headers={"Content-Encoding": encoding})

    async with answering(compressed) as server, http_to(server.url) as http:
        assert await http.get("/db") == {"ok": True}


@pytest.mark.parametrize("status", [200, 500])
async def test_a_bomb_is_stopped_at_the_limit(status: int) -> None:
    """50 KB that inflate to 50 MB are read no further than the limit, in answers and in errors."""
    bomb = gzip.compress(b'{"error":"' + b" " * 50_000_000)

    async def explode(asked: Asked, request: web.Request) -> web.StreamResponse:
        return web.Response(status=status, body=bomb, headers={"Content-Encoding": "gzip"})

    async with answering(explode) as server, http_to(server.url) as http:
        with pytest.raises(TooLarge if status == 200 else ServerFault):
            await http.get("/db")
        with pytest.raises(Unavailable):  # of a write nothing is known
            await http.request("POST", "/db", body=b"{}", safe=False)


async def test_a_long_answer_is_stopped_at_the_limit() -> None:
    """An answer without length and without end is read no further than the limit."""
    sent = 0

    async def endless(asked: Asked, request: web.Request) -> web.StreamResponse:
        nonlocal sent
        answer = web.StreamResponse()
        await answer.prepare(request)
        while sent < 50_000_000:
            await answer.write(b" " * 10_000)
            sent += 10_000
        return answer

    async with answering(endless) as server, http_to(server.url) as http:
        with pytest.raises(TooLarge):
            await http.get("/db")
    assert sent < 20_000_000


async def test_an_unknown_encoding_is_unavailable() -> None:
    async def strange(asked: Asked, request: web.Request) -> web.StreamResponse:
        return web.Response(body=b"{}", headers={"Content-Encoding": "br"})

    async with answering(strange) as server, http_to(server.url) as http:
        with pytest.raises(Unavailable):
            await http.get("/db")


async def test_a_half_compressed_answer_is_unavailable() -> None:
    async def half(asked: Asked, request: web.Request) -> web.StreamResponse:
        return web.Response(body=gzip.compress(b'{"a": 1}')[:-9], headers={"Content-Encoding": "gzip"})

    async with answering(half) as server, http_to(server.url) as http:
        with pytest.raises(Unavailable):
            await http.get("/db")


async def test_nobody_there_is_unavailable() -> None:
    async with http_to("http://127.0.0.1:1") as http:
        with pytest.raises(Unavailable):
            await http.get("/db")


async def test_before_and_after_its_time_it_is_unavailable() -> None:
    """A closed session is no crash; closing twice is allowed."""
    http = http_to("http://127.0.0.1:1")
    with pytest.raises(Unavailable):
        await http.get("/db")
    async with http:
        pass
    await http.close()
    with pytest.raises(Unavailable):
        await http.get("/db")


async def test_a_cookie_is_not_kept() -> None:
    async def cookie(asked: Asked, request: web.Request) -> web.StreamResponse:
        return reply({}, **{"Set-Cookie": "AuthSession=x; Path=/"})

    async with answering(cookie) as server, http_to(server.url) as http:
        await http.get("/db")
        await http.get("/db")
    assert "Cookie" not in server.asked[1].headers


@pytest.mark.parametrize(
    ("part", "text"),
    [
        ("a/b", "a%2Fb"),
        ("..", "%2E%2E"),
        ("a b?#%", "a%20b%3F%23%25"),
        ("ü", "%C3%BC"),
        ("a.b", "a.b"),
        ("\ud800", "%3F"),
    ],
)
async def test_a_part_of_a_path_stays_one_part(part: str, text: str) -> None:
    assert quoted(part) == text


async def test_json_that_is_none_is_refused() -> None:
    for value in (float("nan"), {"a": object()}, {1: b""}):
        with pytest.raises(BadRequest):
            to_json(value)
    assert to_json({"a": "\ud800"}) == b'{"a":"\\ud800"}'


async def test_no_delay_is_longer_than_its_cap() -> None:
    clock = Clock()
    for failures in range(40):
        await clock.backoff.wait(failures)
    assert max(clock.slept) == 1.5
