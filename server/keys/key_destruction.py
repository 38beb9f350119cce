"""Gives an old key up for ever: in the list first, and its grants only when nothing more can come that is sealed to it.

A command that was cut off anywhere is finished by repeating it.
"""

import asyncio
from collections.abc import Awaitable, Callable

from server.erasure.deletion import delete_all
from server.keys.key_changes import KeyChangeError, KeyDesk, with_state
from server.keys.key_holders import docs_of
from sync.document import Doc
from sync.key_pair import KeyPair
from sync.keyring import KeyList, ListedKey

# Seconds until every running server has the newer list and has stored what it was taking in under the older one.
SETTLED = 10.0
_SIGNED = ("ev", "gone", "code")  # what the office signs in `cases`
_ADVICE = "In the console, an officer re-wraps them first (Office keys)."


async def settled() -> None:
    """Wait until no running server takes anything in under an older list."""
    await asyncio.sleep(SETTLED)


async def destroy(
    desk: KeyDesk,
    kid: str,
    root: KeyPair,
    *,
    is_stolen: bool = False,
    settle: Callable[[], Awaitable[None]] = settled,
) -> int:
    """Give up an old key, and give how many grants went: what only it opens would be lost.

    Args:
        is_stolen: give up a key that signed steps all the same, which nobody believes from then on.

    Raises:
        KeyChangeError: no such key, one that is still in use, or something that needs it; then it is as it was.
    """
    listed = await desk.checked(root)
    key = listed.find(kid)
    if key is None or key.use == "hub":
        raise KeyChangeError(f"{kid}: no such key of the office.")
    if key.state not in ("old", "destroyed"):
        raise KeyChangeError(f"{kid} is {key.state}; only an old key can be destroyed.")
    if key.state == "old":
        await _refuse_needed(desk, key, listed, is_stolen=is_stolen)
        await desk.note("key-destroyed", {"kid": kid, "seq": listed.seq + 1})
        listed = await desk.publish(listed, with_state(listed, kid, "destroyed"), root)
    if key.use == "seal":
        await settle()
        await _keep_if_needed(desk, kid, listed, root)
    return await delete_all(desk.databases.staff, await _grants_of(desk, kid))


async def needed_by(desk: KeyDesk, kid: str, key_list: KeyList) -> list[str]:
    """Name the wraps that nothing but *kid* opens."""
    others = {key.kid for key in key_list.keys if key.state != "destroyed" and key.use == "seal"} - {kid}
    wraps = await docs_of(desk.databases.wraps, "w")
    return [wrap["_id"] for wrap in wraps if kid in wrap and not others & set(wrap)]


async def signed_with(desk: KeyDesk, kid: str) -> int:
    """Count the steps, erasures and voided codes that bear the signature of *kid*."""
    kinds = [await docs_of(desk.databases.cases, kind) for kind in _SIGNED]
    return sum(doc["kid"] == kid for docs in kinds for doc in docs)


async def _refuse_needed(desk: KeyDesk, key: ListedKey, key_list: KeyList, *, is_stolen: bool) -> None:
    needed = await needed_by(desk, key.kid, key_list)
    if needed:
        raise KeyChangeError(f"{key.kid} is needed: {len(needed)} versions open with nothing else. {_ADVICE}")
    count = await signed_with(desk, key.kid) if key.use == "office" and not is_stolen else 0
    if count:
        raise KeyChangeError(
            f"{key.kid} signed {count} steps, erasures and voided codes, which no phone would believe any more. An old "
            "key harms nobody; if this one was stolen, --stolen gives it up all the same."
        )


async def _keep_if_needed(desk: KeyDesk, kid: str, listed: KeyList, root: KeyPair) -> None:
    needed = await needed_by(desk, kid, listed)
    if not needed or not await _grants_of(desk, kid):
        return  # without a grant nobody could use it: keeping it would promise what is lost
    await desk.note("key-kept", {"kid": kid, "seq": listed.seq + 1})
    await desk.publish(listed, with_state(listed, kid, "old"), root)
    raise KeyChangeError(
        f"{kid} is old again, and no grant was deleted: {len(needed)} versions that open with nothing else came "
        f"meanwhile. {_ADVICE}"
    )


async def _grants_of(desk: KeyDesk, kid: str) -> list[Doc]:
    return [grant for grant in await docs_of(desk.databases.staff, "grant") if grant["kid"] == kid]
