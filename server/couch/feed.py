"""Writes the changes feed in the four forms that CouchDB has."""

import json
from collections.abc import AsyncIterator
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from server.couch.body import read_object
from server.couch.changes import Reader, feed_of, row_of
from server.couch.face import asked_of
from server.couch.stream import CouchStream
from server.couch.target import Options, options_of
from sync.store import Change, Changes


async def changes(request: Request) -> Response:
    """Answer `GET` and `POST /couch/{db}/_changes`."""
    asked = asked_of(request)
    has_body = request.method == "POST" and request.headers.get("content-length") != "0"
    options = options_of(request, await read_object(request) if has_body else None)
    feed = feed_of(options, last_event=request.headers.get("last-event-id"))
    reader = Reader(asked.store, asked.face, feed)
    first = await reader.begin()
    if feed.kind == "eventsource":
        return CouchStream(_events(reader, first, options), media_type="text/event-stream")
    pieces = _lines(reader, first, options) if feed.kind == "continuous" else _whole(reader, first, options)
    return CouchStream(pieces)


async def _whole(reader: Reader, first: Changes, options: Options) -> AsyncIterator[bytes]:
    yield b'{"results":[\n'
    before = b""
    async for change in _at_once(reader, first):
        yield before + await _json(reader, change, options)
        before = b",\n"
    if reader.feed.kind == "longpoll" and not before:
        async for found in reader.coming():
            yield b",\n".join([await _json(reader, change, options) for change in found]) or b"\n"
            if found:
                break
    end = {"last_seq": reader.last_seq, "pending": reader.pending}
    yield b"\n]," + json.dumps(end, separators=(",", ":")).encode()[1:] + b"\n"


async def _at_once(reader: Reader, first: Changes) -> AsyncIterator[Change]:
    if reader.feed.descending:
        for change in await reader.backwards(first):
            yield change
        return
    async for change in reader.rows(first):
        yield change


async def _lines(reader: Reader, first: Changes, options: Options) -> AsyncIterator[bytes]:
    beat = b"" if reader.feed.heartbeat is None else b"\n"
    async for found in _ever(reader, first):
        yield b"".join([await _json(reader, change, options) + b"\n" for change in found]) or beat
    yield _text({"last_seq": reader.last_seq, "pending": reader.pending}) + b"\n"


async def _events(reader: Reader, first: Changes, options: Options) -> AsyncIterator[bytes]:
    beat = b"" if reader.feed.heartbeat is None else b"event: heartbeat\ndata: \n\n"
    async for found in _ever(reader, first):
        rows = [(await _json(reader, change, options), change.seq.encode()) for change in found]
        yield b"".join([b"data: " + row + b"\nid: " + seq + b"\n\n" for row, seq in rows]) or beat


async def _ever(reader: Reader, first: Changes) -> AsyncIterator[list[Change]]:
    async for change in _at_once(reader, first):
        yield [change]
    async for found in reader.coming():
        yield found


async def _json(reader: Reader, change: Change, options: Options) -> bytes:
    return _text(await row_of(reader.store, change, options))


def _text(content: dict[str, Any]) -> bytes:
    return json.dumps(content, separators=(",", ":")).encode()
