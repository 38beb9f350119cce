"""`rantau rehearse`: put a rehearsal office back to its beginning."""

import asyncio
import os
import socket

import click

from server.commands.sentences import in_sentences
from server.databases import open_databases, read_office_key
from server.office import now
from server.rehearsal.made_up_people import RehearsalError
from server.rehearsal.rehearsal import Rehearsal
from server.settings import Settings, load_settings

LISTS = ("projection.sqlite", "projection.sqlite-wal", "projection.sqlite-shm")


@click.command()
def rehearse() -> None:
    """Put this demo office back to its beginning: every case is erased, and made-up people's are there anew."""
    with in_sentences():
        settings = load_settings(os.environ)
        _refuse_served(settings)
        count = asyncio.run(_reset(settings))
    click.echo(f"{count} made-up cases are ready. Start the office with `rantau serve --demo`.")


def _refuse_served(settings: Settings) -> None:
    try:
        socket.create_connection((settings.host, settings.port), timeout=1).close()
    except OSError:
        return
    raise RehearsalError(f"Something serves {settings.host}:{settings.port}: stop it first (Ctrl-C).")


async def _reset(settings: Settings) -> int:
    read_office_key(settings)
    async with open_databases(settings) as databases:
        count = await (await Rehearsal.of(settings, databases, now=now())).reset(who="command")
    # The lists know when a case came; made anew they go by what the made-up phones say.
    for name in LISTS:
        (settings.data / name).unlink(missing_ok=True)
    return count
