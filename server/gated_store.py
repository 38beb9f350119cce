"""The office's own database as the target of a copy from elsewhere: what comes is checked as what a peer writes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from server.couch.gate import OfficeGate
from sync.document import Doc
from sync.store import Store, Written
from sync.streamed import Streams, let_go


@dataclass
class GatedStore:
    """A `Store` of which the writing goes through the gate."""

    store: Store
    gate: OfficeGate

    def __getattr__(self, name: str) -> Any:
        return getattr(self.store, name)

    async def bulk_docs(self, docs: Sequence[Doc], *, new_edits: bool = True) -> list[Written]:
        """Write what passes; a row for each."""
        return await self.gate.write(self.store, docs, new_edits=new_edits)

    async def put_streamed(self, doc: Doc, attachments: Streams) -> Written:
        """Write one document whose attachments stream in, if it passes."""
        try:
            return await self.gate.stream(self.store, doc, attachments)
        finally:
            await let_go(attachments)
