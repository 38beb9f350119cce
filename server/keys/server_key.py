"""The server's own key, which signs receipts and opens nothing: one file that only the server's user may read.

Beside it the file pins the public half of the root: whoever could change the database could otherwise bring a root of
their own with the list of keys it signs.
"""

import json
import os
from dataclasses import dataclass
from pathlib import Path

from server.told import Told
from sync.canonical import b64u_decode, b64u_encode
from sync.errors import OpenError
from sync.key_pair import KeyPair
from sync.keyring import KeyList

FILE = "server.key"
NEXT = "server.key.next"  # a new key, from when it is made until the list names it and it takes the other's place
MODE = 0o600


class ServerKeyError(Told):
    """The file is missing or is not one; the message says which."""


@dataclass(frozen=True)
class ServerKey:
    """What the file holds; `is_demo` marks an office whose passwords everybody knows."""

    kid: str
    pair: KeyPair
    root: bytes
    is_demo: bool


def server_key_path(data: Path) -> Path:
    """Say where the file is."""
    return data / FILE


def write_server_key(data: Path, key: ServerKey) -> None:
    """Write the file, readable by its owner alone.

    Raises:
        FileExistsError: there is one already; it is never written over.
    """
    _write(server_key_path(data), key)


def read_server_key(data: Path) -> ServerKey:
    """Read the file.

    Raises:
        ServerKeyError: missing, unreadable or damaged.
    """
    return _read(server_key_path(data))


def read_listed_key(data: Path, key_list: KeyList) -> ServerKey:
    """Read the key that the list names as the server's, whichever file it is in; failing both, the one in its place.

    Raises:
        ServerKeyError: missing, unreadable or damaged.
    """
    own, waiting = read_server_key(data), read_next_key(data)
    if waiting is not None and waiting.root == own.root and is_in_use(waiting, key_list):
        return waiting
    return own


def is_in_use(key: ServerKey, key_list: KeyList) -> bool:
    """Say whether the list names this key as the server's."""
    listed = key_list.find(key.kid)
    return listed is not None and (listed.use, listed.state, listed.pub) == ("server", "primary", key.pair.pub)


def read_next_key(data: Path) -> ServerKey | None:
    """Read the key that waits to take the other's place; None when there is none that can be read."""
    try:
        return _read(data / NEXT)
    except ServerKeyError:
        return None  # cut off while it was written: no list names it yet


def write_next_key(data: Path, key: ServerKey) -> None:
    """Write the key that waits to take the other's place, for the same user to read."""
    _write(data / NEXT, key)
    owner = server_key_path(data).stat()
    os.chown(data / NEXT, owner.st_uid, owner.st_gid)  # whoever runs the command may be another than who serves


def drop_next_key(data: Path) -> None:
    """Forget a key that no list ever named."""
    (data / NEXT).unlink(missing_ok=True)


def put_in_place(data: Path) -> None:
    """Let the key that waits take the other's place, in one step."""
    (data / NEXT).replace(server_key_path(data))


def _write(path: Path, key: ServerKey) -> None:
    content = {
        "kid": key.kid,
        "key": b64u_encode(key.pair.to_bytes()),
        "root": b64u_encode(key.root),
        "demo": key.is_demo,
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    # The mode from the first moment on: a chmod afterwards leaves time to read it.
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, MODE)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump(content, file)
        file.flush()
        os.fsync(file.fileno())


def _read(path: Path) -> ServerKey:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        pair = KeyPair.from_bytes(b64u_decode(content["key"]))
        return ServerKey(str(content["kid"]), pair, b64u_decode(content["root"]), content["demo"] is True)
    except FileNotFoundError:
        raise ServerKeyError(
            f"{path}: No such file. RANTAU_DATA names the office's folder; `rantau init` makes a new office, and a "
            "file that was lost is in the backup."
        ) from None
    except OSError as error:
        raise ServerKeyError(f"{path}: {error.strerror}") from None
    except (ValueError, KeyError, TypeError, OpenError):
        raise ServerKeyError(f"{path}: not a server key, or damaged; restore it from the backup") from None
