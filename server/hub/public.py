"""A hub's copy of what the office publishes: replicated over the CouchDB face, each document verified first."""

import asyncio
import logging
import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import quote, urlsplit

from server.couch.admission import Admission, NotAdmitted
from server.couch.gate import inlined
from server.hub.hub import Hub
from server.hubs import READS, peer_of
from server.office import KEYS
from sync.couch_store import CouchServer
from sync.document import Doc
from sync.errors import Forbidden, StoreError
from sync.replication import LINK, ONCE
from sync.replicator import replicate
from sync.store import Store, Written
from sync.streamed import Streams, let_go

log = logging.getLogger("rantau.hub")

EVERY = 900.0  # seconds
_RETRY = 60.0  # seconds, jittered
NOTE = "public-copy"  # the local document that says how it went


@dataclass
class VerifiedPublic:
    """The `public` of a hub as the target of a replication: what the office did not sign is refused."""

    hub: Hub

    def __getattr__(self, name: str) -> Any:
        return getattr(self.hub.stores.public, name)

    async def bulk_docs(self, docs: Sequence[Doc], *, new_edits: bool = True) -> list[Written]:
        """Write what is signed; a row for each."""
        return [await self._write(doc, new_edits=new_edits) for doc in docs]

    async def put_streamed(self, doc: Doc, attachments: Streams) -> Written:
        """Write one document whose attachment streams in; guides and forms are small."""
        try:
            return await self._write(await inlined(doc, attachments), new_edits=False)
        finally:
            await let_go(attachments)

    async def _write(self, doc: Doc, *, new_edits: bool) -> Written:
        public = self.hub.stores.public
        rows = await public.all_docs(keys=[str(doc.get("_id"))], include_docs=True)
        known = {row.id: row.doc for row in rows if row.doc is not None}
        try:
            admitted = Admission(self.hub, {}, known).admitted("public", doc)
        except NotAdmitted as refused:
            return Written(str(doc.get("_id")), error=Forbidden.error, reason=refused.reason)
        [row] = await public.bulk_docs([admitted], new_edits=new_edits)
        if doc["_id"] == KEYS and not row.error:
            self.hub.take_keys([doc["signed"], doc["sig"]])
        return row


async def follow_public(hub: Hub) -> None:
    """Copy what the office publishes, again and again, until cancelled."""
    while True:
        try:
            await copy_public(hub)
            wait = EVERY
        except StoreError as error:
            log.info("public: %s", error.reason)
            wait = _RETRY * (1 + random.random())  # noqa: S311 - jitter
        await asyncio.sleep(wait)


async def copy_public(hub: Hub) -> int:
    """Copy what is new, and give how many documents that was.

    Raises:
        StoreError: the office is away or lets us read no more.
    """
    try:
        async with CouchServer(_face(hub), limits=LINK, backoff=ONCE) as server:
            source = await server.database(READS[0], make=False)
            summary = await replicate(source, cast(Store, VerifiedPublic(hub)))
    except StoreError as error:
        await _note(hub, {"failed_at": hub.local_clock(), "error": error.reason or error.error})
        raise
    await _note(hub, {"reached_at": hub.local_clock(), "error": None})
    return summary.tally.written


def _face(hub: Hub) -> str:
    parts = urlsplit(hub.upstream)
    user = f"{quote(peer_of(hub.own.name))}:{quote(hub.own.secret)}"
    return f"{parts.scheme}://{user}@{parts.netloc}/couch"


async def _note(hub: Hub, changes: Doc) -> None:
    await hub.stores.put_state(await hub.stores.state(NOTE) | changes, NOTE)
