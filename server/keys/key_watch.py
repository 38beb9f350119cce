"""Lets a running server take what is published beside it: a newer list of keys by `rantau keys`, and edited content."""

import asyncio
import logging
from dataclasses import replace

from starlette.applications import Starlette

from server.casework.audit import Audit
from server.editing.taking_up import with_newest_edits
from server.keys.server_key import ServerKeyError, read_listed_key
from server.office import NoOffice, Office, read_keys
from server.site.made_before import MADE, MadeBefore
from server.site.site import build_site
from sync.errors import OpenError, StoreError
from sync.keyring import verify_key_list

log = logging.getLogger("rantau.keys")

EVERY = 2.0  # seconds between two looks


async def follow_keys(app: Starlette, *, every: float = EVERY) -> None:
    """Look for what is newer until cancelled, and let the office that handlers are given have it."""
    while True:
        await asyncio.sleep(every)
        try:
            app.state.office = await with_newest_keys(app.state.office, app)
            app.state.office = await with_newest_edits(app.state.office, app)
        except (StoreError, NoOffice, OpenError, ServerKeyError) as error:
            log.warning("what is published could not be read again: %s", type(error).__name__)


async def with_newest_keys(office: Office, app: Starlette) -> Office:
    """Give the office with the newest list of keys; the same one when there is no newer.

    Raises:
        OpenError: what is stored is not signed by this office's root, or is older than what is in use.
        ServerKeyError: the server's own key cannot be read.
    """
    keys = await read_keys(office.databases)
    if keys == office.keys:
        return office
    key_list = verify_key_list(keys, office.root, min_seq=office.key_list.seq)
    made = MadeBefore(office.settings.data / MADE)
    site = await asyncio.to_thread(build_site, office.settings, app.state.prepared, keys=keys, made=made)
    log.info("list of keys %d is in use", key_list.seq)
    return _with_own_key(replace(office, keys=keys, key_list=key_list, site=site))


def _with_own_key(office: Office) -> Office:
    own = read_listed_key(office.settings.data, office.key_list)
    if own.kid == office.server_kid:
        return office
    log.info("server key %s is in use", own.kid)
    audit = Audit(office.databases.staff, own.kid, own.pair, office.clock)
    return replace(office, server_key=own.pair, server_kid=own.kid, audit=audit)
