"""The office's keys: the list that the root signs, the grants of private keys, and an officer's key under a passphrase.

Key management. The root is used offline and signs one list of public keys. The private half of an epoch key is never
whole on the server: it is granted, sealed, to each officer's key, and that lies under the officer's passphrase.
"""

import os
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from sync import hpke
from sync.canonical import Canonical, b64u_decode, b64u_encode, canonical
from sync.cipher import Random, aes_open, aes_seal
from sync.document import Doc
from sync.errors import OpenError
from sync.key_pair import PUBLIC, KeyPair, sign, verify
from sync.shape import is_kid

USES = ("seal", "office", "server", "hub")
STATES = ("next", "primary", "old", "destroyed")
_WHO = re.compile(r"office|hub:[a-z0-9][a-z0-9-]{0,31}")
_OFFICER = re.compile(r"[a-z0-9][a-z0-9._-]{0,31}")
_SALT = 16  # bytes


@dataclass(frozen=True)
class ListedKey:
    """A public key in the list; `kem` is 16 (P-256) for keys that things are sealed to, else null."""

    kid: str
    use: str
    who: str
    kem: int | None
    state: str
    pub: bytes


@dataclass(frozen=True)
class KeyList:
    """A verified list of keys."""

    office: str
    seq: int
    at: int
    until: int
    keys: tuple[ListedKey, ...]

    def find(self, kid: str) -> ListedKey | None:
        """Look a key up by its name."""
        return next((key for key in self.keys if key.kid == kid), None)

    def primary(self, use: str, who: str = "office") -> ListedKey:
        """Give the key now in use.

        Raises:
            LookupError: the list has none.
        """
        for key in self.keys:
            if (key.use, key.who, key.state) == (use, who, "primary"):
                return key
        raise LookupError(f"no primary key for {use}")

    def is_past(self, now: int) -> bool:
        """Say whether the list should have been renewed; it still counts, with a warning."""
        return now > self.until


@dataclass(frozen=True)
class Kdf:
    """Argon2id's parameters: memory in KiB, passes, lanes, salt."""

    salt: bytes
    m: int = 65536  # 64 MiB
    t: int = 3
    p: int = 1

    @classmethod
    def from_json(cls, data: object) -> "Kdf":
        """Read the parameters of an officer's record.

        Raises:
            OpenError: unknown, or beyond what a reader should be made to compute.
        """
        match data:
            case {"name": "argon2id", "m": int(m), "t": int(t), "p": int(p), "salt": str(salt), **rest} if not rest:
                salted = _decode(salt)
                if 8 * p <= m <= 1 << 20 and 1 <= t <= 16 and 1 <= p <= 4 and 8 <= len(salted) <= 64:
                    return cls(salted, m, t, p)
        raise OpenError

    def to_json(self) -> Doc:
        """Write the parameters for an officer's record."""
        return {"name": "argon2id", "m": self.m, "t": self.t, "p": self.p, "salt": b64u_encode(self.salt)}

    def derive(self, passphrase: str) -> bytes:
        """Derive the 32 bytes under which an officer's key lies; the passphrase counts in NFC, as UTF-8."""
        text = unicodedata.normalize("NFC", passphrase).encode()
        return Argon2id(salt=self.salt, length=32, iterations=self.t, lanes=self.p, memory_cost=self.m).derive(text)


def new_kdf(random: Random = os.urandom) -> Kdf:
    """Give today's parameters with a fresh salt."""
    return Kdf(random(_SALT))


def sign_key_list(
    office: str,
    seq: int,
    *,
    at: int,
    until: int,
    keys: Sequence[ListedKey],
    root: KeyPair,
) -> list[Any]:
    """Sign a list of keys; it travels as [signed array, signature].

    Raises:
        ValueError: the list is not one that a reader would take.
    """
    rows: list[Canonical] = [[key.kid, key.use, key.who, key.kem, key.state, b64u_encode(key.pub)] for key in keys]
    signed: list[Canonical] = ["keys1", office, seq, at, until, rows]
    result = [signed, sign(signed, root)]
    try:
        verify_key_list(result, root.pub)
    except OpenError:
        raise ValueError("not a list of keys that can be signed") from None
    return result


