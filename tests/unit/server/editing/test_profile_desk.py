"""The office's profile is edited at the console: previewed, signed, told to phones and hubs, with its history."""

import json
import re
from collections.abc import AsyncIterator
from html import unescape
from pathlib import Path

import pytest

from server.editing.edited_content import edited
from server.editing.edits import Edit, keep_edit, list_edits, text_of_edit
from server.pages import make_environment
from sync.statements import verify_public
from tests.staff_office import StaffDesk, StaffOffice, staff_office

PAGE = "content/profile/office"
PROFILE = {
    "address-id": "Jalan Sutan Syahrir 1, Simpang Empat", "address-en": "1 Sutan Syahrir Street, Simpang Empat",
    "hours-id": "Senin sampai Jumat, 08.00 sampai 15.00", "hours-en": "Monday to Friday, 8:00 to 15:00",
    "phone": "+62 753 123456", "email": "layanan@kantor.example", "official": "", "confirmed": "", "after": "0",
}  # fmt: skip
UNOFFICIAL = "bukan situs resmi"
IN_HAND = "Halaman sedang dibuat ulang"


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[StaffOffice]:
    async with staff_office(tmp_path) as office:
        await office.hire("ani", "head")
        await office.hire("budi", "officer")
        yield office


async def signed_in(office: StaffOffice, login: str) -> StaffDesk:
    desk = office.desk(login)
    await desk.sign_in()
    return desk


def typed_on(page: str, name: str) -> str:
    found = re.search(rf'id="{name}" name="{name}" value="(.*?)"', page)
    assert found is not None, name
    return unescape(found[1])


@pytest.mark.anyio
async def test_a_new_profile_is_on_every_page_in_what_phones_fetch_and_in_what_hubs_copy(office: StaffOffice) -> None:
    budi = await signed_in(office, "budi")
    before = office.office.public
    assert (await budi.post_proved(PAGE, **PROFILE)).status == 303
    assert IN_HAND in (await budi.get("content")).text, (
        "nobody waits for the pages, and nobody is told that they are there"
    )
    await office.take_up()
    assert IN_HAND not in (await budi.get("content")).text
    assert office.office.public != before, "phones are told of it"
    for page in ("/id/", "/id/office", "/id/guides/brokers", "/id/apply/passport-new"):
        text = (await budi.client.get(page)).text
        assert all(said in text for said in (PROFILE["address-id"], PROFILE["hours-id"], UNOFFICIAL)), page
    assert PROFILE["address-en"] in (await budi.client.get("/en/")).text
    assert 'href="tel:+62 753 123456"' in (await budi.client.get("/id/")).text
    packs = (await budi.client.get("/packs/id.ndjson")).text
    assert PROFILE["address-id"] in packs
    site = json.loads((await office.office.databases.public.attachment("site", "body")).data)
    assert site["office"]["hours"]["id"] == PROFILE["hours-id"], "hubs show it by this document"
    doc = await office.office.databases.public.get("edit.profile.office.0001")
    content = (await office.office.databases.public.attachment(doc["_id"], "body")).data
    verify_public(doc, content, office.office.key_list.primary("server").pub)
    assert "profile-published" in [deed.name for deed in await office.deeds()]
    assert 'data-value="profile.office"' in (await budi.get("content")).text.partition("Masih berlaku")[2]


@pytest.mark.anyio
async def test_that_the_site_is_official_is_for_the_head_to_say_with_the_letter_that_says_so(
    office: StaffOffice,
) -> None:
    budi, ani = await signed_in(office, "budi"), await signed_in(office, "ani")
    official = PROFILE | {"official": "1", "confirmed": "W.3-77, 1 Desember 2026, Kepala Kantor"}
    refused = await budi.post_proved(PAGE, **official)
    assert (refused.status, "Hanya kepala kantor" in refused.text) == (422, True)
    without = await ani.post_proved(PAGE, **official | {"confirmed": ""})
    assert (without.status, "Tulis surat" in without.text) == (422, True)
    assert (await ani.post_proved(PAGE, **official)).status == 303
    await office.read_edits()
    another = official | {"confirmed": "W.3-78", "after": "1"}
    assert (await budi.post_proved(PAGE, **another)).status == 422, "nor by which letter it is"
    public = office.office.databases.public
    [edit] = await list_edits(public, "profile", "office")
    found = edited(office.app.state.filed, {edit: await text_of_edit(public, edit)})
    words = {"lang": "id", "_": found.content.catalogues["id"].marked, "path": ""}
    page = make_environment(found.settings, found.content).get_template("home.html").render(words)
    assert (UNOFFICIAL in page, PROFILE["address-id"] in page) == (False, True)


@pytest.mark.anyio
async def test_a_preview_keeps_nothing_and_the_history_offers_every_profile(office: StaffOffice) -> None:
    budi = await signed_in(office, "budi")
    shown = await budi.post(f"{PAGE}/preview", **PROFILE)
    part = shown.text.partition('id="preview"')[2]
    assert [PROFILE["address-en"] in part, UNOFFICIAL in part] == [True, True]
    assert typed_on(shown.text, "phone") == PROFILE["phone"]
    assert [row.id for row in await office.office.databases.public.all_docs(start="edit.", end="edit/")] == []
    await budi.post_proved(PAGE, **PROFILE)
    await budi.post_proved(PAGE, **PROFILE | {"phone": "0753 777777", "after": "1"})
    assert typed_on((await budi.get(PAGE)).text, "phone") == "0753 777777"
    assert typed_on((await budi.get(f"{PAGE}?n=1")).text, "phone") == PROFILE["phone"]
    assert typed_on((await budi.get(f"{PAGE}?n=0")).text, "phone") == ""


@pytest.mark.anyio
async def test_what_is_wrong_is_named_and_nothing_is_lost(office: StaffOffice) -> None:
    ani = await signed_in(office, "ani")
    for wrong, said in (
        ({"address-id": ""}, "Alamat: tulis"),
        ({"hours-en": "x" * 201}, "Jam layanan: tulis"),
        ({"phone": "telepon kami"}, "Telepon: tulis"),
        ({"email": "kantor"}, "Surel ini"),
    ):
        answer = await ani.post_proved(PAGE, **PROFILE | wrong)
        assert (answer.status, said in answer.text) == (422, True), wrong
        [name] = wrong
        assert typed_on(answer.text, name) == wrong[name]
        assert re.search(rf'id="{name}"[^>]* aria-describedby="[^"]*edit-error" aria-invalid="true"', answer.text)
    await keep_edit(office.office, "profile", "office", "no profile", after=0)
    late = await ani.post_proved(PAGE, **PROFILE)
    assert (late.status, "Orang lain baru saja menerbitkan" in late.text) == (422, True)
    found = edited(office.app.state.filed, {Edit("profile", "office", 1, 0): "no profile"})
    assert found.settings == office.office.settings, "an edit that cannot be read leaves the file in use"
    assert (await ani.get(PAGE)).status == 200
    assert (await ani.get("content/nothing/office")).status == 404
    assert (await ani.get("content/profile/other")).status == 404
