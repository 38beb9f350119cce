"""Receipts: who signs one says that this version is stored durably, and which of its blobs are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sync.canonical import Canonical, b64u_encode
from sync.errors import OpenError
from sync.key_pair import KeyPair, sign, verify
from sync.keyring import KeyList
from sync.shape import is_whole, version_digest

OFFICE = "office"


@dataclass(frozen=True)
class Receipt:
    """What a verified receipt says; `who` is `office` or `hub:<name>`."""

    kid: str
    id: str
    held: tuple[str, ...]
    at: int
    who: str


def sign_receipt(
    version: Mapping[str, Any],
    *,
    at: int,
    who: str,
    kid: str,
    private: KeyPair,
    wrap_w: str | None = None,
    held: Sequence[str] = (),
) -> list[Any]:
    """Sign a receipt for a version; it travels as [signed array, signature].

    Args:
        wrap_w: the hash of the wrap as it came; the version's own w when not given.
        held: the blobs of the version that are stored too.
    """
    digest = b64u_encode(version_digest(version))
    w = version["seal"]["w"] if wrap_w is None else wrap_w
    signed: list[Canonical] = ["rcpt1", kid, version["_id"], digest, w, list(held), at, who]
    return [signed, sign(signed, private)]


def verify_receipt(receipt: object, version: Mapping[str, Any], key_list: KeyList) -> Receipt:
    """Check that a receipt is for exactly this version and from whom the key list says.

    Raises:
        OpenError: it is not.
    """
    match receipt:
        case [["rcpt1", str(kid), str(id_), str(digest), str(w), list(held), int(at), str(who)], str(sig)]:
            pass
        case _:
            raise OpenError
    key = key_list.find(kid)
    if key is None or key.state == "destroyed" or key.who != who or key.use != _use_for(who) or not is_whole(at):
        raise OpenError
    if (id_, w) != (version["_id"], version["seal"]["w"]) or digest != b64u_encode(version_digest(version)):
        raise OpenError
    if not all(isinstance(blob, str) and blob in version["blobs"] for blob in held):
        raise OpenError
    verify(["rcpt1", kid, id_, digest, w, held, at, who], sig, key.pub)
    return Receipt(kid, id_, tuple(held), at, who)


def _use_for(who: str) -> str:
    return "server" if who == OFFICE else "hub"
