"""The command `rantau`: make an office, serve it, and say in sentences what is right and wrong with it."""

import asyncio
import os
import sys
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path

import click

from server.cli_accounts import accounts
from server.cli_audit import audit
from server.cli_backup import backup, restore
from server.cli_bundle import bundle, import_
from server.cli_export import export
from server.cli_forms import forms
from server.cli_hub import hub
from server.cli_keys import keys
from server.cli_peers import peers
from server.cli_replicate import move_to_couchdb, replicate
from server.cli_retention import retention
from server.cli_status import status
from server.content import ContentError
from server.databases import open_databases
from server.doctor import examine
from server.founding import FoundingError, NewOfficer, Paper, make_office
from server.hub_doctor import examine_hub
from server.hub_identity import check_origin, read_identity
from server.office import NoOffice, now, read_keys
from server.paper import read_paper
from server.sentences import in_sentences
from server.server_key import read_server_key
from server.serving import serve as serve_office
from server.settings import Settings, load_settings
from server.sheet import reserve_sheet, write_sheet
from sync.key_pair import key_pair_from
from sync.speakable import fingerprint

DEMO = NewOfficer("petugas", "contoh-sandi-petugas", "kunci contoh kantor demo")

_SHEET = """The office is made. Its root key and its recovery key are in {sheet} and nowhere else.
Print that file now: two sheets, kept in two places. Then delete it (`shred -u`). On a flash disk no command is sure:
there, let the file be in memory (/dev/shm) or on a stick that stays in the safe.
Then run `rantau doctor`, `rantau serve` and, with the recovery sheet in the hand, `rantau keys drill`."""
_RIGHT, _WRONG = click.style("right", fg="green"), click.style("WRONG", fg="red")


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="rantau")
def main() -> None:
    """Take passport and stay-permit applications where the signal comes and goes."""


main.add_command(accounts)
main.add_command(audit)
main.add_command(backup)
main.add_command(bundle)
main.add_command(export)
main.add_command(forms)
main.add_command(hub)
main.add_command(import_)
main.add_command(keys)
main.add_command(peers)
main.add_command(move_to_couchdb)
main.add_command(replicate)
main.add_command(restore)
main.add_command(retention)
main.add_command(status)


@main.command()
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


@main.command()
@click.option("--demo", is_flag=True, help="Make a demo office first where there is none.")
@click.option("--role", type=click.Choice(["office", "hub"]), help="As RANTAU_ROLE: a hub takes in for an office.")
@click.option("--upstream", help="As RANTAU_UPSTREAM: the origin of a hub's office.")
def serve(*, demo: bool, role: str | None, upstream: str | None) -> None:
    """Serve the office, or a hub of one, until stopped."""
    with in_sentences():
        # In the environment, where the processes of the server look.
        os.environ.update({name: value for name, value in _given(role, upstream) if value})
        settings = load_settings(os.environ)
        if settings.role == "hub":
            own = read_identity(settings.data)
            check_origin(settings, own, settings.upstream or own.upstream)
            welcome = f"Rantau is serving the hub {own.name} on {settings.origin}; office: {own.upstream}"
            return serve_office(settings, ready=lambda: click.echo(welcome))
        is_demo = asyncio.run(_find_or_make(settings, may_make=demo))
        if demo and not is_demo:
            raise FoundingError(f"{settings.data} holds a real office: serve it without --demo.")
        serve_office(settings, ready=lambda: _print_welcome(settings, is_demo=is_demo))


@main.command()
def doctor() -> None:
    """Check configuration, content, store, keys and clock."""
    with in_sentences():
        is_hub = os.environ.get("RANTAU_ROLE") == "hub"
        findings = asyncio.run(examine_hub(load_settings(os.environ)) if is_hub else examine(os.environ))
    for finding in findings:
        click.echo(f"{_RIGHT if finding.is_right else _WRONG}  {finding.sentence}")
    sys.exit(0 if all(finding.is_right for finding in findings) else 1)


def _given(role: str | None, upstream: str | None) -> tuple[tuple[str, str | None], ...]:
    return ("RANTAU_ROLE", role), ("RANTAU_UPSTREAM", upstream)


async def _make(settings: Settings, officer: NewOfficer, *, is_demo: bool) -> Paper:
    async with open_databases(settings) as databases:
        return await make_office(settings, databases, officer, now=now(), is_demo=is_demo)


async def _find_or_make(settings: Settings, *, may_make: bool) -> bool:
    async with open_databases(settings) as databases:
        try:
            await read_keys(databases)
        except NoOffice:
            if not may_make:
                raise
            await make_office(settings, databases, DEMO, now=now(), is_demo=True)
    return read_server_key(settings.data).is_demo


def _read_officer() -> NewOfficer:
    lines = sys.stdin.read().splitlines()
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


def _print_welcome(settings: Settings, *, is_demo: bool) -> None:
    if not is_demo:
        click.echo(f"Rantau is serving {settings.office.name} on {settings.origin}")
        return
    click.echo(
        f"Rantau is serving the demo office on {settings.origin}\n"
        f"  officer        {settings.origin}/staff/   login {DEMO.login}   password {DEMO.password}\n"
        f"                 key passphrase  {DEMO.passphrase}\n"
        '  without signal open the page once, wait for "Siap dipakai tanpa sinyal", then stop this server (Ctrl-C):\n'
        "                 reading, filling in and Kirim go on; start it again and the application is sent."
    )
