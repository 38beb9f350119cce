"""Answers for packs with what differs: from what the browser holds (RFC 9842), or from the edition its worker names.

A browser that has dictionaries gets the whole pack, compressed against the one that it holds, and holds that pack from
then on. Any other gets the entries that changed since the edition it names, by their `pieces` where that is much less,
and 0 for those that did not. Packs are the same for everybody; nothing personal is ever compressed beside anything
else. Of the two encodings with a dictionary only `dcz` is offered: the brotli package has no dictionaries of one's own.
"""

import asyncio
import base64
import binascii
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import zstandard
from starlette.requests import Request
from starlette.responses import Response

from server.site.editions import Editions
from server.site.packs import JSON, as_json, text_of
from server.site.pieces import pieces_of
from server.site.resources import FOR_EVER, Resource, make_resource, respond

_MAGIC = bytes.fromhex("5e2a4d1820000000")  # RFC 9842, 5: before the dictionary's digest
_HELD = re.compile(r":([A-Za-z0-9+/]{43}=):")
_LEVEL = 12  # higher ones take four times as long for the same bytes
_MOST = 512  # answers that are kept in memory, a few hundred bytes each
_PACK = re.compile(r"/packs/([a-z]{2,3})/.+")
Entry = Mapping[str, Any]
VARY = "Accept-Encoding, Available-Dictionary"


@dataclass(frozen=True)
class Differences:
    """What can be answered with less than all of it; each answer is made once, when it is first asked for."""

    editions: Editions
    _made: "dict[object, asyncio.Future[Any]]" = field(default_factory=dict, repr=False)

    async def respond(self, request: Request, pack: Resource) -> Response:
        """Answer a GET for one of the packs, or for a list of them, with the least that makes it whole."""
        path, digest = request.scope["path"], held_by(request.headers)
        whole = await self._once((pack.etag, digest), lambda: self._dcz(path, pack, digest)) if digest else None
        since = request.query_params.get("since")
        part = await self._once((path, since), lambda: self._part(path, pack, since)) if since else None
        if part and len(_smallest(part)) < len(whole or _smallest(pack)):
            return _varying(respond(request, part))
        return _varying(respond(request, pack, {"dcz": whole} if whole else {}))

    def _dcz(self, path: str, pack: Resource, digest: str) -> bytes | None:
        held = self.editions.held(digest, path)
        return None if held is None else compress_dcz(pack.body, held, bytes.fromhex(digest))

    def _part(self, path: str, pack: Resource, since: str) -> Resource | None:
        named = _PACK.fullmatch(path)
        before = self.editions.find(named[1], since) if named else None
        now = self.editions.serving(named[1]) if named else None
        # Under other headers every entry is another one.
        if not before or not now or before.headers != now.headers:
            return None
        old = self.editions.entries(before)
        part = {url: difference(old.get(url), entry) for url, entry in json.loads(pack.body).items()}
        return make_resource(as_json(part), JSON, cache=FOR_EVER)

    async def _once(self, key: object, make: Callable[[], Any]) -> Any:
        if key not in self._made:
            while len(self._made) >= _MOST:
                self._made.pop(next(iter(self._made)))
            self._made[key] = asyncio.ensure_future(asyncio.to_thread(make))
        # Whoever hangs up does not take the answer from the others who wait for it.
        return await asyncio.shield(self._made[key])


def difference(old: Entry | None, entry: Entry) -> Entry | int:
    """Give what to send for an entry of a pack to whoever has *old*: 0 for the same, its pieces, or all of it."""
    if old == entry:
        return 0
    before, now = text_of(old or {}), text_of(entry)
    pieces = None if before is None or now is None else pieces_of(now, before)
    return {"headers": entry["headers"], "pieces": pieces} if pieces else entry


def held_by(headers: Mapping[str, str]) -> str | None:
    """Give the SHA-256 in hex of what the browser says it holds, if it also reads `dcz`."""
    names = {part.partition(";")[0].strip().lower() for part in headers.get("accept-encoding", "").split(",")}
    named = _HELD.fullmatch(headers.get("available-dictionary", "").strip())
    if "dcz" not in names or not named:
        return None
    try:
        return base64.b64decode(named[1], validate=True).hex()
    except binascii.Error:
        return None


def compress_dcz(body: bytes, dictionary: bytes, digest: bytes) -> bytes:
    """Compress *body* against a dictionary of this SHA-256."""
    raw = zstandard.ZstdCompressionDict(dictionary, dict_type=zstandard.DICT_TYPE_RAWCONTENT)
    return _MAGIC + digest + zstandard.ZstdCompressor(level=_LEVEL, dict_data=raw).compress(body)


def _smallest(resource: Resource) -> bytes:
    return min((resource.body, *resource.encodings.values()), key=len)


def _varying(response: Response) -> Response:
    response.headers["Vary"] = VARY
    return response
