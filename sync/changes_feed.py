"""The reading half of a replication: the source's changes feed, what of it the target lacks, and those documents.

`_changes` (style `all_docs`) → `_revs_diff` → `_bulk_get` (revs, latest), each in portions that its side's link bears.
Documents come with stubs; the bytes of attachments are read where they are written.
"""

import json
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from dataclasses import dataclass

from sync.document import Doc
from sync.errors import BadRequest, Unavailable
from sync.replication import Fetched, Mark, ReplicationLimits, SetAside
from sync.side import Side
from sync.store import Changes, Got, RevsDiff

ROW = 250  # bytes that a row of a feed has, about
DOCUMENT = 4000  # bytes that a document is believed to have before the first is seen

Wanted = tuple[str, str]  # id and rev


@dataclass
class Reading:
    """What the target lacks of the source, from a place in the feed on.

    Attributes:
        is_target_empty: it is not asked what it lacks, which is everything; to write what is there changes nothing.
    """

    source: Side
    target: Side
    limits: ReplicationLimits
    since: str
    is_target_empty: bool = False
    missing: int = 0  # revs that the target lacked so far
    mean: float = DOCUMENT

    async def missing_of(self, left_aside: Sequence[SetAside]) -> AsyncIterator[list[Fetched] | SetAside]:
        """Give again those of the documents once set aside that the target still lacks."""
        revs: dict[str, list[str]] = {}
        for row in left_aside:
            revs.setdefault(row.id, []).append(row.rev)
        async for found in self._documents(list(revs.items())):
            yield found

    async def pages(self, wait: float = 0) -> AsyncIterator[list[Fetched] | SetAside | Mark]:
        """Give documents as they are read, a mark after each page of the feed, and end with the feed.

        Args:
            wait: seconds to wait for the first row.
        """
        while page := await self._page(wait):
            async for found in self._documents([(change.id, change.revs) for change in page.results]):
                yield found
            self.since = page.last_seq
            yield Mark(page.last_seq, len(page.results), page.pending)
            if not page.results or not page.pending:
                return
            wait = 0

    async def _page(self, wait: float) -> Changes:
        while True:
            rows = min(self.limits.rows, max(10, self.source.pace.size // ROW))
            try:
                call = self.source.store.changes(self.since, limit=rows, style="all_docs", wait=wait)
                page = await self.source.ask(call, 0 if wait else rows * ROW)
            except BadRequest:
                if self.since == "0":
                    raise
                self.since = "0"  # another store than the one that gave us the place
                continue
            if page is not None:
                return page

    async def _documents(self, revs: Sequence[tuple[str, Sequence[str]]]) -> AsyncIterator[list[Fetched] | SetAside]:
        lacking: list[Wanted] = []
        left = list(revs)
        if self.is_target_empty:
            lacking, left = [(doc_id, rev) for doc_id, its in left for rev in its], []
        while left:
            count, size = _portion(left, self.target.pace.size)
            diff = await self.target.ask(self.target.store.revs_diff(dict(left[:count])), size)
            if diff is not None:
                lacking += _lacking(diff)
                del left[:count]
        self.missing += len(lacking)
        async for found in self._fetched(lacking):
            yield found

    async def _fetched(self, lacking: list[Wanted]) -> AsyncIterator[list[Fetched] | SetAside]:
        most = len(lacking)  # halved until what does not come is alone
        failures = alone = 0  # in a row; of these, of a single one
        while lacking:
            asked = lacking[: max(1, min(most, int(self.source.pace.size / self.mean)))]
            call = self.source.store.bulk_get(asked, revs=True, latest=True)
            got = await self.source.ask(call, int(len(asked) * self.mean))
            if got is None:
                failures += 1
                alone = alone + 1 if len(asked) == 1 else 0
                if failures > 1:  # once is nothing: links drop
                    most = max(1, len(asked) // 2)
                    if await self.source.answers() and alone >= self.limits.alone:
                        yield SetAside(*lacking.pop(0), Unavailable.error, self.source.reason)
                        failures = alone = 0
                continue
            most, failures, alone = max(most, len(asked) * 2), 0, 0
            del lacking[: len(asked)]
            for refused in _not_given(asked, got):
                yield refused
            documents = list(_distinct(got))
            if documents:
                self.mean = (self.mean + sum(one.size for one in documents) / len(documents)) / 2
                yield documents


def _portion(revs: Sequence[tuple[str, Sequence[str]]], size: int) -> tuple[int, int]:
    """Say how many of *revs* fill a request of *size* bytes, one at least, and how many bytes they are."""
    filled = 0
    for count, (doc_id, its) in enumerate(revs):
        length = len(doc_id.encode(errors="replace")) + sum(len(rev) + 3 for rev in its) + 6
        if count and filled + length > size:
            return count, filled
        filled += length
    return len(revs), filled


def _lacking(diff: dict[str, RevsDiff]) -> Iterator[Wanted]:
    return ((doc_id, rev) for doc_id, found in diff.items() for rev in found.missing)


def _distinct(got: Iterable[Got]) -> Iterator[Fetched]:
    """Give each document once: with `latest`, two revs may have become one."""
    seen: set[Wanted] = set()
    for doc in (doc for one in got for doc in one.docs):
        key = doc["_id"], doc["_rev"]
        if key not in seen:
            seen.add(key)
            yield Fetched(doc, _size(doc))


def _size(doc: Doc) -> int:
    return len(json.dumps(doc, separators=(",", ":")))


def _not_given(asked: Sequence[Wanted], got: Sequence[Got]) -> Iterator[SetAside]:
    for (doc_id, rev), one in zip(asked, got, strict=True):
        # What is not found any more was purged since the feed named it: there is nothing left to copy.
        if one.error is not None and one.error != "not_found":
            yield SetAside(doc_id, rev, one.error, "the source does not give it")
