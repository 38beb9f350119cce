"""What one caller of the CouchDB face reaches: its databases, the gate that its writes go through, its own notes."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from starlette.requests import Request

from server.couch.target import Target, target_of
from sync.document import Doc
from sync.errors import Forbidden, NotFound
from sync.store import Store, Written
from sync.streamed import Streams


class Gate(Protocol):
    """Decides what is written."""

    async def write(self, store: Store, docs: Sequence[Doc], *, new_edits: bool) -> list[Written]:
        """Write those documents that may be; the others get a row that says why not."""

    async def stream(self, store: Store, doc: Doc, streams: Streams) -> Written:
        """Write a replicated document with its attachments as they come, if it may be."""


@dataclass(frozen=True)
class Face:
    """What a caller may.

    Attributes:
        gate: None for who only reads.
        server: names the server to clients, which make the names of their checkpoints from it.
        notes: what the ids of the caller's `_local` documents begin with in the store, so that one peer's checkpoints
            are not another's, and none of them ours.
        is_welcome: asked again while an answer goes on for long.
        shows_designs: whether design documents are there; those of an office's CouchDB are its own guard.
    """

    who: str
    server: str
    databases: Mapping[str, Store]
    gate: Gate | None
    notes: str
    is_welcome: Callable[[], Awaitable[bool]]
    shows_designs: bool = False

    def shows(self, doc_id: str) -> bool:
        """Say whether a document of this id is there for the caller, if it is there at all."""
        return self.shows_designs or not doc_id.startswith("_design/")

    async def write(self, store: Store, docs: Sequence[Doc], *, new_edits: bool = True) -> list[Written]:
        """Write through the gate.

        Raises:
            Forbidden: the caller only reads.
        """
        if self.gate is None:
            raise Forbidden("this account only reads")
        return await self.gate.write(store, docs, new_edits=new_edits)

    async def stream(self, store: Store, doc: Doc, streams: Streams) -> Written:
        """Write a replicated document and its attachments through the gate, as `Store.put_streamed` does.

        Raises:
            Forbidden: the caller only reads.
        """
        if self.gate is None:
            raise Forbidden("this account only reads")
        return await self.gate.stream(store, doc, streams)


@dataclass(frozen=True)
class Asked:
    """Who asks, in which database, for what."""

    face: Face
    store: Store
    target: Target


def face_of(request: Request) -> Face:
    """Give what the caller may, in a handler behind the guard."""
    face: Face = request.state.face
    return face


def asked_of(request: Request) -> Asked:
    """Give what is asked for.

    Raises:
        NotFound: there is no such database, or none for this caller; nobody learns which.
        BadRequest: the path is not UTF-8.
    """
    face, target = face_of(request), target_of(request)
    store = face.databases.get(target.database)
    if store is None:
        raise NotFound("Database does not exist.")
    return Asked(face, store, target)
