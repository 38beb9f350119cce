"""An item as a thin link carries it: every field at its place, its bytes in one text, and nothing that follows from it.

Left out are w and the id, which are hashes of what is there (four bytes of v stay, to notice damage), and half of the
encapsulated key: of a point on P-256 one coordinate gives the other but for a sign (SEC 1, 2.3.3). Only an item with
one group and one office's entry is packed, as every device makes them; any other travels as it is.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from sync.canonical import b32_decode, b32_encode, b64u_decode, b64u_encode
from sync.errors import ShapeError
from sync.hpke import ENC
from sync.shape import (
    CLEAR,
    HOLDER_WRAP,
    KID_WRAP,
    PREFIXES,
    case_of_version,
    v_of,
    version_digest,
    version_id,
    wrap_hash,
)

_CASE, _CHECK, _MAC, _POINT = 15, 4, 32, 33  # bytes
_LENGTHS = (_CASE, _CHECK, _MAC, HOLDER_WRAP, KID_WRAP - ENC + _POINT)


def pack_item(version: Mapping[str, Any], wrap: Mapping[str, str]) -> list[Any]:
    """Pack a version of the right shape and its wrap; one with more than a group or an entry is given as it is."""
    groups, kids = version["seal"]["g"], [kid for kid in wrap if kid != "t"]
    if len(groups) != 1 or len(kids) != 1:
        return [version, wrap]
    [(group, text)], [kid] = groups.items(), kids
    sealed = b64u_decode(wrap[kid])
    packed = (
        b32_decode(case_of_version(version)), b32_decode(v_of(version))[:_CHECK], b64u_decode(version["seal"]["m"]),
        b64u_decode(wrap["t"]), _compressed(sealed[:ENC]), sealed[ENC:], b64u_decode(text),
    )  # fmt: skip
    return [version["type"], *(version[key] for key in CLEAR), group, kid, b64u_encode(b"".join(packed))]


def is_packed(value: object) -> bool:
    """Say whether a line is a packed item."""
    return isinstance(value, list) and len(value) == len(CLEAR) + 4


def unpack_item(packed: Sequence[Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """Give the version and the wrap of a packed item; whether they are of the right shape is for others to check.

    Raises:
        ShapeError: `malformed`, `type-unknown`, or `id-mismatch`: it is not what was packed.
    """
    kind, *clear, group, kid, text = packed
    if not (isinstance(kind, str) and isinstance(group, str) and isinstance(kid, str)):
        raise ShapeError("malformed")
    if kind not in PREFIXES:
        raise ShapeError("type-unknown")
    try:
        case, check, mac, holder, entry, sealed = _cut(b64u_decode(text))
        wrap = {kid: b64u_encode(_whole(entry[:_POINT]) + entry[_POINT:]), "t": b64u_encode(holder)}
        seal = {"v": 1, "g": {group: b64u_encode(sealed)}, "w": wrap_hash(wrap), "m": b64u_encode(mac)}
        version = {"_id": version_id(kind, b32_encode(case), bytes(12)), "type": kind}
        version |= dict(zip(CLEAR, clear, strict=True)) | {"seal": seal}
        digest = version_digest(version)
    except (TypeError, ValueError):
        raise ShapeError("malformed") from None
    if digest[:_CHECK] != check:
        raise ShapeError("id-mismatch")
    return version | {"_id": version_id(kind, b32_encode(case), digest)}, wrap


def _cut(joined: bytes) -> list[bytes]:
    parts, at = [], 0
    for length in _LENGTHS:
        parts.append(joined[at : at + length])
        at += length
    return [*parts, joined[at:]]


def _compressed(point: bytes) -> bytes:
    return bytes([2 | point[-1] & 1]) + point[1 : 1 + _POINT - 1]


def _whole(point: bytes) -> bytes:
    key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
