"""Messages without JavaScript: sealed in memory to the case whose code was typed, and to no other."""

import html
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from sync.receipt_code import CodeKeys, derive, new_code, show_code
from sync.seal import open_version, open_wrap_as_holder, open_wrap_as_office
from tests.asgi import Client
from tests.sealed_items import NOW, OfficeKeys, seal_pair, to_line
from tests.small_office import SmallOffice, routes_of, small_office

KEYS = OfficeKeys()
TEMPLATES = {
    "form.html": "{{ errors | tojson }}|{{ values | tojson }}",
    "review.html": "{{ item }}\n{{ code }}",
    "sent.html": "{{ state }}|{{ number }}",
}
WORDS = "Kapan paspor <b>Upik</b> selesai?"


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[SmallOffice]:
    async with small_office(tmp_path, routes_of("review", "send", "exchange"), TEMPLATES, KEYS) as office:
        yield office


@pytest.fixture
def client(office: SmallOffice) -> Client:
    return office.client()


async def sent(client: Client, pair: Any) -> Any:
    """Send an item and give what it is answered."""
    lines = [to_line({"v": 1}) + b"\n", to_line(pair) + b"\n"]
    answer = await client.request("POST", "/exchange", headers={"content-type": "application/x-ndjson"}, body=lines)
    return answer.lines()[1]


async def case(client: Client) -> tuple[str, CodeKeys]:
    code = new_code()
    keys = derive(code)
    assert (await sent(client, seal_pair(KEYS, keys)))[1] == "ok"
    return show_code(code), keys


@pytest.mark.anyio
async def test_a_message_is_sealed_to_the_case_of_the_code(office: SmallOffice, client: Client) -> None:
    code, keys = await case(client)
    answer = await client.post_form("/id/apply/message", {"pesan": WORDS, "correct_code": code})
    item, shown = html.unescape(answer.text).split("\n")
    version, wrap = json.loads(item)
    assert (version["type"], version["_id"].split(".")[:2]) == ("message", ["msg", keys.case])
    assert (version["prev"], version["device"], version["at"], shown) == ([], None, NOW, code)
    dek = open_wrap_as_holder(version, wrap, keys.open)
    assert dek == open_wrap_as_office(version, wrap, "k1", KEYS.seal)
    assert open_version(version, dek) == {"personal": [WORDS, None]}
    taken = await client.post_form("/id/send", {"item": item, "code": code})
    assert taken.text.startswith("ok|")
    stored = await office.texts_in(*office.stores)
    assert version["_id"] in stored
    assert "Upik" not in stored


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("fields", "errors"),
    [
        ({"pesan": "Halo"}, {"correct_code"}),
        ({"pesan": "Halo", "correct_code": "0000"}, {"correct_code"}),
        ({"pesan": "Halo", "correct_code": show_code(new_code())}, {"correct_code"}),  # a code of nobody's
        ({"correct_code": "CODE"}, {"pesan"}),
        ({"pesan": "a" * 1001, "correct_code": "CODE"}, {"pesan"}),
        ({"pesan": "a" * 1000, "correct_code": "CODE"}, None),
        ({"puas": "ya", "correct_code": "CODE"}, None),  # with that chosen there need be no words
    ],
)
async def test_what_is_missing_is_named_and_nothing_typed_is_lost(
    client: Client, fields: dict[str, str], errors: set[str] | None
) -> None:
    code, _ = await case(client)
    fields = {key: code if value == "CODE" else value for key, value in fields.items()}
    answer = await client.post_form("/id/apply/message", fields)
    assert answer.status == (422 if errors else 200)
    if errors:
        told, values = html.unescape(answer.text).split("|", 1)
        assert set(json.loads(told)) == errors
        assert json.loads(values).get("pesan", "") == fields.get("pesan", "")


@pytest.mark.anyio
async def test_a_message_to_a_case_that_is_only_messages_has_nobody_to_read_it(
    office: SmallOffice, client: Client
) -> None:
    code, form = new_code(), office.app.state.office.forms.latest("message").name
    pair = seal_pair(KEYS, derive(code), type="message", service="message", form=form)
    assert (await sent(client, pair))[1] == "ok"
    answer = await client.post_form("/id/apply/message", {"pesan": "Halo", "correct_code": show_code(code)})
    assert answer.status == 422


@pytest.mark.anyio
async def test_a_version_of_another_type_than_its_form_is_refused(client: Client) -> None:
    assert (await sent(client, seal_pair(KEYS, derive(new_code()), type="complaint")))[1:] == ["refused", "malformed"]