def verify_key_list(signed: object, root_pub: bytes, *, min_seq: int = 0) -> KeyList:
    """Check a list of keys against the pinned root.

    Raises:
        OpenError: another root, a `seq` lower than one already seen, or a key that is not understood.
    """
    match signed:
        case [["keys1", str(office), int(seq), int(at), int(until), list(rows)] as array, str(sig)]:
            verify(array, sig, root_pub)
        case _:
            raise OpenError
    keys = tuple(map(_listed, rows))
    primaries = [(key.use, key.who) for key in keys if key.state == "primary"]
    if len({key.kid for key in keys}) != len(keys) or len(set(primaries)) != len(primaries) or seq < min_seq:
        raise OpenError
    return KeyList(office, seq, at, until, keys)


def names_hub(signed: list[Any]) -> bool:
    """Say whether a list that was verified names a hub, whatever became of it."""
    match signed:
        case [[*_, list(rows)], _]:
            return any(row[1] == "hub" for row in rows)
    return False


def seal_grant(kid: str, officer: str, key_pair: KeyPair, officer_pub: bytes) -> str:
    """Grant a private key to an officer: sealed to the officer's key, base64url."""
    return b64u_encode(hpke.seal(key_pair.to_bytes(), officer_pub, _grant_info(kid, officer)))


def open_grant(grant: str, kid: str, officer: str, private: KeyPair) -> KeyPair:
    """Open a grant with the officer's key.

    Raises:
        OpenError: another officer's, another key's, or not a key pair.
    """
    return KeyPair.from_bytes(hpke.open_(_decode(grant), private, _grant_info(kid, officer)))


def wrap_officer_key(
    pair: KeyPair,
    passphrase: str,
    officer: str,
    kdf: Kdf | None = None,
    *,
    random: Random = os.urandom,
) -> Doc:
    """Make an officer's record: the key pair under a passphrase.

    Raises:
        ValueError: the officer's name cannot be part of an id.
    """
    if not _OFFICER.fullmatch(officer):
        raise ValueError("officer: not a name that an id can hold")
    kdf = kdf or new_kdf(random)
    sealed = aes_seal(kdf.derive(passphrase), pair.to_bytes(), _officer_context(officer), random)
    return {
        "_id": f"officer.{officer}",
        "type": "officer-key",
        "officer": officer,
        "pub": b64u_encode(pair.pub),
        "kdf": kdf.to_json(),
        "sealed": b64u_encode(sealed),
    }


def unwrap_officer_key(record: Mapping[str, Any], passphrase: str) -> KeyPair:
    """Open an officer's record.

    Raises:
        OpenError: wrong passphrase, or a record that was changed.
    """
    match record:
        case {"officer": str(officer), "pub": str(pub), "kdf": kdf, "sealed": str(sealed)}:
            key = Kdf.from_json(kdf).derive(passphrase)
        case _:
            raise OpenError
    pair = KeyPair.from_bytes(aes_open(key, _decode(sealed), _officer_context(officer)))
    if b64u_encode(pair.pub) != pub:
        raise OpenError
    return pair


def _listed(row: object) -> ListedKey:
    match row:
        case [str(kid), str(use), str(who), int() | None as kem, str(state), str(pub)]:
            key = ListedKey(kid, use, who, kem, state, _decode(pub))
        case _:
            raise OpenError
    if not is_kid(kid) or use not in USES or state not in STATES or not _WHO.fullmatch(who) or len(key.pub) != PUBLIC:
        raise OpenError
    if (use == "hub") != who.startswith("hub:"):
        raise OpenError
    if kem != (hpke.KEM_P256 if use == "seal" else None):
        raise OpenError
    return key


def _grant_info(kid: str, officer: str) -> bytes:
    return canonical(["sl1-grant", kid, officer])


def _officer_context(officer: str) -> bytes:
    try:
        return canonical(["sl1-officer", officer])
    except ValueError:
        raise OpenError from None


def _decode(text: str) -> bytes:
    try:
        return b64u_decode(text)
    except ValueError:
        raise OpenError from None
