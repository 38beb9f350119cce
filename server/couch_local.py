"""A peer's `_local` documents: the checkpoints of its replications, which only it sees."""

from starlette.requests import Request
from starlette.responses import Response

from server.couch_body import NOTE_LIMIT, read_object
from server.couch_face import Asked, asked_of
from server.couch_target import options_of
from server.couch_words import CouchAnswer
from sync.document import Doc
from sync.errors import BadRequest, Conflict, NotFound

LONGEST_ID = 256  # characters


async def show_local(request: Request) -> Response:
    """Answer `GET /couch/{db}/_local/{id}`."""
    asked = asked_of(request)
    return CouchAnswer(await _kept(asked))


async def put_local(request: Request) -> Response:
    """Answer `PUT /couch/{db}/_local/{id}`."""
    asked = asked_of(request)
    doc = await read_object(request, limit=NOTE_LIMIT)
    return await _put(asked, doc, rev=doc.get("_rev") or options_of(request).word("rev"), status=201)


async def delete_local(request: Request) -> Response:
    """Answer `DELETE /couch/{db}/_local/{id}`."""
    asked = asked_of(request)
    await _kept(asked)
    return await _put(asked, {"_deleted": True}, rev=options_of(request).word("rev"), status=200)


async def _put(asked: Asked, doc: Doc, *, rev: str | None, status: int) -> Response:
    try:
        kept = (await _kept(asked))["_rev"]
    except NotFound:
        kept = None
    # CouchDB itself lets a `_local` document be written without its rev, but not over another one's.
    if rev is not None and kept is not None and rev != kept:
        raise Conflict("Document update conflict.")
    written = await asked.store.put_local(_id_in_store(asked), {key: doc[key] for key in doc if key != "_rev"})
    return CouchAnswer({"ok": True, "id": asked.target.document, "rev": written}, status)


async def _kept(asked: Asked) -> Doc:
    doc = await asked.store.get_local(_id_in_store(asked))
    return doc | {"_id": asked.target.document}


def _id_in_store(asked: Asked) -> str:
    if asked.target.attachment:
        raise BadRequest("_local documents do not accept attachments.")
    if len(asked.target.local_id) > LONGEST_ID:
        raise NotFound("missing")
    return asked.face.notes + asked.target.local_id
