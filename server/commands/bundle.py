"""`rantau import` and `rantau bundle`: files that somebody brought on a stick, taken in or only looked at."""

import asyncio
import os
import sys
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from server.bundles.bundle_import import BundleImport, IncomingBundle, acknowledged
from server.commands.sentences import in_sentences
from server.content import load_content
from server.databases import open_databases, read_office_key
from server.editing.edited_content import Filed, edited, newest_texts
from server.hub.ack import take_acknowledgement
from server.hub.hub import Hub, open_hub
from server.hub.intake import hub_intake_of
from server.intake import Intake
from server.office import now, read_keys
from server.settings import Settings, load_settings
from sync.bundle import BundleReader, End, office_id, write_bundle
from sync.errors import BundleError
from sync.keyring import verify_key_list

_STEP = 64 * 1024  # bytes read at a time
_NAMED = 20  # entries that are named one by one
WHY = {
    "malformed": "it is no bundle, or its first lines are damaged",
    "version": "a newer version of Rantau wrote it; update this server",
    "cut": "it ends before it says what it holds; copy it once more",
    "too-many": "it holds more than 10,000 entries",
    "other-office": "it is for another office",
    "kind": "it is an acknowledgement; the phone or hub that sent the items takes it",
}
FILES = click.argument(
    "files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="FILE..."
)


@dataclass(frozen=True)
class Door:
    """What files are taken into: an office's intake or a hub's; a hub takes acknowledgements, too."""

    intake: Intake
    office: str
    hub: Hub | None = None


@dataclass
class Told:
    """What became of one file."""

    received: set[str] = field(default_factory=set)
    refused: list[tuple[str, str]] = field(default_factory=list)
    ending: str = ""
    ack: Path | None = None
    unwritten: str | None = None


@click.command("import")
@FILES
def import_(files: Sequence[Path]) -> None:
    """Take in what bundles hold, as if their phones had sent it, and write the acknowledgement beside each.

    As often as you like: what is here already gets the same receipt. The office may be served meanwhile.
    """
    with in_sentences():
        settings = load_settings(os.environ)
        is_whole = asyncio.run(_import(settings, files))
    sys.exit(0 if is_whole else 2)


@click.command("bundle")
@FILES
def bundle(files: Sequence[Path]) -> None:
    """Say what bundles hold and whether they are whole; nothing is taken in, and nothing in them can be read here."""
    with in_sentences():
        states = [_look(path) for path in files]
    sys.exit(0 if all(states) else 2)


async def _import(settings: Settings, files: Sequence[Path]) -> bool:
    is_whole = True
    async with _opened(settings) as door:
        for path in files:
            try:
                if door.hub and _kind(path) == "ack":
                    is_whole &= await _take_ack(path, door.hub)
                    continue
                told = await _take(path, door)
            except BundleError as error:
                click.echo(f"{path}: not taken: {WHY[error.reason]}.", err=True)
                is_whole = False
                continue
            _print(path, told)
            is_whole &= not told.refused and told.ending == "whole" and not told.unwritten
    return is_whole


@asynccontextmanager
async def _opened(settings: Settings) -> AsyncIterator[Door]:
    if settings.role == "hub":
        async with open_hub(settings) as hub:
            yield Door(hub_intake_of(hub), office_id(hub.own.root), hub)
        return
    own = read_office_key(settings)
    async with open_databases(settings) as databases:
        texts = await newest_texts(databases.public)
        content = edited(Filed(settings, load_content(settings.content)), texts).content
        intake = Intake(
            cases=databases.cases,
            wraps=databases.wraps,
            blobs=databases.blobs,
            forms=content.forms,
            key_list=verify_key_list(await read_keys(databases), own.root),
            server_key=own.pair,
            server_kid=own.kid,
            clock=now,
            disk=None if settings.couchdb else settings.data,
        )
        yield Door(intake, office_id(own.root))


async def _take(path: Path, door: Door) -> Told:
    told, answers = Told(), list[list[Any]]()
    incoming = IncomingBundle(_chunks_later(path))
    await incoming.head(office=door.office)
    async for rows in BundleImport(door.intake).answers(incoming):
        answers += [row for row in rows if row[1] == "ok" or row[0] in ("erase", "voided")]
        told.received |= {row[0] for row in rows if row[1] in ("ok", "kept", "stored")}
        told.refused += [(row[0], row[2]) for row in rows if row[1] == "refused"]
        told.ending = rows[-1][1]
    named = acknowledged(answers)
    if named:
        told.ack = path.with_name(f"{path.name.partition('.rantau')[0]}-ack.rantau")
        _write_ack(told, write_bundle("ack", named, office=door.office, at=now()))
    return told


async def _take_ack(path: Path, hub: Hub) -> bool:
    count, ending = await take_acknowledgement(hub, _chunks_later(path))
    click.echo(f"{path}: the office has {count} of the items that it answers.{_ending(ending)}")
    return ending == "whole"


def _kind(path: Path) -> str | None:
    reader = BundleReader()
    for data in _chunks(path):
        for _ in reader.feed(data):
            break
        if reader.head is not None:
            return reader.head.kind
    return None


def _write_ack(told: Told, data: bytes) -> None:
    assert told.ack is not None
    try:
        told.ack.write_bytes(data)
    except OSError as error:  # a stick that is full or may not be written: what was taken in is taken in
        told.unwritten = error.strerror or type(error).__name__


def _print(path: Path, told: Told) -> None:
    click.echo(f"{path}: {len(told.received)} received, {len(told.refused)} not.{_ending(told.ending)}")
    counts = Counter(reason for _, reason in told.refused)
    for reason, count in counts.most_common():
        click.echo(f"  not received, {reason}: {count}")
    for name, reason in told.refused[:_NAMED]:
        click.echo(f"    {reason}  {name}")
    if told.unwritten:
        click.echo(f"  acknowledgement not written: {told.ack}: {told.unwritten}; copy the file elsewhere and repeat")
    elif told.ack:
        click.echo(f"  acknowledgement for the phone: {told.ack}")


def _look(path: Path) -> bool:
    reader, damaged = BundleReader(), list[str]()
    try:
        for data in _chunks(path):
            damaged += [part.entry.name for part in reader.feed(data) if isinstance(part, End) and not part.is_whole]
        ending, missing = reader.finish()
    except BundleError as error:
        click.echo(f"{path}: {WHY[error.reason]}.", err=True)
        return False
    assert reader.head is not None
    images = sum(entry.is_blob for entry in reader.head.entries)
    what = "items" if reader.head.kind == "items" else "answers"
    click.echo(
        f"{path}: {len(reader.head.entries) - images} {what}, {images} images, written "
        f"{datetime.fromtimestamp(reader.head.at, UTC):%Y-%m-%d %H:%M} UTC, for the office {reader.head.office}."
        f"{_ending(ending)}"
    )
    for name in damaged[:_NAMED]:
        click.echo(f"    damaged  {name}")
    for entry in missing[:_NAMED]:
        click.echo(f"    missing  {entry.name}")
    return ending == "whole" and not damaged


def _ending(ending: str) -> str:
    return {"cut": " The file is cut short.", "long": " Something follows that its index does not name."}.get(
        ending, ""
    )


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while data := file.read(_STEP):
            yield data


async def _chunks_later(path: Path) -> AsyncIterator[bytes]:
    for data in _chunks(path):
        yield data
