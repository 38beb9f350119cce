"""`rantau keys`: what must be done with the papers of the root and of recovery in the hand."""

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from functools import partial
from itertools import takewhile
from typing import TypeVar

import click

from server.commands.sentences import in_sentences
from server.databases import open_databases, read_office_key
from server.keys.key_changes import KeyChangeError, KeyDesk
from server.keys.key_destruction import SETTLED, destroy
from server.keys.key_drill import rehearse
from server.keys.key_holders import Reader, holder
from server.keys.paper import PaperError, read_paper
from server.keys.server_key_change import replace_server_key
from server.office import now
from server.settings import load_settings
from sync.document import is_id
from sync.key_pair import KeyPair, key_pair_from
from sync.speakable import fingerprint

T = TypeVar("T")


@click.group()
def keys() -> None:
    """The office's keys: list, renew, rotate, rehearse the recovery."""


@keys.command("list")
def list_keys() -> None:
    """Show every key with its state, and the fingerprint that phones show."""

    async def show(desk: KeyDesk) -> None:
        key_list, since = await desk.current(), await desk.since()
        click.echo(f"Fingerprint of the office: {fingerprint(desk.own.root)}")
        past = "  PAST: renew it" if key_list.is_past(desk.now) else ""
        click.echo(f"List {key_list.seq}, good until {_day(key_list.until)}{past}")
        for key in key_list.keys:
            known = f"since {_day(since[key.kid])}" if key.kid in since else ""
            click.echo(f"  {key.kid:<8}{key.use:<8}{key.state:<11}{known}")

    _run(show)


@keys.command("next")
@click.option("--yes", is_flag=True, help="The fingerprints of those who get it were compared already.")
def make_next(*, yes: bool) -> None:
    """Make the key that phones will seal to next, and a new one that signs steps. Needs the root's paper."""

    async def change(desk: KeyDesk) -> None:
        root, readers = read_pair("root"), await desk.readers()
        _compare(readers, yes=yes)
        sealing, signing = await desk.add_next(root, readers)
        click.echo(f"{sealing.kid} is published and will be used after `rantau keys promote`, in 30 days.")
        click.echo(f"{signing.kid} signs steps from now on.")

    _run(change)


@keys.command()
@click.option("--now", "at_once", is_flag=True, help="Do not wait until every phone knows it, as when somebody left.")
def promote(*, at_once: bool) -> None:
    """Put the next key to use. Needs the root's paper."""

    async def change(desk: KeyDesk) -> None:
        key = await desk.promote(read_pair("root"), at_once=at_once)
        click.echo(f"{key.kid} is in use. What is sealed to older keys is still accepted.")
        click.echo("An officer re-wraps the open cases in the console (Office keys).")

    _run(change)


@keys.command()
def renew() -> None:
    """Sign the list of keys again, before its date is past. Needs the root's paper."""

    async def change(desk: KeyDesk) -> None:
        renewed = await desk.renew(read_pair("root"))
        click.echo(f"List {renewed.seq} is good until {_day(renewed.until)}.")

    _run(change)


@keys.command("destroy")
@click.argument("kid")
@click.option(
    "--settle",
    type=click.FloatRange(min=0),
    default=SETTLED,
    show_default=True,
    help="Seconds to wait until uploads under way are over.",
)
@click.option("--stolen", "is_stolen", is_flag=True, help="Also of a key that signed steps: nobody believes them then.")
def destroy_key(kid: str, *, settle: float, is_stolen: bool) -> None:
    """Give up an old key for ever. Refused while anything needs it. Needs the root's paper.

    Of a server key that was stolen, phones refuse the receipts from then on.
    """

    async def change(desk: KeyDesk) -> None:
        count = await destroy(desk, kid, read_pair("root"), is_stolen=is_stolen, settle=partial(asyncio.sleep, settle))
        click.echo(f"{kid} is destroyed: {count} grants deleted. Delete backups of `staff` from before, too.")

    _run(change)


@keys.command("server")
def replace_server() -> None:
    """Make the server a new key, run where it serves, as its user. Needs the root's paper.

    What the former one signed still counts; destroy that one, too, if it was stolen.
    """

    async def change(desk: KeyDesk) -> None:
        key = await replace_server_key(desk, read_pair("root"), load_settings(os.environ).data)
        click.echo(f"{key.kid} signs receipts from now on; a server that is running takes it by itself.")
        click.echo("Put the new server.key into the backup.")

    _run(change)


@keys.command()
def drill() -> None:
    """Rehearse the recovery with its paper: changes nothing, and says whether it would work."""

    async def look(desk: KeyDesk) -> bool:
        sentences = await rehearse(desk, read_pair("recovery"))
        for is_right, sentence in sentences:
            click.echo(f"{'right' if is_right else 'WRONG'}  {sentence}")
        return all(is_right for is_right, _ in sentences)

    sys.exit(0 if _run(look) else 1)


@keys.command()
@click.argument("login")
@click.option("--yes", is_flag=True, help="The fingerprint of who gets them was compared already.")
def recover(login: str, *, yes: bool) -> None:
    """Grant every key to LOGIN from the recovery's paper, as when nobody knows a passphrase any more."""

    async def change(desk: KeyDesk) -> None:
        recovery = read_pair("recovery")
        to = await holder(desk.databases.staff, login) if is_id(f"officer.{login}") else None
        if to is None:
            raise KeyChangeError(
                f"{login} may hold no keys: it takes an officer's open account, and a key made by signing in and "
                "choosing a passphrase."
            )
        _compare([to], yes=yes)
        granted = await desk.regrant(to, recovery)
        click.echo(f"{login} holds {', '.join(granted)} now.")

    _run(change)


def _run(work: Callable[[KeyDesk], Awaitable[T]]) -> T:
    async def opened() -> T:
        settings = load_settings(os.environ)
        own = read_office_key(settings)  # first: in a folder that is no office's nothing is made
        async with open_databases(settings) as databases:
            return await work(KeyDesk(databases, own, now()))

    with in_sentences():
        return asyncio.run(opened())


def read_pair(which: str) -> KeyPair:
    """Read a key from its paper: typed at the screen, or from standard input."""
    if sys.stdin.isatty():
        click.echo(f"Type the lines of the {which} key, or scan its code, and press Enter once more at the end.")
    try:
        lines = list(takewhile(str.strip, sys.stdin))
        if not lines:
            raise PaperError("no line was typed")
        return key_pair_from(read_paper(lines))
    except UnicodeDecodeError:
        raise KeyChangeError(f"{which} key: what came is no text") from None
    except (PaperError, ValueError) as error:
        raise KeyChangeError(f"{which} key: {error}") from None


def _compare(readers: list[Reader], *, yes: bool) -> None:
    click.echo("These get the key. Compare each fingerprint with the officer's own screen, or with the recovery sheet:")
    for reader in readers:
        click.echo(f"  {reader.name:<16}{reader.words}")
    if not yes and not click.confirm("Do they all match?"):
        raise KeyChangeError("Nothing was changed.")


def _day(at: int) -> str:
    return f"{datetime.fromtimestamp(at, UTC):%Y-%m-%d}"
