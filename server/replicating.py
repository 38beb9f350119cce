"""Copies a database of this office to or from a CouchDB elsewhere, for `rantau replicate`.

Data keys and accounts never leave the office, and none come in: `wraps` and `staff` are refused on either side, by
whatever name. What comes in is checked as what a peer writes, and each copy stands in the audit.
"""

import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import cast
from urllib.parse import unquote, urlsplit

from server.casework.audit import Audit
from server.content import load_content
from server.couch.gate import OfficeGate
from server.couch.peers import OPEN
from server.databases import NAMES, Databases, open_databases, read_office_key
from server.gated_store import GatedStore
from server.keys.server_key import read_server_key
from server.links import note_link
from server.office import Office, now, read_keys
from server.projection.projection import Projection
from server.settings import Settings, is_url
from server.site.site import NO_SITE
from server.told import Told
from sync.couch_store import CouchServer
from sync.errors import StoreError
from sync.keyring import verify_key_list
from sync.replication import LINK, ONCE, Progress, Summary
from sync.replicator import replicate
from sync.store import Store

WHO = "command"
PRIVATE = tuple(name for name in NAMES if name not in OPEN)


class ReplicatingError(Told):
    """It is not done; the message says why."""


@dataclass(frozen=True)
class Place:
    """One side of a copy: a database of this office, or the URL of one elsewhere (it may hold a password)."""

    text: str

    @property
    def is_here(self) -> bool:
        """Say whether it is this office's own."""
        return "/" not in self.text

    @property
    def name(self) -> str:
        """Name the database."""
        return self.text if self.is_here else unquote(urlsplit(self.text).path.rstrip("/").rpartition("/")[2])

    @property
    def shown(self) -> str:
        """Give it as it may be shown: without a password."""
        parts = urlsplit(self.text)
        return self.text if self.is_here else f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"

    @property
    def server(self) -> str:
        """Give the URL of the server, credentials included."""
        parts = urlsplit(self.text)
        path = parts.path.rstrip("/").rpartition("/")[0]
        return parts._replace(path=path, query="", fragment="").geturl()


def check_places(source: Place, target: Place, settings: Settings) -> None:
    """See that a copy between two places may be.

    Raises:
        ReplicatingError: it may not.
    """
    for place in (source, target):
        if place.is_here and place.name not in NAMES:
            raise ReplicatingError(f"{place.name}: neither a URL nor one of {', '.join(OPEN)}.")
        if not place.is_here and not (is_url(place.text) and place.name):
            raise ReplicatingError("A side is the URL of a database, such as https://user:password@host/database.")
        if _is_private(place.name, settings):
            raise ReplicatingError(
                "Data keys (wraps) and accounts (staff) never leave the office and none come in from elsewhere. "
                "To move the whole office into its own CouchDB there is `rantau move-to-couchdb`."
            )
    if source.is_here == target.is_here:
        raise ReplicatingError("One side is a database of this office, the other one is elsewhere.")


def _is_private(name: str, settings: Settings) -> bool:
    """Say whether a name is that of a private database, ours or with another office's prefix."""
    bare = name.removeprefix(settings.couchdb_prefix).lower()
    return any(bare == private or bare.endswith(tuple(f"{mark}{private}" for mark in "-_/.$+")) for private in PRIVATE)


async def copy(
    source: Place, target: Place, settings: Settings, *, on_progress: Callable[[Progress], None] | None = None
) -> Summary:
    """Copy what *target* lacks.

    Raises:
        ReplicatingError: this copy may not be.
        NoOffice: there is none here.
        StoreError: a side does not let us, or is away.
    """
    check_places(source, target, settings)
    own = read_office_key(settings)
    async with AsyncExitStack() as stack:
        databases = await stack.enter_async_context(open_databases(settings))
        elsewhere = source if target.is_here else target
        server = await stack.enter_async_context(CouchServer(elsewhere.server, limits=LINK, backoff=ONCE))
        there = await server.database(elsewhere.name, make=source.is_here)
        audit = Audit(databases.staff, own.kid, own.pair, now)
        here = getattr(databases, (target if target.is_here else source).name)
        about = {"database": here.name, "direction": "in" if target.is_here else "out"}
        await audit.write("replicated", who=WHO, about=about)
        async with _noting(databases.staff, source, target) as done:
            if source.is_here:
                return done(await replicate(here, there, on_progress=on_progress))
            office = await stack.enter_async_context(_office(settings, databases, audit))
            gated = cast(Store, GatedStore(here, OfficeGate(office, WHO)))
            return done(await replicate(there, gated, on_progress=on_progress))


@asynccontextmanager
async def _noting(staff: Store, source: Place, target: Place) -> AsyncIterator[Callable[[Summary], Summary]]:
    """Note how the copy ends, for `rantau status`."""
    ended: dict[str, object] = {}

    def done(summary: Summary) -> Summary:
        ended.update(reached_at=now(), error=None, set_aside=len(summary.set_aside))
        return summary

    try:
        yield done
    except StoreError as error:
        ended.update(failed_at=now(), error=error.reason or error.error)
        raise
    finally:
        if ended:
            await note_link(staff, source.shown, target.shown, ended)


@asynccontextmanager
async def _office(settings: Settings, databases: Databases, audit: Audit) -> AsyncIterator[Office]:
    """Give the office to the gate, with lists of its own: a server that may be running keeps its."""
    own = read_server_key(settings.data)
    keys = await read_keys(databases)
    content = load_content(settings.content)
    with tempfile.TemporaryDirectory(prefix="rantau-") as folder:
        path, zone = Path(folder) / "projection.sqlite", settings.office.time_zone
        projection = Projection(path, databases.cases, now, time_zone=zone)
        try:
            yield Office(
                settings=settings,
                databases=databases,
                content=content,
                root=own.root,
                keys=keys,
                key_list=verify_key_list(keys, own.root),
                server_key=own.pair,
                server_kid=own.kid,
                is_demo=own.is_demo,
                audit=audit,
                projection=projection,
                site=NO_SITE,  # nothing is served from here, and making it takes a minute on a slow machine
                clock=now,
            )
        finally:
            await projection.stop()
