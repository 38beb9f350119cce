"""The search for planted names: as text, in the encodings that software puts text into, and inside deflate, also
where that was written as base64."""

import base64
import hashlib
import re
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path

ZLIB_HEADERS = (b"\x78\x01", b"\x78\x5e", b"\x78\x9c", b"\x78\xda", b"\x1f\x8b\x08")
SMALL = 24 * 1024  # bytes: up to this size raw deflate is tried from every offset, above it from headers only
LONG_BASE64 = re.compile(rb"[A-Za-z0-9+/_-]{64,}")
INFLATED = 4 * 1024 * 1024  # bytes: enough of any stream of ours
# Where a compressed block may begin (RFC 1951, 3.2.3 and 3.2.7); a stored one is found as it lies. The first byte has
# the kind in bits 1 and 2 (1: fixed codes, 2: codes of its own) and a count in the rest, the second another count.
_FIXED = bytes(byte for byte in range(256) if byte >> 1 & 3 == 1)
_OWN = bytes(byte for byte in range(256) if byte >> 1 & 3 == 2 and byte >> 3 <= 29)
_COUNT = bytes(byte for byte in range(256) if byte & 31 <= 29)
BLOCK = re.compile(b"[%s]|[%s](?=[%s])" % tuple(map(re.escape, (_FIXED, _OWN, _COUNT))))
TOGETHER = 1024 * 1024  # bytes that are searched at once
BETWEEN = b"\xff" * 4  # in no form
_searched: dict[tuple[bytes | str, ...], set[str]] = {}


def forms_of(marker: str) -> dict[str, bytes]:
    """Give every byte string that betrays *marker*, by the name of its encoding."""
    plain = marker.encode()
    forms = {
        "utf-8": plain,
        "utf-16-le": marker.encode("utf-16-le"),
        "utf-16-be": marker.encode("utf-16-be"),
        "hex": plain.hex().encode(),
        "HEX": plain.hex().upper().encode(),
    }
    for shift in range(3):
        encoded = base64.b64encode(b"\0" * shift + plain)
        first, last = (0, 2, 3)[shift], (len(plain) + shift) * 8 // 6
        core = encoded[first:last]
        forms[f"base64+{shift}"] = core
        forms[f"base64url+{shift}"] = core.replace(b"+", b"-").replace(b"/", b"_")
    return forms


def _inflate(data: bytes, offset: int, wbits: int) -> bytes:
    try:
        return zlib.decompressobj(wbits).decompress(memoryview(data)[offset : offset + INFLATED], INFLATED)
    except zlib.error:
        return b""


def _inflated(data: bytes, *, raw: bool = True) -> Iterator[bytes]:
    for header in ZLIB_HEADERS:
        at = data.find(header)
        while at >= 0:
            yield _inflate(data, at, 47)  # 47: zlib or gzip, as its header says
            at = data.find(header, at + 1)
    if raw and len(data) <= SMALL:
        for block in BLOCK.finditer(data):
            yield _inflate(data, block.start(), -15)


def search_bytes(data: bytes, markers: list[str]) -> set[str]:
    """Give `marker (encoding)` for each of *markers* that is in *data* in any form."""
    forms = [(f"{marker} ({name})", form) for marker in markers for name, form in forms_of(marker).items()]
    found = {name for name, form in forms if form in data}
    for inner in joined(_inside(data)):
        found |= {f"{name} inside deflate or base64" for name, form in forms if form in inner}
    return found


def _inside(data: bytes) -> Iterator[bytes]:
    yield from _inflated(data)
    for run in _decoded(data):
        yield run
        yield from _inflated(run, raw=False)


def joined(parts: Iterable[bytes]) -> Iterator[bytes]:
    """Join small parts, which are many, so that each form is looked for once in all of them."""
    held: list[bytes] = []
    size = 0
    for part in filter(None, parts):
        held.append(part)
        size += len(part)
        if size > TOGETHER:
            yield BETWEEN.join(held)
            held, size = [], 0
    yield BETWEEN.join(held)


def _decoded(data: bytes) -> Iterator[bytes]:
    for run in LONG_BASE64.findall(data):
        text = run.replace(b"-", b"+").replace(b"_", b"/")
        for start in range(4):  # what stands before it may look like more of it
            yield base64.b64decode(text[start : start + (len(text) - start) // 4 * 4])


def digests_in(folder: Path) -> frozenset[bytes]:
    """Tell what a folder holds now, for a search of what comes after."""
    return frozenset(_digest(path.read_bytes()) for path in folder.rglob("*") if path.is_file())


def search(folders: list[Path], markers: list[str], *, known: frozenset[bytes] = frozenset()) -> set[str]:
    """Give `file: marker (encoding)` for every find below *folders*, file names included.

    What is *known* to be without them, since it was there before anybody wrote them, is read no further.
    """
    found: set[str] = set()
    for path in (p for folder in folders for p in [folder, *folder.rglob("*")]):
        found |= {f"{path}: {hit}, in its name" for hit in search_bytes(path.name.encode(), markers)}
        if path.is_file():
            data = path.read_bytes()
            if (digest := _digest(data)) not in known:
                found |= {f"{path}: {hit}" for hit in _search_once(data, digest, markers)}
    return found


def _search_once(data: bytes, digest: bytes, markers: list[str]) -> set[str]:
    """Search what a backup and what it is of have in common once."""
    key = (digest, *markers)
    if key not in _searched:
        _searched[key] = search_bytes(data, markers)
    return _searched[key]


def _digest(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()
