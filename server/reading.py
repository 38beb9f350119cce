"""Whether a device or hub may read that says in an exchange who it is. Whatever is wrong, what it sends is taken in.

A word that was overheard gives nothing: it counts once, and only within minutes of the office's clock.
"""

from dataclasses import dataclass

from server.hubs import Hubs, hub_noted, hub_word
from server.staff.device_auth import device_noted, device_word
from server.staff.devices import Devices
from sync.canonical import b64u_decode
from sync.document import Doc
from sync.errors import OpenError, Unavailable
from sync.statements import Auth, DeviceAuth, HubAuth, read_auth, verify_auth
from sync.store import Store

_TRIES = 5  # others that may change the same reader meanwhile


@dataclass(frozen=True)
class Reading:
    """What the answer's head says about reading, and who reads: an enrolled device, a hub or neither."""

    word: str
    device: str | None = None
    hub: str | None = None


async def judge(staff: Store, signed: object, *, now: int, holds: str = "") -> Reading:
    """Say whether whoever signed this may read, and note that it asked; *now* is in seconds.

    Args:
        holds: what a hub says that it holds.
    """
    try:
        auth = read_auth(signed)
        for _ in range(_TRIES):
            doc = await _get(staff, auth, now=now)
            word = "unknown" if doc is None else _word(doc, auth, signed, now=now)
            if doc is None or word != "ok":
                return Reading(word)
            [row] = await staff.bulk_docs([doc | _noted(doc, auth, now=now, holds=holds)])
            if row.error is None:
                return _reads(auth)
    except OpenError:
        return Reading("unknown")
    except Unavailable:
        pass
    return Reading("busy")


async def _get(staff: Store, auth: Auth, *, now: int) -> Doc | None:
    match auth:
        case DeviceAuth():
            return await Devices(staff, now).get(auth.device)
        case HubAuth():
            return await Hubs(staff, now).get(auth.hub)


def _word(doc: Doc, auth: Auth, signed: object, *, now: int) -> str:
    verify_auth(signed, b64u_decode(doc["pub"]))
    match auth:
        case DeviceAuth():
            return device_word(doc, auth, now=now)
        case HubAuth():
            return hub_word(doc, auth, now=now)


def _noted(doc: Doc, auth: Auth, *, now: int, holds: str) -> Doc:
    match auth:
        case DeviceAuth():
            return device_noted(doc, auth, now=now)
        case HubAuth():
            return hub_noted(doc, auth, now=now, holds=holds)


def _reads(auth: Auth) -> Reading:
    match auth:
        case DeviceAuth():
            return Reading("ok", device=auth.device)
        case HubAuth():
            return Reading("ok", hub=auth.hub)
