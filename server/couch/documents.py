"""One document on the CouchDB face: read in any of its revisions, written, deleted."""

import json
from collections.abc import AsyncIterator
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from server.couch.attachments import delete_attachment, put_attachment, show_attachment
from server.couch.body import DOC_LIMIT, read_object, turn
from server.couch.bulk import with_rev
from server.couch.face import Asked, asked_of
from server.couch.multipart import PartWriter
from server.couch.related import Related
from server.couch.revs import mixed, parts_of, wanted_attachments, with_data
from server.couch.stream import CouchStream
from server.couch.target import Options, options_of
from server.couch.words import CouchAnswer, NotServed, answer_of
from sync.document import Doc
from sync.errors import BadRequest, NotFound
from sync.store import OpenRevs, Written


async def show_document(request: Request) -> Response:
    """Answer `GET /couch/{db}/{id}`, or of an attachment `GET /couch/{db}/{id}/{name}`."""
    asked, options = _served(request), options_of(request)
    if asked.target.attachment:
        return await show_attachment(request, asked, options)
    if options.has("open_revs"):
        return await _show_revs(request, asked, options)
    doc = await _winner(asked, options)
    etag = f'"{doc["_rev"]}"'
    if request.headers.get("if-none-match") == etag:
        return Response(status_code=304, headers={"ETag": etag, "Cache-Control": "no-store"})
    names = await wanted_attachments(asked.store, doc, options)
    if names and "multipart/related" in request.headers.get("accept", ""):
        writer = PartWriter()
        parts = parts_of(writer, doc, names, asked.store)
        return CouchStream(parts, media_type=writer.content_type("related"), headers={"ETag": etag})
    return CouchAnswer(await with_data(asked.store, doc, options), headers={"ETag": etag})


async def put_document(request: Request) -> Response:
    """Answer `PUT /couch/{db}/{id}`, in JSON or with the attachments as parts; or of an attachment."""
    asked, options = _served(request), options_of(request)
    if asked.target.attachment:
        return await put_attachment(request, asked, options)
    new_edits = options.flag("new_edits", default=True)
    if not request.headers.get("content-type", "").lower().startswith("multipart/related"):
        doc = _addressed(request, asked, await read_object(request, limit=DOC_LIMIT))
        [written] = await asked.face.write(asked.store, [doc if new_edits else with_rev(doc)], new_edits=new_edits)
        return _written(request, written)
    related = Related(request)
    await related.read_document()
    if related.is_plain and not new_edits:
        doc, streams = related.streamed()
        return _written(
            request, await asked.face.stream(asked.store, with_rev(_addressed(request, asked, doc)), streams)
        )
    async with turn(request):
        doc = _addressed(request, asked, await related.whole())
        [written] = await asked.face.write(asked.store, [doc if new_edits else with_rev(doc)], new_edits=new_edits)
    return _written(request, written)


def _addressed(request: Request, asked: Asked, doc: Doc) -> Doc:
    """Give the document under the id and the rev that the request names."""
    if doc.get("_id", asked.target.document) != asked.target.document:
        raise BadRequest("Document id must match the id in the URL")
    rev = rev_of(request, options_of(request))
    if rev is not None and doc.get("_rev", rev) != rev:
        raise BadRequest("Document rev from request body and query string have different values")
    return {"_id": asked.target.document, **doc} | ({"_rev": rev} if rev is not None else {})


def _written(request: Request, written: Written) -> Response:
    return answer_of(written, headers={} if written.error else {"Location": str(request.url.replace(query=""))})


async def delete_document(request: Request) -> Response:
    """Answer `DELETE /couch/{db}/{id}?rev=`, or of an attachment."""
    asked, options = _served(request), options_of(request)
    if asked.target.attachment:
        return await delete_attachment(request, asked, options)
    rev = rev_of(request, options)
    if rev is None:
        await asked.store.get(asked.target.document)
    tombstone = {"_id": asked.target.document, "_deleted": True} | ({"_rev": rev} if rev is not None else {})
    [written] = await asked.face.write(asked.store, [tombstone])
    return answer_of(written, status=200)


