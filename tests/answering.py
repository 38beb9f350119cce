"""A real HTTP server on a free port that answers as a test says and remembers what it was asked."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from tests.own_loop import OwnServer

Handler = Callable[["Asked", web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True)
class Asked:
    """One request as it came in."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes = field(repr=False)

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Answering:
    """The running server: its address and what it was asked so far."""

    url: str
    asked: list[Asked] = field(default_factory=list)

    def url_for(self, user: str, password: str) -> str:
        return self.url.replace("//", f"//{user}:{password}@")


@asynccontextmanager
async def answering(handler: Handler) -> AsyncIterator[Answering]:
    """Run a server that gives every request to *handler*."""
    server = Answering("")

    async def remember(request: web.Request) -> web.StreamResponse:
        headers = dict(request.headers)
        path = request.raw_path.split("?")[0]
        asked = Asked(request.method, path, dict(request.query), headers, await request.read())
        server.asked.append(asked)
        return await handler(asked, request)

    app = web.Application(client_max_size=64 * 1024 * 1024)
    app.router.add_route("*", "/{rest:.*}", remember)
    served = await OwnServer(app).start()
    try:
        server.url = served.url
        yield server
    finally:
        await served.stop()


def reply(body: Any, status: int = 200, **headers: str) -> web.Response:
    """Answer with JSON."""
    return web.json_response(body, status=status, headers=headers)


def refusal(status: int, error: str, reason: str = "because") -> web.Response:
    """Answer with an error as CouchDB words it."""
    return reply({"error": error, "reason": reason}, status)
