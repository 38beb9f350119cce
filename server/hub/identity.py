"""Who a hub is: one file that only the hub's user may read, made when it joins and never written over.

It pins the office's root, as a phone does: whoever stands between cannot bring a list of keys of another.
"""

import json
import os
from dataclasses import dataclass, field
from pathlib import Path

from server.keys.server_key import MODE, server_key_path
from server.origin import hub_origin
from server.settings import Settings
from server.told import Told
from sync.canonical import b64u_decode, b64u_encode
from sync.errors import OpenError
from sync.key_pair import KeyPair

FILE = "hub.key"


class HubIdentityError(Told):
    """This is no hub yet, or its file is damaged; the message says which."""


@dataclass(frozen=True, kw_only=True)
class HubIdentity:
    """What the file holds.

    Attributes:
        install: names this installation; the office lets one code make one.
        secret: of the account by which it reads the office's public documents.
        upstream: the origin of the office that it joined.
    """

    name: str
    pair: KeyPair = field(repr=False)
    root: bytes
    install: str
    secret: str = field(repr=False)
    upstream: str

    @property
    def who(self) -> str:
        """Name it as receipts and the list of keys do."""
        return f"hub:{self.name}"


def check_origin(settings: Settings, own: HubIdentity, upstream: str) -> None:
    """See that this server has the name by which phones look for the hub.

    Raises:
        HubIdentityError: it has another.
    """
    expected = hub_origin(upstream, own.name)
    if settings.origin != expected:
        raise HubIdentityError(f"RANTAU_ORIGIN: phones look for this hub at {expected}, not at {settings.origin}.")


def write_identity(data: Path, own: HubIdentity) -> None:
    """Write the file, readable by its owner alone.

    Raises:
        FileExistsError: there is one already.
        HubIdentityError: the folder is an office's.
    """
    _refuse_office(data)
    content = {
        "hub": own.name,
        "key": b64u_encode(own.pair.to_bytes()),
        "root": b64u_encode(own.root),
        "install": own.install,
        "secret": own.secret,
        "upstream": own.upstream,
    }
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle = os.open(data / FILE, os.O_WRONLY | os.O_CREAT | os.O_EXCL, MODE)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump(content, file)
        file.flush()
        os.fsync(file.fileno())


def read_identity(data: Path) -> HubIdentity:
    """Read the file.

    Raises:
        HubIdentityError: missing, unreadable or damaged, or the folder is an office's.
    """
    _refuse_office(data)
    path = data / FILE
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        return HubIdentity(
            name=str(content["hub"]),
            pair=KeyPair.from_bytes(b64u_decode(content["key"])),
            root=b64u_decode(content["root"]),
            install=str(content["install"]),
            secret=str(content["secret"]),
            upstream=str(content["upstream"]),
        )
    except FileNotFoundError:
        raise HubIdentityError(f"{path.parent} is no hub yet: run `rantau hub join` first.") from None
    except OSError as error:
        raise HubIdentityError(f"{path}: {error.strerror}") from None
    except (ValueError, KeyError, TypeError, OpenError):
        raise HubIdentityError(f"{path}: not a hub's key, or damaged; enrol this laptop under another name") from None


def refuse_hub(data: Path) -> None:
    """See that an office's command was not typed on a hub's laptop.

    Raises:
        HubIdentityError: the folder is a hub's.
    """
    if (data / FILE).exists():
        raise HubIdentityError(f"{data} is the folder of a hub: set RANTAU_ROLE=hub; an office needs one of its own.")


def _refuse_office(data: Path) -> None:
    """A hub forgets what its office has: over an office's own databases it would forget everything."""
    if server_key_path(data).exists():
        raise HubIdentityError(f"{data} is the folder of an office: a hub needs one of its own, named in RANTAU_DATA.")
