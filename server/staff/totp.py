"""Time-based one-time codes (RFC 6238): six digits, thirty seconds, HMAC-SHA-1 as every authenticator app has it."""

import base64
import hmac
import os
from urllib.parse import quote

STEP = 30  # seconds
DIGITS = 6
SECRET = 20  # bytes
_SKEW = 1  # steps that a phone's clock may be off


def new_secret() -> bytes:
    """Make a secret."""
    return os.urandom(SECRET)


def code_at(secret: bytes, counter: int) -> str:
    """Give the code of a step (RFC 4226, 5.3)."""
    digest = hmac.digest(secret, counter.to_bytes(8, "big"), "sha1")
    place = digest[-1] & 15
    number = int.from_bytes(digest[place : place + 4], "big") & 0x7FFF_FFFF
    return str(number % 10**DIGITS).zfill(DIGITS)


def matching_step(secret: bytes, code: str, *, now: int, after: int = -1) -> int | None:
    """Give the step of which *code* is the code, if it is about now and later than *after*: each counts once."""
    typed = code.replace(" ", "")
    for step in range(now // STEP - _SKEW, now // STEP + _SKEW + 1):
        if step > after and hmac.compare_digest(code_at(secret, step).encode(), typed.encode()):
            return step
    return None


def in_base32(secret: bytes) -> str:
    """Write a secret as authenticator apps take it typed."""
    return base64.b32encode(secret).decode()


def uri_of(secret: bytes, *, login: str, office: str) -> str:
    """Write a secret as authenticator apps take it from a QR code."""
    name = quote(f"{office}:{login}")
    return f"otpauth://totp/{name}?secret={in_base32(secret)}&issuer={quote(office)}"
