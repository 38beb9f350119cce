"""What was edited stays in use, and the office starts, whatever a later version of the content folder leaves out."""

import json
import logging
import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from server.app import create_app
from server.databases import open_databases
from server.editing.edited_content import Filed, edited
from server.editing.edits import Edit, keep_edit, write_edit
from server.editing.published_form import write_published_form
from server.editing.taking_up import with_newest_edits
from server.forms.form_reader import read_form
from server.guides.guides import Guide
from server.i18n import Catalogues
from server.keys.server_key import read_server_key
from server.settings import Settings, load_settings
from tests.asgi import Client
from tests.founded_office import found, prepared_for
from tests.made_before import started
from tests.small_forms import raw_field
from tests.staff_office import OFFICER, ORIGIN, START, StaffOffice

WORDS = {"id": "Nama ketua RT", "en": "Name of the head of the RT"}
TITLE = {"id": "Pindah alamat", "en": "Change of address"}


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load_settings({"RANTAU_DATA": str(tmp_path / "data"), "RANTAU_ORIGIN": ORIGIN})


@pytest.fixture
def filed(settings: Settings) -> Filed:
    return Filed(settings, prepared_for(settings).content)


def published(service: str, *, label: object = WORDS, title: object = TITLE) -> str:
    """Write a version of a form that asks one thing, as the console publishes it."""
    section = {
        "id": "s",
        "title": "section.kirim",
        "help": None,
        "fields": [raw_field("ketua_rt", "text", label=label)],
    }
    file = json.dumps({"service": service, "n": 9, "title": title, "sections": [section]})
    return write_published_form(
        read_form(f"{service}.v9.json", file.encode()), file, source="surat kantor", checked=date(2026, 11, 24)
    )


def titled(guide: Guide, title: str) -> str:
    """Write a guide under another title, as the console publishes it."""
    return guide.text.replace(guide.title, title, 1)


def with_a_language(filed: Filed) -> Filed:
    """Give what the folder says after a language came into it that everything is written in."""
    languages, office = filed.content.catalogues.by_lang, filed.settings.office
    added = Catalogues({**languages, "jv": replace(languages["id"], lang="jv")})
    spoken = replace(office, address={**office.address, "jv": "Dalan 1"}, hours={**office.hours, "jv": "08.00"})
    return Filed(replace(filed.settings, office=spoken), replace(filed.content, catalogues=added))


def profile_of(street: str) -> str:
    """Write a profile as the console publishes it."""
    return json.dumps({
        "phone": "+62 753 123456", "email": "a@b.example", "official": False, "confirmed": "", "checked": "2026-11-24",
        "address": {"id": street, "en": street}, "hours": {"id": "09.00", "en": "9:00"},
    })  # fmt: skip


def test_a_language_that_is_added_later_says_of_the_profile_what_the_folder_says(filed: Filed) -> None:
    office = edited(
        with_a_language(filed), {Edit("profile", "office", 1, 0): profile_of("Jalan Baru 2")}
    ).settings.office
    assert office.address == {"id": "Jalan Baru 2", "en": "Jalan Baru 2", "jv": "Dalan 1"}
    assert office.hours == {"id": "09.00", "en": "9:00", "jv": "08.00"}


def test_a_language_that_is_added_later_is_lent_the_words_of_a_published_form(filed: Filed) -> None:
    text = published("permit-address")
    content = edited(with_a_language(filed), {Edit("form", "permit-address", 1, 0): text}).content
    form = content.forms.latest("permit-address")
    label = form.field("ketua_rt").label
    assert [content.catalogues[lang].text(label) for lang in ("id", "en", "jv")] == [*WORDS.values(), WORDS["id"]]
    assert {key for key in form.text_keys() if key not in content.catalogues.keys} == set()


