"""The second proof beside a password: codes of an authenticator app, and recovery codes for when it is lost.

The secret of an app is stored as it is, because the server computes with it; it opens nothing. Recovery codes are
stored hashed and count once.
"""

import hmac
from typing import Any

from server.staff import totp
from server.staff.spoken_codes import code_of, hash_code, is_code, new_salt
from sync.canonical import b64u_decode, b64u_encode
from sync.document import Doc

CODES = 10
_WORDS = 4  # 48 bits, tried one at a time and slowed
_LONGEST = 64  # characters that are looked at
_NO_CODES: dict[str, Any] = {"salt": "A" * 22, "hashes": []}


def has_second_factor(account: Doc) -> bool:
    """Say whether the account asks for more than a password."""
    return bool(account.get("totp") or account.get("passkeys"))


def recovery_codes_left(account: Doc) -> int:
    """Count the recovery codes that still count."""
    return len(account["recovery"]["hashes"]) if account.get("recovery") else 0


def check_code(account: Doc, typed: str, *, now: int) -> dict[str, Any] | None:
    """Check a code, slowly; give what has to be written to the account so that it counts once, or None.

    An account without codes takes as long, so that nobody learns from the time which of them has some.
    """
    app, recovery = account.get("totp"), account.get("recovery") or _NO_CODES
    hashed = hash_code(typed[:_LONGEST], recovery["salt"])
    if app:
        step = totp.matching_step(b64u_decode(app["secret"]), typed, now=now, after=app["last"])
        if step is not None:
            return {"totp": app | {"last": step}}
    left = [other for other in recovery["hashes"] if not hmac.compare_digest(other, hashed)]
    return {"recovery": recovery | {"hashes": left}} if len(left) < len(recovery["hashes"]) else None


def with_app(secret: bytes, typed: str, *, now: int) -> dict[str, Any] | None:
    """Give what setting up an app writes, if *typed* proves that it has the secret."""
    step = totp.matching_step(secret, typed, now=now)
    return None if step is None else {"totp": {"secret": b64u_encode(secret), "last": step}}


def new_recovery_codes(once: str) -> tuple[list[str], dict[str, Any]]:
    """Make the recovery codes of a form, slowly: to be shown once, and what is written to the account."""
    salt = new_salt()
    codes = _codes(once, salt)
    return codes, {"recovery": {"salt": salt, "hashes": [hash_code(code, salt) for code in codes]}}


def same_recovery_codes(account: Doc, once: str) -> list[str] | None:
    """Give, slowly, the codes that were made for this form before; None if it was another, or one was used."""
    recovery = account.get("recovery") or _NO_CODES
    codes = _codes(once, recovery["salt"])
    is_same = len(recovery["hashes"]) == CODES and is_code(recovery["hashes"][0], codes[0], recovery["salt"])
    return codes if is_same else None


def _codes(once: str, salt: str) -> list[str]:
    return [code_of(once, _WORDS, "recovery", salt, str(n)) for n in range(CODES)]


def without_second_factor() -> dict[str, Any]:
    """Give what has to be written so that somebody who lost everything sets up anew."""
    return {"totp": None, "recovery": None, "passkeys": []}
