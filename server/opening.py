"""Opens an office: reads its keys, makes its site, and keeps its lists up to date until it is closed."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from server.casework.audit import Audit
from server.databases import Databases, open_databases
from server.editing.edits import edit_ids
from server.figures.published_figures import revision_of_published
from server.keys.server_key import ServerKeyError, read_listed_key, read_server_key
from server.office import NoOffice, Office, now, read_keys
from server.projection.projection import Projection
from server.settings import Settings
from server.site.made_before import MADE, MadeBefore
from server.site.prepared import Prepared
from server.site.site import NO_SITE, build_site
from sync.errors import OpenError
from sync.keyring import verify_key_list


@asynccontextmanager
async def open_office(
    settings: Settings,
    prepared: Prepared,
    *,
    databases: Databases | None = None,
    clock: Callable[[], int] = now,
) -> AsyncIterator[Office]:
    """Open an office and keep its lists up to date until the end.

    Raises:
        NoOffice: nothing has been set up, or the server's key is missing or not in the list.
        StoreError: the store does not answer.
    """
    if databases is None:
        async with (
            open_databases(settings) as opened,
            open_office(settings, prepared, databases=opened, clock=clock) as office,
        ):
            yield office
        return
    keys = await read_keys(databases)
    try:
        own = read_server_key(settings.data)
        key_list = verify_key_list(keys, own.root)
        own = read_listed_key(settings.data, key_list)
    except ServerKeyError as error:
        raise NoOffice(str(error)) from None
    except OpenError:
        raise NoOffice("The list of keys is not signed by this office's root; `rantau doctor` says more.") from None
    # What was edited or published goes in right after, and makes every page anew: once is enough.
    is_edited = await edit_ids(databases.public) or await revision_of_published(databases.public)
    made = MadeBefore(settings.data / MADE)
    site = NO_SITE if is_edited else build_site(settings, prepared, keys=keys, made=made)
    if not is_edited:
        made.forget_others()
    zone = settings.office.time_zone
    projection = Projection(settings.data / "projection.sqlite", databases.cases, clock, time_zone=zone)
    await projection.start()
    try:
        yield Office(
            settings=settings,
            databases=databases,
            content=prepared.content,
            root=own.root,
            keys=keys,
            key_list=key_list,
            server_key=own.pair,
            server_kid=own.kid,
            is_demo=own.is_demo,
            audit=Audit(databases.staff, own.kid, own.pair, clock),
            projection=projection,
            site=site,
            clock=clock,
            asking=prepared.asking,
        )
    finally:
        await projection.stop()
