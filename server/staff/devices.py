"""Volunteers' devices: what the office knows of each, what it may read and until when.

A device keeps the right to send for ever, because what it collected must never be lost; only reading ends. A revoked
device reads nothing from that moment on, and its uploads are still taken in.
"""

from dataclasses import dataclass

from sync.document import Doc
from sync.errors import NotFound, Unavailable
from sync.store import Store

DAY = 86_400  # seconds
IDLE = 45 * DAY  # since the device last asked: a volunteer may be without a signal for weeks
LONGEST = 180 * DAY  # since an office last said so in person
_TRIES = 5  # others that may change the same device meanwhile


@dataclass(frozen=True)
class Devices:
    """The devices in a staff database; *now* is in seconds."""

    staff: Store
    now: int

    async def all(self) -> list[Doc]:
        """Give every device, the one enrolled last first."""
        rows = await self.staff.all_docs(start="device.", end="device/", include_docs=True)
        docs = [row.doc for row in rows if row.doc is not None and is_enrolled(row.doc)]
        return sorted(docs, key=lambda doc: -int(doc["enrolled_at"]))

    async def get(self, device: str) -> Doc | None:
        """Give one device; None if the office enrolled none of that name."""
        try:
            doc = await self.staff.get(device_id(device))
        except NotFound:
            return None
        return doc if is_enrolled(doc) else None

    async def revoke(self, device: str) -> Doc | None:
        """End its reading for good; give it as it is then, or None if there is none."""
        return await self._change(device, {"revoked_at": self.now}, unless="revoked_at")

    async def renew(self, device: str) -> Doc | None:
        """Let a device that is not revoked read on, its volunteer having been seen in person."""
        return await self._change(device, {"renewed_at": self.now, "read_until": self.now + IDLE}, unless="revoked_at")

    async def write(self, doc: Doc) -> bool:
        """Write a device that was just read; False if somebody else changed it meanwhile."""
        [row] = await self.staff.bulk_docs([doc])
        return row.error is None

    async def _change(self, device: str, changes: Doc, *, unless: str) -> Doc | None:
        for _ in range(_TRIES):
            doc = await self.get(device)
            if doc is None or doc[unless] is not None:
                return doc
            if await self.write(doc | changes):
                return doc | changes
        raise Unavailable(f"{device} is being changed by others")


def device_id(device: str) -> str:
    """Name the document of a device."""
    return f"device.{device}"


def new_device(device: str, login: str, pub: str, *, now: int) -> Doc:
    """Describe a device as it is enrolled."""
    return {
        "type": "device",
        "device": device,
        "login": login,
        "pub": pub,
        "enrolled_at": now,
        "renewed_at": now,
        "revoked_at": None,
        "read_until": now + IDLE,
        "seen": now,
        "nonces": [],
    }


def is_enrolled(doc: Doc) -> bool:
    """Say whether the enrolment was finished; one that is only held counts for nobody."""
    return bool(doc["claim"][0] == "taken")


def read_until(doc: Doc, *, now: int) -> int:
    """Say until when a device may read that asks now, in seconds."""
    return min(now + IDLE, int(doc["renewed_at"]) + LONGEST)
