"""One exchange of a hub with its office: lines out in one gzipped request, the answer's lines in as they come."""

import asyncio
import gzip
import json
from collections.abc import AsyncIterator, Sequence
from types import TracebackType
from typing import Any, Self

import aiohttp

from server.hubs import HOLDS
from server.ndjson import NDJSON
from server.told import Told

TOO_LARGE = 413  # a smaller request may pass
_LONGEST = 1 << 20  # bytes of a line
_CONNECT, _SILENCE = 15, 60  # seconds; at 2G a round trip takes one or two
_LATEST = 3600.0  # seconds that whoever answers may send us away for
_SENTENCES = {
    TOO_LARGE: "the office takes less at once than was sent",
    429: "the office is busy and asks us to come later",
    503: "the office is busy and asks us to come later",
}


class LinkError(Told):
    """The office did not answer as it should; the message is a sentence, `status` is 0 where nothing answered."""

    def __init__(self, sentence: str, *, status: int = 0, retry_after: float = 0) -> None:
        super().__init__(sentence)
        self.status = status
        self.retry_after = retry_after


class RelayLink:
    """The way to the office at *upstream*, an async context manager: one connection, kept as long as it lasts."""

    def __init__(self, upstream: str) -> None:
        self.url = f"{upstream}/exchange"
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        timeout = aiohttp.ClientTimeout(total=None, connect=_CONNECT, sock_read=_SILENCE)
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=1), cookie_jar=aiohttp.DummyCookieJar(), timeout=timeout
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._session is not None:
            await self._session.close()

    async def exchange(self, body: bytes, *, holds: str) -> AsyncIterator[Any]:
        """Post a body that `pack` made and give the values of the answer's lines; the first is its head.

        Args:
            holds: what the hub holds beyond it, as `held_by` says it.

        Raises:
            LinkError: what was given before it is good.
        """
        assert self._session is not None
        headers = {"Content-Type": NDJSON, "Content-Encoding": "gzip", "Accept": NDJSON, HOLDS: holds}
        try:
            async with self._session.post(self.url, data=body, headers=headers, allow_redirects=False) as answer:
                _check(answer)
                head = True
                async for line in _lines(answer.content):
                    value = _parsed(line)
                    if head and not _is_head(value):
                        raise LinkError("something else than the office answers")
                    head = False
                    yield value
                if head:
                    raise LinkError("the answer ended before it began")
        except TimeoutError:
            raise LinkError("the office did not answer in time") from None
        except (aiohttp.ClientError, OSError) as error:
            raise LinkError(_sentence_of(error)) from None


def pack(lines: Sequence[bytes]) -> bytes:
    """Make the body of an exchange."""
    return gzip.compress(b"\n".join(lines) + b"\n", mtime=0)


def _check(answer: aiohttp.ClientResponse) -> None:
    if answer.status == 200 and answer.content_type == NDJSON:
        return
    retry_after = answer.headers.get("Retry-After", "")
    raise LinkError(
        _SENTENCES.get(answer.status, f"something answers with {answer.status} that is not the exchange of an office"),
        status=answer.status,
        retry_after=min(float(retry_after), _LATEST) if retry_after.isdecimal() else 0,
    )


async def _lines(content: aiohttp.StreamReader) -> AsyncIterator[bytes]:
    rest = b""
    async for chunk in content.iter_any():
        *lines, rest = (rest + chunk).split(b"\n")
        for line in lines:
            yield line
        if len(rest) > _LONGEST:
            raise LinkError("something else than the office answers")
        await asyncio.sleep(0)  # a long answer leaves a turn to whoever asks us


def _parsed(line: bytes) -> Any:
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        raise LinkError("something else than the office answers") from None


def _is_head(value: Any) -> bool:
    match value:
        case {"epoch": str(), "time": int(), "public": str()}:
            return True
    return False


def _sentence_of(error: Exception) -> str:
    match error:
        case aiohttp.ClientConnectorCertificateError() | aiohttp.ClientConnectorSSLError():
            return "the certificate of the office does not hold, or the clock of this laptop is wrong"
        case aiohttp.ClientConnectorDNSError():
            return "the name of the office is not found: no signal"
        case aiohttp.ClientConnectorError():
            return "the office cannot be reached: no signal, or it is down"
    return "the connection to the office was cut"
