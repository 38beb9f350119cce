"""A peer's `_local` documents: the checkpoints of its replications, which only it sees.

It has so many of them in a database and no more: with another one the oldest goes, and what it was for begins anew.
"""

import asyncio

from starlette.requests import Request
from starlette.responses import Response

from server.couch.body import NOTE_LIMIT, read_object
from server.couch.face import Asked, asked_of
from server.couch.target import options_of
from server.couch.words import CouchAnswer
from sync.document import Doc
from sync.errors import BadRequest, Conflict, NotFound

LONGEST_ID = 256  # characters
MOST = 256  # documents of a peer in a database
_LISTS = "peers:"  # what the ids begin with under which the ids of each peer's are kept; no peer's begin so


async def show_local(request: Request) -> Response:
    """Answer `GET /couch/{db}/_local/{id}`."""
    asked = asked_of(request)
    return CouchAnswer(await _kept(asked))


async def put_local(request: Request) -> Response:
    """Answer `PUT /couch/{db}/_local/{id}`."""
    asked = asked_of(request)
    doc = await read_object(request, limit=NOTE_LIMIT)
    return await _put(request, asked, doc, rev=doc.get("_rev") or options_of(request).word("rev"), status=201)


async def delete_local(request: Request) -> Response:
    """Answer `DELETE /couch/{db}/_local/{id}`."""
    asked = asked_of(request)
    await _kept(asked)
    return await _put(request, asked, {"_deleted": True}, rev=options_of(request).word("rev"), status=200)


async def _put(request: Request, asked: Asked, doc: Doc, *, rev: str | None, status: int) -> Response:
    try:
        kept = (await _kept(asked))["_rev"]
    except NotFound:
        kept = None
    # CouchDB itself lets a `_local` document be written without its rev, but not over another one's.
    if rev is not None and kept is not None and rev != kept:
        raise Conflict("Document update conflict.")
    local_id = _id_in_store(asked)
    async with _turn(request):
        written = await asked.store.put_local(local_id, {key: doc[key] for key in doc if key != "_rev"})
        await _list(asked, local_id, is_there=not doc.get("_deleted"))
    return CouchAnswer({"ok": True, "id": asked.target.document, "rev": written}, status)


def _turn(request: Request) -> asyncio.Lock:
    """Give the lock of whoever changes such a list."""
    state = request.app.state
    if not hasattr(state, "peer_lists"):
        state.peer_lists = asyncio.Lock()
    lock: asyncio.Lock = state.peer_lists
    return lock


async def _list(asked: Asked, local_id: str, *, is_there: bool) -> None:
    """Keep the list of a peer's documents, and their number."""
    list_id = _LISTS + asked.face.notes
    try:
        known = [str(one) for one in (await asked.store.get_local(list_id))["ids"]]
    except NotFound:
        known = []
    if is_there == (local_id in known):
        return
    ids = [*known, local_id] if is_there else [one for one in known if one != local_id]
    for old in ids[:-MOST]:
        await asked.store.put_local(old, {"_deleted": True})
    await asked.store.put_local(list_id, {"ids": ids[-MOST:]})


async def _kept(asked: Asked) -> Doc:
    doc = await asked.store.get_local(_id_in_store(asked))
    return doc | {"_id": asked.target.document}


def _id_in_store(asked: Asked) -> str:
    if asked.target.attachment:
        raise BadRequest("_local documents do not accept attachments.")
    if len(asked.target.local_id) > LONGEST_ID:
        raise NotFound("missing")
    return asked.face.notes + asked.target.local_id
