"""Takes sealed items in at a hub. What the office answered stands; what it has not seen gets the hub's own receipt.

A hub judges no form and no key: its list may be weeks old, and what it refused would be lost work. It takes every item
that is well made, and the office says the rest.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from server.forms.forms import Forms
from server.hub.hub import Hub
from server.hub.stores import HubStores
from server.intake import Intake, Ok, Outcome, Refused, present
from server.items import Item, ItemRefused, read_well_made
from sync.document import Doc
from sync.receipts import sign_receipt


@dataclass(frozen=True, kw_only=True)
class HubIntake(Intake):
    """The intake of a hub, which is *who* and signs with the key *kid*."""

    stores: HubStores
    who: str

    def _read(self, line: bytes) -> Item | Refused:
        try:
            return read_well_made(line, limit=self.line_limit)
        except ItemRefused as refusal:
            return Refused(refusal.id, refusal.reason)

    async def _store(self, items: list[Item]) -> dict[str, Outcome]:
        said = await self.stores.said({item.id for item in items})
        stored = await super()._store([item for item in items if item.id not in said])
        return stored | {id_: outcome_of(row) for id_, row in said.items()}

    def _receipt(self, version: Doc, held: list[str]) -> list[Any]:
        return sign_receipt(
            version, at=self.clock(), who=self.who, kid=self.server_kid, private=self.server_key, held=held
        )

    async def receipt_of(self, version: Doc) -> list[Any] | None:
        """Give the office's receipt where it names every image that is here, else a new one of the hub."""
        held = await present(self.blobs, "blob.", version["blobs"])
        row = (await self.stores.said({version["_id"]})).get(version["_id"])
        if row is not None and row[1] == "ok" and held <= set(row[2][0][5]):
            return list(row[2])
        return self._receipt(version, [blob for blob in version["blobs"] if blob in held])


def hub_intake_of(hub: Hub) -> HubIntake:
    """Give the intake of a hub."""
    own, stores = hub.own, hub.stores
    return HubIntake(
        cases=stores.cases,
        wraps=stores.wraps,
        blobs=stores.blobs,
        forms=Forms({}),
        key_list=hub.key_list,
        server_key=own.pair,
        server_kid=hub.kid,
        clock=hub.clock,
        disk=hub.settings.data,
        stores=stores,
        who=own.who,
    )


def outcome_of(row: Sequence[Any]) -> Outcome:
    """Read what the office answered of an item."""
    return Ok(row[0], row[2]) if row[1] == "ok" else Refused(row[0], row[2])
