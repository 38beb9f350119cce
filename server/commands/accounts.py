"""`rantau accounts`: what an administrator does who has no way in, or sits at the server anyway."""

import asyncio
import os
from collections.abc import Awaitable, Callable
from typing import TypeVar

import click

from server.casework.audit import Audit
from server.commands.sentences import in_sentences
from server.databases import open_databases, read_office_key
from server.office import now
from server.settings import load_settings
from server.staff.accounts import CODE_DAYS, STAFF_ROLES, AccountError, Accounts
from server.staff.sessions import Sessions

T = TypeVar("T")
_WHY = {
    "conflict": "somebody changed this account just now; run it again",
    "last-administrator": "nobody else could administer; make another administrator first",
    "malformed": "up to 32 of a-z, 0-9, dot, dash and underscore, beginning with a letter or digit",
    "taken": "there is such an account already",
    "unknown": "there is no such account",
}


@click.group()
def accounts() -> None:
    """Staff accounts: list, add, reset, factor, disable, enable."""


@accounts.command("list")
def list_accounts() -> None:
    """Show every account with its roles."""

    async def show(desk: Accounts) -> None:
        for account in await desk.all():
            state = "disabled" if account.get("disabled") else "" if account["password"] else "not set up yet"
            click.echo(f"  {account['login']:<20}{', '.join(account['roles']):<32}{state}")

    _run(show)


@accounts.command()
@click.argument("login")
@click.argument("roles", nargs=-1, required=True, type=click.Choice(STAFF_ROLES))
def add(login: str, roles: tuple[str, ...]) -> None:
    """Make an account; prints the code with which its person chooses a password."""

    async def change(desk: Accounts) -> None:
        _print_code(login, await desk.add(login, roles))

    _run(change)


@accounts.command()
@click.argument("login")
def reset(login: str) -> None:
    """Print a new code for somebody who lost the password."""

    async def change(desk: Accounts) -> None:
        _print_code(login, await desk.reset(login))

    _run(change)


@accounts.command()
@click.argument("login")
def factor(login: str) -> None:
    """Take the second factor away from somebody who lost it, seen in person; its sessions end."""

    async def change(desk: Accounts) -> None:
        await desk.forget_second_factor(login)
        await Sessions(desk.staff, now).end_all(login)
        click.echo(f"{login} signs in with the password alone and sets up another second factor then.")

    _run(change)


@accounts.command()
@click.argument("login")
def disable(login: str) -> None:
    """Shut an account; it and its sessions end at once."""
    _set_disabled(login, disabled=True)


@accounts.command()
@click.argument("login")
def enable(login: str) -> None:
    """Open an account again."""
    _set_disabled(login, disabled=False)


def _set_disabled(login: str, *, disabled: bool) -> None:
    async def change(desk: Accounts) -> None:
        await desk.set_disabled(login, disabled=disabled)
        await Sessions(desk.staff, now).end_all(login)
        click.echo(f"{login} is {'disabled' if disabled else 'enabled'}.")

    _run(change)


def _print_code(login: str, code: str) -> None:
    click.echo(f"{login} chooses a password at /staff/setup with this code, once, within {CODE_DAYS} days:")
    click.echo(f"  {code}")


def _run(work: Callable[[Accounts], Awaitable[T]]) -> T:
    async def opened() -> T:
        settings = load_settings(os.environ)
        own = read_office_key(settings)
        async with open_databases(settings) as databases:
            audit = Audit(databases.staff, own.kid, own.pair, now)

            async def record(deed: str, login: str) -> None:
                await audit.write(deed, who="command", about={"login": login})

            try:
                return await work(Accounts(databases.staff, now(), record))
            except AccountError as error:
                raise click.ClickException(f"{error.field}: {_WHY.get(error.reason, error.reason)}") from None

    with in_sentences():
        return asyncio.run(opened())
