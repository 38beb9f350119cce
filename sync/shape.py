"""The shape of a version and of its wrap: which keys, which lengths, which ids. What intake checks without any key.

`ShapeError.reason` is `malformed`, `type-unknown`, `id-mismatch` or `wrap-mismatch`.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

from sync.canonical import MAX_INT, Canonical, b32_decode, b32_encode, b64u_decode, b64u_encode, canonical, h16, sha256
from sync.cipher import OVERHEAD
from sync.errors import ShapeError
from sync.hpke import OVERHEAD as HPKE_OVERHEAD
from sync.padding import is_padded_length

PREFIXES = {"application": "app", "complaint": "cmp", "message": "msg", "survey": "svy"}
DEK = 32  # bytes of a version's data key
CODE_PROOF = 32  # bytes beside it in an office's wrap: h(read) and sign
KID_WRAP = HPKE_OVERHEAD + DEK + CODE_PROOF  # 145 bytes
HOLDER_WRAP = OVERHEAD + DEK  # 60 bytes

CLEAR = (
    "service",
    "form",
    "at",
    "channel",
    "device",
    "area",
    "wish",
    "prev",
    "blobs",
)  # in the order in which H has them
_KEYS = {"_id", "type", *CLEAR, "seal"}
_KID = re.compile(r"[a-z0-9]{2,8}")
_GROUP = re.compile(r"[a-z][a-z0-9_-]{0,31}")
_SERVICE = re.compile(r"[a-z][a-z0-9-]{0,31}")
_FORM = re.compile(r"[1-9][0-9]{0,5}\.[a-z2-7]{8}")
_CHANNEL = re.compile(r"[a-z][a-z0-9-]{0,15}")
_DEVICE = re.compile(r"[a-z0-9-]{1,32}")
_AREA = re.compile(r"[0-9]{2}(\.[0-9]{2,4}){0,3}")
_OFFER = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")


def check_shape(version: Mapping[str, Any]) -> None:
    """Check a version as it comes over the wire, without `_rev`: its keys, its values and that its id is its hash.

    Raises:
        ShapeError: with the reason to tell the sender.
    """
    _need(isinstance(version, Mapping) and set(version) == _KEYS)
    kind = version["type"]
    _need(isinstance(kind, str))
    if kind not in PREFIXES:
        raise ShapeError("type-unknown")
    _check_id(kind, version["_id"])
    _check_clear(version)
    _check_seal(version["seal"])
    if version_digest(version)[:12] != b32_decode(v_of(version)):
        raise ShapeError("id-mismatch")


def check_wrap_shape(wrap: Mapping[str, Any], *, with_holder: bool = True) -> None:
    """Check a wrap alone: the holder's entry and at least one office's, each of its length.

    Args:
        with_holder: False for a wrap whose code was voided: it has lost the holder's entry.

    Raises:
        ShapeError: it is `malformed`.
    """
    _need(isinstance(wrap, Mapping) and ("t" in wrap) == with_holder and len(wrap) > with_holder)
    for kid, text in wrap.items():
        _need(kid == "t" or is_kid(kid))
        _need(_has_bytes(text, HOLDER_WRAP if kid == "t" else KID_WRAP))


def check_pair(version: Mapping[str, Any], wrap: Mapping[str, Any]) -> None:
    """Check a version, its wrap, and that the version was sealed together with this wrap.

    Raises:
        ShapeError: with the reason to tell the sender.
    """
    check_shape(version)
    check_wrap_shape(wrap)
    if wrap_hash(wrap) != version["seal"]["w"]:
        raise ShapeError("wrap-mismatch")


def version_hash(version: Mapping[str, Any]) -> bytes:
    """Give H, the canonical bytes that bind every clear field, every group and the wrap."""
    seal = version["seal"]
    groups: list[Canonical] = [[name, b64u_encode(sha256(b64u_decode(seal["g"][name])))] for name in sorted(seal["g"])]
    clear = [version[key] for key in CLEAR]
    return canonical(["sl1", version["type"], case_of_version(version), *clear, groups, seal["w"]])


def version_digest(version: Mapping[str, Any]) -> bytes:
    """Digest H and m: what the id, the revision and a receipt are made from."""
    return sha256(version_hash(version) + b64u_decode(version["seal"]["m"]))


def wrap_entries(wrap: Mapping[str, str]) -> bytes:
    """Write the sorted entries of a wrap canonically."""
    return canonical([[kid, wrap[kid]] for kid in sorted(wrap)])


def wrap_hash(wrap: Mapping[str, str]) -> str:
    """Give w, which a version carries of the wrap it was sealed with."""
    return b64u_encode(h16(wrap_entries(wrap)))


def write_once_rev(version: Mapping[str, Any]) -> str:
    """Name the only revision that a version ever has."""
    return f"1-{version_digest(version)[:16].hex()}"


def first_wrap_rev(wrap: Mapping[str, str]) -> str:
    """Name the revision under which a wrap is first stored."""
    return f"1-{h16(wrap_entries(wrap)).hex()}"


def blob_rev(digest: str) -> str:
    """Name the only revision of a blob, from the 52 characters of its digest."""
    return f"1-{b32_decode(digest)[:16].hex()}"


def case_of_version(version: Mapping[str, Any]) -> str:
    """Give C of a version."""
    case: str = version["_id"].split(".")[1]
    return case


def case_of_id(doc_id: str) -> str | None:
    """Give C of a document of a case, whichever kind it is, from its id; None of any other document."""
    parts = doc_id.split(".")
    return parts[1] if len(parts) > 1 and is_case(parts[1]) else None


def v_of(version: Mapping[str, Any]) -> str:
    """Give v of a version, by which corrections and events name it."""
    v: str = version["_id"].split(".")[2]
    return v


def version_id(kind: str, case: str, digest: bytes) -> str:
    """Make the id of a version from its digest."""
    return f"{PREFIXES[kind]}.{case}.{b32_encode(digest[:12])}"


def is_case(text: object) -> bool:
    """Say whether *text* may be C."""
    return _is_b32(text, 15)


def is_v(text: object) -> bool:
    """Say whether *text* may be v."""
    return _is_b32(text, 12)


def is_kid(text: object) -> bool:
    """Say whether *text* may name a key."""
    return isinstance(text, str) and _KID.fullmatch(text) is not None


def is_whole(value: object) -> bool:
    """Say whether *value* is an integer that canonical bytes can hold."""
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MAX_INT


def _need(condition: bool) -> None:
    if not condition:
        raise ShapeError("malformed")


def _check_id(kind: str, text: object) -> None:
    _need(isinstance(text, str))
    parts = str(text).split(".")
    _need(len(parts) == 3 and parts[0] == PREFIXES[kind] and is_case(parts[1]) and is_v(parts[2]))


def _check_clear(version: Mapping[str, Any]) -> None:
    _need(_matches(_SERVICE, version["service"]) and _matches(_FORM, version["form"]))
    _need(is_whole(version["at"]) and _matches(_CHANNEL, version["channel"]))
    _need(version["device"] is None or _matches(_DEVICE, version["device"]))
    _need(version["area"] is None or _matches(_AREA, version["area"]))
    _check_list(version["wish"], lambda item: _matches(_OFFER, item))
    _check_list(version["prev"], is_v)
    _check_list(version["blobs"], lambda item: _is_b32(item, 32))


def _check_list(items: object, is_good: Callable[[object], bool]) -> None:
    _need(isinstance(items, list) and all(map(is_good, items)) and len(set(items)) == len(items))


def _check_seal(seal: object) -> None:
    if not isinstance(seal, Mapping) or set(seal) != {"v", "g", "w", "m"}:
        raise ShapeError("malformed")
    groups = seal["g"]
    _need(is_whole(seal["v"]) and seal["v"] == 1)
    _need(_has_bytes(seal["w"], 16) and _has_bytes(seal["m"], 32))
    _need(isinstance(groups, Mapping) and len(groups) > 0)
    _need(all(_matches(_GROUP, name) and _is_group(text) for name, text in groups.items()))


def _is_group(text: object) -> bool:
    length = _length(text)
    return length is not None and is_padded_length(length - OVERHEAD)


def _has_bytes(text: object, length: int) -> bool:
    return _length(text) == length


def _length(text: object) -> int | None:
    try:
        return len(b64u_decode(text)) if isinstance(text, str) else None
    except ValueError:
        return None


def _is_b32(text: object, length: int) -> bool:
    try:
        return isinstance(text, str) and len(b32_decode(text)) == length
    except ValueError:
        return False


def _matches(pattern: re.Pattern[str], text: object) -> bool:
    return isinstance(text, str) and pattern.fullmatch(text) is not None
