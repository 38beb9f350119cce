"""Enrolment: a code that the office hands over in person makes one device a volunteer's, once and within ten minutes.

The device's id follows from the code, and the id is claimed: of two that come with the same code one has it, and the
same device asking again, because the answer was lost, gets the same answer.
"""

import hashlib
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from server.erasure.deletion import delete
from server.staff.devices import Devices, device_id, new_device
from server.staff.spoken_codes import new_code
from sync.canonical import b32_encode, b64u_decode, b64u_encode
from sync.claim import Lost, claim
from sync.document import Doc
from sync.errors import NotFound, OpenError
from sync.statements import verify_enrolment
from sync.store import Store

LASTS = 10 * 60  # seconds
WORDS = 12  # of 12 bits; they are made of 80 random bits at least, so that a fast hash keeps it
_KEPT = 86_400  # seconds after its end that a code is told from one that never was


class EnrolmentError(Exception):
    """No device was enrolled: `unknown`, `expired`, `used` or `signature`."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


Record = Callable[[str, str], Awaitable[None]]


@dataclass(frozen=True)
class Enrolment:
    """The codes in a staff database; *now* is in seconds."""

    staff: Store
    now: int

    async def invited(self, code: str) -> Doc | None:
        """Give what was written when a plain code was made; None if it never was, or long ago."""
        try:
            return await self.staff.get(_id(code))
        except NotFound:
            return None

    def is_waiting(self, invited: Doc) -> bool:
        """Say whether its device may still come."""
        return invited["used"] is None and self.now <= invited["until"]

    async def invite(self, login: str, code: str | None = None) -> str:
        """Let a volunteer's device come with a code, a new one where none is given; old ones are swept away."""
        await self._sweep()
        code = code or new_code(WORDS)
        doc = {"_id": _id(plain(code)), "type": "enrolment", "login": login, "until": self.now + LASTS, "used": None}
        await self.staff.bulk_docs([doc])
        return code

    async def enrol(self, typed: str, pub: str, sig: str, *, record: Record) -> Doc:
        """Enrol the device with this public key (base64url) and give its document; repeating gives the same.

        Args:
            record: is given login and device before it is enrolled; whatever it raises, nothing was.

        Raises:
            EnrolmentError: with the reason.
            Unavailable: it is not known; the device asks again.
        """
        code = plain(typed)
        _check_key(code, pub, sig)
        device = device_of(code)
        known = await Devices(self.staff, self.now).get(device)
        if known is not None:
            return _same(known, pub)
        invited = await self.invited(code)
        if invited is None:
            raise EnrolmentError("unknown")
        if self.now > invited["until"]:
            raise EnrolmentError("expired")
        await record(invited["login"], device)
        body = new_device(device, invited["login"], pub, now=self.now)
        outcome = await claim(self.staff, device_id(device), body, claimant=_claimant(pub), now=self.now)
        if isinstance(outcome, Lost):
            raise EnrolmentError("used")
        return outcome.doc

    async def note(self, typed: str) -> None:
        """Note that the device of a code is enrolled."""
        code = plain(typed)
        invited = await self.invited(code)
        if invited is not None and invited["used"] is None:
            await self.staff.bulk_docs([invited | {"used": device_of(code)}])  # who comes second notes the same

    async def _sweep(self) -> None:
        rows = await self.staff.all_docs(start="enrol.", end="enrol/", include_docs=True)
        old = [row.doc for row in rows if row.doc is not None and self.now > row.doc["until"] + _KEPT]
        await delete(self.staff, old)  # hashes of codes that count no more


def plain(code: str) -> str:
    """Give a code as it stands in the QR: how it is spaced and whether it is in capitals makes no difference."""
    return re.sub(r"[\s-]", "", code).lower()


def device_of(code: str) -> str:
    """Give the id of the device that a plain code makes."""
    return f"d-{b32_encode(_digest(code))[-9:-1]}"  # the last character holds fewer bits


def _check_key(code: str, pub: str, sig: str) -> None:
    try:
        verify_enrolment(code, sig, b64u_decode(pub))
    except (ValueError, OpenError):
        raise EnrolmentError("signature") from None


def _same(known: Doc, pub: str) -> Doc:
    if known["pub"] != pub:
        raise EnrolmentError("used")
    return known


def _id(code: str) -> str:
    return f"enrol.{b32_encode(_digest(code))}"


def _digest(code: str) -> bytes:
    return hashlib.sha256(code.encode()).digest()


def _claimant(pub: str) -> str:
    return b64u_encode(hashlib.sha256(pub.encode()).digest())
