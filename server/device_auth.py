"""Whether a device may read that says in an exchange who it is. Whatever is wrong, what it sends is taken in.

A line that was overheard gives nothing: it counts once, and only within minutes of the office's clock.
"""

from dataclasses import dataclass
from typing import Literal

from server.devices import Devices, read_until
from sync.canonical import b64u_decode
from sync.document import Doc
from sync.errors import OpenError, Unavailable
from sync.statements import DeviceAuth, read_device_auth, verify_device_auth

WINDOW = 300  # seconds that the device's clock may differ from the office's
_MOST = 200  # exchanges of one device within the window, before and after
_TRIES = 5

Word = Literal["ok", "unknown", "revoked", "expired", "clock", "repeated", "busy"]


@dataclass(frozen=True)
class Reading:
    """What the answer's head says about reading, and who reads; None reads nothing."""

    word: Word
    device: str | None = None


async def judge(devices: Devices, signed: object) -> Reading:
    """Say whether the device that signed this may read, and note that it asked."""
    try:
        auth = read_device_auth(signed)
        for _ in range(_TRIES):
            doc = await devices.get(auth.device)
            word = "unknown" if doc is None else _word(doc, auth, signed, now=devices.now)
            if doc is None or word != "ok":
                return Reading(word)
            if await devices.write(doc | _noted(doc, auth, now=devices.now)):
                return Reading("ok", auth.device)
    except OpenError:
        return Reading("unknown")
    except Unavailable:
        pass
    return Reading("busy")


def _word(doc: Doc, auth: DeviceAuth, signed: object, *, now: int) -> Word:
    verify_device_auth(signed, b64u_decode(doc["pub"]))
    if doc["revoked_at"] is not None:
        return "revoked"
    if abs(auth.at - now) > WINDOW:
        return "clock"
    near = _near(doc, now=now)
    if auth.nonce in (nonce for _, nonce in near) or len(near) >= _MOST:
        return "repeated"
    return "expired" if now > doc["read_until"] else "ok"


def _noted(doc: Doc, auth: DeviceAuth, *, now: int) -> Doc:
    nonces = [*_near(doc, now=now), [auth.at, auth.nonce]]
    return {"seen": now, "read_until": read_until(doc, now=now), "nonces": nonces}


def _near(doc: Doc, *, now: int) -> list[list[int | str]]:
    """Give what was used and would still be believed."""
    return [used for used in doc["nonces"] if abs(int(used[0]) - now) <= WINDOW]
