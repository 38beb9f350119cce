"""A carried file at a hub: taken as an exchange is, with the hub's own receipts, and relayed."""

from pathlib import Path

import pytest
from starlette.applications import Starlette

from server.hub.app import ROUTES
from server.hub.pages import make_hub_environment
from server.settings import load_settings
from sync.bundle import TYPE, office_id, write_bundle
from sync.receipts import verify_receipt
from tests.asgi import Answer, Client
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


@pytest.mark.anyio
async def test_a_file_is_handed_in_on_a_page_without_scripts_and_the_page_says_what_became_of_it(
    tmp_path: Path,
) -> None:
    async with village(tmp_path) as place:
        version, wrap = seal_pair(place.keys, new_keys())
        other, _ = seal_pair(place.keys, new_keys())
        lines = [(version["_id"], to_line((version, wrap))), (other["_id"], to_line((other, wrap)))]
        file = write_bundle("items", lines, office=office_id(place.keys.root.pub), at=NOW)
        app = Starlette(routes=ROUTES)
        app.state.hub, app.state.environment = place.hub, make_hub_environment(load_settings({}))

        async def hand_in(content: bytes, site: str = "same-origin") -> Answer:
            begin = b'--edge\r\nContent-Disposition: form-data; name="file"; filename="a.rantau"\r\n\r\n'
            body = begin + content + b"\r\n--edge--\r\n"
            headers = {"content-type": "multipart/form-data; boundary=edge", "sec-fetch-site": site}
            pieces = [body[at : at + 700] for at in range(0, len(body), 700)]
            return await Client(app).request("POST", "/id/bundle", headers=headers, body=pieces)

        shown = await Client(app).request("GET", "/id/bundle")
        assert 'type="file"' in shown.text
        assert "<script" not in shown.text
        first = await hand_in(file)
        assert "Di pos nagari, belum di kantor: 1." in first.text
        assert "Tidak diterima: 1." in first.text
        await place.relay.catch_up()
        assert "Diterima kantor: 1." in (await hand_in(file)).text
        wrong = await hand_in(b"no bundle at all\n")
        assert (wrong.status, 'role="alert"' in wrong.text) == (400, True)
        assert (await hand_in(file, site="cross-site")).status == 403
