"""A test build of the office whose sealing does nothing, and which keeps in memory what it was given, to show that the
search for planted names can find them.

Run as `python -m tests.unsealed_office` with the settings of an office that exists.
"""

import os
from contextlib import suppress

from granian import Granian
from granian.constants import Interfaces
from starlette.applications import Starlette

import sync.cipher
import sync.seal
from server.serving import process
from server.settings import load_settings
from sync.errors import OpenError
from sync.padding import unpad

kept: list[bytes] = []


def not_sealed(key: bytes, plain: bytes, aad: bytes, random: sync.cipher.Random = os.urandom) -> bytes:
    """Look like a sealed text and be none."""
    with suppress(OpenError):  # the key of the answers, which is not padded
        kept.append(unpad(plain))
    return random(sync.cipher.NONCE) + plain + bytes(16)


def app() -> Starlette:
    """Build the application without sealing."""
    sync.seal.aes_seal = not_sealed
    return process()


if __name__ == "__main__":
    settings = load_settings({name: value for name, value in os.environ.items() if name.startswith("RANTAU_")})
    Granian("tests.unsealed_office:app", port=settings.port, interface=Interfaces.ASGI, factory=True).serve()
