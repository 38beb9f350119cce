"""P-256 key pairs as raw bytes, and signatures over canonical arrays (ECDSA, SHA-256, r and s of 32 bytes each)."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from sync.canonical import Canonical, b64u_decode, b64u_encode, canonical
from sync.errors import OpenError

PUBLIC = 65  # bytes of an uncompressed point
SCALAR = 32  # bytes


@dataclass(frozen=True)
class KeyPair:
    """A private scalar with its public half, which travel together because WebCrypto wants both."""

    d: bytes = field(repr=False)
    pub: bytes

    @classmethod
    def from_bytes(cls, joined: bytes) -> "KeyPair":
        """Read d and pub joined.

        Raises:
            OpenError: wrong length, or the halves do not belong together.
        """
        pair = cls(joined[:SCALAR], joined[SCALAR:])
        pair.private_key()
        return pair

    def to_bytes(self) -> bytes:
        """Join d and pub."""
        return self.d + self.pub

    def private_key(self) -> ec.EllipticCurvePrivateKey:
        """Give the key to `cryptography`.

        Raises:
            OpenError: the halves are not a key pair.
        """
        try:
            key = ec.derive_private_key(int.from_bytes(self.d, "big"), ec.SECP256R1())
        except ValueError:
            raise OpenError from None
        if len(self.d) != SCALAR or _raw(key.public_key()) != self.pub:
            raise OpenError
        return key


def new_key_pair() -> KeyPair:
    """Make a key pair."""
    return _pair(ec.generate_private_key(ec.SECP256R1()))


def key_pair_from(d: bytes) -> KeyPair:
    """Compute the public half of a private scalar of 32 bytes."""
    return _pair(ec.derive_private_key(int.from_bytes(d, "big"), ec.SECP256R1()))


def _pair(key: ec.EllipticCurvePrivateKey) -> KeyPair:
    return KeyPair(key.private_numbers().private_value.to_bytes(SCALAR, "big"), _raw(key.public_key()))


def _raw(key: ec.EllipticCurvePublicKey) -> bytes:
    return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def public_key(pub: bytes) -> ec.EllipticCurvePublicKey:
    """Read an uncompressed point.

    Raises:
        OpenError: not a point of P-256 in 65 bytes.
    """
    if len(pub) != PUBLIC:
        raise OpenError
    try:
        return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), pub)
    except ValueError:
        raise OpenError from None


def sign(signed: Sequence[Canonical], pair: KeyPair) -> str:
    """Sign an array; the same array and key give the same signature (RFC 6979)."""
    der = pair.private_key().sign(canonical(signed), ec.ECDSA(SHA256(), deterministic_signing=True))
    r, s = decode_dss_signature(der)
    return b64u_encode(r.to_bytes(32, "big") + s.to_bytes(32, "big"))


def verify(signed: Sequence[Any], sig: object, pub: bytes) -> None:
    """Check the signature of an array.

    Raises:
        OpenError: it is not signed by *pub*, or not an array that can be.
    """
    try:
        raw = b64u_decode(sig) if isinstance(sig, str) else b""
        message = canonical(signed)
    except ValueError:
        raise OpenError from None
    verify_bytes(message, raw, pub)


def verify_bytes(message: bytes, raw: bytes, pub: bytes) -> None:
    """Check the signature of bytes, given as r and s joined.

    Raises:
        OpenError: they are not signed by *pub*.
    """
    if len(raw) != 64:
        raise OpenError
    der = encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
    try:
        public_key(pub).verify(der, message, ec.ECDSA(SHA256()))
    except InvalidSignature:
        raise OpenError from None
