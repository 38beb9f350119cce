"""Drives an ASGI application in the same process: bodies in pieces, bodies that are cut, cookies kept."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlencode, urlsplit

from starlette.types import ASGIApp, Message


@dataclass
class Answer:
    """What came back; `is_whole` says whether the application ended its answer."""

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    is_whole: bool = False

    @property
    def text(self) -> str:
        return self.body.decode()

    def json(self) -> Any:
        return json.loads(self.body)

    def lines(self) -> list[Any]:
        return [json.loads(line) for line in self.body.splitlines()]


@dataclass
class Client:
    """A browser's worth of HTTP against one application."""

    app: ASGIApp
    cookies: dict[str, str] = field(default_factory=dict)
    origin: str = "http://localhost"
    address: str = "192.0.2.7"

    async def get(self, url: str, **more: Any) -> Answer:
        return await self.request("GET", url, **more)

    async def post_form(self, url: str, fields: Mapping[str, str], **more: Any) -> Answer:
        headers = {"content-type": "application/x-www-form-urlencoded", "sec-fetch-site": "same-origin"}
        return await self.request(
            "POST", url, headers=headers | more.pop("headers", {}), body=[urlencode(fields).encode()], **more
        )

    async def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: Sequence[bytes] = (),
        cut: bool = False,
        silent: asyncio.Event | None = None,
    ) -> Answer:
        """Send a request whose body comes in these pieces; with *cut* the connection ends after the last.

        With *silent* it neither ends nor goes on then, and the event is set.
        """
        answer = Answer()
        messages: list[Message] = [{"type": "http.request", "body": part, "more_body": True} for part in body]
        messages += [] if cut or silent else [{"type": "http.request", "body": b"", "more_body": False}]
        pending = iter(messages)

        answered = asyncio.Event()

        async def receive() -> Message:
            message = next(pending, None)
            if message is not None:
                return message
            if silent:
                silent.set()
            if not cut:  # who waits for the answer stays until it is whole
                await answered.wait()
            return {"type": "http.disconnect"}

        async def send(message: Message) -> None:
            if message["type"] == "http.response.start":
                answer.status = message["status"]
                answer.headers = {name.decode(): value.decode() for name, value in message["headers"]}
                for name, value in message["headers"]:
                    self._keep_cookie(name, value)
            else:
                answer.body += message.get("body", b"")
                answer.is_whole = not message.get("more_body", False)
                if answer.is_whole:
                    answered.set()

        await self.app(self._scope(method, url, dict(headers or {})), receive, send)
        return answer

    def _scope(self, method: str, url: str, headers: dict[str, str]) -> dict[str, Any]:
        parts = urlsplit(url)
        headers.setdefault("host", urlsplit(self.origin).netloc)
        if self.cookies:
            headers["cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        return {
            "type": "http", "asgi": {"version": "3.0", "spec_version": "2.3"}, "http_version": "1.1",
            "method": method, "scheme": "http", "path": parts.path, "raw_path": parts.path.encode(),
            "query_string": parts.query.encode(), "root_path": "", "client": (self.address, 1234),
            "server": ("localhost", 80), "headers": [(k.lower().encode(), v.encode()) for k, v in headers.items()],
        }  # fmt: skip

    def _keep_cookie(self, name: bytes, value: bytes) -> None:
        if name != b"set-cookie":
            return
        for cookie in SimpleCookie(value.decode()).values():
            if cookie["max-age"] == "0":
                self.cookies.pop(cookie.key, None)
            else:
                self.cookies[cookie.key] = cookie.value
