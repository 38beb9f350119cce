"""Speaks HTTP to one CouchDB: one session, credentials, time and size limits, retries, and the one border for errors.

Nothing here knows what a document is. Credentials are taken out of the URL at once and are in no message or error.
"""

import asyncio
import base64
import io
import json
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote, urlencode

import aiohttp
from yarl import URL

from sync.couch_wire import AnswerTooLarge, Redirected, error_of, errors_mapped, read_capped
from sync.errors import BadRequest, TooLarge, Unavailable


@dataclass(frozen=True)
class HttpLimits:
    """How long to wait (seconds) and how much to read (bytes, after decompression)."""

    connect: float = 5
    silence: float = 30
    total: float = 120  # but for streams
    answer: int = 64 * 1024 * 1024
    connections: int = 32


@dataclass(frozen=True)
class Backoff:
    """Repeats a safe call after a random part (full jitter) of a doubling, capped delay in seconds."""

    attempts: int = 4
    base: float = 0.1
    cap: float = 2.0
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    random: Callable[[], float] = random.random

    async def wait(self, failures: int) -> None:
        """Pause after the given number of failures in a row."""
        await self.sleep(self.random() * min(self.cap, self.base * 2**failures))


@dataclass(frozen=True)
class Answer:
    """An answer that was not an error; `body` is its JSON."""

    status: int
    body: Any = field(repr=False)


class CouchHttp:
    """The one session to a CouchDB, an async context manager."""

    def __init__(self, url: str, *, limits: HttpLimits | None = None, backoff: Backoff | None = None) -> None:
        parsed = URL(url)
        self._headers = {"Authorization": _basic(parsed.user, parsed.password or "")} if parsed.user else {}
        self._base = str(parsed.with_user(None).with_query(None).with_fragment(None)).rstrip("/")
        self._limits = limits or HttpLimits()
        self._backoff = backoff or Backoff()
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(
            headers=self._headers,
            connector=aiohttp.TCPConnector(limit=self._limits.connections),
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,  # ours stops at a limit
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Let go of every connection; safe to call twice."""
        if self._session is not None:
            await self._session.close()

    async def get(self, path: str, query: Mapping[str, Any] | None = None) -> Any:
        """Give the JSON of a GET, repeating it while CouchDB is away."""
        return (await self.request("GET", path, query=query, safe=True)).body

    async def ask(self, path: str, body: Any, query: Mapping[str, Any] | None = None) -> Any:
        """Give the JSON answer of a POST that only reads, repeating it like a GET."""
        return (await self.request("POST", path, query=query, body=to_json(body), safe=True)).body

    async def request(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, Any] | None = None,
        body: bytes | None = None,
        safe: bool,
        patience: float = 0,
    ) -> Answer:
        """Send one request; *safe* ones are repeated, *patience* is added to the time limit.

        Raises:
            StoreError: as CouchDB answered.
            Unavailable: it did not answer, or not in time, or with something that is no answer.
        """
        for failures in range(self._backoff.attempts if safe else 1):
            if failures:
                await self._backoff.wait(failures - 1)
            try:
                return await self._once(method, path, query, body, patience)
            except Redirected:
                raise
            except Unavailable as error:
                last = error
            except AnswerTooLarge as error:
                # A smaller question may pass; of a write nothing is known.
                raise (TooLarge if safe else Unavailable)(str(error)) from None
        raise last

    async def _once(
        self, method: str, path: str, query: Mapping[str, Any] | None, body: bytes | None, patience: float
    ) -> Answer:
        headers = {"Accept": "application/json", "Accept-Encoding": "gzip"}
        if body is not None:
            headers["Content-Type"] = "application/json"
        total = self._limits.total + patience
        async with self._open(method, path, query, headers, body=body, patience=patience, total=total) as response:
            return await self._answer(response)

    async def _answer(self, response: aiohttp.ClientResponse) -> Answer:
        content = await read_capped(response, self._limits.answer)
        try:
            return Answer(response.status, json.loads(content))
        except (ValueError, RecursionError):
            raise Unavailable("the answer is not JSON") from None

    async def send(
        self, path: str, query: Mapping[str, Any], headers: Mapping[str, str], body: AsyncIterator[bytes]
    ) -> Answer:
        """PUT a body that streams in, its length in *headers*; it may take as long as it moves. Not repeated.

        Raises:
            StoreError: as CouchDB answered.
            Unavailable: it did not answer, or the body stood still for longer than `silence`.
        """
        silence, clock = self._limits.silence, asyncio.get_running_loop().time
        with errors_mapped():
            async with asyncio.timeout(silence) as patience:

                async def moving() -> AsyncIterator[bytes]:
                    async for chunk in body:
                        patience.reschedule(clock() + silence)
                        yield chunk
                    patience.reschedule(None)  # what waits for the answer has its own limit

                async with self._open("PUT", path, query, headers, body=moving()) as response:
                    return await self._answer(response)

    @asynccontextmanager
    async def stream(
        self, path: str, query: Mapping[str, Any], headers: Mapping[str, str]
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        """Open a GET whose bytes the caller reads piece by piece; not repeated."""
        async with self._open("GET", path, query, {"Accept-Encoding": "identity", **headers}) as response:
            if response.headers.get("Content-Encoding", "identity") != "identity":
                raise Unavailable("compressed, though asked not to be")
            yield response

    @asynccontextmanager
    async def _open(
        self,
        method: str,
        path: str,
        query: Mapping[str, Any] | None,
        headers: Mapping[str, str],
        *,
        body: bytes | AsyncIterator[bytes] | None = None,
        patience: float = 0,
        total: float | None = None,
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        if self._session is None or self._session.closed:
            raise Unavailable("not open")
        limits = self._limits
        time_limits = aiohttp.ClientTimeout(
            total=total, sock_connect=limits.connect, sock_read=limits.silence + patience
        )
        with errors_mapped():
            async with self._session.request(
                method,
                URL(f"{self._base}{path}{_query(query)}", encoded=True),
                data=io.BytesIO(body) if isinstance(body, bytes) else body,
                headers=headers,
                allow_redirects=False,
                timeout=time_limits,
            ) as response:
                if response.status >= 300:
                    raise await error_of(response)
                yield response

    async def read(self, response: aiohttp.ClientResponse) -> bytes:
        """Read a streamed answer whole, up to the limit.

        Raises:
            TooLarge: it is longer.
        """
        try:
            return await read_capped(response, self._limits.answer)
        except AnswerTooLarge as error:
            raise TooLarge(str(error)) from None


def to_json(value: Any) -> bytes:
    """Write JSON as CouchDB reads it; a lone surrogate goes out escaped, for CouchDB to refuse.

    Raises:
        BadRequest: the value has no JSON.
    """
    try:
        return json.dumps(value, separators=(",", ":"), allow_nan=False).encode()
    except (TypeError, ValueError) as error:
        raise BadRequest(f"invalid JSON: {error}") from None


def quoted(part: str) -> str:
    """Write one part of a path so that nothing in it can be read as more path."""
    text = quote(part, safe="", errors="replace")  # a lone surrogate has no UTF-8 and names nothing that is there
    return text.replace(".", "%2E") if part in (".", "..") else text


def _basic(user: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


def _query(query: Mapping[str, Any] | None) -> str:
    """Write a query as CouchDB has it: text as it is, everything else as JSON."""
    if not query:
        return ""
    return "?" + urlencode({k: v if isinstance(v, str) else to_json(v).decode() for k, v in query.items()})
