"""HPKE (RFC 9180) in base mode, one message a key: DHKEM(P-256, HKDF-SHA256), HKDF-SHA256, AES-256-GCM.

What a message belongs to goes into `info`; `aad` stays empty, because the public interface underneath has none.
"""

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from sync.errors import OpenError
from sync.key_pair import KeyPair, new_key_pair, public_key

__all__ = ["ENC", "KEM_P256", "OVERHEAD", "KeyPair", "new_key_pair", "open_", "seal"]

KEM_P256 = 16  # the number of the KEM in key lists (RFC 9180, 7.1)
ENC = 65  # bytes of the encapsulated key in front
OVERHEAD = ENC + 16  # bytes that sealing adds

_SUITE = Suite(KEM.P256, KDF.HKDF_SHA256, AEAD.AES_256_GCM)


def seal(plain: bytes, public: bytes, info: bytes) -> bytes:
    """Seal to the holder of a public key of 65 bytes: enc, then ciphertext and tag."""
    return _SUITE.encrypt(plain, public_key(public), info)


def open_(sealed: bytes, private: KeyPair, info: bytes) -> bytes:
    """Open what was sealed to *private*.

    Raises:
        OpenError: wrong key, info or bytes.
    """
    if len(sealed) < OVERHEAD:
        raise OpenError
    try:
        return _SUITE.decrypt(sealed, private.private_key(), info)
    except (InvalidTag, ValueError):
        raise OpenError from None