def test_a_published_form_with_a_text_that_is_gone_is_named_and_the_folders_is_in_use(filed: Filed) -> None:
    gone = Edit("form", "permit-address", 1, 0)
    texts = {
        gone: published("permit-address", label="field.gone"),
        Edit("form", "permit-visit", 1, 0): published("permit-visit"),
    }
    found = edited(filed, texts)
    assert found.content.forms.latest("permit-address") == filed.content.forms.latest("permit-address")
    assert found.content.forms.latest("permit-visit").n == 9, "the others are in use"
    assert list(found.unread) == [gone]
    assert "permit-address.v9.json: field.gone: no text" in found.unread[gone]


@pytest.mark.anyio
async def test_the_office_starts_with_every_edit_but_those_that_no_page_can_be_shown_with_and_says_so_once(
    settings: Settings, filed: Filed, caplog: pytest.LogCaptureFixture
) -> None:
    await found(settings, OFFICER, now=START)
    own, guides = read_server_key(settings.data), filed.content.guides
    edits = {
        # Of applications that the folder no longer knows: nothing names them.
        Edit("form", "gone", 1, START): published("gone", title="booking.title"),
        Edit("form", "lost", 1, START): published("lost", title="booking.title"),
        Edit("en", "brokers", 1, START): titled(guides.by_lang["en"]["brokers"], "Pay no broker"),
        Edit("id", "brokers", 1, START): titled(guides.by_lang["id"]["brokers"], "Jangan lewat calo"),
    }
    async with open_databases(settings) as databases:
        for edit, text in edits.items():
            await write_edit(databases.public, edit, text, kid=own.kid, private=own.pair)
        app = create_app(settings, prepared=prepared_for(settings), databases=databases, clock=lambda: START)
        async with started(app, settings.data):
            client = Client(app, origin=ORIGIN)
            for lang, title in (("en", "Pay no broker"), ("id", "Jangan lewat calo")):
                assert title in (await client.get(f"/{lang}/guides/brokers")).text
            assert {"gone", "lost"} & set(app.state.office.forms.services) == set()
            assert await with_newest_edits(app.state.office, app) is app.state.office, "it would be tried for ever"
    said = [record.message for record in caplog.records if record.levelno == logging.ERROR]
    assert said == [
        f"edit.form.{name}.0001 is not in use: id: no text named 'form.{name}.title'" for name in ("gone", "lost")
    ]


@pytest.mark.anyio
async def test_in_the_place_of_an_edit_that_cannot_be_used_is_the_one_before_it_and_the_console_says_which_and_why(
    office: StaffOffice,
) -> None:
    ani, guide = await office.sit_down("ani", "head"), office.office.guides.by_lang["id"]["brokers"]
    for n, text in enumerate((titled(guide, "Calo lama"), titled(guide, "Calo baru"), "no guide")):
        await keep_edit(office.office, "id", "brokers", text, after=n)
    await keep_edit(office.office, "form", "gone", published("gone", title="booking.title"), after=0)
    await office.take_up()
    assert "Calo baru" in (await ani.client.get("/id/guides/brokers")).text
    page = (await ani.get("content")).text
    left_out = re.findall(r'<li data-edit="([^"]+)">(.*?)</li>', page, re.S)
    assert [name for name, _ in left_out] == ["edit.form.gone.0001", "edit.id.brokers.0003"]
    form, broken = (told for _, told in left_out)
    assert "id: tidak ada teks bernama &#39;form.gone.title&#39;" in form
    assert "href" not in form, "there is no page for it"
    assert 'href="/staff/id/guides/brokers/id?n=3"' in broken
    assert "id/brokers.md: (seluruh file): tidak diawali kepala panduan" in broken
    english = (await ani.client.get("/staff/en/content")).text
    assert '<span lang="en">id/brokers.md: (file): does not open with a front matter' in english
    assert "tidak dapat dipakai: 2" in (await ani.get("audit")).text, "the first page of whoever edits"

    await keep_edit(office.office, "id", "brokers", titled(guide, "Calo lagi"), after=3)
    await office.take_up()
    assert "Calo lagi" in (await ani.client.get("/id/guides/brokers")).text
    page = (await ani.get("content")).text
    assert re.findall(r'data-edit="([^"]+)"', page) == ["edit.form.gone.0001"], "what was mended is not told"
