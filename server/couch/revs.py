"""Documents with their attachments on their way out: stubs, data in base64, or parts that are streamed."""

import base64
import json
from collections.abc import AsyncIterator, Collection, Sequence
from typing import Any
from urllib.parse import quote

from server.couch.multipart import PartWriter
from server.couch.stream import CouchStream
from server.couch.target import Options
from sync.document import Doc, Rev
from sync.store import Store

Found = AsyncIterator[tuple[str, str | None, list[Doc | str]]]


async def with_data(store: Store, doc: Doc, options: Options) -> Doc:
    """Give *doc* with the data of the attachments that are asked for in place of their stubs."""
    wanted = await wanted_attachments(store, doc, options)
    stubs = doc.get("_attachments", {})
    for name in wanted:
        found = await store.attachment(doc["_id"], name, rev=doc["_rev"])
        kept = {key: stubs[name][key] for key in ("content_type", "revpos", "digest") if key in stubs[name]}
        stubs[name] = kept | {"data": base64.b64encode(found.data).decode()}
    return doc


async def wanted_attachments(store: Store, doc: Doc, options: Options, *, always: bool = False) -> list[str]:
    """Name the attachments of *doc* whose bytes are asked for: all, or those newer than what the asker has."""
    stubs, since = doc.get("_attachments", {}), options.revs("atts_since")
    if not stubs or not (always or options.flag("attachments") or since is not None):
        return []
    if not since:
        return list(stubs)
    known = await _newest_known(store, doc, since)
    return [name for name, stub in stubs.items() if stub.get("revpos", 0) > known]


async def _newest_known(store: Store, doc: Doc, since: Sequence[str]) -> int:
    """Give the generation of the newest of *since* that *doc* descends from."""
    history = await _history(store, doc)
    return max((Rev.parse(rev).generation for rev in since if rev in history), default=0)


async def _history(store: Store, doc: Doc) -> Collection[str]:
    revisions = doc.get("_revisions")
    if revisions is None:
        revisions = (await store.get(doc["_id"], rev=doc["_rev"], revs=True))["_revisions"]
    return {f"{revisions['start'] - age}-{sig}" for age, sig in enumerate(revisions["ids"])}


def mixed(found: Found, store: Store, options: Options) -> CouchStream:
    """Answer with a part a document: JSON, or a body of parts of its own where it has attachments."""
    writer = PartWriter()
    return CouchStream(_mixed(writer, found, store, options), media_type=writer.content_type("mixed"))


async def _mixed(writer: PartWriter, found: Found, store: Store, options: Options) -> AsyncIterator[bytes]:
    is_first = True
    async for _, _, docs in found:
        for doc in docs:
            async for piece in _part(writer, doc, store, options, is_first=is_first):
                yield piece
            is_first = False
    if is_first:
        yield f"--{writer.boundary}".encode()
    yield writer.end


async def _part(
    writer: PartWriter, doc: Doc | str, store: Store, options: Options, *, is_first: bool
) -> AsyncIterator[bytes]:
    if isinstance(doc, str):
        yield writer.part({"Content-Type": 'application/json; error="true"'}, is_first=is_first) + _json(
            {"missing": doc}
        )
        return
    names = await wanted_attachments(store, doc, options, always=True)  # who asks for parts gets attachments
    if not names:
        yield writer.part({"Content-Type": "application/json"}, is_first=is_first) + _json(doc)
        return
    inner = PartWriter()
    yield writer.part({"Content-Type": inner.content_type("related")}, is_first=is_first)
    async for piece in parts_of(inner, doc, names, store):
        yield piece


async def parts_of(writer: PartWriter, doc: Doc, names: Sequence[str], store: Store) -> AsyncIterator[bytes]:
    """Write a document and the bytes of the named attachments, a part each."""
    stubs = doc["_attachments"]
    following = {name: _following(stub) if name in names else stub for name, stub in stubs.items()}
    # The parts come in the order in which the document names them: that is how they are told apart.
    yield writer.part({"Content-Type": "application/json"}, is_first=True) + _json(doc | {"_attachments": following})
    for name in (name for name in stubs if name in names):
        yield writer.part(_headers(name, stubs[name]))
        async for chunk in store.attachment_chunks(doc["_id"], name, rev=doc["_rev"]):
            yield chunk
    yield writer.end


def _following(stub: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in stub.items() if key != "stub"} | {"follows": True}


def _headers(name: str, stub: dict[str, Any]) -> dict[str, str]:
    return {
        "Content-Disposition": f'attachment; filename="{quote(name)}"',
        "Content-Type": one_line(stub["content_type"]),
        "Content-Length": str(stub["length"]),
    }


def one_line(text: str) -> str:
    """Give what a document says of itself as a header can hold it."""
    return text if text.isascii() and text.isprintable() else "application/octet-stream"


def _json(content: Any) -> bytes:
    return json.dumps(content, separators=(",", ":")).encode()
