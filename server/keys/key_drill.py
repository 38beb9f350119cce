"""The rehearsal of a recovery: what the paper would open today, without changing anything."""

from server.keys.key_changes import KeyDesk
from sync.document import Doc
from sync.errors import NotFound, OpenError
from sync.key_pair import KeyPair
from sync.seal import open_version, open_wrap_as_office

Said = tuple[bool, str]


async def rehearse(desk: KeyDesk, recovery: KeyPair) -> list[Said]:
    """Say in sentences what works, each with whether that is as it should be."""
    opened = await desk.opened_by(recovery)
    counting = [
        key for key in (await desk.current()).keys if key.use in ("seal", "office") and key.state != "destroyed"
    ]
    said = [_of_key(key.kid, key.use, key.kid in opened) for key in counting]
    return [*said, await _of_a_case(desk, {key.kid: opened[key.kid] for key in counting if key.kid in opened})]


def _of_key(kid: str, use: str, is_open: bool) -> Said:
    does = "opens cases" if use == "seal" else "signs steps"
    if is_open:
        return True, f"{kid} ({does}): the paper opens it."
    return False, f"{kid} ({does}): the paper does not open it. Is it the paper of this office, and of the newest key?"


async def _of_a_case(desk: KeyDesk, opened: dict[str, KeyPair]) -> Said:
    """Open the newest version that is there, to the last byte, and show nothing of it."""
    rows = await desk.databases.wraps.all_docs(start="w.", end="w/", include_docs=True, limit=1, descending=False)
    wrap = next((row.doc for row in rows if row.doc is not None), None)
    if wrap is None:
        return True, "There is no case yet to try it on."
    name = wrap["_id"].removeprefix("w.")
    try:
        version: Doc = await desk.databases.cases.get(name)
        kid = next(kid for kid in opened if kid in wrap)
        open_version(version, open_wrap_as_office(version, wrap, kid, opened[kid]))
    except NotFound:
        return False, f"{name}: its data key is here and the version is not."
    except StopIteration:
        return False, f"{name}: sealed to a key that the paper does not open."
    except OpenError:
        return False, f"{name}: it does not open, although its key does."
    return True, f"A case was opened with the paper, from the wrap to the last answer ({kid})."
