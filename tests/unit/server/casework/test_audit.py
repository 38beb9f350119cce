"""The audit in a real store: many writers, one chain; and what somebody changed behind our back is found."""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from server.casework.audit import Audit, last_entry, newest_entries, read_entries, verify_audit
from server.databases import open_databases
from server.i18n import load_catalogues
from server.keys.server_key import read_server_key
from server.settings import ROOT, load_settings
from sync.audit_chain import REASONS, ChainError, deed_of, entry_id
from sync.sqlite_store import SqliteStore, open_sqlite
from tests.sealed_items import NOW, OfficeKeys
from tests.serving import RunningOffice
from tests.staff_office import staff_office

KEYS = OfficeKeys()


def audit_in(staff: SqliteStore) -> Audit:
    return Audit(staff, KEYS.key_list.primary("server").kid, KEYS.server, lambda: NOW)


def test_every_deed_has_words_in_every_language() -> None:
    source = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "server").rglob("*.py"))
    deeds = set(re.findall(r"\.(?:write|note)\(\s*\"([a-z-]+)\", *(?:who=|\{)", source))
    assert {"case-opened", "key-kept"} <= deeds
    catalogues = load_catalogues(ROOT / "content" / "locale")
    for lang in catalogues.languages:
        assert {f"staff.deed.{deed}" for deed in deeds} <= set(catalogues[lang].texts)
        assert {f"staff.audit.broken.{why}" for why in REASONS} <= set(catalogues[lang].texts)


@pytest.fixture
async def staff(tmp_path: Path) -> AsyncIterator[SqliteStore]:
    store = open_sqlite(tmp_path, "staff")
    yield store
    await store.close()


@pytest.mark.anyio
async def test_what_several_processes_write_at_once_is_one_chain(staff: SqliteStore) -> None:
    writers = [audit_in(staff) for _ in range(3)]
    await asyncio.gather(*(writers[n % 3].write("login", who=f"officer-{n}") for n in range(30)))
    assert await verify_audit(staff, KEYS.key_list) == await last_entry(staff)
    who = {deed_of(entry).who async for entry in read_entries(staff)}
    assert who == {f"officer-{n}" for n in range(30)}


@pytest.mark.anyio
async def test_it_goes_on_after_a_restart(staff: SqliteStore) -> None:
    await audit_in(staff).write("login", who="upik")
    await audit_in(staff).write("case-opened", who="upik", about={"case": "a" * 24})
    assert (await verify_audit(staff, KEYS.key_list))[0] == 2


@pytest.mark.anyio
async def test_a_deleted_and_a_changed_entry_are_found(staff: SqliteStore) -> None:
    audit = audit_in(staff)
    for who in ("upik", "siti", "buyung"):
        await audit.write("login", who=who)
    entry = await staff.get(entry_id(2))
    signed = [*entry["signed"][:4], "nobody", *entry["signed"][5:]]
    await staff.bulk_docs([entry | {"signed": signed}])
    with pytest.raises(ChainError, match=r"^entry 2: its signature"):
        await verify_audit(staff, KEYS.key_list)
    changed = await staff.get(entry_id(2))
    await staff.bulk_docs([{"_id": changed["_id"], "_rev": changed["_rev"], "_deleted": True}])
    with pytest.raises(ChainError, match=r"^entry 2: missing"):
        await verify_audit(staff, KEYS.key_list)


@pytest.mark.anyio
async def test_the_newest_come_first_and_older_ones_after(staff: SqliteStore) -> None:
    audit = audit_in(staff)
    for n in range(5):
        await audit.write("login", who=f"officer-{n}")
    assert [deed_of(entry).who async for entry in newest_entries(staff)][:2] == ["officer-4", "officer-3"]
    assert [deed_of(entry).who async for entry in newest_entries(staff, before=3)] == ["officer-1", "officer-0"]


def test_the_command_says_whether_the_chain_is_whole(tmp_path: Path) -> None:
    office = RunningOffice(tmp_path / "office")
    office.folder.mkdir()
    office.run("init", "--demo")
    said = office.run("audit", "verify").stdout
    assert said.startswith("1 entries, a whole chain.")
    noted = said.split()[-1]
    assert office.run("audit", "verify", "--noted", "1", noted).returncode == 0
    other = office.run("audit", "verify", "--noted", "1", noted[::-1])
    assert (other.returncode, other.stderr) == (1, "Error: entry 1: its fingerprint is not the one that was noted\n")
    assert json.loads(office.run("audit", "show").stdout)["deed"] == "founded"


def test_the_command_shows_a_number_and_a_name_of_the_deed_beside_those_of_the_entry(tmp_path: Path) -> None:
    office = RunningOffice(tmp_path / "office")
    office.folder.mkdir()
    office.run("init", "--demo")
    step, training = {"case": "a" * 24, "n": 7, "step": "dibayar"}, {"who": "siti", "guide": "officer-data"}

    async def work() -> None:
        settings = load_settings(office.env)
        own = read_server_key(settings.data)
        async with open_databases(settings) as databases:
            audit = Audit(databases.staff, own.kid, own.pair, lambda: NOW)
            await audit.write("event", who="upik", about=step)
            await audit.write("training-finished", who="upik", about=training)

    asyncio.run(work())
    _, *told = map(json.loads, office.run("audit", "show").stdout.splitlines())
    assert [(entry["n"], entry["who"], entry["about"]) for entry in told] == [(2, "upik", step), (3, "upik", training)]


@pytest.mark.anyio
async def test_the_page_counts_many_versions_and_names_those_of_a_case_that_is_asked_for(tmp_path: Path) -> None:
    case, other = "a" * 24, "b" * 24
    versions = f"app.{case}.v1,app.{case}.v2,app.{other}.v1"
    async with staff_office(tmp_path) as office:
        await office.hire("kepala", "head")
        desk = office.desk("kepala")
        await desk.sign_in()
        await office.office.audit.write("rewrapped", who="upik", about={"kid": "k1", "versions": versions})
        page = (await desk.get("audit")).text
        assert ("versions 3" in page, f"app.{case}" in page) == (True, False)
        assert f"versions app.{other}.v1" in (await desk.get(f"audit?case={other}")).text
        assert "versions" not in (await desk.get(f"audit?case={'c' * 24}")).text

        staff = office.office.databases.staff
        entry = await staff.get(entry_id(2))
        await staff.bulk_docs([entry | {"signed": [*entry["signed"][:4], "nobody", *entry["signed"][5:]]}])
        for lang, said in (
            ("id", "Rantai putus pada baris 2: tanda tangannya salah"),
            ("en", "The chain is broken at line 2: its signature is wrong"),
        ):
            assert said in (await desk.client.get(f"/staff/{lang}/audit?check=1")).text
