"""Attachments in an embedded store: kept once by digest in chunks, named by stubs in the bodies that use them."""

import base64
import hashlib
import json
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import IO, Any

from sync.document import Doc
from sync.errors import BadRequest, NotFound, PreconditionFailed

CHUNK = 64 * 1024  # bytes

Stubs = dict[str, dict[str, Any]]


@dataclass(frozen=True)
class StagedFile:
    """An attachment that was streamed: whole in a file, with its digest as CouchDB writes it."""

    digest: str
    length: int
    file: IO[bytes] = field(repr=False)


def take_in(connection: sqlite3.Connection, given: Stubs, known: Stubs) -> Stubs:
    """Store the data that came with a document and give the stubs that its body keeps.

    Args:
        given: the document's `_attachments`: data in base64 or staged, or stubs of what the parent has.
        known: the parent's stubs.

    Raises:
        BadRequest: an attachment has neither data nor a stub, or its data is no base64.
        PreconditionFailed: a stub names what is not there.
    """
    return {name: _one(connection, name, value, known) for name, value in given.items()}


def _one(connection: sqlite3.Connection, name: str, value: dict[str, Any], known: Stubs) -> dict[str, Any]:
    if "data" not in value:
        return _known_stub(name, value, known)
    content_type, revpos = value.get("content_type", "application/octet-stream"), value.get("revpos", 0)
    if not isinstance(content_type, str) or type(revpos) is not int:
        raise BadRequest(f"attachment {name} has a wrong content_type or revpos")
    digest, length = _put(connection, name, value["data"])
    return {"content_type": content_type, "revpos": revpos, "digest": digest, "length": length, "stub": True}


def _put(connection: sqlite3.Connection, name: str, data: Any) -> tuple[str, int]:
    if isinstance(data, StagedFile):
        data.file.seek(0)
        _keep(connection, data.digest, data.length, iter(lambda: data.file.read(CHUNK), b""))
        return data.digest, data.length
    try:
        content = base64.b64decode(data, validate=True)
    except (TypeError, ValueError):
        raise BadRequest(f"attachment {name} is no base64") from None
    return put(connection, content), len(content)


def _known_stub(name: str, value: dict[str, Any], known: Stubs) -> dict[str, Any]:
    # By the parent's name and digest only: who knows a digest does not get another document's bytes by it.
    if value.get("stub") and name in known and value.get("digest", known[name]["digest"]) == known[name]["digest"]:
        return known[name]
    raise PreconditionFailed(f"invalid attachment stub: {name}", error="missing_stub")


def put(connection: sqlite3.Connection, data: bytes) -> str:
    """Store bytes once and give their digest, as CouchDB writes it."""
    digest = "md5-" + base64.b64encode(hashlib.md5(data, usedforsecurity=False).digest()).decode()
    view = memoryview(data)
    _keep(connection, digest, len(data), (view[at : at + CHUNK] for at in range(0, len(data), CHUNK)))
    return digest


def _keep(connection: sqlite3.Connection, digest: str, length: int, chunks: Iterable[bytes | memoryview]) -> None:
    if connection.execute("INSERT OR IGNORE INTO attachments VALUES (?, ?)", [digest, length]).rowcount:
        rows = ((digest, n, chunk) for n, chunk in enumerate(chunks))
        connection.executemany("INSERT INTO chunks VALUES (?, ?, ?)", rows)


def chunk(connection: sqlite3.Connection, digest: str, n: int) -> bytes:
    """Give chunk number *n*.

    Raises:
        NotFound: the attachment was purged meanwhile.
    """
    row = connection.execute("SELECT data FROM chunks WHERE digest = ? AND n = ?", [digest, n]).fetchone()
    if row is None:
        raise NotFound("Document is missing attachment")
    return bytes(row["data"])


def whole(connection: sqlite3.Connection, digest: str) -> bytes:
    """Give all the bytes of an attachment."""
    rows = connection.execute("SELECT data FROM chunks WHERE digest = ? ORDER BY n", [digest])
    return b"".join(row["data"] for row in rows)


def inline(connection: sqlite3.Connection, doc: Doc) -> Doc:
    """Give a document with the data of its attachments in place of the stubs."""
    stubs: Stubs = doc.get("_attachments", {})
    full = {
        name: {key: stub[key] for key in ("content_type", "revpos", "digest")}
        | {"data": base64.b64encode(whole(connection, stub["digest"])).decode()}
        for name, stub in stubs.items()
    }
    return doc | ({"_attachments": full} if full else {})


def note_uses(connection: sqlite3.Connection, body: int, stubs: Stubs) -> None:
    """Remember which attachments a body needs."""
    digests = {stub["digest"] for stub in stubs.values()}
    connection.executemany("INSERT INTO uses VALUES (?, ?)", [(body, digest) for digest in digests])


def stubs_of(connection: sqlite3.Connection, body: int | None) -> Stubs:
    """Give the stubs that a stored body has."""
    row = connection.execute("SELECT json FROM bodies WHERE key = ?", [body]).fetchone()
    found: Stubs = json.loads(row["json"]).get("_attachments", {}) if row else {}
    return found
