"""Makes this laptop a hub: with the code that the office printed it becomes the one whose key the office listed."""

import asyncio
import json
import os
from dataclasses import dataclass

import aiohttp

from server.hub.hub import Hub
from server.hub.identity import FILE, HubIdentity, read_identity, write_identity
from server.hub.relay import Relay, word_of
from server.hub.relay_link import RelayLink
from server.hub.stores import open_hub_stores
from server.hub_keys import derive_hub_keys, is_hub_code
from server.hubs import HubError
from server.keys.key_changes import put
from server.office import KEYS, now
from server.settings import Settings
from sync.canonical import b64u_decode, b64u_encode
from sync.couch_wire import AnswerTooLarge, read_capped
from sync.errors import OpenError, Unavailable
from sync.key_pair import KeyPair
from sync.keyring import KeyList, verify_key_list
from sync.speakable import fingerprint

_LONGEST = 256 * 1024  # bytes of what the office says of itself
_PATIENCE = 60  # seconds
_PLAIN = {"Accept-Encoding": "identity"}
_FINAL = ("unknown", "used", "expired", "revoked")  # words after which a second try says the same
_WAITS = (2, 3, 5, 10, 10)  # seconds until a running office has taken a list that was just signed


@dataclass(frozen=True)
class Met:
    """The office that answered: its root, its list of keys as signed and as read."""

    root: bytes
    keys: list[object]
    key_list: KeyList

    @property
    def words(self) -> str:
        """Give the eight words by which people compare it."""
        return fingerprint(self.root)


async def meet(upstream: str) -> Met:
    """Ask the office at *upstream* who it is.

    Raises:
        HubError: it does not answer, or not as an office.
    """
    try:
        timeout = aiohttp.ClientTimeout(total=_PATIENCE)
        async with (
            aiohttp.ClientSession(timeout=timeout, auto_decompress=False) as session,
            session.get(f"{upstream}/office.json", headers=_PLAIN, allow_redirects=False) as answer,
        ):
            told = json.loads(await read_capped(answer, _LONGEST)) if answer.status == 200 else {}
        root = b64u_decode(told["root"])
        return Met(root, told["keys"], verify_key_list(told["keys"], root))
    except (aiohttp.ClientError, OSError):
        raise HubError(f"{upstream}: no office answers there now") from None
    except (AnswerTooLarge, Unavailable, ValueError, KeyError, TypeError, OpenError):
        raise HubError(f"{upstream}: what answers there is no office") from None


async def join(settings: Settings, met: Met, code: str, upstream: str) -> HubIdentity:
    """Become the hub of *code*, and have the office note it.

    Raises:
        HubError: the code is none, belongs to another laptop already, or this folder is in use.
        LinkError: the office did not answer; nothing was written that a second try does not finish.
    """
    if not is_hub_code(code):
        raise HubError("code: mistyped; it has twelve words of four letters, the last of which checks the others")
    keys = derive_hub_keys(code)
    met, name = await _listed(met, keys.pair, upstream)
    own = HubIdentity(
        name=name,
        pair=keys.pair,
        root=met.root,
        install=b64u_encode(os.urandom(16)),
        secret=keys.secret,
        upstream=upstream,
    )
    known, is_new = _written(settings, own)
    return await _join(settings, met, known, is_new=is_new)


async def _listed(met: Met, pair: KeyPair, upstream: str) -> tuple[Met, str]:
    """Give the office with the list that names this key, and its name there; a server takes a new list in seconds."""
    for wait in (*_WAITS, None):
        for key in met.key_list.keys:
            if key.pub == pair.pub and key.use == "hub" and key.state == "primary":
                return met, key.who.removeprefix("hub:")
        if wait is None:
            break
        await asyncio.sleep(wait)
        again = await meet(upstream)
        if again.root != met.root:
            break
        met = again
    raise HubError("code: the office lists no hub of this code; it is another office's, or the hub was revoked")


def _written(settings: Settings, own: HubIdentity) -> tuple[HubIdentity, bool]:
    """Write down who we are before the office hears of it: a second try is then the same laptop's.

    Say whether it is new.
    """
    try:
        write_identity(settings.data, own)
    except FileExistsError:
        known = read_identity(settings.data)
        if (known.pair, known.root) != (own.pair, own.root):
            raise HubError(f"{settings.data} is the hub {known.name} already") from None
        return known, False
    return own, True


async def _join(settings: Settings, met: Met, own: HubIdentity, *, is_new: bool) -> HubIdentity:
    async with open_hub_stores(settings.data) as stores, RelayLink(own.upstream) as link:
        await put(stores.public, {"_id": KEYS, "type": "keys", "signed": met.keys[0], "sig": met.keys[1]})
        hub = Hub(settings=settings, own=own, stores=stores, keys=met.keys, key_list=met.key_list, local_clock=now)
        await Relay(hub, link).catch_up()
        state = await stores.state()
    word = state.get("word")
    if word != "ok":
        if is_new and word in _FINAL:  # else the office may know this laptop, and without the file nobody could be it
            (settings.data / FILE).unlink()
        raise HubError(f"The office does not let this laptop be {own.name}: {word_of(word) or word}.")
    return own
