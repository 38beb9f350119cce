"""The chain of what officers did: each entry signed, numbered, and bound to the one before it by a hash.

Whoever changes, drops or moves an entry breaks the chain there. Who holds the signing key and the database could write
a new chain: a fingerprint of its end, noted on paper now and then, would no longer be found in it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sync.canonical import Canonical, b64u_encode, canonical, sha256
from sync.document import Doc
from sync.errors import OpenError
from sync.key_pair import KeyPair, sign, verify
from sync.keyring import KeyList
from sync.shape import is_whole

START = b64u_encode(bytes(32))  # what the first entry has in the place of a hash
PREFIX = "audit."
REASONS = {
    "missing": "missing",
    "unread": "not one that can be read",
    "number": "another's number",
    "unbound": "not bound to the one before; that one, or this, was changed",
    "key": "signed with {kid}, which is no server key of this office",
    "signature": "its signature is wrong",
}


class ChainError(Exception):
    """The chain does not hold; the message says where and how.

    Attributes:
        n: at which number.
        why: a word for how: a key of `REASONS`.
        kid: the key that signed the entry, where it is that which is wrong.
    """

    def __init__(self, n: int, why: str, *, kid: str = "") -> None:
        super().__init__(f"entry {n}: {REASONS[why].format(kid=kid)}")
        self.n, self.why, self.kid = n, why, kid


@dataclass(frozen=True)
class Deed:
    """What was done: *about* holds ids, words and numbers only, never anything personal."""

    at: int
    who: str
    name: str
    about: Mapping[str, str | int]


def entry_id(n: int) -> str:
    """Name the entry with number *n*, counted from 1."""
    return f"{PREFIX}{n:012d}"


def number_in(name: str) -> int:
    """Read the number in the id of an entry."""
    return int(name.removeprefix(PREFIX))


def sign_entry(n: int, prev: str, deed: Deed, *, kid: str, private: KeyPair) -> Doc:
    """Make the entry number *n* after the one whose hash is *prev*.

    Raises:
        ValueError: something in *deed* is not one that the chain can hold.
    """
    about: list[Canonical] = [[key, value] for key, value in sorted(deed.about.items())]
    signed: list[Canonical] = ["aud1", n, prev, deed.at, deed.who, deed.name, about, kid]
    return {"_id": entry_id(n), "type": "audit", "signed": signed, "sig": sign(signed, private)}


def entry_hash(entry: Mapping[str, Any]) -> str:
    """Give what the next entry is bound to."""
    return b64u_encode(sha256(canonical([entry["signed"], entry["sig"]])))


def deed_of(entry: Mapping[str, Any]) -> Deed:
    """Read an entry that was verified, or is shown as it stands."""
    _, _, _, at, who, name, about, _ = entry["signed"]
    return Deed(at, who, name, dict(about))


def verify_chain(
    entries: Iterable[Mapping[str, Any]], keys: KeyList, *, after: int = 0, prev: str = START
) -> tuple[int, str]:
    """Check entries in the order of their numbers; give the last number and its hash.

    Args:
        after, prev: number and hash of the entry before the first.

    Raises:
        ChainError: naming the first entry that is missing, forged or not bound to the one before.
    """
    n = after
    for entry in entries:
        n += 1
        if entry.get("_id") != entry_id(n):
            raise ChainError(n, "missing")
        _verify_entry(entry, n, prev, keys)
        prev = entry_hash(entry)
    return n, prev


def _verify_entry(entry: Mapping[str, Any], n: int, prev: str, keys: KeyList) -> None:
    match entry:
        case {
            "signed": ["aud1", int(number), str(before), int(at), str(), str(), list(), str(kid)] as row,
            "sig": sig,
        }:
            key = keys.find(kid)
        case _:
            raise ChainError(n, "unread")
    if number != n or not is_whole(at):
        raise ChainError(n, "number")
    if before != prev:
        raise ChainError(n, "unbound")
    if key is None or key.use != "server":
        raise ChainError(n, "key", kid=kid)
    try:
        verify(row, str(sig), key.pub)
    except OpenError:
        raise ChainError(n, "signature") from None
