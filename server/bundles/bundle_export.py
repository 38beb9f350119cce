"""Writes what waits at a hub into bundles, for a laptop that has no connection at all: docs/bundle.md.

A file is whole or not there: it gets its name when all of it is on the stick. Images go from the store to the file as
they are read; of lines no more is held than one file has.
"""

import json
import os
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

from server.hub.hub import Hub
from server.hub.relay_blobs import images_left
from server.told import Told
from sync.bundle import Entry, blob_entry, entry_of, known_line, office_id, write_head
from sync.document import Doc
from sync.errors import NotFound
from sync.store import Store

MOST_ENTRIES = 2_000  # of a file
MOST_BYTES = 128 << 20  # of a file; what an office takes over HTTP has twice that
_AT_ONCE = 64  # items read at once


class ExportError(Told):
    """Nothing was written, or not all; the message says why."""


@dataclass(frozen=True)
class Exported:
    """One file that was written."""

    path: Path
    items: int
    images: int
    length: int


@dataclass
class _Portion:
    """What goes into one file: each line before the images that it names."""

    lines: list[tuple[Entry, bytes]] = field(default_factory=list)
    images: dict[str, Entry] = field(default_factory=dict)

    @property
    def is_full(self) -> bool:
        return len(self.entries) >= MOST_ENTRIES or sum(entry.length for entry in self.entries) >= MOST_BYTES

    @property
    def entries(self) -> list[Entry]:
        return [*(entry for entry, _ in self.lines), *self.images.values()]

    def add(self, name: str, line: bytes, images: list[Entry]) -> None:
        self.lines.append((entry_of(name, line), line))
        self.images |= {image.name: image for image in images}


async def export_waiting(hub: Hub, path: Path) -> list[Exported]:
    """Write what the office has not confirmed to *path*, and to files numbered after it where one is not enough.

    Everything stays here until the office's receipts come back, as a file or over a connection.

    Raises:
        ExportError: a file cannot be written, or something was confirmed and went while it was.
    """
    written: list[Exported] = []
    async for portion in _portions(hub):
        target = path if not written else path.with_name(f"{path.stem}-{len(written) + 1}{path.suffix}")
        try:
            written.append(await _write(hub, portion, target))
        except NotFound:
            raise ExportError("The office confirmed something meanwhile; run this again.") from None
        except OSError as error:
            raise ExportError(f"{target}: {error.strerror or type(error).__name__}") from None
    return written


async def _portions(hub: Hub) -> AsyncIterator[_Portion]:
    portion = _Portion()
    async for version, line in _lines(hub):
        images = [await _entry_of_image(hub.stores.blobs, digest) for digest in await images_left(hub, version)]
        if images or line != known_line(version["_id"]):
            portion.add(version["_id"], line, images)
        if portion.is_full:
            yield portion
            portion = _Portion()
    if portion.lines:
        yield portion


async def _lines(hub: Hub) -> AsyncIterator[tuple[Doc, bytes]]:
    """Give each version that waits with its line, then those that are confirmed and may wait for their images."""
    ids = await hub.stores.waiting(now=hub.clock())
    for at in range(0, len(ids), _AT_ONCE):
        for version, wrap in await hub.stores.items(ids[at : at + _AT_ONCE]):
            yield version, json.dumps([version, wrap], separators=(",", ":"), ensure_ascii=False).encode()
    for version in await hub.stores.confirmed_versions():
        yield version, known_line(version["_id"])


async def _entry_of_image(blobs: Store, digest: str) -> Entry:
    doc = await blobs.get(f"blob.{digest}")
    return blob_entry(digest, doc["_attachments"]["body"]["length"])


async def _write(hub: Hub, portion: _Portion, path: Path) -> Exported:
    part = path.with_name(f"{path.name}.part")
    head = write_head("items", portion.entries, office=office_id(hub.root), at=hub.clock())
    try:
        with part.open("wb") as file:
            file.write(head)
            file.writelines(line + b"\n" for _, line in portion.lines)
            for name in portion.images:
                async for chunk in hub.stores.blobs.attachment_chunks(name, "body"):
                    file.write(chunk)
                file.write(b"\n")
            file.flush()
            os.fsync(file.fileno())  # whoever pulls the stick out now has all of it
            length = file.tell()
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    return Exported(path, len(portion.lines), len(portion.images), length)
