"""What the code of a hub's enrolment makes: the key by which it signs, and the secret by which it reads what is public.

The code is words that the office says once. Both ends derive the same from it, so that the office can list the public
half at once, with the root's paper at hand, and neither sends nor keeps the private one.
"""

import os
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from server.staff.enrolment import plain
from sync.canonical import b64u_encode, sha256
from sync.key_pair import KeyPair, key_pair_from
from sync.speakable import BITS, speakable

_RANDOM = 11  # words of 12 bits: 132 bits, so that a fast hash keeps it; one more word checks them
_LETTERS = 4  # of a word
_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551  # of P-256


@dataclass(frozen=True)
class HubKeys:
    """The key pair of a hub and the secret of its account at the CouchDB face."""

    pair: KeyPair = field(repr=False)
    secret: str = field(repr=False)


def new_hub_code() -> str:
    """Make a code of twelve words, the last of which checks the others."""
    words = speakable(os.urandom(-(-_RANDOM * BITS // 8)), _RANDOM)
    return f"{words} {_check(words)}"


def is_hub_code(typed: str) -> bool:
    """Say whether this is a code as it was printed."""
    code = plain(typed)
    return len(code) == (_RANDOM + 1) * _LETTERS and code[-_LETTERS:] == _check(code[:-_LETTERS])


def derive_hub_keys(code: str) -> HubKeys:
    """Derive what a code makes; how it is spaced and whether it is in capitals makes no difference."""
    # 128 bits more than the order has, so that no scalar is likelier than another (FIPS 186-5, A.2.1).
    wide = int.from_bytes(_derived(code, b"rantau/hub/1 sign", 48))
    scalar = wide % (_ORDER - 1) + 1
    return HubKeys(key_pair_from(scalar.to_bytes(32)), b64u_encode(_derived(code, b"rantau/hub/1 read", 32)))


def _check(words: str) -> str:
    return speakable(sha256(b"rantau/hub/1 check" + plain(words).encode()), 1)


def _derived(code: str, what: bytes, length: int) -> bytes:
    return HKDF(SHA256(), length, salt=None, info=what).derive(plain(code).encode())
