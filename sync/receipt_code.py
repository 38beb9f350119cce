"""The receipt code: sixteen characters on paper that find a case, prove the right to read it, open and correct it.

Everything is derived from the code on the applicant's side; an office stores none of it and only checks the proof.
"""

import hashlib
import hmac
import os
import re
from collections.abc import Callable
from dataclasses import dataclass, field

from sync.canonical import b32_encode, b64u_decode, b64u_encode, h16, sha256
from sync.cipher import hkdf
from sync.errors import CodeError

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's: no i, l, o, u
LENGTH = 16
_ROUNDS = 200_000
_SALT = b"rantau/receipt/1"
# White space as ECMAScript counts it, hyphen-minus, the dashes of U+2010 to U+2015 and the minus sign.
_SKIPPED = re.compile("[\t-\r \xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff\\-\u2010-\u2015\u2212]")
_LOWER = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz")
_LOOKALIKE = str.maketrans("oil", "011")


@dataclass(frozen=True)
class CodeKeys:
    """What a code opens.

    Attributes:
        case: C, 24 characters, the part of every id of the case.
        open: 32 bytes, the applicant's key to the data keys.
        read: 16 bytes, proves the right to read.
        sign: 16 bytes, the secret of who may correct.
        proof: what goes on the wire to read, 43 characters.
    """

    case: str
    open: bytes = field(repr=False)
    read: bytes = field(repr=False)
    sign: bytes = field(repr=False)
    proof: str = field(repr=False)


def new_code(random: Callable[[int], bytes] = os.urandom) -> str:
    """Make a code of 80 random bits."""
    bits = int.from_bytes(random(10), "big")
    return "".join(ALPHABET[bits >> shift & 31] for shift in range(75, -1, -5))


def parse_code(text: str) -> str:
    """Read what a person typed, with or without the check character.

    Raises:
        CodeError: `reason` is `alphabet`, `length` or `check`.
    """
    code = _SKIPPED.sub("", text).translate(_LOWER).translate(_LOOKALIKE)
    if set(code) - set(ALPHABET):
        raise CodeError("alphabet")
    if len(code) not in (LENGTH, LENGTH + 1):
        raise CodeError("length")
    if len(code) > LENGTH and code[LENGTH] != check_char(code[:LENGTH]):
        raise CodeError("check")
    return code[:LENGTH]


def check_char(text: str) -> str:
    """Compute the check character of a text."""
    return ALPHABET[sha256(text.encode())[0] & 31]


def show_code(code: str) -> str:
    """Write a code for people: groups of four, the check character last."""
    groups = [code[i : i + 4] for i in range(0, LENGTH, 4)]
    return " ".join([*groups, check_char(code)])


def spoken_number(case: str) -> str:
    """Write the number by which a case is called aloud: eight characters of its id, in fours, and a check character."""
    return f"{case[:4]} {case[4:8]} {check_char(case[:8])}"


def derive(code: str) -> CodeKeys:
    """Derive everything from a code as `parse_code` returns it.

    Raises:
        ValueError: it is not such a code.
    """
    if len(code) != LENGTH or set(code) - set(ALPHABET):
        raise ValueError("not a receipt code")
    return keys_of(stretch(code.encode(), _SALT, _ROUNDS))


def keys_of(key: bytes) -> CodeKeys:
    """Derive everything from the 32 bytes that a code is stretched to."""
    read, sign = hkdf(key, b"rc1-read", 16), hkdf(key, b"rc1-sign", 16)
    return CodeKeys(
        case=case_of(h16(read), h16(sign)),
        open=hkdf(key, b"rc1-open"),
        read=read,
        sign=sign,
        proof=b64u_encode(read + h16(sign)),
    )


def stretch(secret: bytes, salt: bytes, rounds: int, length: int = 32) -> bytes:
    """Make guessing *secret* slow: PBKDF2 with HMAC-SHA256."""
    return hashlib.pbkdf2_hmac("sha256", secret, salt, rounds, length)


def case_of(read_hash: bytes, sign_hash: bytes) -> str:
    """Name the case that belongs to h(read) and h(sign)."""
    return b32_encode(sha256(read_hash + sign_hash)[:15])


def proof_matches(case: str, proof: str) -> bool:
    """Say whether *proof*, as it came over the wire, gives the right to read *case*."""
    try:
        data = b64u_decode(proof)
    except ValueError:
        return False
    found = case_of(h16(data[:16]), data[16:])
    return len(data) == 32 and hmac.compare_digest(found.encode(), case.encode())
