"""The CouchDB face over plain databases, for outside judges: no accounts, no checks, databases made and removed.

Only tests start it. The product has no setting that reaches what is here.
"""

import os
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from functools import wraps
from pathlib import Path
from urllib.parse import quote

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from server.couch.face import Face, asked_of
from server.couch.target import target_of
from server.couch.words import CouchAnswer, in_couchdbs_words, refusal
from server.failures import explain
from server.handler import Handler
from server.routes import ROWS, build_routes
from sync.couch_store import CouchServer
from sync.document import Doc
from sync.sqlite_store import SqliteStore
from sync.store import Store, Written
from sync.streamed import Streams

FOLDER = "RANTAU_TEST_PLAIN_FOLDER"
COUCHDB = "RANTAU_TEST_PLAIN_COUCHDB"  # the server behind, instead of files


class OpenGate:
    """Lets everything in."""

    async def write(self, store: Store, docs: list[Doc], *, new_edits: bool) -> list[Written]:
        return await store.bulk_docs(docs, new_edits=new_edits)

    async def stream(self, store: Store, doc: Doc, streams: Streams) -> Written:
        return await store.put_streamed(doc, streams)


@dataclass
class Plain(Mapping[str, Store]):
    """Databases that can be made and removed."""

    path: Path
    couch: CouchServer | None = None
    opened: dict[str, Store] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Store:
        return self.opened[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.opened)

    def __len__(self) -> int:
        return len(self.opened)

    async def make(self, name: str) -> None:
        if self.couch is not None:
            self.opened[name] = await self.couch.database(name)
        else:
            self.opened[name] = SqliteStore(self._file(name), name)

    async def remove(self, name: str) -> None:
        await self.opened.pop(name).close()
        for end in ("", "-wal", "-shm"):
            self._file(name, end).unlink(missing_ok=True)

    def _file(self, name: str, end: str = "") -> Path:
        return self.path / f"{quote(name, safe='')}.sqlite{end}"


def plain_app() -> Starlette:
    """Build the application; its databases are in a folder or a CouchDB that the environment names."""
    databases = Plain(Path(os.environ[FOLDER]))

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            if os.environ.get(COUCHDB):
                databases.couch = await stack.enter_async_context(CouchServer(os.environ[COUCHDB]))
            yield
            for name in list(databases):
                await databases.opened.pop(name).close()

    guard = open_to_all(databases)
    rows = [row for row in ROWS if row.name.startswith("couch") and row.name != "couch_make"]
    more = [
        Route("/couch/{db:couchdb}", guard("", make), methods=["PUT"]),
        Route("/couch/{db:couchdb}", guard("", remove), methods=["DELETE"]),
        Route("/couch/{db}/_compact", guard("", compact), methods=["POST"]),
        Route("/couch/{db}/_revs_limit", guard("", revs_limit), methods=["GET", "PUT"]),
    ]
    app = Starlette(routes=[*more, *build_routes(rows, guard=guard)], lifespan=lifespan)
    app.add_exception_handler(Exception, explain)
    app.add_exception_handler(404, explain)
    app.add_exception_handler(405, explain)
    app.add_exception_handler(413, explain)
    app.router.redirect_slashes = False
    app.add_middleware(AsSent)
    return app


class AsSent:
    """Lets routes see the path as it was sent: plain databases may have a slash in their name, as `%2F`."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            scope["path"] = scope["raw_path"].decode("ascii")
        await self.app(scope, receive, send)


def open_to_all(databases: Plain) -> Callable[[str, Handler], Handler]:
    async def is_welcome() -> bool:
        return True

    def guard(_: str, handler: Handler) -> Handler:
        answering = in_couchdbs_words(handler)

        @wraps(handler)
        async def checked(request: Request) -> Response:
            request.state.face = Face("nobody", "0" * 32, databases, OpenGate(), "", is_welcome, shows_designs=True)
            request.state.folder = databases
            return await answering(request)

        return checked

    return guard


async def make(request: Request) -> Response:
    databases: Plain = request.state.folder
    name = target_of(request).database
    if name in databases:
        return refusal(412, error="file_exists", reason="The database could not be created, the file already exists.")
    await databases.make(name)
    return CouchAnswer({"ok": True}, 201)


async def remove(request: Request) -> Response:
    databases: Plain = request.state.folder
    if target_of(request).database not in databases:
        return refusal(404, reason="Database does not exist.")
    await databases.remove(target_of(request).database)
    return CouchAnswer({"ok": True})


async def compact(request: Request) -> Response:
    await asked_of(request).store.compact()
    return CouchAnswer({"ok": True}, 202)


async def revs_limit(request: Request) -> Response:
    await request.body()
    return CouchAnswer({"ok": True} if request.method == "PUT" else 1000)
