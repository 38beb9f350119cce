"""What the office signs beside events and receipts: an erasure, a voided code, a public document."""

from collections.abc import Mapping
from typing import Any

from sync.canonical import Canonical, b64u_encode, sha256
from sync.document import Doc
from sync.errors import OpenError
from sync.key_pair import KeyPair, sign, verify
from sync.shape import is_case, is_kid, is_whole


def sign_gone(case: str, *, at: int, kid: str, private: KeyPair) -> Doc:
    """Sign the mark that a case is erased."""
    return {
        "_id": f"gone.{case}",
        "type": "gone",
        "kid": kid,
        "at": at,
        "sig": sign(["gone1", case, kid, at], private),
    }


def verify_gone(doc: Mapping[str, Any], pub: bytes) -> str:
    """Check the mark of an erased case and give the case.

    Raises:
        OpenError: it is not signed by *pub*.
    """
    if set(doc) - {"_rev"} != {"_id", "type", "kid", "at", "sig"} or doc["type"] != "gone":
        raise OpenError
    case = str(doc["_id"]).removeprefix("gone.")
    if doc["_id"] != f"gone.{case}" or not (is_case(case) and is_kid(doc["kid"]) and is_whole(doc["at"])):
        raise OpenError
    verify(["gone1", case, doc["kid"], doc["at"]], doc["sig"], pub)
    return case


def sign_voided_code(old_case: str, new_case: str, *, at: int, private: KeyPair) -> list[Any]:
    """Sign that the code of one case was voided and another case goes on in its place."""
    signed: list[Canonical] = ["code1", old_case, new_case, at]
    return [signed, sign(signed, private)]


def verify_voided_code(signed: object, pub: bytes) -> tuple[str, str]:
    """Check the voiding of a code and give the old case and the new.

    Raises:
        OpenError: it is not signed by *pub*.
    """
    match signed:
        case [["code1", str(old), str(new), int(at)] as array, str(sig)] if is_case(old) and is_case(new):
            if is_whole(at):
                verify(array, sig, pub)
                return old, new
    raise OpenError


def sign_public(id_: str, content: bytes, *, at: int, kid: str, private: KeyPair) -> Doc:
    """Sign a public document; its bytes become the attachment `body`."""
    signed: list[Canonical] = ["pub1", id_, b64u_encode(sha256(content)), kid, at]
    return {"_id": id_, "type": "public", "signed": signed, "sig": sign(signed, private)}


def verify_public(doc: Mapping[str, Any], content: bytes, pub: bytes) -> None:
    """Check a public document and its bytes.

    Raises:
        OpenError: they are not what *pub* signed under this id.
    """
    match doc:
        case {"_id": id_, "type": "public", "signed": ["pub1", signed_id, digest, str(), int()] as array, "sig": sig}:
            if signed_id == id_ and digest == b64u_encode(sha256(content)):
                return verify(array, sig, pub)
    raise OpenError
