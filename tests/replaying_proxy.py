"""A hostile hub: passes everything on to the office, but answers some paths with what it recorded long ago."""

from typing import Self

from aiohttp import ClientSession, web

from tests.own_loop import OwnLoop, OwnServer
from tests.serving import free_port

_HOP = {"transfer-encoding", "content-encoding", "content-length", "connection"}


class ReplayingProxy:
    """Listens on `port` of 127.0.0.1; *replayed* holds bodies by their path, and may change at any time."""

    def __init__(self, target: int) -> None:
        self.target = f"http://127.0.0.1:{target}"
        self.port = free_port()
        self.replayed: dict[str, str] = {}
        self.asked: list[str] = []  # the replayed paths, in order

    def __enter__(self) -> Self:
        self._loop = OwnLoop()
        self._server = self._loop.do(self._start())
        return self

    def __exit__(self, *exc: object) -> None:
        self._loop.do(self._stop())
        self._loop.close()

    async def _start(self) -> OwnServer:
        self._session = ClientSession(auto_decompress=False)
        app = web.Application(client_max_size=1 << 24)
        app.router.add_route("*", "/{path:.*}", self._answer)
        return await OwnServer(app, port=self.port).start()

    async def _stop(self) -> None:
        await self._server.stop()
        await self._session.close()

    async def _answer(self, request: web.Request) -> web.Response:
        if request.path in self.replayed:
            self.asked.append(request.path)
            return web.Response(text=self.replayed[request.path])
        headers = {name: value for name, value in request.headers.items() if name.lower() not in _HOP}
        headers["Accept-Encoding"] = "identity"
        body = await request.read()
        asked = self._session.request(
            request.method,
            f"{self.target}{request.raw_path}",
            headers=headers,
            data=body or None,
            allow_redirects=False,
        )
        async with asked as answer:
            kept = [(name, value) for name, value in answer.headers.items() if name.lower() not in _HOP]
            response = web.Response(status=answer.status, body=await answer.read())
            for name, value in kept:
                response.headers.add(name, value)
            return response
