"""`rantau status`: how each link to elsewhere is, and what waits here; the exit status says whether all is well."""

import asyncio
import os
import sys
from collections import Counter
from collections.abc import Iterable

import click

from server.commands.sentences import in_sentences
from server.databases import open_databases, read_office_key
from server.disk import shortage
from server.hub.hub import open_hub
from server.hub.public import NOTE
from server.hubs import Hubs
from server.links import LATE, Link, link_of, link_of_hub, noted_links
from server.office import now
from server.regions import load_regions
from server.settings import Settings, load_settings

_RIGHT, _WRONG = click.style("right", fg="green"), click.style("WRONG", fg="red")


@click.command()
def status() -> None:
    """Show how each link is: when it last worked, what is behind, and what went wrong."""
    with in_sentences():
        settings = load_settings(os.environ)
        is_well = asyncio.run(_hub_status(settings) if settings.role == "hub" else _office_status(settings))
    sys.exit(0 if is_well else 1)


async def _office_status(settings: Settings) -> bool:
    read_office_key(settings)  # nothing is well where no office is
    at = now()
    async with open_databases(settings) as databases:
        hubs = [link_of_hub(doc, now=at) for doc in await Hubs(databases.staff, at).all()]
        links = [*filter(None, hubs), *await noted_links(databases.staff)]
    if not links:
        click.echo("This office has no hubs, and nothing was copied to or from elsewhere.")
    return _show(links, at) & has_room(settings)


async def _hub_status(settings: Settings) -> bool:
    at = now()
    async with open_hub(settings) as hub:
        waiting, refused = await hub.stores.waiting(now=hub.clock()), await hub.stores.refused()
        state = await hub.stores.state()
        since = state.get("waiting_since") or at
        lag = f"{len(waiting)} unsent, the oldest for {_span(at - since)}" if waiting else "nothing unsent"
        is_late = bool(waiting) and at - since > LATE
        links = [
            link_of(f"office {hub.upstream}", state, lag, now=at, is_well=not is_late),
            link_of("public", await hub.stores.state(NOTE), "guides, forms and keys", now=at),
        ]
        areas = await hub.stores.areas(waiting)
    click.echo(f"Hub {hub.own.name}")
    is_well = _show(links, at) & has_room(settings)
    _show_areas(settings, areas)
    for id_, reason in refused.items():
        click.echo(f"{_WRONG}  the office refused {id_}: {reason}; it stays here")
    return is_well and not refused


def _show(links: Iterable[Link], at: int) -> bool:
    is_well = True
    for link in links:
        is_well &= link.is_well
        reached = "never" if link.reached_at is None else f"{_span(at - link.reached_at)} ago"
        error = f"; last error: {link.error}" if link.error else ""
        click.echo(f"{_RIGHT if link.is_well else _WRONG}  {link.name}: last success {reached}; {link.lag}{error}")
    return is_well


def has_room(settings: Settings) -> bool:
    short = None if settings.couchdb else shortage(settings.data)
    if short:
        click.echo(f"{_WRONG}  disk: {short}")
    return short is None


def _show_areas(settings: Settings, areas: Iterable[str | None]) -> None:
    regions = load_regions(settings.content / "regions.csv")
    for area, count in Counter(areas).most_common():
        name = "no nagari named" if area is None else f"{regions.name(area)} ({area})"
        click.echo(f"  {count:>5}  {name}")


def _span(seconds: int) -> str:
    if seconds < 0:
        return "a clock's error"
    for unit, size in (("days", 86_400), ("hours", 3600), ("minutes", 60)):
        if seconds >= 2 * size:
            return f"{seconds // size} {unit}"
    return f"{seconds} seconds"
