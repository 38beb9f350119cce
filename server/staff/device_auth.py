"""What an enrolled device hears of its own word, and what the office notes of it; `server.reading` asks both."""

from typing import Literal

from server.staff.devices import read_until
from sync.document import Doc
from sync.statements import DeviceAuth

WINDOW = 300  # seconds that the device's clock may differ from the office's
_MOST = 200  # exchanges of one device within the window, before and after

Word = Literal["ok", "revoked", "expired", "clock", "repeated"]


def device_word(doc: Doc, auth: DeviceAuth, *, now: int) -> Word:
    """Say whether a device may read that signed this; its number must not have been used."""
    if doc["revoked_at"] is not None:
        return "revoked"
    if abs(auth.at - now) > WINDOW:
        return "clock"
    near = _near(doc, now=now)
    if auth.nonce in (nonce for _, nonce in near) or len(near) >= _MOST:
        return "repeated"
    return "expired" if now > doc["read_until"] else "ok"


def device_noted(doc: Doc, auth: DeviceAuth, *, now: int) -> Doc:
    """Give what changes in a device's document when it has read."""
    nonces = [*_near(doc, now=now), [auth.at, auth.nonce]]
    return {"seen": now, "read_until": read_until(doc, now=now), "nonces": nonces}


def _near(doc: Doc, *, now: int) -> list[list[int | str]]:
    """Give what was used and would still be believed."""
    return [used for used in doc["nonces"] if abs(int(used[0]) - now) <= WINDOW]
