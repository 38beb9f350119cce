"""`rantau export`: a hub without any connection gives its day on a stick."""

import asyncio
import os
from pathlib import Path

import click

from server.bundles.bundle_export import Exported, ExportError, export_waiting
from server.commands.sentences import in_sentences
from server.hub.hub import open_hub
from server.settings import Settings, load_settings

_NEXT = """Take it to the office: `rantau import` there writes a file with -ack in its name beside it.
Bring that back and run `rantau import` on it here: only then does anything go from this laptop."""


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def export(file: Path) -> None:
    """Write what waits at this hub to FILE (.rantau), sealed as it is; the hub may be served meanwhile."""
    with in_sentences():
        settings = load_settings(os.environ)
        if settings.role != "hub":
            raise ExportError("A hub exports what it has for its office; this is an office. See `rantau backup`.")
        if file.exists():
            raise ExportError(f"{file} is there already; nothing was written.")
        written = asyncio.run(_export(settings, file))
    for each in written:
        click.echo(f"{each.path}: {each.items} items, {each.images} images, {each.length / 1e6:,.1f} MB")
    click.echo(_NEXT if written else "Nothing waits here; no file was written.")


async def _export(settings: Settings, file: Path) -> list[Exported]:
    async with open_hub(settings) as hub:
        return await export_waiting(hub, file)
