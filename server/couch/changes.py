"""`_changes`: what a request for the feed asks, and the rows that answer it, at once or as they come."""

import asyncio
import re
from collections import deque
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any, Literal

from server.couch.face import Face
from server.couch.revs import with_data
from server.couch.target import Options
from server.couch.words import NotServed
from sync.errors import BadRequest, NotFound, StoreError
from sync.store import Change, Changes, Store

PAGE = 200  # rows read at once
_PAGE_OF_DOCS = 20
WAIT = 55.0  # seconds that a store is asked to wait at a time
TIMEOUT = 60.0  # seconds that a feed without a heartbeat waits
_SHORTEST, _LONGEST = 1.0, 3600.0  # seconds between two heartbeats, and until a feed ends
_MOST_BACKWARDS = 20_000  # rows that may have to be held to give them from the end
_TOKEN = re.compile(r"[0-9]{1,18}-[0-9a-f]{16}")


@dataclass(frozen=True)
class Feed:
    """What is asked of the changes feed; times are in seconds."""

    kind: Literal["normal", "longpoll", "continuous", "eventsource"]
    since: str
    limit: int | None
    style: Literal["main_only", "all_docs"]
    include_docs: bool
    descending: bool
    doc_ids: frozenset[str] | None
    heartbeat: float | None
    timeout: float

    @property
    def page(self) -> int:
        """Say how many rows to read at once."""
        size = _PAGE_OF_DOCS if self.include_docs else PAGE
        return size if self.limit is None or self.doc_ids is not None else min(size, self.limit)


def feed_of(options: Options, *, last_event: str | None = None) -> Feed:
    """Read what is asked.

    Raises:
        BadRequest: an option is none, or a filter is asked for that would have to be run.
    """
    kind, style = options.word("feed") or "normal", options.word("style") or "main_only"
    if kind not in ("normal", "longpoll", "continuous", "eventsource"):
        raise BadRequest("Supported `feed` types: normal, continuous, longpoll, eventsource")
    if style not in ("main_only", "all_docs"):
        raise BadRequest("Supported `style` values: main_only, all_docs")
    limit = options.number("limit")
    return Feed(
        kind=kind,  # type: ignore[arg-type]  # one of the four
        since=last_event or options.word("last-event-id") or options.word("since") or "0",
        limit=None if limit is None else max(1, limit),  # 0 is 1 for CouchDB
        style=style,  # type: ignore[arg-type]  # one of the two
        include_docs=options.flag("include_docs"),
        descending=options.flag("descending"),
        doc_ids=_doc_ids(options),
        heartbeat=_heartbeat(options),
        timeout=min((options.number("timeout") or TIMEOUT * 1000) / 1000, _LONGEST),
    )


def _doc_ids(options: Options) -> frozenset[str] | None:
    name = options.word("filter")
    if name is None or name == "":
        return None
    if name != "_doc_ids":
        raise NotServed("filters are not run here: replicate the whole database")
    ids = options.json("doc_ids")
    if not isinstance(ids, list) or not all(isinstance(doc_id, str) for doc_id in ids):
        raise BadRequest("`doc_ids` filter parameter is not a list of doc ids.")
    return frozenset(ids)


def _heartbeat(options: Options) -> float | None:
    value = options.word("heartbeat")
    if value in (None, "", "false", "False"):
        return None
    if value in ("true", "True"):
        return TIMEOUT
    return min(max((options.number("heartbeat") or 0) / 1000, _SHORTEST), _LONGEST)


@dataclass
class Reader:
    """Reads one feed from one store; `last_seq` and `pending` say where it stands."""

    store: Store
    face: Face
    feed: Feed
    last_seq: str = "0"
    pending: int = 0
    _given: int = 0

    async def begin(self) -> Changes:
        """Read the first page.

        Raises:
            BadRequest: the `since` is no token.
        """
        first = await self._first()
        self._note(first)
        return first

    async def _first(self) -> Changes:
        since = self.feed.since
        try:
            return await self._page(since)
        except BadRequest:
            # A store that was restored from a backup has numbers of another age. From the start again is right for
            # everybody; to refuse would end a replication for good.
            if not _TOKEN.fullmatch(since):
                raise
        return await self._page("0")

    async def rows(self, first: Changes) -> AsyncIterator[Change]:
        """Give the rows that there are, up to the limit."""
        page = first
        while True:
            for change in self._wanted(page):
                yield change
            if not page.pending or self._is_full:
                return
            page = await self._page(page.last_seq)
            self._note(page)

    async def backwards(self, first: Changes) -> list[Change]:
        """Give the newest rows, the newest first.

        Raises:
            BadRequest: they are too many to hold.
        """
        limit = self.feed.limit
        held: deque[Change] = deque(maxlen=limit or _MOST_BACKWARDS + 1)
        self.feed = replace(self.feed, limit=None)
        async for change in self.rows(first):
            held.append(change)
        if limit is None and len(held) > _MOST_BACKWARDS:
            raise BadRequest("descending needs a limit here")
        return list(reversed(held))

    async def coming(self) -> AsyncIterator[list[Change]]:
        """Give what comes from now on, an empty list for a heartbeat; end when nothing came for too long."""
        feed, clock = self.feed, asyncio.get_running_loop().time
        until = clock() + feed.timeout
        while not self._is_full and await self.face.is_welcome():
            page = await self._next_page(max(0.0, until - clock()) if feed.heartbeat is None else feed.heartbeat)
            if page is not None:
                self._note(page)
            found = [] if page is None else self._wanted(page)
            yield found
            if found:
                until = clock() + feed.timeout
            elif feed.heartbeat is None and clock() >= until:
                return

    async def _next_page(self, seconds: float) -> Changes | None:
        """Wait for the next page; the store may wait longer than it was asked to, so it is not relied on."""
        asking = asyncio.create_task(self._page(self.last_seq, wait=min(seconds, WAIT)))
        try:
            done, _ = await asyncio.wait({asking}, timeout=seconds)
            return asking.result() if done else None
        finally:
            asking.cancel()
            with suppress(asyncio.CancelledError, StoreError):
                await asking

    async def _page(self, since: str, *, wait: float = 0) -> Changes:
        feed = self.feed
        return await self.store.changes(
            since, limit=feed.page, include_docs=feed.include_docs, style=feed.style, wait=wait
        )

    def _note(self, page: Changes) -> None:
        self.last_seq, self.pending = page.last_seq, page.pending

    def _wanted(self, page: Changes) -> list[Change]:
        ids, limit = self.feed.doc_ids, self.feed.limit
        found = [change for change in page.results if (ids is None or change.id in ids) and self.face.shows(change.id)]
        if limit is not None and self._given + len(found) >= limit:
            dropped = found[limit - self._given :]
            found = found[: limit - self._given]
            self.pending += len(dropped)
            self.last_seq = found[-1].seq if found and dropped else self.last_seq
        self._given += len(found)
        return found

    @property
    def _is_full(self) -> bool:
        return self.feed.limit is not None and self._given >= self.feed.limit


async def row_of(store: Store, change: Change, options: Options) -> dict[str, Any]:
    """Write a row of the feed."""
    row: dict[str, Any] = {"seq": change.seq, "id": change.id, "changes": [{"rev": rev} for rev in change.revs]}
    row |= {"deleted": True} if change.deleted else {}
    doc = change.doc
    if doc is None:
        return row
    if options.flag("conflicts") and not change.deleted:
        with suppress(NotFound):
            doc = await store.get(change.id, rev=doc["_rev"], conflicts=True)
    return row | {"doc": await with_data(store, doc, options)}
