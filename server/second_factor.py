"""The second proof beside a password: codes of an authenticator app, and recovery codes for when it is lost.

The secret of an app is stored as it is, because the server computes with it; it opens nothing. Recovery codes are
stored hashed and count once.
"""

import hmac
import os
import re
from typing import Any

from server import totp
from sync.canonical import b64u_decode, b64u_encode, sha256
from sync.document import Doc
from sync.speakable import speakable

CODES = 10
_WORDS = 4  # 48 bits, tried one at a time and slowed


def has_second_factor(account: Doc) -> bool:
    """Say whether the account asks for more than a password."""
    return bool(account.get("totp") or account.get("passkeys"))


def check_code(account: Doc, typed: str, *, now: int) -> dict[str, Any] | None:
    """Check a code against an account; give what has to be written to it so that it counts once, or None."""
    app = account.get("totp")
    if app:
        step = totp.matching_step(b64u_decode(app["secret"]), typed, now=now, after=app["last"])
        if step is not None:
            return {"totp": app | {"last": step}}
    hashed = _hash(typed)
    left = [code for code in account.get("recovery_codes", []) if not hmac.compare_digest(code, hashed)]
    return {"recovery_codes": left} if len(left) < len(account.get("recovery_codes", [])) else None


def with_app(secret: bytes, typed: str, *, now: int) -> dict[str, Any] | None:
    """Give what setting up an app writes, if *typed* proves that it has the secret."""
    step = totp.matching_step(secret, typed, now=now)
    return None if step is None else {"totp": {"secret": b64u_encode(secret), "last": step}}


def new_recovery_codes() -> tuple[list[str], list[str]]:
    """Make recovery codes: to be shown once, and as they are stored."""
    codes = [speakable(os.urandom(6), _WORDS) for _ in range(CODES)]
    return codes, [_hash(code) for code in codes]


def _hash(code: str) -> str:
    return b64u_encode(sha256(re.sub(r"[\s-]", "", code).lower().encode()))
