"""The one way to write what is hashed, signed or bound, and the strict decoders of what travels as text.

Canonical bytes are JSON arrays of null, integers, plain strings and arrays: no objects, so no question of key order;
no text of people, so no question of normal forms. Everything else is refused with `ValueError`.
"""

import base64
import binascii
import hashlib
import json
import re
from collections.abc import Sequence
from typing import Union

Canonical = Union[None, int, str, Sequence["Canonical"]]  # noqa: UP007 - the alias refers to itself

MAX_INT = 2**53 - 1  # the largest integer that every JSON reader keeps exactly
_PLAIN = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]*")  # printable ASCII that JSON neither escapes nor separates by
_B64U = re.compile(r"[A-Za-z0-9_-]*")
_B32 = re.compile(r"[a-z2-7]*")


def canonical(value: Sequence[Canonical]) -> bytes:
    """Write an array canonically.

    Raises:
        ValueError: it holds anything but arrays, null, integers from 0 to 2^53-1 and plain strings.
    """
    if not isinstance(value, list | tuple):
        raise ValueError("canonical: not an array")
    try:
        _check(value)
        return json.dumps(value, separators=(",", ":")).encode("ascii")
    except RecursionError:
        raise ValueError("canonical: nested too deeply") from None


def _check(value: object) -> None:
    if isinstance(value, list | tuple):
        for item in value:
            _check(item)
    elif not (value is None or _is_integer(value) or (isinstance(value, str) and _PLAIN.fullmatch(value))):
        raise ValueError("canonical: neither array, null, whole number nor plain string")


def _is_integer(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MAX_INT


def sha256(data: bytes) -> bytes:
    """Digest *data* with SHA-256."""
    return hashlib.sha256(data).digest()


def h16(data: bytes) -> bytes:
    """Digest *data* to the first 16 bytes of SHA-256."""
    return sha256(data)[:16]


def b64u_encode(data: bytes) -> str:
    """Write *data* as base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def b64u_decode(text: str) -> bytes:
    """Read unpadded base64url; two texts never give the same bytes.

    Raises:
        ValueError: padding, white space, another alphabet, an impossible length or non-zero trailing bits.
    """
    if not isinstance(text, str) or not _B64U.fullmatch(text) or len(text) % 4 == 1:
        raise ValueError("not base64url")
    data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if b64u_encode(data) != text:
        raise ValueError("not base64url: trailing bits")
    return data


def b32_encode(data: bytes) -> str:
    """Write *data* as base32 in lower case without padding."""
    return base64.b32encode(data).rstrip(b"=").decode("ascii").lower()


def b32_decode(text: str) -> bytes:
    """Read unpadded lower-case base32, as strictly as `b64u_decode`.

    Raises:
        ValueError: the text is not what `b32_encode` writes.
    """
    if not isinstance(text, str) or not _B32.fullmatch(text):
        raise ValueError("not base32")
    try:
        data = base64.b32decode(text.upper() + "=" * (-len(text) % 8))
    except binascii.Error:
        raise ValueError("not base32: length") from None
    if b32_encode(data) != text:
        raise ValueError("not base32: trailing bits")
    return data