def rev_of(request: Request, options: Options) -> str | None:
    """Give the rev that a write builds on, from the query or from `If-Match`."""
    match = request.headers.get("if-match", "").strip().strip('"')
    return options.word("rev") or match or None


def _served(request: Request) -> Asked:
    """Give what is asked for, unless it has a name of CouchDB's own and is not served: views, searches, settings."""
    asked = asked_of(request)
    name, _, rest = asked.target.document.partition("/")
    if name == "_design" and asked.target.attachment.startswith("_"):
        raise NotServed("views and functions are not run here")
    if request.method in ("GET", "HEAD") and not asked.face.shows(asked.target.document):
        raise NotFound("missing")
    if name.startswith("_") and name not in ("_design", "_local"):
        raise NotFound("missing") if rest else NotServed
    return asked


async def _winner(asked: Asked, options: Options) -> Doc:
    meta, doc_id, rev = options.flag("meta"), asked.target.document, options.word("rev")
    wants_history = options.flag("revs") or options.flag("revs_info") or meta
    doc = await asked.store.get(
        doc_id,
        rev=rev,
        revs=wants_history,
        conflicts=options.flag("conflicts") or meta,
        latest=options.flag("latest"),
    )
    if options.flag("revs_info") or meta:
        doc["_revs_info"] = await _revs_info(asked, doc)
    if wants_history and not options.flag("revs"):
        del doc["_revisions"]
    if options.flag("deleted_conflicts") or meta:
        leaves = await asked.store.open_revs(doc_id, "all")
        dead = [leaf["_rev"] for leaf in leaves if isinstance(leaf, dict) and leaf.get("_deleted")]
        doc |= {"_deleted_conflicts": found} if (found := [one for one in dead if one != doc["_rev"]]) else {}
    return doc


async def _revs_info(asked: Asked, doc: Doc) -> list[dict[str, Any]]:
    history = doc["_revisions"]
    revs = [f"{history['start'] - age}-{sig}" for age, sig in enumerate(history["ids"])]
    found = await asked.store.open_revs(asked.target.document, revs)
    bodies = {one["_rev"]: one for one in found if isinstance(one, dict)}
    return [{"rev": rev, "status": _status(bodies.get(rev))} for rev in revs]


def _status(doc: Doc | None) -> str:
    return "missing" if doc is None else "deleted" if doc.get("_deleted") else "available"


async def _show_revs(request: Request, asked: Asked, options: Options) -> Response:
    wanted: OpenRevs = "all" if options.query.get("open_revs") == "all" else options.revs("open_revs") or []
    found = await _found(asked, wanted, options)
    accepted = request.headers.get("accept")
    if accepted is None or "multipart/mixed" in accepted:
        return mixed(_one(asked.target.document, found), asked.store, options)
    return CouchStream(_rows(asked, found, options))


async def _found(asked: Asked, wanted: OpenRevs, options: Options) -> list[Doc | str]:
    try:
        return await asked.store.open_revs(
            asked.target.document, wanted, latest=options.flag("latest"), history=options.flag("revs")
        )
    except NotFound:
        if wanted == "all":
            raise
        return list(wanted)


async def _one(doc_id: str, found: list[Doc | str]) -> AsyncIterator[tuple[str, str | None, list[Doc | str]]]:
    yield doc_id, None, found


async def _rows(asked: Asked, found: list[Doc | str], options: Options) -> AsyncIterator[bytes]:
    before = b"["
    for doc in found:
        row = {"missing": doc} if isinstance(doc, str) else {"ok": await with_data(asked.store, doc, options)}
        yield before + json.dumps(row, separators=(",", ":")).encode()
        before = b","
    yield b"]\n" if found else b"[]\n"
