"""A phone of an earlier version gets from today's server what it needs, and nothing that it does not know."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from server.forms.form_reader import read_form
from server.forms.forms import Forms
from sync.canonical import b64u_decode
from sync.events import verify_event
from sync.key_pair import KeyPair
from sync.packed_item import is_packed, unpack_item
from sync.receipts import verify_receipt
from tests.frozen.freeze import HERE, NDJSON
from tests.sealed_items import NOW, OfficeKeys
from tests.small_office import routes_of, small_office
from tests.uploading import receipt_in

FROZEN = sorted(path.parent for path in HERE.glob("*/request.ndjson"))
HEAD = {"epoch": str, "time": int, "public": str, "more": bool}


def read(folder: Path) -> tuple[dict[str, Any], list[Any], bytes]:
    request = (folder / "request.ndjson").read_bytes()
    return json.loads((folder / "keys.json").read_text()), [json.loads(line) for line in request.splitlines()], request


@pytest.mark.anyio
@pytest.mark.parametrize("folder", FROZEN, ids=lambda path: path.name)
async def test_an_earlier_phone_is_answered_as_then(folder: Path, tmp_path: Path) -> None:
    told, (hello, line), request = read(folder)
    keys = OfficeKeys(**{name: KeyPair.from_bytes(b64u_decode(pair)) for name, pair in told["pairs"].items()})
    form = read_form("small.v1.json", told["form"].encode())
    old = [json.loads(row) for row in (folder / "answer.ndjson").read_bytes().splitlines()]
    [event] = [row for row in old if isinstance(row, dict) and "_id" in row]
    async with small_office(tmp_path, routes_of("exchange"), {}, keys) as office:
        office.app.state.office.forms = Forms({"small": (form,)})
        await office.databases.cases.bulk_docs([event])
        client = office.client()
        if "watched" in hello:  # of a list that it was shown before
            shown = json.dumps({"v": hello["v"], "watch": told["watch"]}).encode()
            await client.request("POST", "/exchange", headers=NDJSON, body=[shown])
        answers = [await client.request("POST", "/exchange", headers=NDJSON, body=[request]) for _ in range(2)]
    version, _ = unpack_item(line) if is_packed(line) else line
    for answer in answers:
        head, *rows = answer.lines()
        assert {name: type(head[name]) for name in HEAD} == HEAD
        assert rows[0] == event
        verify_event(rows[0], keys.office.pub)
        [[id_, state, receipt]] = rows[1:]
        assert (id_, state) == (version["_id"], "ok")
        assert verify_receipt(receipt, version, keys.key_list).at <= NOW


@pytest.mark.anyio
@pytest.mark.parametrize("told", [json.loads(path.read_text()) for path in sorted(HERE.glob("*/upload.json"))])
async def test_an_earlier_phones_photo_arrives(told: dict[str, Any], tmp_path: Path) -> None:
    keys = OfficeKeys(**{name: KeyPair.from_bytes(b64u_decode(pair)) for name, pair in told["pairs"].items()})
    routes = routes_of("exchange", "begin_upload", "show_upload", "add_to_upload")
    async with small_office(tmp_path, routes, {}, keys) as office:
        office.app.state.office.forms = Forms({"small": (read_form("small.v1.json", told["form"].encode()),)})
        client = office.client()
        item = [json.dumps(line).encode() + b"\n" for line in ({"v": 1}, told["pair"])]
        await client.request("POST", "/exchange", headers=NDJSON, body=item)
        answers = [
            await client.request(way, path, headers=headers, body=[base64.b64decode(body)])
            for way, path, headers, body in told["requests"]
        ]
    [begun, first, asked, last] = answers
    assert [answer.status for answer in answers] == [201, 204, 200, 204]
    assert begun.headers["upload-offset"] == "0"
    assert first.headers["upload-offset"] == asked.headers["upload-offset"] == told["requests"][3][2]["upload-offset"]
    [version, _] = told["pair"]
    assert verify_receipt(receipt_in(last), version, keys.key_list).held == tuple(version["blobs"])


def test_every_version_that_is_spoken_is_frozen() -> None:
    assert {read(folder)[1][0]["v"] for folder in FROZEN} >= {1, 2}
