"""Looks a hub over: its name, its file, and what it knows of the office's keys, each told in a sentence."""

from collections.abc import Iterator

from server.doctor import Finding, disk_findings
from server.hub.hub import Hub, open_hub
from server.hub.identity import FILE, HubIdentityError, check_origin
from server.keys.server_key import MODE
from server.settings import Settings
from sync.errors import StoreError


async def examine_hub(settings: Settings) -> list[Finding]:
    """Look everything over; what can't be looked at because of something earlier is left out."""
    try:
        async with open_hub(settings) as hub:
            return [_name(settings, hub), _file(settings), *disk_findings(settings), *_keys(hub)]
    except (HubIdentityError, StoreError) as error:
        return [Finding(False, f"Hub: {error}")]


def _name(settings: Settings, hub: Hub) -> Finding:
    try:
        check_origin(settings, hub.own, hub.upstream)
    except HubIdentityError as error:
        return Finding(False, str(error))
    if not settings.is_https and "localhost" not in settings.origin:
        return Finding(False, f"Configuration: {settings.origin} is not https, and without that no phone speaks to it.")
    return Finding(True, f"Configuration: the hub {hub.own.name} of {hub.upstream}, at {settings.origin}.")


def _file(settings: Settings) -> Finding:
    path = settings.data / FILE
    mode = path.stat().st_mode & 0o777
    if mode != MODE:
        return Finding(False, f"Key: {path} can be read by others (mode {mode:o}); it should be {MODE:o}.")
    return Finding(True, f"Key: {path} is readable by its owner alone.")


def _keys(hub: Hub) -> Iterator[Finding]:
    if hub.key_list.is_past(hub.clock()):
        yield Finding(False, "Keys: the office's list is past its date; bring this hub to a connection.")
    state = next(key.state for key in hub.key_list.keys if key.kid == hub.kid)
    if state != "primary":
        yield Finding(False, f"Keys: the office lists this hub's key as {state}; phones do not look for it any more.")
    else:
        yield Finding(True, f"Keys: the office lists this hub (list {hub.key_list.seq}).")
