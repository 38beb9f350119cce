"""`_all_docs`: the documents of a database by id, page by page."""

import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from server.couch.body import read_object
from server.couch.face import Asked, asked_of
from server.couch.revs import with_data
from server.couch.stream import CouchStream
from server.couch.target import Options, options_of
from sync.errors import BadRequest, NotFound
from sync.store import Row, Store

PAGE = 500  # rows read at once
_PAGE_OF_DOCS = 50


@dataclass(frozen=True)
class _Range:
    """Which rows: between ids, in which direction, after how many, how many at most."""

    start: str | None
    end: str | None
    excluded: str | None
    skip: int
    limit: int | None
    descending: bool
    include_docs: bool


async def all_docs(request: Request) -> Response:
    """Answer `GET` and `POST /couch/{db}/_all_docs`."""
    asked = asked_of(request)
    options = options_of(request, await read_object(request) if request.method == "POST" else None)
    keys = _keys(options)
    rows = _of_keys(asked, keys, options) if keys is not None else _of_range(asked, _range(options))
    info = await asked.store.info()
    head: dict[str, Any] = {
        "total_rows": info.doc_count,
        "offset": None if keys is not None else options.number("skip") or 0,
    }
    if options.flag("update_seq"):
        head["update_seq"] = info.update_seq
    return CouchStream(_written(asked.store, head, rows, options))


def _keys(options: Options) -> list[Any] | None:
    keys = options.json("keys")
    if keys is None:
        return None
    if not isinstance(keys, list):
        raise BadRequest("`keys` member must be an array.")
    if options.has("key", "startkey", "start_key", "endkey", "end_key"):
        raise BadRequest("`keys` is incompatible with `key`, `start_key` and `end_key`", error="query_parse_error")
    return keys


def _range(options: Options) -> _Range:
    key = _id(options.json("key"))
    start, end = (_id(options.json(*names)) for names in (("startkey", "start_key"), ("endkey", "end_key")))
    is_end_in = options.flag("inclusive_end", default=True)
    limit = options.number("limit")
    return _Range(
        start=start if key is None else key,
        end=end if key is None else key,
        excluded=None if is_end_in or key is not None else end,
        skip=options.number("skip") or 0,
        limit=limit,
        descending=options.flag("descending"),
        include_docs=options.flag("include_docs"),
    )


def _id(value: Any) -> str | None:
    if value is not None and not isinstance(value, str):
        raise BadRequest("an id is a text", error="query_parse_error")
    return value


async def _of_keys(asked: Asked, keys: Sequence[Any], options: Options) -> AsyncIterator[Row]:
    include_docs = options.flag("include_docs")
    size = _PAGE_OF_DOCS if include_docs else PAGE
    skip, limit = options.number("skip") or 0, options.number("limit")
    wanted = list(reversed(keys)) if options.flag("descending") else keys
    wanted = wanted[skip : None if limit is None else skip + limit]
    for at in range(0, len(wanted), size):
        page = wanted[at : at + size]
        shown = [key for key in page if isinstance(key, str) and asked.face.shows(key)]
        found = {row.id: row for row in await asked.store.all_docs(keys=shown, include_docs=include_docs)}
        for key in page:
            row = found.get(key) if isinstance(key, str) else None
            yield row or Row(key, None, error=NotFound.error)


async def _of_range(asked: Asked, wanted: _Range) -> AsyncIterator[Row]:
    size = _PAGE_OF_DOCS if wanted.include_docs else PAGE
    start, skip, left, seen = wanted.start, wanted.skip, wanted.limit, ""
    while left is None or left > 0:
        rows = await asked.store.all_docs(
            start=start,
            end=wanted.end,
            include_docs=wanted.include_docs and not skip >= size,
            limit=size + 1,
            descending=wanted.descending,
        )
        fresh = [row for row in rows if row.id not in (seen, wanted.excluded) and asked.face.shows(row.id)]
        for row in fresh[skip:][:left]:
            yield row
        left = None if left is None else left - len(fresh[skip:][:left])
        skip = max(0, skip - len(fresh))
        if len(rows) <= size:
            return
        start = seen = rows[-1].id


async def _written(
    store: Store, head: dict[str, Any], rows: AsyncIterator[Row], options: Options
) -> AsyncIterator[bytes]:
    yield json.dumps(head, separators=(",", ":")).encode()[:-1] + b',"rows":['
    before = b"\n"
    async for row in rows:
        yield before + json.dumps(await _row(store, row, options), separators=(",", ":")).encode()
        before = b",\n"
    yield b"\n]}\n"


async def _row(store: Store, row: Row, options: Options) -> dict[str, Any]:
    if row.error:
        return {"key": row.id, "error": row.error}
    value = {"rev": row.rev} | ({"deleted": True} if row.deleted else {})
    found: dict[str, Any] = {"id": row.id, "key": row.id, "value": value}
    if not options.flag("include_docs"):
        return found
    doc = row.doc
    if doc is not None and options.flag("conflicts"):
        doc = await store.get(row.id, rev=row.rev, conflicts=True)
    return found | {"doc": None if doc is None else await with_data(store, doc, options)}
