"""Staff's passwords: which are good enough, and how they are stored, as Argon2id PHC strings."""

import functools
import os
import re
import unicodedata
from collections.abc import Sequence

from cryptography.exceptions import InvalidKey
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from zxcvbn import zxcvbn

SHORTEST = 12  # characters
LONGEST = 1024
_SALT = 16  # bytes
_LENGTH = 32  # bytes
_MEMORY = 65536  # KiB
_PASSES = 3
_ENOUGH = 4  # different letters beside what everybody guesses
_GUESSES = 10**8  # that whoever knows leaked passwords and keyboards must need at least
_LOOKED_AT = 64  # characters: estimating takes longer with every one
# What people here choose when they must choose something; the world's favourites are in the library's lists.
_COMMON = (
    "password", "passw0rd", "p@ssw0rd", "p@ssword", "katasandi", "sandi", "rahasia", "indonesia", "merdeka",
    "garuda", "imigrasi", "kantor", "petugas", "admin", "administrator", "bismillah", "alhamdulillah",
    "assalamualaikum", "sayang", "cinta", "jakarta", "padang", "minang", "sumatera", "pasaman", "rantau",
    "kepala", "komputer", "password123", "welcome", "selamat", "datang", "letmein", "iloveyou", "qwertyuiop",
    "qwerty", "asdfghjkl", "asdf", "zxcvbnm", "zxcv", "abcdefghijkl", "abcdefgh", "abcdef", "abcd", "football",
    "monkey", "dragon", "master", "sunshine", "princess", "superman", "user", "test", "januari", "februari",
    "maret", "april", "mei", "juni", "juli", "agustus", "september", "oktober", "november", "desember",
)  # fmt: skip


def weakness_of(password: str, known: Sequence[str]) -> str | None:
    """Say why nobody should have this password: `short`, `long`, or `common`; *known* are words around the account.

    It is common when little is left of it without the words that are guessed first here, or when lists of leaked
    passwords, names and keyboard patterns find it soon; no kinds of characters are asked for.
    """
    if len(password) < SHORTEST:
        return "short"
    if len(password) > LONGEST:
        return "long"
    left = password.lower()
    for word in sorted({*_COMMON, *(part for name in known for part in _words(name))}, key=len, reverse=True):
        left = left.replace(word, " ")
    letters = {character for character in left if character.isalpha()}
    return "common" if len(letters) < _ENOUGH or zxcvbn(password[:_LOOKED_AT])["guesses"] < _GUESSES else None


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


def _words(name: str) -> list[str]:
    return [word for word in re.split(r"\W+", name.lower()) if len(word) >= 3]


@functools.cache
def _nobody() -> str:
    return hash_password(os.urandom(_LENGTH).hex())
