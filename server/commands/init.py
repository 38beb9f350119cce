"""`rantau init`: make an office, and show once what must be kept on paper."""

import asyncio
import os
import sys
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path

import click

from server.commands.sentences import in_sentences
from server.content import ContentError
from server.databases import open_databases
from server.keys.founding import DEMO, FoundingError, NewOfficer, Paper, make_office
from server.keys.paper import read_paper
from server.keys.sheet import reserve_sheet, write_sheet
from server.office import now
from server.settings import Settings, load_settings
from sync.key_pair import key_pair_from
from sync.speakable import fingerprint

_SHEET = """The office is made. Its root key and its recovery key are in {sheet} and nowhere else.
Print that file now: two sheets, kept in two places. Then delete it (`shred -u`). On a flash disk no command is sure:
there, let the file be in memory (/dev/shm) or on a stick that stays in the safe.
Then run `rantau doctor`, `rantau serve` and, with the recovery sheet in the hand, `rantau keys drill`."""


@click.command()
@click.option("--demo", is_flag=True, help="Fixed login and passwords that everybody knows: to try it out.")
@click.option("--stdin", "from_stdin", is_flag=True, help="Read login, password and passphrase, a line each.")
@click.option(
    "--sheet",
    type=click.Path(path_type=Path),
    help="Write what must be kept on paper to this file, to print and delete, and do not show it here.",
)
def init(*, demo: bool, from_stdin: bool, sheet: Path | None) -> None:
    """Make an office: its keys and its first officer. Prints once what must be kept on paper."""
    with in_sentences():
        settings = load_settings(os.environ)
        officer = DEMO if demo else _read_officer() if from_stdin else _ask_officer()
        with reserve_sheet(sheet) if sheet else nullcontext():
            paper = asyncio.run(_make(settings, officer, is_demo=demo))
    if sheet and _is_on_sheet(sheet, settings, paper):
        click.echo(_SHEET.format(sheet=sheet))
    elif demo:
        click.echo(f"A demo office is ready in {settings.data}. Start it with `rantau serve`.")
    else:
        _print_paper(paper)


async def _make(settings: Settings, officer: NewOfficer, *, is_demo: bool) -> Paper:
    async with open_databases(settings) as databases:
        return await make_office(settings, databases, officer, now=now(), is_demo=is_demo)


def _read_officer() -> NewOfficer:
    try:
        lines = sys.stdin.read().splitlines()
    except UnicodeDecodeError:
        lines = []
    if len(lines) != 3:
        raise FoundingError("standard input: three lines, which are login, password and passphrase")
    return NewOfficer(lines[0].strip(), lines[1], lines[2])


def _ask_officer() -> NewOfficer:
    click.echo("The first officer. The password signs in; the passphrase opens the office's key in the browser.")
    click.echo("Choose two different ones of at least 12 characters; four or five unrelated words are good.")
    return NewOfficer(
        click.prompt("Login").strip(),
        click.prompt("Password", hide_input=True, confirmation_prompt=True),
        click.prompt("Key passphrase", hide_input=True, confirmation_prompt=True),
    )


def _is_on_sheet(sheet: Path, settings: Settings, paper: Paper) -> bool:
    try:
        write_sheet(sheet, settings, paper, now=now())
    except (OSError, ContentError) as error:
        # The keys exist already and only here: whatever is wrong with the file, they are shown.
        click.echo(f"{sheet}: {error}", err=True)
        return False
    return True


def _print_paper(paper: Paper) -> None:
    click.echo("The office is made. Copy the two keys below by hand, on two sheets, kept in two places.")
    click.echo("They are shown once and stored nowhere. The last character of each line checks that line.\n")
    _print_key("Root key: signs the list of the office's keys; without it none can be replaced.", paper.root)
    _print_key("Recovery key: opens applications when every officer has forgotten the passphrase.", paper.recovery)
    click.echo("The passphrase is stored nowhere either. Whoever holds it and the officer's login can read everything:")
    click.echo("write it down only where you would leave the key of the archive.")
    click.echo("Now clear this screen, then run `rantau doctor` and `rantau serve`.")


def _print_key(what: str, lines: Sequence[str]) -> None:
    click.echo(what)
    for number, line in enumerate(lines, 1):
        click.echo(f"  {number}  {line}")
    click.echo(f"  words to compare: {fingerprint(key_pair_from(read_paper(lines)).pub)}\n")
