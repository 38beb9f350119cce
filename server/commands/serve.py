"""`rantau serve`: serve an office, or a hub of one, until stopped."""

import asyncio
import os

import click

from server.commands.sentences import in_sentences
from server.databases import open_databases, read_office_key
from server.hub.identity import check_origin, read_identity
from server.keys.founding import DEMO, FoundingError, make_office
from server.keys.server_key import read_listed_key, read_server_key
from server.office import NoOffice, now, read_keys
from server.rehearsal.demo_offers import offer_days
from server.rehearsal.demo_profile import show_example
from server.rehearsal.made_up_people import FILE
from server.serving import serve as serve_office
from server.settings import Settings, load_settings
from sync.keyring import verify_key_list


@click.command()
@click.option("--demo", is_flag=True, help="Make a demo office first where there is none.")
@click.option("--bare", is_flag=True, help="Of a demo office: make up no address and no people, and offer no days.")
@click.option("--role", type=click.Choice(["office", "hub"]), help="As RANTAU_ROLE: a hub takes in for an office.")
@click.option("--upstream", help="As RANTAU_UPSTREAM: the origin of a hub's office.")
def serve(*, demo: bool, bare: bool, role: str | None, upstream: str | None) -> None:
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
        if is_demo and not bare:
            asyncio.run(_make_ready(settings))
        serve_office(settings, ready=lambda: _print_welcome(settings, is_demo=is_demo))


def _given(role: str | None, upstream: str | None) -> tuple[tuple[str, str | None], ...]:
    return ("RANTAU_ROLE", role), ("RANTAU_UPSTREAM", upstream)


async def _find_or_make(settings: Settings, *, may_make: bool) -> bool:
    if not may_make:
        read_office_key(settings)
    async with open_databases(settings) as databases:
        try:
            await read_keys(databases)
        except NoOffice:
            if not may_make:  # a store without one
                raise
            await make_office(settings, databases, DEMO, now=now(), is_demo=True)
    return read_server_key(settings.data).is_demo


async def _make_ready(settings: Settings) -> None:
    """Show an address, offer days to come, and fill an office that never had a case with people to practise on."""
    async with open_databases(settings) as databases:
        key_list = verify_key_list(await read_keys(databases), read_server_key(settings.data).root)
        key = read_listed_key(settings.data, key_list)
        await show_example(settings, databases, key, now=now())
        await offer_days(settings, databases, key, now=now())
        if (settings.content / FILE).exists() and not await databases.cases.all_docs(start="app.", end="cmq", limit=1):
            from server.rehearsal.rehearsal import Rehearsal  # with all that seals, which other starts need for nothing

            await (await Rehearsal.of(settings, databases, now=now())).begin()


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
