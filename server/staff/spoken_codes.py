"""Codes of words that are handed out once: made at random, stored hashed, slowly because they are short."""

import hmac
import os
import re

from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from server.once import tied
from sync.canonical import b64u_decode, b64u_encode
from sync.speakable import speakable

_BITS = 12  # of a word
_SALT = 16  # bytes
# Less than for a password that somebody thought up: at least 48 bits are random here, and ten are hashed at once.
_MEMORY = 19 * 1024  # KiB
_PASSES = 2


def new_code(words: int) -> str:
    """Make a code of an even number of words, 12 random bits each."""
    return speakable(os.urandom(words * _BITS // 8), words)


def code_of(once: str, words: int, *said: str) -> str:
    """Make the code that is the same again only for the same form that says the same, 12 bits of it a word."""
    return speakable(tied(once, *said)[: words * _BITS // 8], words)


def new_salt() -> str:
    """Make a salt, as it is stored."""
    return b64u_encode(os.urandom(_SALT))


def hash_code(code: str, salt: str) -> str:
    """Hash a code; how it is spaced and whether it is in capitals makes no difference."""
    kdf = Argon2id(salt=b64u_decode(salt), length=32, iterations=_PASSES, lanes=1, memory_cost=_MEMORY)
    return b64u_encode(kdf.derive(re.sub(r"[\s-]", "", code).lower().encode()))


def is_code(hashed: str, code: str, salt: str) -> bool:
    """Say whether it is this code."""
    return hmac.compare_digest(hashed, hash_code(code, salt))
