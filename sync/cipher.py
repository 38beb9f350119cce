"""HKDF and AES-256-GCM as every sealed thing uses them: nonce in front, one error for whatever does not open."""

import os
from collections.abc import Callable

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from sync.errors import OpenError

KEY = 32  # bytes
NONCE = 12  # bytes
OVERHEAD = NONCE + 16  # bytes that sealing adds: nonce and tag

Random = Callable[[int], bytes]


def hkdf(key: bytes, info: bytes, length: int = 32) -> bytes:
    """Derive *length* bytes with HKDF-SHA256 and an empty salt."""
    return HKDF(algorithm=SHA256(), length=length, salt=None, info=info).derive(key)


def aes_seal(key: bytes, plain: bytes, aad: bytes, random: Random = os.urandom) -> bytes:
    """Seal to nonce, ciphertext and tag."""
    nonce = random(NONCE)
    return nonce + AESGCM(key).encrypt(nonce, plain, aad)


def aes_open(key: bytes, sealed: bytes, aad: bytes) -> bytes:
    """Open what `aes_seal` made.

    Raises:
        OpenError: wrong key, context or bytes.
    """
    if len(sealed) < OVERHEAD or len(key) != KEY:
        raise OpenError
    try:
        return AESGCM(key).decrypt(sealed[:NONCE], sealed[NONCE:], aad)
    except InvalidTag:
        raise OpenError from None
