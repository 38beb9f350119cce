"""The survey without JavaScript: nine answers, sealed under a code that nobody keeps, with nothing that tells whose."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from server.items import ItemRefused, read_item
from server.survey.skm import ELEMENTS
from sync.receipt_code import derive, new_code
from sync.seal import open_version, open_wrap_as_office
from tests.asgi import Answer, Client
from tests.sealed_items import NOW, OfficeKeys, seal_pair, to_line
from tests.small_office import SmallOffice, routes_of, small_office
from tests.staff_office import ORIGIN, StaffOffice, staff_office

KEYS = OfficeKeys()
TEMPLATES = {"survey.html": "{% for key, text in errors.items() %}{{ key }}={{ text }};{% endfor %}{{ problem }}"}
FULL = {key: "3" for key in ELEMENTS} | {"layanan": "passport-new", "usia": "26"}


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[SmallOffice]:
    async with small_office(tmp_path, routes_of("take_survey"), TEMPLATES, KEYS) as office:
        yield office


async def post(office: SmallOffice, fields: dict[str, str], **more: str) -> Answer:
    return await office.client().post_form("/id/survey", fields, headers=more)


@pytest.mark.anyio
async def test_the_answers_come_to_the_office_sealed_and_nobodys(office: SmallOffice) -> None:
    answer = await post(office, FULL | {"nama": "UPIK"})
    assert (answer.status, answer.headers["location"]) == (303, "/id/survey/thanks")
    [row] = await office.databases.cases.all_docs(include_docs=True)
    [held] = await office.databases.wraps.all_docs(include_docs=True)
    version = {key: value for key, value in row.doc.items() if key != "_rev"}
    told = {key: version[key] for key in ("type", "service", "device", "area", "wish", "prev", "blobs")}
    assert told == {
        "type": "survey", "service": "survey", "device": None, "area": None, "wish": [], "prev": [], "blobs": [],
    }  # fmt: skip
    assert (version["at"] + 7 * 3600) % 86400 == 0, "the day at the office and no hour"
    assert "UPIK" not in await office.texts_in(*office.stores)
    wrap = {key: value for key, value in held.doc.items() if not key.startswith("_")}
    groups = open_version(version, open_wrap_as_office(version, wrap, "k1", KEYS.seal))
    assert groups["personal"] == ["passport-new", *["3"] * 9, None, "26", None, None]


@pytest.mark.anyio
async def test_what_is_missing_is_named_and_nothing_is_taken(office: SmallOffice) -> None:
    answer = await post(office, {key: text for key, text in FULL.items() if key not in ("biaya", "layanan")})
    assert answer.status == 422
    assert re.findall(r"(\w+)=([^;]+);", answer.text) == [
        ("layanan", "Layanan yang Anda terima: belum diisi."), ("biaya", "Kewajaran biaya atau tarif: belum diisi."),
    ]  # fmt: skip
    assert (await post(office, FULL | {"waktu": "9"})).status == 422
    assert (await post(office, FULL, **{"sec-fetch-site": "cross-site"})).status == 403
    assert await office.databases.cases.all_docs() == []


@pytest.mark.parametrize(
    "told", [{"device": "d-9f2c01ab"}, {"area": "13.12.03.2004"}, {"at": NOW + 61}, {"prev": ["a" * 20]}]
)
@pytest.mark.anyio
async def test_answers_that_tell_of_somebody_are_refused(office: SmallOffice, told: dict[str, object]) -> None:
    opened = office.app.state.office
    form = opened.forms.latest("survey")
    values = {"type": "survey", "service": "survey", "form": form.name, "at": NOW - NOW % 3600}
    values |= {"groups": {"personal": [None] * len(form.fields)}}
    given = {"forms": opened.forms, "key_list": opened.key_list, "now": NOW}
    assert read_item(to_line(seal_pair(KEYS, derive(new_code()), **values)), **given).version["type"] == "survey"
    with pytest.raises(ItemRefused, match="malformed"):
        read_item(to_line(seal_pair(KEYS, derive(new_code()), **(values | told))), **given)


@pytest.fixture
async def whole(tmp_path: Path) -> AsyncIterator[StaffOffice]:
    async with staff_office(tmp_path) as office:
        yield office


@pytest.mark.anyio
async def test_the_pages_are_there_in_both_languages(whole: StaffOffice) -> None:
    client = Client(whole.app, origin=ORIGIN)
    for lang, words in ("id", "Tanpa nama"), ("en", "Without a name"):
        page = await client.get(f"/{lang}/survey")
        assert words in page.text
        for key in ELEMENTS:
            assert len(re.findall(f'name="{key}" value="[1-4]"', page.text)) == 4
        again = await client.post_form(f"/{lang}/survey", {"biaya": "2"})
        assert again.status == 422
        assert re.search(r'name="biaya" value="2"[^>]* checked', again.text), "what was answered stays"
        assert (await client.get(f"/{lang}/survey/thanks")).status == 200
        poster = (await client.get(f"/{lang}/survey/poster")).text
        assert f"{ORIGIN}/{lang}/survey" in poster
        assert "<svg" in poster
        assert (await client.post_form(f"/{lang}/apply/survey", FULL)).status == 404
