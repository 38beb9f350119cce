"""A demo office says where it is, and that this is an example, until somebody says otherwise."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from server.databases import Databases, open_databases
from server.editing.edits import Edit, list_edits, text_of_edit, write_edit
from server.editing.office_profile import PROFILE, read_profile
from server.keys.founding import DEMO
from server.keys.server_key import read_server_key
from server.rehearsal.demo_profile import UNFILLED, show_example
from server.settings import ROOT, Settings, load_settings
from tests.founded_office import found

NOW = 1_795_996_800  # 2026-11-30, 07:00 at the office


@pytest.fixture
async def settings(tmp_path: Path) -> Settings:
    content = shutil.copytree(ROOT / "content", tmp_path / "content")
    settings = load_settings({"RANTAU_DATA": str(tmp_path / "data"), "RANTAU_CONTENT": str(content)})
    await found(settings, DEMO, now=NOW)
    return settings


@pytest.fixture
async def databases(settings: Settings) -> AsyncIterator[Databases]:
    async with open_databases(settings) as databases:
        yield databases


@pytest.mark.anyio
async def test_it_is_marked_and_given_once_and_never_over_what_somebody_wrote(
    settings: Settings, databases: Databases
) -> None:
    key = read_server_key(settings.data)
    assert UNFILLED in settings.office.address["id"]
    assert await show_example(settings, databases, key, now=NOW)
    [edit] = await list_edits(databases.public, PROFILE, "office")
    shown = read_profile(await text_of_edit(databases.public, edit), settings.office)
    for lang, mark in (("id", "contoh"), ("en", "example")):
        assert mark in shown.address[lang]
        assert mark in shown.hours[lang]
    assert not shown.official
    assert not await show_example(settings, databases, key, now=NOW + 1)

    text = await text_of_edit(databases.public, edit)
    written = Edit(PROFILE, "office", 2, NOW + 2)
    await write_edit(databases.public, written, text, kid=key.kid, private=key.pair)
    assert not await show_example(settings, databases, key, now=NOW + 3)
    assert await list_edits(databases.public, PROFILE, "office") == [edit, written]


@pytest.mark.anyio
async def test_an_address_of_the_office_s_own_stays(settings: Settings, databases: Databases) -> None:
    path = settings.content / "office.toml"
    path.write_text(path.read_text().replace(f"Alamat: {UNFILLED}", "Jalan Sutan Syahrir 1"))
    own = load_settings({"RANTAU_DATA": str(settings.data), "RANTAU_CONTENT": str(settings.content)})
    assert not await show_example(own, databases, read_server_key(settings.data), now=NOW)
    assert await list_edits(databases.public) == []
