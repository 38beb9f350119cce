"""`rantau peers`: accounts for programs that replicate with this office over the CouchDB face."""

import asyncio
import os
from collections.abc import Awaitable, Callable, Mapping

import click

from server.casework.audit import Audit
from server.commands.sentences import in_sentences
from server.couch.peers import OPEN, Peers
from server.databases import open_databases, read_office_key
from server.office import now
from server.settings import Settings, load_settings


@click.group()
def peers() -> None:
    """Programs that replicate over /couch/: list, add, revoke."""


@peers.command("list")
def list_peers() -> None:
    """Show every account with its databases."""

    async def show(desk: Peers, _: Settings) -> None:
        found = await desk.all()
        if not found:
            click.echo("No program has an account; `rantau peers add` makes one.")
        for peer in found:
            may = "reads" if peer["read_only"] else "reads and writes"
            state = may if peer["revoked_at"] is None else "revoked"
            click.echo(f"  {peer['name']:<33}{', '.join(peer['databases']):<24}{state}")

    _run(show)


@peers.command()
@click.argument("name")
@click.option("--database", "databases", multiple=True, required=True, type=click.Choice(OPEN), help="May be repeated.")
@click.option("--read-only", is_flag=True, help="It writes nothing but its own checkpoints.")
def add(name: str, databases: tuple[str, ...], *, read_only: bool) -> None:
    """Make an account; prints its secret once."""

    async def change(desk: Peers, settings: Settings) -> None:
        secret = await desk.add(name, databases, read_only=read_only)
        click.echo(f"{name} reaches {', '.join(sorted(set(databases)))} at {settings.origin}/couch/ with this secret,")
        click.echo("which is shown now and stored nowhere:")
        click.echo(f"  {secret}")

    _run(change)


@peers.command()
@click.argument("name")
def revoke(name: str) -> None:
    """End an account for good; what it was reading ends too."""

    async def change(desk: Peers, _: Settings) -> None:
        await desk.revoke(name)
        click.echo(f"{name} reaches nothing any more.")

    _run(change)


def _run(work: Callable[[Peers, Settings], Awaitable[None]]) -> None:
    async def opened() -> None:
        settings = load_settings(os.environ)
        own = read_office_key(settings)
        async with open_databases(settings) as databases:
            audit = Audit(databases.staff, own.kid, own.pair, now)

            async def record(deed: str, about: Mapping[str, str | int]) -> None:
                await audit.write(deed, who="command", about=about)

            await work(Peers(databases.staff, now(), record), settings)

    with in_sentences():
        asyncio.run(opened())
