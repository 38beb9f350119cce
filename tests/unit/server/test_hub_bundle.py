"""A carried file at a hub: taken as an exchange is, with the hub's own receipts, and relayed."""

from pathlib import Path

import pytest
from starlette.applications import Starlette

from server.hub_app import ROUTES
from sync.bundle import TYPE, office_id, write_bundle
from sync.receipts import verify_receipt
from tests.asgi import Client
from tests.sealed_items import NOW, new_keys, seal_pair, to_line
from tests.small_hub import HUB, village


@pytest.mark.anyio
async def test_a_carried_file_is_taken_at_a_hub_and_relayed(tmp_path: Path) -> None:
    async with village(tmp_path) as place:
        version, wrap = seal_pair(place.keys, new_keys())
        line = to_line((version, wrap))
        file = write_bundle("items", [(version["_id"], line)], office=office_id(place.keys.root.pub), at=NOW)
        app = Starlette(routes=ROUTES)
        app.state.hub = place.hub
        for who in (f"hub:{HUB}", "office"):
            answer = await Client(app).request("POST", "/bundle", headers={"content-type": TYPE}, body=[file])
            head, row, end = answer.lines()
            assert (head["hub"], row[:2], end) == (HUB, [version["_id"], "ok"], ["end", "whole"])
            assert verify_receipt(row[2], version, place.keys.key_list).who == who
            await place.relay.catch_up()
