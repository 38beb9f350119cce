import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from server import doctor
from server.casework.audit import Audit
from server.databases import Databases, open_databases
from server.doctor import examine
from server.editing.edits import Edit, write_edit
from server.keys import founding
from server.keys.founding import NewOfficer
from server.keys.server_key import read_server_key, server_key_path, write_server_key
from server.office import KEYS, now
from server.settings import load_settings
from server.site.made_before import MADE
from sync.audit_chain import entry_id
from sync.key_pair import new_key_pair
from sync.receipt_code import spoken_number
from tests.founded_office import found
from tests.made_before import lent_made

OFFICER = NewOfficer("upik", "sandi untuk masuk", "kunci untuk membuka")
FOUNDED = now()


@pytest.fixture
async def environ(tmp_path: Path) -> dict[str, str]:
    environ = {"RANTAU_DATA": str(tmp_path / "data")}
    settings = load_settings(environ)
    await found(settings, OFFICER, now=FOUNDED)
    with lent_made(settings.data):  # as of an office that was served
        return environ


async def wrong(environ: dict[str, str]) -> list[str]:
    return [finding.sentence for finding in await examine(environ) if not finding.is_right]


async def change(environ: dict[str, str], edit: Callable[[Databases], Any]) -> None:
    async with open_databases(load_settings(environ)) as databases:
        await edit(databases)


@pytest.mark.anyio
async def test_a_fresh_office_is_well_and_says_so_in_sentences(environ: dict[str, str]) -> None:
    findings = await examine(environ)
    assert [finding for finding in findings if not finding.is_right] == []
    about = {finding.sentence.split(":")[0] for finding in findings}
    assert about == {"Configuration", "Connections", "Content", "Store", "Disk", "Keys", "Audit", "Backup", "Clock"}
    assert all(finding.sentence.endswith(".") for finding in findings)


@pytest.mark.anyio
async def test_a_wrong_setting_is_told(environ: dict[str, str]) -> None:
    told = await wrong(environ | {"RANTAU_PORT": "x"})
    assert told == ["Configuration: RANTAU_PORT: a whole number from 1 to 65535."]


@pytest.mark.anyio
async def test_plain_http_for_phones_is_told(environ: dict[str, str]) -> None:
    (sentence,) = await wrong(environ | {"RANTAU_ORIGIN": "http://rantau.example"})
    assert "https" in sentence


@pytest.mark.anyio
async def test_where_there_is_no_office_it_says_what_to_run(tmp_path: Path) -> None:
    with lent_made(tmp_path):
        (sentence,) = await wrong({"RANTAU_DATA": str(tmp_path)})
    assert "rantau init" in sentence
    assert set(os.listdir(tmp_path)) <= {MADE}


@pytest.mark.anyio
async def test_content_that_is_wrong_is_told_and_the_rest_looked_at(environ: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "office.toml").write_bytes((load_settings({}).content / "office.toml").read_bytes())
    (sentence,) = await wrong(environ | {"RANTAU_CONTENT": str(tmp_path)})
    assert sentence.startswith("Content: ")


@pytest.mark.anyio
async def test_an_edit_that_can_no_longer_be_used_is_told(environ: dict[str, str]) -> None:
    own = read_server_key(load_settings(environ).data)

    async def edit(databases: Databases) -> None:
        for name, text in (("office", "no profile"), ("other", "not looked at by anybody")):
            edit = Edit("profile", name, 1, FOUNDED)
            await write_edit(databases.public, edit, text, kid=own.kid, private=own.pair)

    await change(environ, edit)
    (sentence,) = await wrong(environ)
    assert sentence.startswith(
        "Content: edit.profile.office.0001, edited in the console, is not in use (cannot be read any more: JSONDecode"
    )


@pytest.mark.anyio
async def test_a_server_key_that_others_can_read_is_told(environ: dict[str, str]) -> None:
    path = server_key_path(load_settings(environ).data)
    path.chmod(0o644)
    (sentence,) = await wrong(environ)
    assert f"chmod 600 {path}" in sentence


