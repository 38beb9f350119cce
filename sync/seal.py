"""Sealing `sl1`: a version of a case with clear fields and sealed groups, and the wrap of its data key beside it.

Key management. Every version has a fresh data key. It is wrapped to the office's epoch keys, together with the proof
that the receipt code's holder made the version, and to the key that only the code gives. The id of a version is a
hash over all of it, so nothing can be dropped, added, swapped or moved. Wraps live apart: rotation rewrites only
them, erasing a case destroys only them.

Whatever does not open is one `OpenError`, whatever the cause.
"""

import hmac
import os
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sync import hpke
from sync.answers import Answer, decode_answers, encode_answers
from sync.canonical import b64u_decode, b64u_encode, canonical, h16
from sync.cipher import Random, aes_open, aes_seal, hkdf
from sync.document import Doc
from sync.errors import OpenError, ShapeError
from sync.key_pair import KeyPair
from sync.padding import pad, unpad
from sync.receipt_code import CodeKeys, case_of
from sync.shape import (
    DEK,
    PREFIXES,
    case_of_version,
    check_pair,
    check_shape,
    check_wrap_shape,
    first_wrap_rev,
    version_digest,
    version_hash,
    version_id,
    wrap_hash,
    write_once_rev,
)

__all__ = [
    "OpenError",
    "ShapeError",
    "check_pair",
    "check_shape",
    "check_wrap_shape",
    "first_wrap_rev",
    "open_version",
    "open_wrap_as_holder",
    "open_wrap_as_office",
    "rewrap",
    "seal_version",
    "version_digest",
    "version_hash",
    "wrap_hash",
    "write_once_rev",
]

WrapKey = Callable[[bytes, bytes, bytes], bytes]  # as `hpke.seal`: plain, public, info


def seal_version(
    *,
    type: str,
    code_keys: CodeKeys,
    service: str,
    form: str,
    at: int,
    channel: str,
    device: str | None,
    area: str | None,
    wish: Sequence[str],
    prev: Sequence[str],
    groups: Mapping[str, Sequence[Answer]],
    recipients: Sequence[tuple[str, bytes]],
    blobs: Sequence[str] = (),
    random: Random = os.urandom,
    wrap_key: WrapKey = hpke.seal,
) -> tuple[Doc, dict[str, str]]:
    """Seal a version of a case; give it and its wrap.

    Random bytes are taken in this order: the data key, a nonce for each group by name, a nonce for the holder.

    Args:
        groups: the answers of each group, in the form's field order.
        recipients: the office's keys as (kid, public key of 65 bytes).
        wrap_key: seals the data key to a recipient; has its own randomness.

    Raises:
        ValueError: a value is not one that the formats can hold.
    """
    dek, case = random(DEK), code_keys.case
    if type not in PREFIXES:
        raise ValueError("not a version that can be sealed: type-unknown")
    context = [type, case, service, form]
    sealed = {name: _seal_group(dek, groups[name], [*context, name], random) for name in sorted(groups)}
    wrap = _wrap(dek, type, code_keys, recipients=recipients, random=random, wrap_key=wrap_key)
    version: Doc = {
        "_id": f"{PREFIXES[type]}.{case}.",
        "type": type,
        "service": service,
        "form": form,
        "at": at,
        "channel": channel,
        "device": device,
        "area": area,
        "wish": list(wish),
        "prev": list(prev),
        "blobs": list(blobs),
        "seal": {"v": 1, "g": sealed, "w": wrap_hash(wrap)},
    }
    version["seal"]["m"] = b64u_encode(_mac(dek, version))
    version["_id"] = version_id(type, case, version_digest(version))
    _check_own(version, wrap)
    return version, wrap


def open_version(version: Mapping[str, Any], dek: bytes) -> dict[str, list[Answer]]:
    """Open every group of a version; a `_rev` that a store added is ignored.

    Raises:
        OpenError: it is not what the holder of this data key sealed, in any respect.
    """
    bare = _checked(version)
    if not hmac.compare_digest(_mac(dek, bare), b64u_decode(bare["seal"]["m"])):
        raise OpenError
    return {name: _open_group(dek, bare, name) for name in sorted(bare["seal"]["g"])}


