"""`rantau audit`: says whether the record of what officers did is whole, and prints it."""

import asyncio
import json
import os
from collections.abc import Sequence
from datetime import UTC, datetime

import click

from server.casework.audit import read_entries, verify_audit
from server.commands.sentences import in_sentences
from server.databases import open_databases, read_office_key
from server.office import read_keys
from server.settings import Settings, load_settings
from sync.audit_chain import Deed, deed_of, number_in
from sync.keyring import verify_key_list


@click.group()
def audit() -> None:
    """What officers did: check the chain, or print it."""


@audit.command()
@click.option("--noted", nargs=2, type=(int, str), help="A number and fingerprint noted earlier: still in the chain?")
def verify(noted: tuple[int, str] | None) -> None:
    """Check that no entry was changed, dropped or moved; print the fingerprint of the end, to be noted on paper."""
    with in_sentences():
        n, fingerprint, found = asyncio.run(_verify(load_settings(os.environ), noted))
    if noted and not found:
        raise click.ClickException(f"entry {noted[0]}: its fingerprint is not the one that was noted")
    click.echo(f"{n} entries, a whole chain. Fingerprint of the last: {fingerprint}")


@audit.command("show")
@click.option("--after", default=0, help="Begin after the entry with this number.")
def show(after: int) -> None:
    """Print the entries, a line of JSON each; what a deed is about stands under `about`."""
    with in_sentences():
        for line in asyncio.run(_lines(load_settings(os.environ), after)):
            click.echo(line)


async def _verify(settings: Settings, noted: tuple[int, str] | None) -> tuple[int, str, bool]:
    found = False

    def look(n: int, fingerprint: str) -> None:
        nonlocal found
        found = found or (n, fingerprint) == noted

    own = read_office_key(settings)
    async with open_databases(settings) as databases:
        keys = verify_key_list(await read_keys(databases), own.root)
        n, fingerprint = await verify_audit(databases.staff, keys, each=look)
    return n, fingerprint, found


async def _lines(settings: Settings, after: int) -> Sequence[str]:
    read_office_key(settings)  # what is no office has no entries either
    async with open_databases(settings) as databases:
        return [_line(entry["_id"], deed_of(entry)) async for entry in read_entries(databases.staff, after=after)]


def _line(name: str, deed: Deed) -> str:
    when = f"{datetime.fromtimestamp(deed.at, UTC):%Y-%m-%dT%H:%M:%SZ}"
    # Apart, since what a deed is about has names of its own: a step has its number, a training who finished it.
    return json.dumps({"n": number_in(name), "at": when, "who": deed.who, "deed": deed.name, "about": deed.about})
