"""The CouchDB face's own front door, and what is told of a database; none is made or removed over it."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from server.couch.body import DOC_LIMIT, read_object
from server.couch.face import asked_of, face_of
from server.couch.target import target_of
from server.couch.words import CouchAnswer, answer_of, refusal
from sync.errors import Forbidden
from sync.store import Store

VERSION = "3.3.3"  # of CouchDB, whose answers these are
STARTED = "0"  # what a CouchDB cluster says; the age of what is stored is in every seq


async def welcome(request: Request) -> Response:
    """Answer `GET /couch/`."""
    return CouchAnswer(
        {
            "couchdb": "Welcome",
            "version": VERSION,
            "uuid": face_of(request).server,
            "features": [],
            "vendor": {"name": "Rantau"},
        }
    )


async def up(request: Request) -> Response:
    """Answer `GET /couch/_up`."""
    return CouchAnswer({"status": "ok", "seeds": {}})


async def session(request: Request) -> Response:
    """Answer `GET /couch/_session`: who asks; there are no cookies here."""
    content = {
        "ok": True,
        "userCtx": {"name": face_of(request).who, "roles": []},
        "info": {"authentication_handlers": ["default"], "authenticated": "default"},
    }
    return CouchAnswer(content)


async def names(request: Request) -> Response:
    """Answer `GET /couch/_all_dbs`: those that this account reaches."""
    return CouchAnswer(sorted(face_of(request).databases))


async def show_database(request: Request) -> Response:
    """Answer `GET /couch/{db}`."""
    asked = asked_of(request)
    return CouchAnswer(await described(asked.target.database, asked.store))


async def make_database(request: Request) -> Response:
    """Answer `PUT /couch/{db}`: what is there is there, and nothing is made."""
    if face_of(request).databases.get(target_of(request).database) is None:
        raise Forbidden("databases are not made over this door")
    return refusal(412, error="file_exists", reason="The database could not be created, the file already exists.")


async def add_document(request: Request) -> Response:
    """Answer `POST /couch/{db}`: a document that may leave its id to us."""
    asked = asked_of(request)
    doc = await read_object(request, limit=DOC_LIMIT)
    [written] = await asked.face.write(asked.store, [doc])
    return answer_of(written)


async def commit(request: Request) -> Response:
    """Answer `POST /couch/{db}/_ensure_full_commit`: everything that was answered is on the disk."""
    asked_of(request)
    return CouchAnswer({"ok": True, "instance_start_time": STARTED}, 201)


async def described(name: str, store: Store) -> dict[str, Any]:
    """Describe a database as CouchDB does."""
    info = await store.info()
    return {
        "db_name": name,
        "doc_count": info.doc_count,
        "doc_del_count": info.doc_del_count,
        "update_seq": info.update_seq,
        "purge_seq": "0",
        "instance_start_time": STARTED,
        "compact_running": False,
        "disk_format_version": 8,
        "sizes": {"file": 0, "external": 0, "active": 0},
        "props": {},
        "cluster": {"q": 1, "n": 1, "w": 1, "r": 1},
    }
