"""Many documents in one request: written, asked for, or compared by their revs."""

import json
import uuid
from collections.abc import AsyncIterator, Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from server.couch.body import read_object
from server.couch.face import Asked, asked_of
from server.couch.revs import mixed, with_data
from server.couch.stream import CouchStream
from server.couch.target import Options, options_of
from server.couch.words import CouchAnswer, row_of
from sync.document import Doc, Rev
from sync.errors import BadRequest, NotFound
from sync.incoming import checked_id, given_attachments

Wanted = tuple[str, str | None]  # a document, and one of its revs or all leaves

_READ_AT_ONCE = 10  # documents of a `_bulk_get`, which may bring their attachments


async def bulk_docs(request: Request) -> Response:
    """Answer `POST /couch/{db}/_bulk_docs`; the answer names what was written, or with `new_edits` off what was not."""
    asked = asked_of(request)
    body = await read_object(request)
    docs, new_edits = body.get("docs"), body.get("new_edits", True)
    if not isinstance(docs, list) or not all(isinstance(doc, dict) for doc in docs):
        raise BadRequest("Bulk requests must have a list of documents: `docs`")
    if not isinstance(new_edits, bool):
        raise BadRequest("new_edits: true or false")
    if new_edits:
        docs = [doc if "_id" in doc else {"_id": uuid.uuid4().hex, **doc} for doc in docs]
    else:
        docs = [with_rev(doc) for doc in docs]
    for doc in docs:
        _refuse_malformed(doc, new_edits=new_edits)
    written = await asked.face.write(asked.store, docs, new_edits=new_edits)
    durable = all(row.durable or row.error for row in written)
    return CouchAnswer([row_of(row) for row in written if new_edits or row.error], 201 if durable else 202)


def with_rev(doc: Doc) -> Doc:
    """Give a replicated document with the rev that its history begins with; what it says beside that does not count."""
    match doc.get("_revisions"):
        case {"start": int(start), "ids": [str(sig), *_]}:
            return doc | {"_rev": f"{start}-{sig}"}
    return doc


def _refuse_malformed(doc: Doc, *, new_edits: bool) -> None:
    """Refuse the whole batch for a document that is none, before any of it is written, as CouchDB does."""
    checked_id(doc, new_edits=new_edits)
    given_attachments(doc)
    if "_rev" not in doc and not new_edits:
        raise BadRequest("with `new_edits: false` a document needs `_rev` or `_revisions`")


async def revs_diff(request: Request) -> Response:
    """Answer `POST /couch/{db}/_revs_diff`."""
    asked = asked_of(request)
    revs = await read_object(request)
    if not all(isinstance(its, list) and all(isinstance(rev, str) for rev in its) for its in revs.values()):
        raise BadRequest("a list of revs for each document")  # CouchDB itself falls over what is no text
    found = await asked.store.revs_diff(revs)
    return CouchAnswer(
        {
            doc_id: {"missing": diff.missing}
            | ({"possible_ancestors": diff.possible_ancestors} if diff.possible_ancestors else {})
            for doc_id, diff in found.items()
        }
    )


async def bulk_get(request: Request) -> Response:
    """Answer `POST /couch/{db}/_bulk_get`, in JSON or, where that is asked for, in parts."""
    asked, options = asked_of(request), options_of(request)
    docs = (await read_object(request)).get("docs")
    if not isinstance(docs, list):
        raise BadRequest("Missing JSON list of `docs`.")
    wanted = [_wanted(doc) for doc in docs]
    if "multipart/" in request.headers.get("accept", ""):
        return mixed(_each(asked, wanted, options), asked.store, options)
    return CouchStream(_as_json(asked, wanted, options))


def _wanted(doc: Any) -> Wanted:
    match doc:
        case {"id": str(doc_id), **rest} if isinstance(rest.get("rev"), str | None):
            return doc_id, None if rest.get("rev") is None else str(Rev.parse(rest["rev"]))
    raise BadRequest("each of `docs` is an object with `id`, and `rev` where one is meant")


async def _as_json(asked: Asked, wanted: Sequence[Wanted], options: Options) -> AsyncIterator[bytes]:
    yield b'{"results":['
    before = b""
    async for doc_id, rev, docs in _each(asked, wanted, options):
        found: list[Any] = [
            {"ok": await with_data(asked.store, doc, options)} if isinstance(doc, dict) else _missing(doc_id, doc)
            for doc in docs
        ]
        result = {"id": doc_id, "docs": found or [_missing(doc_id, rev or "undefined")]}
        yield before + json.dumps(result, separators=(",", ":")).encode()
        before = b",\n"
    yield b"]}\n"


async def _each(
    asked: Asked, wanted: Sequence[Wanted], options: Options
) -> AsyncIterator[tuple[str, str | None, list[Doc | str]]]:
    """Give each thing that is asked for with the documents found, and with the revs that were not."""
    revs, latest = options.flag("revs"), options.flag("latest")
    for at in range(0, len(wanted), _READ_AT_ONCE):
        page = wanted[at : at + _READ_AT_ONCE]
        shown = [one for one in page if asked.face.shows(one[0])]
        found = dict(zip(shown, await asked.store.bulk_get(shown, revs=revs, latest=latest), strict=True))
        for one in page:
            doc_id, rev = one
            docs: list[Doc | str] = list(found[one].docs) if one in found else []
            yield doc_id, rev, docs or [rev or "undefined"]


def _missing(doc_id: str, rev: str) -> dict[str, Any]:
    error = {"id": doc_id, "rev": rev, "error": NotFound.error, "reason": "missing"}
    return {"error": error}
