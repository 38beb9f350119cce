"""Without JavaScript answers are sealed in memory, shown and, once confirmed, taken in; no word of them stays."""

import html
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from sync.receipt_code import derive, new_code, parse_code, spoken_number
from sync.seal import check_pair, open_version, open_wrap_as_holder, open_wrap_as_office
from tests.asgi import Answer, Client
from tests.people import person
from tests.sealed_items import NOW, OfficeKeys
from tests.small_office import SmallOffice, routes_of, small_office
from tests.stores import AbsentStore, QuorumlessStore

KEYS = OfficeKeys()
TEMPLATES = {
    "form.html": "{{ lang }}|{{ form.name }}|{{ url }}|{{ errors | tojson }}|{{ values | tojson }}",
    "review.html": '{"code":"{{ code }}","number":"{{ number }}"}\n{{ item }}\n'
    "{% for s in sections %}{{ s.title }}{% for row in s.rows %}~{{ row[0] }}={{ row[1] }}{% endfor %}\n{% endfor %}"
    "{{ warnings }}",
    "sent.html": "{{ state }}|{{ reason }}|{{ number }}|{{ code }}|{{ at }}|{{ item }}",
}
FORM_TYPE = "application/x-www-form-urlencoded"
SMALL = {"nama": "Upik  Abu ", "asal": "<b>Talu</b>"}


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[SmallOffice]:
    async with small_office(tmp_path, routes_of("review", "send"), TEMPLATES, KEYS) as office:
        yield office


@pytest.fixture
def client(office: SmallOffice) -> Client:
    return office.client()


def reviewed(answer: Answer) -> tuple[str, str]:
    assert answer.status == 200, answer.text
    code, item, *_ = html.unescape(answer.text).split("\n")
    return json.loads(code)["code"], item


async def apply_small(client: Client, fields: dict[str, str] = SMALL) -> tuple[str, str]:
    return reviewed(await client.post_form("/id/apply/small", fields))


def opened(item: str, code: str) -> tuple[dict[str, Any], list[Any]]:
    version, wrap = json.loads(item)
    check_pair(version, wrap)
    dek = open_wrap_as_holder(version, wrap, derive(parse_code(code)).open)
    assert dek == open_wrap_as_office(version, wrap, "k1", KEYS.seal)
    return version, open_version(version, dek)["personal"]


@pytest.mark.anyio
async def test_answers_are_sealed_shown_and_not_stored(office: SmallOffice, client: Client) -> None:
    before = await office.texts_in(*office.stores)
    answer = await client.post_form("/id/apply/small", SMALL)
    assert answer.headers["cache-control"] == "no-store"
    code, item = reviewed(answer)
    version, answers = opened(item, code)
    assert answers == ["Upik Abu", "<b>Talu</b>"]
    assert (version["channel"], version["device"], version["at"], version["prev"]) == ("web", None, NOW, [])
    assert "&lt;b&gt;Talu&lt;/b&gt;" in answer.text
    assert await office.texts_in(*office.stores) == before


@pytest.mark.anyio
async def test_each_application_has_a_code_of_its_own(client: Client) -> None:
    assert (await apply_small(client))[0] != (await apply_small(client))[0]


@pytest.mark.anyio
async def test_a_whole_person_applies_for_a_passport(office: SmallOffice, client: Client) -> None:
    form = office.app.state.office.forms.latest("passport-new")
    values = {key: "1" if value is True else value for key, value in person(7).items() if value is not False}
    code, item = reviewed(await client.post_form("/en/apply/passport-new", values))
    version, answers = opened(item, code)
    assert version["form"] == form.name
    by_key = {field.key: answer for field, answer in zip(form.fields, answers, strict=True)}
    assert by_key["nama_lengkap"] == values["nama_lengkap"]
    assert version["area"] == by_key["nagari"]


@pytest.mark.anyio
async def test_what_is_wrong_is_named_and_what_was_typed_is_kept(office: SmallOffice, client: Client) -> None:
    answer = await client.post_form("/en/apply/passport-new", {"nama_lengkap": "Upik 7", "bogus": "x"})
    assert (answer.status, answer.headers["cache-control"]) == (422, "no-store")
    lang, _, url, errors, values = html.unescape(answer.text).split("|")
    assert (lang, url) == ("en", "/en/apply/passport-new")
    assert json.loads(values) == {"nama_lengkap": "Upik 7"}
    assert {"nama_lengkap", "nomor_ktp", "pernyataan"} <= set(json.loads(errors))
    assert "{" not in "".join(json.loads(errors).values())


@pytest.mark.anyio
async def test_a_date_in_three_fields_is_one_answer_and_comes_back_as_one(office: SmallOffice, client: Client) -> None:
    parts = {"tanggal_lahir": "31", "tanggal_lahir.m": "02", "tanggal_lahir.y": "1990"}
    errors, values = html.unescape((await client.post_form("/en/apply/passport-new", parts)).text).split("|")[3:]
    assert "tanggal_lahir" in json.loads(errors), "there is no such day"
    assert json.loads(values) == {"tanggal_lahir": "31-02-1990"}
    parts |= {"tanggal_lahir": "3"}
    errors, _ = html.unescape((await client.post_form("/en/apply/passport-new", parts)).text).split("|")[3:]
    assert "tanggal_lahir" not in json.loads(errors)


