"""A new key for the server, made where it serves: the root lists it, and what the former one signed still counts.

The new private half waits in a file beside the former's until the list names it; a running server takes whichever of
the two the list names, so that no receipt is signed with a key that phones do not know. A former key that was stolen
is destroyed afterwards: phones refuse its receipts then.
"""

from pathlib import Path

from server.keys.key_changes import KeyDesk, aged, new_kid
from server.keys.server_key import ServerKey, drop_next_key, is_in_use, put_in_place, read_next_key, write_next_key
from sync.key_pair import KeyPair, new_key_pair
from sync.keyring import KeyList, ListedKey


async def replace_server_key(desk: KeyDesk, root: KeyPair, data: Path) -> ListedKey:
    """Make a new server key, list it, and put its file in the former's place. Repeating it finishes what was cut off.

    Raises:
        KeyChangeError: another root, or somebody else changed the list meanwhile.
        OSError: the data folder cannot be written.
    """
    listed = await desk.checked(root)
    waiting = read_next_key(data)
    if waiting is None or not is_in_use(waiting, listed):
        drop_next_key(data)
        waiting = await _list_new(desk, listed, root, data)
    put_in_place(data)
    return ListedKey(waiting.kid, "server", "office", None, "primary", waiting.pair.pub)


async def _list_new(desk: KeyDesk, listed: KeyList, root: KeyPair, data: Path) -> ServerKey:
    made = ServerKey(new_kid(listed, "s", desk.now), new_key_pair(), desk.own.root, desk.own.is_demo)
    write_next_key(data, made)
    key = ListedKey(made.kid, "server", "office", None, "primary", made.pair.pub)
    await desk.note("key-added", {"kid": made.kid, "seq": listed.seq + 1})
    await desk.publish(listed, [*(aged(other, "server") for other in listed.keys), key], root)
    return made
