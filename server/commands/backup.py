"""`rantau backup` and `rantau restore`: copies of an embedded office, and the way back."""

import asyncio
import os
from pathlib import Path

import click

from server.backups import back_up, note_restored
from server.backups import restore as put_back
from server.commands.sentences import in_sentences
from server.settings import load_settings

_AGAIN = (
    "Phones offer again what they sent since, with their next exchange. Accounts and officers' steps since the backup\n"
    "are not there: look through them. Then run `rantau doctor`."
)


DAYS = click.IntRange(min=1, max=36_500)


@click.command("backup")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--keep", type=DAYS, default=35, show_default=True, help="Days that backups are kept.")
@click.option(
    "--keep-keys",
    type=DAYS,
    default=7,
    show_default=True,
    help="Days that the data keys in them are kept: what is erased is then gone.",
)
def backup(folder: Path, *, keep: int, keep_keys: int) -> None:
    """Copy this embedded office into FOLDER while it is served, best on another disk and every night."""
    with in_sentences():
        made = asyncio.run(back_up(load_settings(os.environ), folder, keep=keep, keep_keys=keep_keys))
    click.echo(f"The backup is in {made}, its data keys in {folder / 'wraps' / made.name}.sqlite.")


@click.command("restore")
@click.argument("folder", type=click.Path(path_type=Path), required=False)
def restore(folder: Path | None) -> None:
    """Put the backup in FOLDER, or a copy of the data folder, in the place of what is here; the office is stopped.

    Without FOLDER nothing is copied: it only says that the store was restored by other means, such as CouchDB's own.
    """
    with in_sentences():
        settings = load_settings(os.environ)
        if folder is None:
            asyncio.run(note_restored(settings))
            click.echo(_AGAIN)
            return
        found = asyncio.run(put_back(settings, folder))
    keys = f"The data keys are those of {found.keys}." if found.keys else "The data keys that were here stay."
    click.echo(f"{folder} is restored. {keys} Erased since, and so again: {found.erased} cases.\n{_AGAIN}")
