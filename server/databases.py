"""The five databases of an office, embedded or in a CouchDB."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, fields

from server.couch.cases_guard import put_guard
from server.hub.identity import refuse_hub
from server.keys.server_key import ServerKey, read_server_key
from server.settings import Settings
from sync.sqlite_store import open_sqlite
from sync.store import Store


@dataclass(frozen=True)
class Databases:
    """Where everything is kept.

    Attributes:
        public: what anybody may read, signed.
        cases: sealed versions and the office's steps; never purged.
        blobs: sealed files.
        wraps: the sealed data keys, which never leave the office; erasing happens here.
        staff: accounts, grants, sessions, audit.
    """

    public: Store
    cases: Store
    blobs: Store
    wraps: Store
    staff: Store


def read_office_key(settings: Settings) -> ServerKey:
    """Read the server's key before anything is opened: in a folder that is no office's nothing is made.

    Raises:
        HubIdentityError: the folder is a hub's.
        ServerKeyError: there is no office, or its file is damaged.
    """
    refuse_hub(settings.data)
    return read_server_key(settings.data)


NAMES = tuple(field.name for field in fields(Databases))


@asynccontextmanager
async def open_databases(settings: Settings) -> AsyncIterator[Databases]:
    """Open every database, making those that are missing.

    Raises:
        StoreError: a store does not answer or does not let us in.
        HubIdentityError: the folder is a hub's.
    """
    async with AsyncExitStack() as stack:
        if settings.couchdb:
            from sync.couch_store import CouchServer  # its HTTP client is slow to import, and few offices need it

            server = await stack.enter_async_context(CouchServer(settings.couchdb, prefix=settings.couchdb_prefix))
            stores: dict[str, Store] = {name: await server.database(name) for name in NAMES}
            await put_guard(stores["cases"])
        else:
            refuse_hub(settings.data)
            # Password hashes lie in it: nobody else on the machine has to read them.
            settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
            stores = {name: open_sqlite(settings.data, name) for name in NAMES}
        for store in stores.values():
            stack.push_async_callback(store.close)
        yield Databases(**stores)
