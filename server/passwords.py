"""Officers' passwords as Argon2id PHC strings."""

import functools
import os
import unicodedata

from cryptography.exceptions import InvalidKey
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

_SALT = 16  # bytes
_LENGTH = 32  # bytes
_MEMORY = 65536  # KiB
_PASSES = 3


def hash_password(password: str) -> str:
    """Hash a password for storing."""
    kdf = Argon2id(salt=os.urandom(_SALT), length=_LENGTH, iterations=_PASSES, lanes=1, memory_cost=_MEMORY)
    return kdf.derive_phc_encoded(_bytes(password))


def verify_password(phc: str | None, password: str) -> bool:
    """Say whether it is this password; without one to compare to, the answer takes as long and is no."""
    try:
        Argon2id.verify_phc_encoded(_bytes(password), phc or _nobody())
    except (InvalidKey, ValueError):
        return False
    return phc is not None


def _bytes(password: str) -> bytes:
    return unicodedata.normalize("NFC", password).encode()


@functools.cache
def _nobody() -> str:
    return hash_password(os.urandom(_LENGTH).hex())
