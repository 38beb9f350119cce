"""`rantau replicate` and `rantau move-to-couchdb`: copies of whole databases, with what is done and left shown."""

import asyncio
import os
import sys
import time
from collections.abc import Sequence

import click

from server.commands.sentences import in_sentences
from server.moving import Moved, move, settings_there
from server.replicating import Place, ReplicatingError, copy
from server.settings import Settings, load_settings
from sync.replication import Progress, SetAside, Summary

_NAMED = 20  # documents that are named one by one


class Line:
    """Shows how far it is: in place on a terminal, else a line every so many seconds."""

    def __init__(self, every: float = 10.0) -> None:
        self._is_terminal = sys.stderr.isatty()
        self._every = 0.2 if self._is_terminal else every
        self._next = time.monotonic() + self._every

    def show(self, progress: Progress, name: str = "") -> None:
        """Show it, unless the last time was a moment ago."""
        if time.monotonic() < self._next:
            return
        self._next = time.monotonic() + self._every
        text = f"{name + ': ' if name else ''}{_progress(progress)}"
        click.echo(f"\r{text:<78}" if self._is_terminal else text, err=True, nl=not self._is_terminal)

    def end(self) -> None:
        """Leave the line to what follows."""
        if self._is_terminal:
            click.echo("\r" + " " * 78 + "\r", err=True, nl=False)


@click.command("replicate")
@click.argument("source")
@click.argument("target")
def replicate(source: str, target: str) -> None:
    """Copy what TARGET lacks of SOURCE: one a database of this office (public, cases, blobs), one the URL of another.

    It goes on where it stopped the last time. A URL may be `@` and a file that holds it, so that its password is not
    on the command line.
    """
    line = Line()
    with in_sentences():
        settings = load_settings(os.environ)
        try:
            places = Place(_url(source)), Place(_url(target))
            summary = asyncio.run(copy(*places, settings, on_progress=line.show))
        finally:
            line.end()
    _print_summary(summary)
    sys.exit(2 if summary.set_aside else 0)


@click.command("move-to-couchdb")
@click.argument("url")
def move_to_couchdb(url: str) -> None:
    """Move this embedded office into the CouchDB at URL (with user and password, or `@` and a file that holds it).

    May be repeated: first while the office is served, then once more when it is stopped.
    """
    with in_sentences():
        settings = load_settings(os.environ)
        there = settings_there(settings, url, load_settings)
        if not there.couchdb:
            raise ReplicatingError("The URL of a CouchDB, such as http://user:password@127.0.0.1:5984.")
        moved = asyncio.run(_move(settings, there))
    if not all(one.is_whole for one in moved):
        raise click.ClickException(
            "The CouchDB does not hold the same as the office. If the office was served meanwhile, stop it and repeat "
            "this command; nothing is copied twice. Else the lines above name what differs."
        )
    _print_what_to_set(url, there)


async def _move(here: Settings, there: Settings) -> list[Moved]:
    line, moved = Line(), []
    async for one in move(here, there, on_progress=lambda name, progress: line.show(progress, name)):
        line.end()
        _print_moved(one)
        moved.append(one)
    return moved


def _print_moved(one: Moved) -> None:
    found = one.comparison
    state = "the same on both sides" if one.is_whole else "NOT the same"
    click.echo(
        f"  {one.name:<8}{found.documents} documents, {found.deleted} deleted, {found.leaves} revisions, "
        f"{found.attachments} attachments: {state} ({one.summary.tally.written} copied now)"
    )
    _print_some([f"only in the CouchDB: {doc_id} {rev}" for doc_id, rev in found.only_there])
    _print_some(found.differences)
    _print_set_aside(one.summary.set_aside)


def _print_what_to_set(url: str, there: Settings) -> None:
    shown = url if url.startswith("@") else "the same URL, best as @ and a file that only the service reads"
    click.echo("\nThe CouchDB holds the whole office. Now:")
    click.echo("  1. stop the office, if it is being served, and run this command once more: it takes seconds;")
    click.echo(f"  2. set RANTAU_COUCHDB to {shown},")
    click.echo(
        f"     RANTAU_COUCHDB_PREFIX to {there.couchdb_prefix}, and leave RANTAU_DATA as it is: the server's key"
    )
    click.echo("     is there;")
    click.echo("  3. run `rantau doctor`, then `rantau serve`;")
    click.echo(
        f"  4. once you have seen it work, destroy the old store ({there.data}/*.sqlite*, and its backups in time):"
    )
    click.echo("     what is erased from now on is erased in the CouchDB only.")


def _print_summary(summary: Summary) -> None:
    tally = summary.tally
    begun = "from the beginning" if summary.since == "0" else "where it stopped the last time"
    click.echo(
        f"Done in {_seconds(summary.seconds)}, begun {begun}: {tally.checked} documents looked at, {tally.written} "
        f"copied ({_size(tally.size)}), {len(summary.set_aside)} set aside."
    )
    if not summary.checkpointed:
        click.echo("One side does not let us note how far it came: the next time begins from the beginning.")
    _print_set_aside(summary.set_aside)


def _print_set_aside(rows: Sequence[SetAside]) -> None:
    _print_some([f"set aside, tried again the next time: {row.id} {row.rev}: {row.reason}" for row in rows])


def _print_some(lines: Sequence[str]) -> None:
    for line in lines[:_NAMED]:
        click.echo(f"    {line}")
    if len(lines) > _NAMED:
        click.echo(f"    and {len(lines) - _NAMED} more")


def _progress(progress: Progress) -> str:
    left = "" if progress.left is None else f", about {_seconds(progress.left)} left"
    tally = progress.tally
    return f"{tally.written} documents, {_size(tally.size)}, {_size(progress.rate)}/s{left}"


def _size(count: float) -> str:
    for unit in ("bytes", "KB", "MB"):
        if count < 1000:
            return f"{count:.0f} {unit}" if unit == "bytes" else f"{count:.1f} {unit}"
        count /= 1000
    return f"{count:.1f} GB"


def _seconds(seconds: float) -> str:
    whole = round(seconds)
    return f"{whole} s" if whole < 120 else f"{whole // 60} min" if whole < 7200 else f"{whole // 3600} h"


def _url(text: str) -> str:
    """Give a side as it is meant; `@file` holds a URL."""
    if not text.startswith("@"):
        return text
    try:
        with open(text[1:], encoding="utf-8") as file:
            return file.read().strip()
    except OSError as error:
        raise ReplicatingError(f"{text[1:]}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise ReplicatingError(f"{text[1:]}: a file that holds a URL and nothing else") from None
