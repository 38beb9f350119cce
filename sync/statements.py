"""What is signed beside events and receipts: an end of a case, a public document, what a device or a hub says."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sync.canonical import Canonical, b64u_decode, b64u_encode, sha256
from sync.document import Doc
from sync.errors import OpenError
from sync.key_pair import KeyPair, sign, verify
from sync.shape import is_case, is_kid, is_whole

_DEVICE = re.compile(r"d-[a-z2-7]{8}")
_NUMBER = 16  # bytes
_HUB = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,24}[a-z0-9])?")  # also a label of a host name


@dataclass(frozen=True)
class DeviceAuth:
    """What a device said of itself in one request: its id, when it believes it is, and a number used once."""

    device: str
    at: int
    nonce: str

    @property
    def array(self) -> list[Canonical]:
        """Give what is signed."""
        return ["dev1", self.device, self.at, self.nonce]


@dataclass(frozen=True)
class HubAuth:
    """What a hub said of itself in one request: its name, which installation it is, and when, in milliseconds.

    The time is greater each time, so that what was overheard counts once.
    """

    hub: str
    install: str
    at: int

    @property
    def array(self) -> list[Canonical]:
        """Give what is signed."""
        return ["hub1", self.hub, self.install, self.at]


Auth = DeviceAuth | HubAuth


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


def sign_code_mark(old_case: str, new_case: str, *, at: int, kid: str, private: KeyPair) -> Doc:
    """Sign the mark that a case's code was voided: `sign_voided_code` as a document with its own id."""
    _, sig = sign_voided_code(old_case, new_case, at=at, private=private)
    return {"_id": f"code.{old_case}", "type": "code", "kid": kid, "to": new_case, "at": at, "sig": sig}


def verify_code_mark(doc: Mapping[str, Any], pub: bytes) -> tuple[str, str]:
    """Check the mark of a voided code and give the old case and the new.

    Raises:
        OpenError: it is not signed by *pub*.
    """
    if set(doc) - {"_rev"} != {"_id", "type", "kid", "to", "at", "sig"} or doc["type"] != "code":
        raise OpenError
    old = str(doc["_id"]).removeprefix("code.")
    if doc["_id"] != f"code.{old}" or not is_kid(doc["kid"]) or doc["to"] == old:
        raise OpenError
    return verify_voided_code([["code1", old, doc["to"], doc["at"]], doc["sig"]], pub)


def sign_steps(events: Sequence[Mapping[str, Any]], *, kid: str, private: KeyPair) -> list[Any]:
    """Sign as the server that these steps of cases were taken, without what else stands in their events."""
    steps: list[Canonical] = [[event["case"], event["n"], event["step"], event["at"]] for event in events]
    signed: list[Canonical] = ["steps1", kid, steps]
    return [signed, sign(signed, private)]


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


def is_device(text: object) -> bool:
    """Say whether *text* may be the id of a device that the office enrolled."""
    return isinstance(text, str) and _DEVICE.fullmatch(text) is not None


def sign_enrolment(code: str, *, private: KeyPair) -> str:
    """Sign, with a device's new key, that it is the one that has this code; the office reads it with the key itself."""
    return sign(_enrolment(code, private.pub), private)


def verify_enrolment(code: str, sig: object, pub: bytes) -> None:
    """Check that whoever has *code* has the private half of *pub*.

    Raises:
        OpenError: not so.
    """
    verify(_enrolment(code, pub), sig, pub)


def is_hub(text: object) -> bool:
    """Say whether *text* may be the name of a hub."""
    return isinstance(text, str) and _HUB.fullmatch(text) is not None


def sign_auth(auth: Auth, *, private: KeyPair) -> list[Any]:
    """Sign what a device or hub says of itself."""
    return [auth.array, sign(auth.array, private)]


def read_auth(signed: object) -> Auth:
    """Read what a device or hub says of itself; whether it is true, `verify_auth` says.

    Raises:
        OpenError: it is none.
    """
    match signed:
        case [["dev1", str(name), int(at), str(number)], str()] if is_device(name):
            auth: Auth = DeviceAuth(name, at, number)
        case [["hub1", str(name), str(number), int(at)], str()] if is_hub(name):
            auth = HubAuth(name, number, at)
        case _:
            raise OpenError
    if not (is_whole(at) and _is_number(number)):
        raise OpenError
    return auth


def verify_auth(signed: object, pub: bytes) -> Auth:
    """Check what a device or hub says of itself against its public key.

    Raises:
        OpenError: it is not signed by *pub*.
    """
    auth = read_auth(signed)
    assert isinstance(signed, list)
    verify(signed[0], signed[1], pub)
    return auth


def _enrolment(code: str, pub: bytes) -> list[Canonical]:
    return ["enrol1", b64u_encode(sha256(code.encode())), b64u_encode(pub)]


def _is_number(text: str) -> bool:
    try:
        return len(b64u_decode(text)) == _NUMBER
    except ValueError:
        return False
