"""The office's own database as the target of a copy from elsewhere: what comes is checked as what a peer writes."""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from server.couch_gate import OfficeGate
from sync.document import Doc
from sync.errors import TooLarge
from sync.store import Store, Written
from sync.streamed import Streams, let_go

LARGEST = 16 * 1024 * 1024  # bytes of the attachments of one document, which are sealed photos


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
        """Write one document; its attachments are held whole, as its id is made of them and has to be checked."""
        try:
            inline = {name: await _inline(doc["_attachments"][name], stream) for name, stream in attachments.items()}
        except TooLarge as error:
            return Written(doc["_id"], error=error.error, reason=error.reason)
        finally:
            await let_go(attachments)
        [row] = await self.bulk_docs([doc | {"_attachments": doc["_attachments"] | inline}], new_edits=False)
        return row


async def _inline(stub: Mapping[str, Any], stream: Any) -> dict[str, Any]:
    data = bytearray()
    async for chunk in stream:
        data += chunk
        if len(data) > LARGEST:
            raise TooLarge("the attachment is larger than any of ours")
    rest = {key: stub[key] for key in ("content_type", "revpos") if key in stub}
    return rest | {"data": base64.b64encode(data).decode()}
