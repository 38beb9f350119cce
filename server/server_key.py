"""The server's own key, which signs receipts and opens nothing: one file that only the server's user may read.

Beside it the file pins the public half of the root: whoever could change the database could otherwise bring a root of
their own with the list of keys it signs.
"""

import json
import os
from dataclasses import dataclass
from pathlib import Path

from sync.canonical import b64u_decode, b64u_encode
from sync.errors import OpenError
from sync.key_pair import KeyPair

FILE = "server.key"
MODE = 0o600


class ServerKeyError(Exception):
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
    content = {
        "kid": key.kid,
        "key": b64u_encode(key.pair.to_bytes()),
        "root": b64u_encode(key.root),
        "demo": key.is_demo,
    }
    data.mkdir(parents=True, exist_ok=True)
    # The mode from the first moment on: a chmod afterwards leaves time to read it.
    handle = os.open(server_key_path(data), os.O_WRONLY | os.O_CREAT | os.O_EXCL, MODE)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump(content, file)
        file.flush()
        os.fsync(file.fileno())


def read_server_key(data: Path) -> ServerKey:
    """Read the file.

    Raises:
        ServerKeyError: missing, unreadable or damaged.
    """
    path = server_key_path(data)
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        pair = KeyPair.from_bytes(b64u_decode(content["key"]))
        return ServerKey(str(content["kid"]), pair, b64u_decode(content["root"]), content["demo"] is True)
    except OSError as error:
        raise ServerKeyError(f"{path}: {error.strerror}") from None
    except (ValueError, KeyError, TypeError, OpenError):
        raise ServerKeyError(f"{path}: not a server key, or damaged; restore it from the backup") from None
