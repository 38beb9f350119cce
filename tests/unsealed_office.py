"""A test build of the office whose sealing does nothing, to show that the search for planted names can find them.

Run as `python -m tests.unsealed_office` with the settings of an office that exists.
"""

import os

from granian import Granian
from granian.constants import Interfaces
from starlette.applications import Starlette

import sync.cipher
import sync.seal
from server.serving import process
from server.settings import load_settings


def not_sealed(key: bytes, plain: bytes, aad: bytes, random: sync.cipher.Random = os.urandom) -> bytes:
    """Look like a sealed text and be none."""
    return random(sync.cipher.NONCE) + plain + bytes(16)


def app() -> Starlette:
    """Build the application without sealing."""
    sync.seal.aes_seal = not_sealed
    return process()


if __name__ == "__main__":
    settings = load_settings({name: value for name, value in os.environ.items() if name.startswith("RANTAU_")})
    Granian("tests.unsealed_office:app", port=settings.port, interface=Interfaces.ASGI, factory=True).serve()
