"""What was edited stays in use, and the office starts, whatever a later version of the content folder leaves out."""

import json
import logging
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from server.app import create_app
from server.databases import open_databases
from server.editing.edited_content import Filed, edited
from server.editing.edits import Edit, write_edit
from server.editing.published_form import write_published_form
from server.editing.taking_up import with_newest_edits
from server.forms.form_reader import read_form
from server.i18n import Catalogues
from server.keys.server_key import read_server_key
from server.settings import Settings, load_settings
from tests.asgi import Client
from tests.founded_office import found, prepared_for
from tests.made_before import started
from tests.small_forms import raw_field
from tests.staff_office import OFFICER, ORIGIN, START

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


def with_a_language(filed: Filed) -> Filed:
    """Give what the folder says after a language came into it that everything is written in."""
    languages, office = filed.content.catalogues.by_lang, filed.settings.office
    added = Catalogues({**languages, "jv": replace(languages["id"], lang="jv")})
    spoken = replace(office, address={**office.address, "jv": "Dalan 1"}, hours={**office.hours, "jv": "08.00"})
    return Filed(replace(filed.settings, office=spoken), replace(filed.content, catalogues=added))


def test_a_language_that_is_added_later_says_of_the_profile_what_the_folder_says(filed: Filed) -> None:
    text = json.dumps({
        "phone": "+62 753 123456", "email": "a@b.example", "official": False, "confirmed": "", "checked": "2026-11-24",
        "address": {"id": "Jalan Baru 2", "en": "2 New Street"}, "hours": {"id": "09.00", "en": "9:00"},
    })  # fmt: skip
    settings, _ = edited(with_a_language(filed), {Edit("profile", "office", 1, 0): text})
    assert settings.office.address == {"id": "Jalan Baru 2", "en": "2 New Street", "jv": "Dalan 1"}
    assert settings.office.hours == {"id": "09.00", "en": "9:00", "jv": "08.00"}


def test_a_language_that_is_added_later_is_lent_the_words_of_a_published_form(filed: Filed) -> None:
    _, content = edited(with_a_language(filed), {Edit("form", "permit-address", 1, 0): published("permit-address")})
    form = content.forms.latest("permit-address")
    label = form.field("ketua_rt").label
    assert [content.catalogues[lang].text(label) for lang in ("id", "en", "jv")] == [*WORDS.values(), WORDS["id"]]
    assert {key for key in form.text_keys() if key not in content.catalogues.keys} == set()


def test_a_published_form_with_a_text_that_is_gone_is_logged_and_the_folders_is_in_use(
    filed: Filed, caplog: pytest.LogCaptureFixture
) -> None:
    texts = {
        Edit("form", "permit-address", 1, 0): published("permit-address", label="field.gone"),
        Edit("form", "permit-visit", 1, 0): published("permit-visit"),
    }
    _, content = edited(filed, texts)
    assert content.forms.latest("permit-address") == filed.content.forms.latest("permit-address")
    assert content.forms.latest("permit-visit").n == 9, "the others are in use"
    [record] = caplog.records
    assert (record.levelno, "permit-address.v9.json: field.gone: no text" in record.message) == (logging.WARNING, True)


@pytest.mark.anyio
async def test_where_no_page_can_be_shown_with_what_was_edited_the_office_starts_with_the_folder_and_says_so_once(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    await found(settings, OFFICER, now=START)
    own, edit = read_server_key(settings.data), Edit("form", "gone", 1, START)
    async with open_databases(settings) as databases:
        # Of an application that the folder no longer knows: nothing names it.
        text = published("gone", title="booking.title")
        await write_edit(databases.public, edit, text, kid=own.kid, private=own.pair)
        app = create_app(settings, prepared=prepared_for(settings), databases=databases, clock=lambda: START)
        async with started(app, settings.data):
            home = await Client(app, origin=ORIGIN).get("/id/")
            assert (home.status, settings.office.address["id"] in home.text) == (200, True)
            assert "gone" not in app.state.office.forms.services
            assert await with_newest_edits(app.state.office, app) is app.state.office, "it would be tried for ever"
    said = [record.message for record in caplog.records if record.levelno == logging.ERROR]
    assert (len(said), "form.gone.title" in said[0]) == (1, True), said
