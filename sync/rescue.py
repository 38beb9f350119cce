"""The way back to a draft whose passphrase nobody remembers: its data key, sealed to the office's epoch key.

A draft itself never leaves its phone unless its person hands it over; what is sealed here is of no use without it.
"""

import json
from collections.abc import Mapping
from typing import Any

from sync import hpke
from sync.canonical import b64u_decode, b64u_encode, canonical
from sync.cipher import aes_open
from sync.errors import OpenError
from sync.key_pair import KeyPair

_KEY = 32  # bytes of a draft's data key


def seal_rescue(data_key: bytes, profile: str, draft: str, *, kid: str, pub: bytes) -> str:
    """Seal a draft's data key of 32 bytes to the epoch key *kid*; gives base64url of 113 bytes."""
    return b64u_encode(hpke.seal(data_key, pub, _context(profile, draft, kid)))


def open_rescue(rescue: str, profile: str, draft: str, *, kid: str, private: KeyPair) -> bytes:
    """Give the data key of a draft.

    Raises:
        OpenError: sealed to another key, for another draft or profile, or damaged.
    """
    try:
        sealed = b64u_decode(rescue)
    except ValueError:
        raise OpenError from None
    data_key = hpke.open_(sealed, private, _context(profile, draft, kid))
    if len(data_key) != _KEY:
        raise OpenError
    return data_key


def open_draft(record: Mapping[str, Any], data_key: bytes) -> dict[str, Any]:
    """Open a draft as it was handed over: `id`, `p` (its profile), `n`, and `iv` and `ct` in base64url.

    Raises:
        OpenError: another key, another place, or damaged.
    """
    try:
        sealed = b64u_decode(record["iv"]) + b64u_decode(record["ct"])
        plain = aes_open(data_key, sealed, canonical(["dr1", record["p"], record["id"], record["n"]]))
        value = json.loads(plain)
    except (KeyError, TypeError, ValueError, RecursionError):
        raise OpenError from None
    if not isinstance(value, dict):
        raise OpenError
    return value


def _context(profile: str, draft: str, kid: str) -> bytes:
    return canonical(["dr1-rescue", profile, draft, kid])
