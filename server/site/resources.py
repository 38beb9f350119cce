"""Bytes served under a fixed URL, the same for everybody: compressed once at start, revalidated by ETag."""

import gzip
import hashlib
import os
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cached_property

import brotli
import zstandard
from starlette.requests import Request
from starlette.responses import Response

from server.site.made_before import NOTHING, MadeBefore
from sync.canonical import b32_encode

REVALIDATE = "no-cache"  # kept by the browser, asked for each time: an update is seen, and costs a 304 otherwise
FOR_EVER = "public, max-age=31536000, immutable"

_LONG = 1 << 17  # bytes of a text of many kinds, whose parts may each find codes of their own in short blocks
_SHORT_BLOCKS, _AS_IT_LIKES = 16, 0  # brotli's lgblock
_SMALL = f"br 11 {brotli.__version__} 2"  # the last number: of `_smallest`
_ZSTD_LEVEL = 9  # the best takes ten times as long, for four bytes in a hundred
_OTHER = f"zstd {_ZSTD_LEVEL} {zstandard.__version__}"
_OLDER = "gzip 9"
_SMALLEST = 200  # bytes under which compressing saves nothing worth a header
_PLAIN_TYPES = (
    "text/", "application/json", "application/x-ndjson", "application/manifest+json", "application/wasm", "image/svg",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Resource:
    """One thing to serve, named by the hash in its `etag`."""

    type: str
    body: bytes = field(repr=False)
    etag: str
    cache: str
    headers: Mapping[str, str]

    @cached_property
    def encodings(self) -> Mapping[str, bytes]:
        """Give its compressed forms, made when first asked for (`compress_all`)."""
        return self.compressed(NOTHING)

    def compressed(self, made: MadeBefore) -> Mapping[str, bytes]:
        """Make its compressed forms, or take those that were."""
        is_text = self.type.startswith(_PLAIN_TYPES)
        return _compressed(self.body, made) if is_text and len(self.body) >= _SMALLEST else {}


def make_resource(
    body: bytes, type_: str, *, cache: str = REVALIDATE, headers: Mapping[str, str] | None = None
) -> Resource:
    """Name *body* by its hash."""
    # A weak tag: every encoding of it is the same thing.
    etag = f'W/"{digest_of(body)}"'
    return Resource(type=type_, body=body, etag=etag, cache=cache, headers=dict(headers or {}))


def compress_all(resources: Iterable[Resource], made: MadeBefore = NOTHING) -> None:
    """Compress everything now, on every core and once for each content: the slow forms are the small ones."""
    new = [resource for resource in resources if "encodings" not in vars(resource)]
    distinct = {(resource.type, resource.body): resource for resource in new}
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        found = dict(zip(distinct, pool.map(lambda one: one.compressed(made), distinct.values()), strict=True))
    for resource in new:
        vars(resource)["encodings"] = found[resource.type, resource.body]  # where the property keeps it


def digest_of(body: bytes, length: int = 16) -> str:
    """Name bytes by the first *length* base32 characters of their SHA-256."""
    return b32_encode(hashlib.sha256(body).digest())[:length]


def respond(request: Request, resource: Resource, more: Mapping[str, bytes] | None = None) -> Response:
    """Answer a GET or HEAD: 304 for a browser that has it, else the smallest form that it reads; *more* are others."""
    encodings = {**resource.encodings, **(more or {})}
    headers = {"ETag": resource.etag, "Cache-Control": resource.cache, **resource.headers}
    if encodings:
        headers["Vary"] = "Accept-Encoding"
    if _has(request.headers.get("if-none-match", ""), resource.etag):
        headers.pop("Content-Security-Policy", None)  # the browser keeps the one that it came with, as with all others
        return Response(status_code=304, headers=headers)
    encoding = choose_encoding(request.headers.get("accept-encoding", ""), encodings)
    body = resource.body
    if encoding:
        headers["Content-Encoding"] = encoding
        body = encodings[encoding]
    if request.method == "HEAD":
        return Response(headers=headers | {"Content-Length": str(len(body))}, media_type=resource.type)
    return Response(body, headers=headers, media_type=resource.type)


def choose_encoding(accepted: str, offered: Mapping[str, bytes]) -> str | None:
    """Choose the smallest of the *offered* encodings that an Accept-Encoding header allows; None is as it is."""
    refused: set[str] = set()
    named: set[str] = set()
    for part in accepted.lower().split(","):
        name, _, quality = part.replace(" ", "").partition(";q=")
        (refused if quality.rstrip("0.") == "" and quality else named).add(name)
    able = [name for name in offered if name in named or ("*" in named and name not in refused)]
    return min(able, key=lambda name: len(offered[name]), default=None)


def _compressed(body: bytes, made: MadeBefore) -> dict[str, bytes]:
    return {
        "br": made.get(_SMALL, body, _smallest),
        "zstd": made.get(_OTHER, body, _zstd),
        "gzip": made.get(_OLDER, body, _gzip),
    }


def _zstd(body: bytes) -> bytes:
    # Brotli is smaller for texts; this is for what reads no other but gzip.
    return zstandard.ZstdCompressor(level=_ZSTD_LEVEL).compress(body)


def _gzip(body: bytes) -> bytes:
    return gzip.compress(body, compresslevel=9, mtime=0)


def _smallest(body: bytes) -> bytes:
    small: bytes = brotli.compress(body, quality=11, lgblock=_SHORT_BLOCKS if len(body) > _LONG else _AS_IT_LIKES)
    return small


def _has(if_none_match: str, etag: str) -> bool:
    tags = {tag.strip().removeprefix("W/") for tag in if_none_match.split(",")}
    return "*" in tags or etag.removeprefix("W/") in tags