def open_wrap_as_office(version: Mapping[str, Any], wrap: Mapping[str, str], kid: str, private: KeyPair) -> bytes:
    """Take a version's data key with an office's key, and check that the code's holder made the version.

    Raises:
        OpenError: no such entry, another key, or made by somebody without the code.
    """
    return _open_for_office(_checked(version), wrap, kid, private)[:DEK]


def open_wrap_as_holder(version: Mapping[str, Any], wrap: Mapping[str, str], open_key: bytes) -> bytes:
    """Take a version's data key with the code's own key.

    Raises:
        OpenError: another code, or not a wrap of this case.
    """
    bare = _checked(version)
    dek = aes_open(open_key, _entry(wrap, "t"), canonical(["sl1-open", bare["type"], case_of_version(bare)]))
    if len(dek) != DEK:
        raise OpenError
    return dek


def rewrap(
    version: Mapping[str, Any],
    wrap: Mapping[str, str],
    kid: str,
    private: KeyPair,
    *,
    to: tuple[str, bytes],
    wrap_key: WrapKey = hpke.seal,
) -> dict[str, str]:
    """Add an entry for another office key (kid, public) to a wrap, keeping the old ones: rotation's first half.

    Raises:
        OpenError: *private* does not open the wrap.
    """
    bare = _checked(version)
    plain = _open_for_office(bare, wrap, kid, private)
    return {**wrap, to[0]: b64u_encode(wrap_key(plain, to[1], _wrap_info(bare["type"], case_of_version(bare), to[0])))}


def _seal_group(dek: bytes, answers: Sequence[Answer], context: list[str], random: Random) -> str:
    plain = pad(encode_answers(answers))
    return b64u_encode(aes_seal(_group_key(dek, context[-1]), plain, canonical(["sl1", *context]), random))


def _open_group(dek: bytes, version: Mapping[str, Any], name: str) -> list[Answer]:
    context = ["sl1", version["type"], case_of_version(version), version["service"], version["form"], name]
    plain = aes_open(_group_key(dek, name), b64u_decode(version["seal"]["g"][name]), canonical(context))
    return decode_answers(unpad(plain))


def _group_key(dek: bytes, name: str) -> bytes:
    return hkdf(dek, canonical(["sl1-group", name]))


def _mac(dek: bytes, version: Mapping[str, Any]) -> bytes:
    return hmac.digest(hkdf(dek, canonical(["sl1-mac"])), version_hash(version), "sha256")


def _wrap(
    dek: bytes,
    kind: str,
    keys: CodeKeys,
    *,
    recipients: Sequence[tuple[str, bytes]],
    random: Random,
    wrap_key: WrapKey,
) -> dict[str, str]:
    holder = aes_seal(keys.open, dek, canonical(["sl1-open", kind, keys.case]), random)
    plain = dek + h16(keys.read) + keys.sign
    wrap = {kid: b64u_encode(wrap_key(plain, pub, _wrap_info(kind, keys.case, kid))) for kid, pub in recipients}
    return {**wrap, "t": b64u_encode(holder)}


def _wrap_info(kind: str, case: str, kid: str) -> bytes:
    return canonical(["sl1-wrap", kind, case, kid])


def _open_for_office(version: Mapping[str, Any], wrap: Mapping[str, str], kid: str, private: KeyPair) -> bytes:
    case = case_of_version(version)
    plain = hpke.open_(_entry(wrap, kid), private, _wrap_info(version["type"], case, kid))
    read_hash, sign = plain[DEK : DEK + 16], plain[DEK + 16 :]
    if len(sign) != 16 or not hmac.compare_digest(case_of(read_hash, h16(sign)).encode(), case.encode()):
        raise OpenError
    return plain


def _entry(wrap: Mapping[str, str], kid: str) -> bytes:
    try:
        return b64u_decode(wrap[kid])
    except (KeyError, ValueError, TypeError):
        raise OpenError from None


def _checked(version: Mapping[str, Any]) -> dict[str, Any]:
    if not isinstance(version, Mapping):
        raise OpenError
    bare = {key: value for key, value in version.items() if key != "_rev"}
    try:
        check_shape(bare)
    except ShapeError:
        raise OpenError from None
    return bare


def _check_own(version: Doc, wrap: dict[str, str]) -> None:
    try:
        check_pair(version, wrap)
    except ShapeError as error:
        raise ValueError(f"not a version that can be sealed: {error.reason}") from None
