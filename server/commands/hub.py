"""`rantau hub`: the office enrols and revokes hubs; a laptop becomes one with the code that the office prints."""

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import click

from server.casework.audit import Audit
from server.commands.keys import read_pair
from server.commands.sentences import in_sentences
from server.databases import open_databases, read_office_key
from server.hub.join import join as become_hub
from server.hub.join import meet
from server.hub_keys import derive_hub_keys, new_hub_code
from server.hubs import HubError, Hubs
from server.keys.key_changes import KeyChangeError, KeyDesk
from server.office import now
from server.origin import hub_origin
from server.settings import Settings, load_settings
from sync.document import Doc
from sync.speakable import fingerprint

_SHEET = """{hub} is enrolled as {origin}, and phones will know it with their next contact.
Its code is shown now and stored nowhere; it makes one hub, within 7 days:
  {code}
Words of the office, to compare when it joins:
  {words}
On the hub's laptop: RANTAU_ROLE=hub rantau hub join --upstream {upstream}
Whoever has this code can be that hub: do not send it together with the laptop, and destroy it once it has joined."""


@click.group()
def hub() -> None:
    """Village hubs: enrol, list, revoke; join as one."""


@hub.command()
@click.argument("name")
def enrol(name: str) -> None:
    """List a hub's key and print the code that makes it. Needs the root's paper."""

    async def change(desk: KeyDesk, settings: Settings) -> None:
        hubs = Hubs(desk.databases.staff, desk.now)
        await hubs.check_name(name)
        code = new_hub_code()
        keys = derive_hub_keys(code)
        root = read_pair("root")
        await _audit(desk, "hub-enrolled", name)
        listed = await desk.add_hub(name, keys.pair.pub, root)
        await hubs.add(name, listed.kid, keys)
        origin, words = hub_origin(settings.origin, name), fingerprint(desk.own.root)
        click.echo(_SHEET.format(hub=name, origin=origin, code=code, words=words, upstream=settings.origin))

    _run(change)


@hub.command("list")
def list_hubs() -> None:
    """Show every hub, and when it was last heard."""

    async def show(desk: KeyDesk, _: Settings) -> None:
        hubs = await Hubs(desk.databases.staff, desk.now).all()
        if not hubs:
            click.echo("This office has no hubs; `rantau hub enrol` makes one.")
        for doc in hubs:
            click.echo(f"  {doc['hub']:<28}{doc['kid']:<8}{_state(doc)}")

    _run(show)


@hub.command()
@click.argument("name")
@click.option("--lost", "is_lost", is_flag=True, help="It did not come back: what it signs counts nowhere any more.")
def revoke(name: str, *, is_lost: bool) -> None:
    """End a hub: it hears nothing any more, at once; then, with the root's paper, its key is listed as old.

    What it collected and still sends is taken in.
    """

    async def change(desk: KeyDesk, _: Settings) -> None:
        hubs = Hubs(desk.databases.staff, desk.now)
        if await hubs.get(name) is not None:
            await _audit(desk, "hub-revoked", name)
            await hubs.revoke(name)
        elif not await desk.lists_hub(name):  # an enrolment that was cut off left a key in the list and nothing more
            raise HubError("name: there is no such hub")
        click.echo(f"{name} hears nothing any more. Now its key:")
        try:
            key = await desk.end_hub(name, read_pair("root"), is_lost=is_lost)
        except KeyChangeError as error:
            raise HubError(f"{error} Its reading has ended; run this again with the root's paper.") from None
        click.echo(f"{key.kid} is {key.state}.")

    _run(change)


@hub.command()
@click.option("--upstream", required=True, help="The origin of the office, such as https://rantau.example.go.id")
@click.option("--yes", is_flag=True, help="The words of the office were compared already.")
def join(upstream: str, *, yes: bool) -> None:
    """Make this laptop a hub with the code that the office printed; the code is typed or comes on standard input."""

    async def run(settings: Settings) -> None:
        met = await meet(settings.upstream)
        click.echo(f"Words of the office that answers: {met.words}")
        if not yes and not click.confirm("Are they the words on the sheet?"):
            raise HubError("Nothing was changed.")
        code = click.prompt("Code", hide_input=True) if sys.stdin.isatty() else _piped_code()
        own = await become_hub(settings, met, code, settings.upstream)
        name = f"RANTAU_ROLE=hub RANTAU_ORIGIN={hub_origin(own.upstream, own.name)}"
        click.echo(f"This laptop is the hub {own.name}. Destroy the code, then: {name} rantau serve")

    with in_sentences():
        os.environ["RANTAU_UPSTREAM"] = upstream  # checked as the setting is
        asyncio.run(run(load_settings(os.environ)))


def _piped_code() -> str:
    try:
        return sys.stdin.readline()
    except UnicodeDecodeError:
        return ""  # which is no code, and is told so


async def _audit(desk: KeyDesk, deed: str, name: str) -> None:
    audit = Audit(desk.databases.staff, desk.own.kid, desk.own.pair, lambda: desk.now)
    await audit.write(deed, who="command", about={"hub": name})


def _state(doc: Doc) -> str:
    if doc["revoked_at"] is not None:
        return f"revoked {_day(doc['revoked_at'])}"
    if doc["joined_at"] is None:
        return "has not joined yet"
    return f"last heard {_day(doc['seen'])}"


def _day(at: int) -> str:
    return f"{datetime.fromtimestamp(at, UTC):%Y-%m-%d %H:%M} UTC"


def _run(work: Callable[[KeyDesk, Settings], Awaitable[None]]) -> None:
    async def opened() -> None:
        settings = load_settings(os.environ)
        own = read_office_key(settings)
        async with open_databases(settings) as databases:
            await work(KeyDesk(databases, own, now()), settings)

    with in_sentences():
        asyncio.run(opened())