@pytest.mark.anyio
async def test_confirming_takes_it_in_once_however_often(office: SmallOffice, client: Client) -> None:
    code, item = await apply_small(client)
    for _ in range(3):
        answer = await client.post_form("/id/send", {"item": item, "code": code})
        state, reason, number, shown, at, carried = html.unescape(answer.text).split("|")
        assert (answer.status, state, reason, shown, at, carried) == (200, "ok", "None", code, str(NOW), item)
        assert number == spoken_number(derive(parse_code(code)).case)
    assert [row.id for row in await office.databases.cases.all_docs()] == [json.loads(item)[0]["_id"]]


def bytes_in(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


@pytest.mark.anyio
async def test_nothing_typed_is_found_anywhere(
    office: SmallOffice, client: Client, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    marker = "Zaharawati"
    with caplog.at_level(0):
        code, item = await apply_small(client, {"nama": marker, "asal": marker})
        await client.post_form("/id/send", {"item": item, "code": code})
        await client.post_form("/id/apply/passport-new", {"nama_lengkap": marker})
    everything = bytes_in(tmp_path)
    for text in (marker, code, code.replace(" ", ""), parse_code(code)):
        assert text.encode() not in everything
        assert text not in caplog.text


@pytest.mark.anyio
async def test_a_correction_replaces_what_stands(office: SmallOffice, client: Client) -> None:
    code, first = await apply_small(client)
    await client.post_form("/id/send", {"item": first})
    for _ in range(2):
        again, item = await apply_small(client, SMALL | {"correct_code": code.upper()})
        assert again == code
        version, _ = opened(item, code)
        assert version["prev"] == [json.loads(first)[0]["_id"].split(".")[2]]
        first = item
        assert "ok|" in (await client.post_form("/id/send", {"item": item})).text


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("code", "key"), [pytest.param(new_code(), "unknown", id="unknown"), ("abc", "length"), ("u" * 16, "alphabet")]
)
async def test_a_wrong_code_to_correct_is_an_error_of_its_field(
    office: SmallOffice, client: Client, code: str, key: str
) -> None:
    answer = await client.post_form("/id/apply/small", SMALL | {"correct_code": code})
    *_, errors, values = html.unescape(answer.text).split("|")
    assert answer.status == 422
    assert json.loads(errors) == {"correct_code": office.app.state.office.catalogues["id"].text(f"code.{key}")}
    assert json.loads(values)["correct_code"] == code


@pytest.mark.anyio
async def test_a_tampered_item_is_refused_in_words(office: SmallOffice, client: Client) -> None:
    _, item = await apply_small(client)
    for spoilt, reason in [(item.replace('"web"', '"app"'), "id-mismatch"), ("", "malformed"), ("[1]", "malformed")]:
        answer = await client.post_form("/en/send", {"item": spoilt})
        text = office.app.state.office.catalogues["en"].text(f"refused.{reason}")
        assert (answer.status, html.unescape(answer.text).split("|")[:2]) == (422, ["refused", text])
    assert await office.databases.cases.all_docs() == []


@pytest.mark.anyio
async def test_an_item_outlives_a_store_that_is_away(office: SmallOffice, client: Client) -> None:
    _, item = await apply_small(client)
    office.databases.wraps = AbsentStore(office.stores["wraps"])
    answer = await client.post_form("/id/send", {"item": item})
    assert (answer.status, answer.headers["retry-after"]) == (503, "10")
    assert html.unescape(answer.text).startswith("unavailable|")
    assert html.unescape(answer.text).endswith(item)


@pytest.mark.anyio
async def test_what_is_not_durable_is_not_called_received(office: SmallOffice, client: Client) -> None:
    _, item = await apply_small(client)
    office.databases.cases = QuorumlessStore(office.stores["cases"])
    answer = await client.post_form("/id/send", {"item": item})
    assert (answer.status, answer.text[:5]) == (202, "kept|")


@pytest.mark.anyio
@pytest.mark.parametrize("url", ["/id/apply/small", "/id/send"])
@pytest.mark.parametrize("headers", [{"sec-fetch-site": "cross-site"}, {"origin": "https://evil.example"}])
async def test_a_post_from_another_site_is_refused(client: Client, url: str, headers: dict[str, str]) -> None:
    assert (await client.post_form(url, SMALL, headers=headers)).status == 403


@pytest.mark.anyio
async def test_what_is_no_form_post_is_refused(client: Client) -> None:
    json_headers = {"content-type": "application/json"}
    assert (await client.post_form("/id/apply/small", SMALL, headers=json_headers)).status == 415
    assert (await client.post_form("/id/apply/small", {"nama": "x" * 70_000})).status == 413
    assert (await client.post_form("/id/apply/other", SMALL)).status == 404
    assert (await client.post_form("/xx/apply/small", SMALL)).status == 404
    twice = await client.request(
        "POST", "/id/apply/small", headers={"content-type": FORM_TYPE}, body=[b"nama=a&nama=b"]
    )
    assert twice.status == 400
