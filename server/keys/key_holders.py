"""Who may hold the office's keys: one answer for the command and for a colleague's grant."""

from dataclasses import dataclass

from server.keys.founding import RECOVERY
from sync.canonical import b64u_decode
from sync.document import Doc
from sync.errors import NotFound
from sync.speakable import fingerprint
from sync.store import Store


@dataclass(frozen=True)
class Reader:
    """Whoever is granted a key: an officer, or the recovery paper."""

    name: str
    pub: bytes

    @property
    def words(self) -> str:
        """Give the eight words by which people compare it."""
        return fingerprint(self.pub)


def may_hold(user: Doc | None, record: Doc | None) -> bool:
    """Say whether keys may be granted: to an officer whose account is open, by the key that is the officer's now."""
    if user is None or record is None or "officer" not in user["roles"] or user.get("disabled"):
        return False
    return record.get("type") == "officer-key" and record.get("officer") == user["login"]


async def holder(staff: Store, login: str) -> Reader | None:
    """Give an officer who may hold keys; None for anybody else."""
    rows = await staff.all_docs(keys=[f"user.{login}", f"officer.{login}"], include_docs=True)
    user, record = (None if row.deleted else row.doc for row in rows)
    return _reader(record) if record is not None and may_hold(user, record) else None


async def holders(staff: Store) -> list[Reader]:
    """Name everybody who is to hold new keys: the officers who may, and the recovery paper."""
    names = [doc["officer"] for doc in await docs_of(staff, "officer")]
    found = [await holder(staff, name) for name in names if name != RECOVERY]
    paper = await _recovery(staff)
    return [*filter(None, found), *([paper] if paper else [])]


async def docs_of(store: Store, kind: str) -> list[Doc]:
    """Give every document whose id begins with *kind* and a dot."""
    rows = await store.all_docs(start=f"{kind}.", end=f"{kind}/", include_docs=True)
    return [row.doc for row in rows if row.doc is not None]


async def _recovery(staff: Store) -> Reader | None:
    try:
        record = await staff.get(f"officer.{RECOVERY}")
    except NotFound:
        return None
    return _reader(record) if record["type"] == "recovery-key" else None


def _reader(record: Doc) -> Reader:
    return Reader(record["officer"], b64u_decode(record["pub"]))
