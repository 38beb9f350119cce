"""Passkeys: keys that devices of staff hold and open with a finger, a face or a PIN; what is kept here is public.

A challenge is stored nowhere, so nobody can fill the store by asking for one: it carries its own end and the server's
mark, and each passkey keeps those that it answered until they end, so that none counts twice.
"""

import hmac
import json
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from sync.canonical import b64u_decode, b64u_encode
from sync.document import Doc
from sync.key_pair import KeyPair

MOST = 10  # passkeys of an account
LONGEST_NAME = 40  # characters
CHALLENGE = 5 * 60  # seconds that a challenge may be answered
_RANDOM, _UNTIL, _MARK, _HANDLE = 16, 8, 16, 16  # bytes
_ALGORITHMS = (-7, -8, -257)  # COSE's ES256, EdDSA and RS256
# What the library lets through of bytes that are none of its structures.
_MALFORMED = (ValueError, TypeError, LookupError, AttributeError, OverflowError, RecursionError)


class PasskeyError(Exception):
    """It was not accepted; `reason` is `stale` (the challenge ended), `wrong`, `twice` (known already) or `many`."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Passkeys:
    """The passkeys of the office at *origin*; *now* is in seconds.

    Attributes:
        secret: marks challenges as ours; every process that serves the office has the same.
    """

    origin: str
    secret: bytes = field(repr=False)
    now: int

    @property
    def host(self) -> str:
        """Name what passkeys are bound to: they work here and at no other address."""
        return urlsplit(self.origin).hostname or ""

    @property
    def are_possible(self) -> bool:
        """Say whether browsers offer passkeys here: never for an address made of numbers."""
        return not re.fullmatch(r"[\d.]+|.*:.*", self.host)

    def new_challenge(self, purpose: str) -> bytes:
        """Make a challenge for `sign-in`, or for `register` with a login behind it."""
        content = os.urandom(_RANDOM) + (self.now + CHALLENGE).to_bytes(_UNTIL, "big")
        return content + self._mark(content, purpose)

    def signing_options(self) -> dict[str, Any]:
        """Give what `navigator.credentials.get` takes, bytes as base64url; the device offers its passkeys itself."""
        challenge = b64u_encode(self.new_challenge("sign-in"))
        return {"challenge": challenge, "rpId": self.host, "timeout": CHALLENGE * 1000, "userVerification": "required"}

    def creating_options(self, account: Doc, office: str) -> dict[str, Any]:
        """Give what `navigator.credentials.create` takes, bytes as base64url."""
        login = str(account["login"])
        handle = hmac.digest(self.secret, b"handle\0" + login.encode(), "sha256")[:_HANDLE]
        return {
            "challenge": b64u_encode(self.new_challenge(f"register {login}")),
            "rp": {"id": self.host, "name": office},
            "user": {"id": b64u_encode(handle), "name": login, "displayName": login},
            "pubKeyCredParams": [{"type": "public-key", "alg": alg} for alg in _ALGORITHMS],
            "excludeCredentials": [{"type": "public-key", "id": known["id"]} for known in account.get("passkeys", [])],
            "authenticatorSelection": {
                "residentKey": "required",
                "requireResidentKey": True,
                "userVerification": "required",
            },
            "attestation": "none",
            "timeout": CHALLENGE * 1000,
        }

    def register(self, account: Doc, answered: str, name: str, *, accounts: Sequence[Doc] = ()) -> dict[str, Any]:
        """Give what has to be written to the account so that it has the passkey that a browser made.

        Args:
            accounts: all there are: a passkey signs in to one of them only.

        Raises:
            PasskeyError: it was not made for this account, here and now; or it is known, or one too many.
        """
        from server.staff.passkey_proofs import check_made  # slow to import, and few have a passkey

        known = account.get("passkeys", [])
        if len(known) >= MOST:
            raise PasskeyError("many")
        try:
            challenge = self._own_challenge(answered, f"register {account['login']}")
            made = check_made(answered, challenge=challenge, host=self.host, origin=self.origin, algorithms=_ALGORITHMS)
        except _MALFORMED:
            raise PasskeyError("wrong") from None
        everywhere = [*known, *(passkey for other in accounts for passkey in other.get("passkeys", []))]
        if any(other["id"] == b64u_encode(made.credential_id) for other in everywhere):
            raise PasskeyError("twice")
        passkey = {
            "id": b64u_encode(made.credential_id),
            "key": b64u_encode(made.credential_public_key),
            "count": made.sign_count,
            "name": " ".join(name.split())[:LONGEST_NAME] or "passkey",
            "at": self.now,
            "answered": [],
        }
        return {"passkeys": [*known, passkey]}

    def answer(self, accounts: Sequence[Doc], answered: str) -> tuple[Doc, dict[str, Any]]:
        """Find whose passkey signed, and give what has to be written to the account so that it counts once.

        Raises:
            PasskeyError: nobody's did, for a challenge of ours that was not answered yet.
        """
        from server.staff.passkey_proofs import check_signed  # as above

        try:
            account, passkey = _holder(accounts, json.loads(answered)["id"])
            challenge = self._own_challenge(answered, "sign-in")
            key, count = b64u_decode(passkey["key"]), passkey["count"]
            verified = check_signed(
                answered, challenge=challenge, host=self.host, origin=self.origin, key=key, count=count
            )
        except _MALFORMED:
            raise PasskeyError("wrong") from None
        written = b64u_encode(challenge)
        if written in passkey["answered"]:
            raise PasskeyError("wrong")
        still = [before for before in passkey["answered"] if _until(b64u_decode(before)) >= self.now]
        used = passkey | {"count": verified.new_sign_count, "used_at": self.now, "answered": [*still, written]}
        return account, {"passkeys": [used if other is passkey else other for other in account["passkeys"]]}

    def _own_challenge(self, answered: str, purpose: str) -> bytes:
        """Read the challenge that was answered; the library then compares it with what was signed."""
        client_data = json.loads(b64u_decode(json.loads(answered)["response"]["clientDataJSON"]))
        challenge = b64u_decode(client_data["challenge"])
        content, mark = challenge[:-_MARK], challenge[-_MARK:]
        if len(content) != _RANDOM + _UNTIL or not hmac.compare_digest(mark, self._mark(content, purpose)):
            raise PasskeyError("wrong")
        if _until(challenge) < self.now:
            raise PasskeyError("stale")
        return challenge

    def _mark(self, content: bytes, purpose: str) -> bytes:
        return hmac.digest(self.secret, purpose.encode() + b"\0" + content, "sha256")[:_MARK]


def challenge_secret(server_key: KeyPair) -> bytes:
    """Derive what marks challenges from the server's own key, which every process of the office has."""
    return hmac.digest(server_key.d, b"rantau passkey challenge", "sha256")


def without_passkey(account: Doc, name: str) -> dict[str, Any]:
    """Give what has to be written so that the account has that passkey no more."""
    return {"passkeys": [passkey for passkey in account.get("passkeys", []) if passkey["id"] != name]}


def holder_of(accounts: Sequence[Doc], answered: str) -> Doc | None:
    """Give the account whose passkey an answer names; nothing of the answer is believed yet."""
    try:
        return _holder(accounts, json.loads(answered)["id"])[0]
    except (PasskeyError, *_MALFORMED):
        return None


def _holder(accounts: Sequence[Doc], name: str) -> tuple[Doc, dict[str, Any]]:
    for account in accounts:
        for passkey in account.get("passkeys", []):
            if passkey["id"] == name:
                return account, passkey
    raise PasskeyError("wrong")


def _until(challenge: bytes) -> int:
    return int.from_bytes(challenge[_RANDOM : _RANDOM + _UNTIL], "big")