@pytest.mark.anyio
async def test_another_server_key_than_the_listed_one_is_told(environ: dict[str, str]) -> None:
    data = load_settings(environ).data
    other = replace(read_server_key(data), pair=new_key_pair())
    server_key_path(data).unlink()
    write_server_key(data, other)
    (sentence,) = await wrong(environ)
    assert "refuse its receipts" in sentence


@pytest.mark.anyio
async def test_a_list_of_keys_by_another_root_is_told(environ: dict[str, str]) -> None:
    async def tamper(databases: Databases) -> None:
        doc = await databases.public.get(KEYS)
        doc["signed"][5][0][5] = doc["signed"][5][1][5]
        await databases.public.bulk_docs([doc])

    await change(environ, tamper)
    (sentence,) = await wrong(environ)
    assert "not signed by the root" in sentence


@pytest.mark.anyio
async def test_a_list_past_its_end_is_told(environ: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "now", lambda: now() + founding.VALID + 1)
    (sentence,) = await wrong(environ)
    assert "sign a new one" in sentence


@pytest.mark.anyio
async def test_a_missing_grant_is_named(environ: dict[str, str]) -> None:
    async def lose(databases: Databases) -> None:
        rows = await databases.staff.all_docs(start="grant.", end="grant/", include_docs=True)
        doc = next(row.doc for row in rows if row.doc and row.doc["officer"] == founding.RECOVERY)
        await databases.staff.bulk_docs([{"_id": doc["_id"], "_rev": doc["_rev"], "_deleted": True}])

    await change(environ, lose)
    (sentence,) = await wrong(environ)
    assert "grant." in sentence
    assert founding.RECOVERY in sentence


@pytest.mark.anyio
async def test_a_changed_audit_is_told(environ: dict[str, str]) -> None:
    async def rename(databases: Databases) -> None:
        entry = await databases.staff.get(entry_id(1))
        await databases.staff.bulk_docs([entry | {"sig": entry["sig"][::-1]}])

    await change(environ, rename)
    (sentence,) = await wrong(environ)
    assert sentence.startswith("Audit: ")


@pytest.mark.anyio
async def test_a_clock_behind_what_was_written_is_told(environ: dict[str, str]) -> None:
    async def from_tomorrow(databases: Databases) -> None:
        own = read_server_key(load_settings(environ).data)
        await Audit(databases.staff, own.kid, own.pair, lambda: now() + 86400).write("login", who="upik")

    await change(environ, from_tomorrow)
    (sentence,) = await wrong(environ)
    assert sentence.startswith("Clock: ")


@pytest.mark.anyio
@pytest.mark.skipif(os.getuid() == 0, reason="root writes everywhere")
async def test_a_store_that_cannot_be_written_is_told(environ: dict[str, str]) -> None:
    (load_settings(environ).data / "cases.sqlite").chmod(0o400)
    assert any(sentence.startswith("Store: ") for sentence in await wrong(environ))


@pytest.mark.anyio
async def test_a_store_that_is_no_database_is_told(environ: dict[str, str]) -> None:
    (load_settings(environ).data / "wraps.sqlite").write_bytes(b"not a database, but long enough to be read " * 30)
    assert any(sentence.startswith("Store: ") for sentence in await wrong(environ))


@pytest.mark.anyio
async def test_what_is_not_finished_is_told_by_the_number_of_its_case(environ: dict[str, str]) -> None:
    cases = ["a" * 24, "b" * 24]
    notes = [{"_id": f"{what}.{case}"} for what, case in zip(("voiding", "erasing"), cases, strict=True)]
    await change(environ, lambda databases: databases.staff.bulk_docs(notes))
    sentences = await wrong(environ)
    assert len(sentences) == 2
    assert all(spoken_number(case) in sentence for case, sentence in zip(cases, sentences, strict=True))
