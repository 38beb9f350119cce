"""`rantau retention`: says which cases are due for erasure. It erases none: that takes an officer's key."""

import asyncio
import json
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path

import click

from server.commands.sentences import in_sentences
from server.databases import open_databases, read_office_key
from server.erasure.retention import Due
from server.moments import local_day
from server.office import now
from server.projection.projection import Projection
from server.settings import Settings, load_settings

COLUMNS = ("number", "service", "class", "since", "due", "rule")


@click.command()
@click.option("--dry-run", is_flag=True, help="List what is due: numbers, no names.")
@click.option("--json", "as_json", is_flag=True, help="With --dry-run: as JSON.")
def retention(*, dry_run: bool, as_json: bool) -> None:
    """List the cases whose retention period is over. The periods stand in content/office.toml."""
    with in_sentences():
        settings = load_settings(os.environ)
        due = asyncio.run(_due(settings)) if dry_run else []
    if not dry_run:
        raise click.ClickException(
            "Erasing a case takes an officer's key, which is in no command. Use --dry-run to list what is due; "
            f'an officer erases it in the console: {settings.origin}/staff/ , button "Jatuh tempo hapus".'
        )
    if as_json:
        click.echo(json.dumps([_row(row, settings) for row in due], indent=2))
    else:
        _print_table([_row(row, settings) for row in due])


async def _due(settings: Settings) -> list[Due]:
    read_office_key(settings)  # where no office is nothing is due, and that would be no answer
    # Lists of its own: those of a server that may be running stay its own.
    async with open_databases(settings) as databases:
        with tempfile.TemporaryDirectory(prefix="rantau-") as folder:
            path, zone = Path(folder) / "projection.sqlite", settings.office.time_zone
            projection = Projection(path, databases.cases, now, time_zone=zone)
            try:
                await projection.caught_up()
                quiet = await projection.quiet(settings.retention.quiet_before(now()))
            finally:
                await projection.stop()
    return settings.retention.due(quiet, now())


def _row(due: Due, settings: Settings) -> dict[str, str]:
    zone = settings.office.time_zone
    return {
        "number": due.number,
        "case": due.case,
        "service": due.service,
        "class": due.rule,
        "since": local_day(due.since, zone).isoformat(),
        "due": local_day(due.due, zone).isoformat(),
        "rule": settings.retention.rules[due.rule].period,
    }


def _print_table(rows: Sequence[dict[str, str]]) -> None:
    if not rows:
        click.echo("Nothing is due.")
        return
    widths = {name: max(len(name), *(len(row[name]) for row in rows)) for name in COLUMNS}
    for row in ({name: name for name in COLUMNS}, *rows):
        click.echo("  ".join(row[name].ljust(widths[name]) for name in COLUMNS).rstrip())
    click.echo(f"{len(rows)} due. An officer erases them in the console.")
