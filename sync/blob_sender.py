"""Sends sealed files on to another office's `/blobs/` by tus 1.0, from the byte where a link broke.

A chunk is as large as the link carries in a few seconds. No checksum goes with it: so the other side keeps whatever
comes of a chunk that is cut, and the digest of the whole decides at the end.
"""

import base64
import json
import time
from collections.abc import Callable, Mapping
from contextlib import aclosing, suppress
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

import aiohttp

from sync.couch_http import Backoff, HttpLimits
from sync.couch_wire import AnswerTooLarge, errors_mapped, read_capped
from sync.errors import Conflict, Forbidden, NotFound, StoreError, TooLarge, Unavailable
from sync.store import Store

SMALLEST = 16 * 1024  # bytes of a chunk: headers are a twentieth of it
LARGEST = 256 * 1024
SECONDS = 4.0  # that a chunk should take
_TUS = {"Tus-Resumable": "1.0.0"}
_CHUNK = {"Content-Type": "application/offset+octet-stream"}
_REASON = 1000  # bytes of an answer that says why
_FINAL: dict[int, type[StoreError]] = {
    404: NotFound,
    409: Conflict,
    410: Forbidden,
    413: TooLarge,
    460: Forbidden,  # tus: another checksum
}


@dataclass(frozen=True)
class _State:
    """How far the other side is, and its receipt of the version once it has the whole."""

    offset: int
    receipt: list[Any] | None = field(default=None, repr=False)


class BlobSender:
    """Sends from *blobs* to the office at *upstream*; an async context manager that owns one session to it."""

    def __init__(
        self,
        blobs: Store,
        upstream: str,
        *,
        limits: HttpLimits | None = None,
        backoff: Backoff | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._blobs = blobs
        self._upstream = upstream.rstrip("/")
        self._limits = limits or HttpLimits()
        self._backoff = backoff or Backoff()
        self._clock = clock
        self._size = SMALLEST
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        limits = self._limits
        self._session = aiohttp.ClientSession(
            cookie_jar=aiohttp.DummyCookieJar(),
            skip_auto_headers=("Accept", "Accept-Encoding", "User-Agent"),
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=limits.connect, sock_read=limits.silence),
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._session is not None:
            await self._session.close()

    async def upload(self, version_id: str, digest: str) -> list[Any] | None:
        """Send a file that a version names and give the other side's new receipt of the version, not yet verified.

        None: everything is there, but not yet as durably as a receipt says; ask again later, it costs no bytes.

        Raises:
            NotFound: we do not have the file, or the other side has not accepted the version.
            Forbidden: the other side takes nothing of the case any more, or what we have has another digest.
            TooLarge: the other side has no room for it.
            Unavailable: the link carried nothing at several tries in a row; what is there stays there.
        """
        stub = (await self._blobs.get(f"blob.{digest}"))["_attachments"]["body"]
        file = _File(version_id, digest, stub["length"])
        state, furthest, failures = None, -1, 0
        while True:
            try:
                state = state or await self._where(file, is_begun=furthest >= 0)
                if failures and state.offset == furthest:
                    # Who has not noticed yet that the link broke tells too little: asking costs less than sending.
                    await self._backoff.wait(0)
                    state = await self._where(file, is_begun=True)
                if state.offset > furthest:
                    furthest, failures = state.offset, 0
                elif failures:  # nothing of what was cut came through
                    self._size = max(SMALLEST, self._size // 2)
                if state.offset >= file.length:
                    return state.receipt
                state = await self._add(file, state.offset)
            except (Conflict, Unavailable) as error:
                failures += 1
                if failures >= self._backoff.attempts:
                    raise Unavailable(error.reason) from None
                await self._backoff.wait(failures - 1)
                state = None

    async def _where(self, file: "_File", *, is_begun: bool) -> _State:
        """Ask where to go on, beginning the upload where there is none."""
        if is_begun:
            with suppress(NotFound):
                return await self._ask("HEAD", file.path, {})
        return await self._ask("POST", "/blobs/", file.creation)

    async def _add(self, file: "_File", offset: int) -> _State:
        data = await self._read(file.digest, offset)
        started = self._clock()
        state = await self._ask("PATCH", file.path, _CHUNK | {"Upload-Offset": str(offset)}, data)
        rate = len(data) / max(self._clock() - started, 1e-3)
        # What was not tried is not known: twice as much at most.
        self._size = max(SMALLEST, min(LARGEST, 2 * self._size, int(rate * SECONDS)))
        return state

    async def _read(self, digest: str, offset: int) -> bytes:
        data = bytearray()
        chunks = self._blobs.attachment_chunks(f"blob.{digest}", "body", start=offset)
        async with aclosing(chunks) as pieces:  # type: ignore[type-var]  # both stores give generators
            async for piece in pieces:
                data += piece
                if len(data) >= self._size:
                    break
        return bytes(data[: self._size])

    async def _ask(self, method: str, path: str, headers: Mapping[str, str], data: bytes | None = None) -> _State:
        if self._session is None:
            raise Unavailable("not open")
        with errors_mapped():
            async with self._session.request(
                method, self._upstream + path, headers={**_TUS, **headers}, data=data, allow_redirects=False
            ) as response:
                if response.status >= 300:
                    raise await _error_of(response)
                return _state(response)


@dataclass(frozen=True)
class _File:
    version: str
    digest: str
    length: int

    @property
    def path(self) -> str:
        return f"/blobs/{self.version}/{self.digest}"

    @property
    def creation(self) -> dict[str, str]:
        named = {"version": self.version, "digest": self.digest}
        pairs = [f"{name} {base64.b64encode(value.encode()).decode()}" for name, value in named.items()]
        return {"Upload-Length": str(self.length), "Upload-Metadata": ",".join(pairs)}


def _state(response: aiohttp.ClientResponse) -> _State:
    headers = response.headers
    # What was begun just now may say nothing of an offset: it is 0.
    unsaid = "0" if response.status == 201 and "Tus-Resumable" in headers else ""
    try:
        receipt = json.loads(headers.get("Rantau-Receipt", "null"))
        return _State(int(headers.get("Upload-Offset", unsaid)), receipt if isinstance(receipt, list) else None)
    except (ValueError, RecursionError):
        raise Unavailable("the answer is not tus") from None


async def _error_of(response: aiohttp.ClientResponse) -> StoreError:
    if response.status in _FINAL:
        return _FINAL[response.status](await _reason(response))
    # A proxy, a portal, an office that is busy: later it may be otherwise.
    return Unavailable(f"status {response.status}")


async def _reason(response: aiohttp.ClientResponse) -> str:
    try:
        told = json.loads(await read_capped(response, _REASON))
        return str(told["reason"])
    except (AnswerTooLarge, ValueError, KeyError, TypeError, RecursionError):
        return ""
