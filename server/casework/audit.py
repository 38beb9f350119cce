"""What officers do, written down one entry a deed in a signed chain, without a word about the applicant."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field

from sync.audit_chain import PREFIX, START, Deed, entry_hash, entry_id, number_in, sign_entry, verify_chain
from sync.document import Doc
from sync.errors import Unavailable
from sync.key_pair import KeyPair
from sync.keyring import KeyList
from sync.store import Store

_BATCH = 500  # entries read at once
_MOST_TRIES = 50  # other writers that may come first


@dataclass
class Audit:
    """The chain in a staff database; several processes may write to it."""

    staff: Store
    kid: str
    private: KeyPair = field(repr=False)
    clock: Callable[[], int]
    _last: tuple[int, str] | None = None
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def write(self, deed: str, *, who: str, about: Mapping[str, str | int] | None = None) -> None:
        """Write that *who* did *deed*; `about` holds ids, words and numbers only.

        Raises:
            Unavailable: it could not be written; then the deed itself must not go on.
        """
        done = Deed(self.clock(), who, deed, about or {})
        async with self._turn:
            for _ in range(_MOST_TRIES):
                if await self._append(done):
                    return
        raise Unavailable("the audit is too busy")

    async def _append(self, deed: Deed) -> bool:
        if self._last is None:
            self._last = await last_entry(self.staff)
        n, prev = self._last
        entry = sign_entry(n + 1, prev, deed, kid=self.kid, private=self.private)
        [row] = await self.staff.bulk_docs([entry])
        # Whether it was written is not known to who came second: look again.
        self._last = None if row.error else (n + 1, entry_hash(entry))
        return row.error is None


async def last_entry(staff: Store) -> tuple[int, str]:
    """Give number and hash of the newest entry."""
    rows = await staff.all_docs(start="audit/", end=PREFIX, descending=True, limit=1, include_docs=True)
    if not rows or rows[0].doc is None:
        return 0, START
    return number_in(rows[0].id), entry_hash(rows[0].doc)


async def read_entries(staff: Store, *, after: int = 0) -> AsyncIterator[Doc]:
    """Give every entry after a number, the oldest first."""
    while True:
        rows = await staff.all_docs(start=entry_id(after + 1), end="audit/", include_docs=True, limit=_BATCH)
        for row in rows:
            if row.doc is not None:
                yield row.doc
        if len(rows) < _BATCH:
            return
        after = number_in(rows[-1].id)


async def newest_entries(staff: Store, *, before: int | None = None) -> AsyncIterator[Doc]:
    """Give the entries from the newest on, or from the one before a number."""
    while True:
        start = "audit/" if before is None else entry_id(before - 1)
        rows = await staff.all_docs(start=start, end=PREFIX, descending=True, include_docs=True, limit=_BATCH)
        for row in rows:
            if row.doc is not None:
                yield row.doc
        if len(rows) < _BATCH:
            return
        before = number_in(rows[-1].id)


async def verify_audit(
    staff: Store, keys: KeyList, *, each: Callable[[int, str], None] = lambda _n, _hash: None
) -> tuple[int, str]:
    """Check the whole chain; give the last number and its hash, and every one on the way to *each*.

    Raises:
        ChainError: naming the first entry that does not hold.
    """
    n, prev = 0, START
    async for entry in read_entries(staff):
        n, prev = verify_chain([entry], keys, after=n, prev=prev)
        each(n, prev)
    return n, prev
