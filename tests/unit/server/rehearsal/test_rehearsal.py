"""A rehearsal office has every kind of work in it, begins anew when it is asked to, and is never a real office."""

import tomllib
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from server.app import create_app
from server.appointments.bookings import Bookings
from server.appointments.offers import Offers
from server.casework.audit import read_entries
from server.databases import Databases, open_databases
from server.keys.founding import DEMO, make_office
from server.office import read_keys
from server.rehearsal.made_up_people import FILE, RehearsalError
from server.rehearsal.rehearsal import PLACE, Rehearsal
from server.settings import ROOT, Settings, load_settings
from server.staff.sessions import Sessions
from sync.audit_chain import deed_of
from sync.canonical import b64u_decode
from sync.document import Doc
from sync.events import open_note
from sync.key_pair import KeyPair
from sync.keyring import open_grant, unwrap_officer_key
from sync.seal import open_version, open_wrap_as_office
from tests.asgi import Client
from tests.founded_office import found, prepared_for
from tests.made_before import started

MONDAY = 1_795_996_800  # 2026-11-30, 07:00 at the office
TODAY = date(2026, 11, 30)


@dataclass
class DemoOffice:
    """An office whose passwords everybody knows, in databases of its own."""

    settings: Settings
    databases: Databases

    async def rehearsal(self, *, now: int = MONDAY) -> Rehearsal:
        return await Rehearsal.of(self.settings, self.databases, now=now)

    async def numbers(self) -> set[str]:
        """Name every case in which something can be read."""
        rows = await self.databases.wraps.all_docs(start="w.", end="w/")
        return {row.id.split(".")[2] for row in rows}

    async def work(self) -> dict[str, Any]:
        """Ask what the console asks for its queues."""
        app = create_app(
            self.settings, prepared=prepared_for(self.settings), databases=self.databases, clock=lambda: MONDAY
        )
        async with started(app, self.settings.data):
            client = Client(app)
            client.cookies["s"] = await Sessions(self.databases.staff, lambda: MONDAY).open(DEMO.login)
            page = await client.get("/staff/id/calendar")
            assert "LATIHAN" in page.text
            told = (await client.get("/staff/api/work")).json()
        return {**told, "rows": [dict(zip(told["columns"], row, strict=True)) for row in told["rows"]]}

    async def names(self) -> list[str]:
        """Open every application as its officer does, and give the names in them, which end as no real one does."""
        key, wraps = await self.key("seal"), self.databases.wraps
        found = []
        for row in await self.databases.cases.all_docs(start="app.", end="app/", include_docs=True):
            [held] = await wraps.all_docs(keys=[f"w.{row.id}"], include_docs=True)
            if row.doc is not None and held.doc is not None and not held.deleted:
                groups = open_version(row.doc, await self.dek(row.doc, key))
                found.append(next(str(one) for one in groups["personal"] if str(one).endswith(" LATIHAN")))
        return found

    async def dek(self, version: Doc, key: tuple[str, KeyPair]) -> bytes:
        wrap = await self.databases.wraps.get(f"w.{version['_id']}")
        bare = {name: value for name, value in wrap.items() if not name.startswith("_")}
        return open_wrap_as_office(version, bare, *key)

    async def key(self, use: str) -> tuple[str, KeyPair]:
        keys = await read_keys(self.databases)
        kid = next(row[0] for row in keys[0][5] if row[1] == use)
        own = unwrap_officer_key(await self.databases.staff.get(f"officer.{DEMO.login}"), DEMO.passphrase)
        grant = await self.databases.staff.get(f"grant.{kid}.{DEMO.login}")
        return kid, open_grant(grant["sealed"], kid, DEMO.login, own)


@asynccontextmanager
async def demo_office(folder: Path) -> AsyncIterator[DemoOffice]:
    settings = load_settings({"RANTAU_DATA": str(folder)})
    async with open_databases(settings) as databases:
        await make_office(settings, databases, DEMO, now=MONDAY - 99, is_demo=True)
        yield DemoOffice(settings, databases)


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[DemoOffice]:
    async with demo_office(tmp_path / "data") as office:
        yield office


@pytest.mark.anyio
async def test_whoever_sits_down_finds_every_kind_of_work(office: DemoOffice) -> None:
    count = await (await office.rehearsal()).begin()
    told = await office.work()
    rows = told["rows"]
    states = Counter(row["state"] for row in rows)
    assert len(rows) == count - 1, "one is handed over"
    assert states.keys() >= {"terkirim", "perlu_perbaikan", "menunggu_pembayaran", "terjadwal", "bap", "siap_diambil"}
    today = told["today"]
    due = [row for row in rows if row["due"]]
    assert {row["kind"] for row in due if row["due"] == today} == {"app", "cmp"}
    assert {row["kind"] for row in due if row["due"] < today} == {"app", "cmp"}
    assert [row["state"] for row in rows if row["waiting"]] == ["siap_diambil"]
    assert [row["waits_for"] for row in rows if row["versions"] == 2] == ["office"], "a correction came"
    offers = await Offers(office.databases.public, "", await _pair(office)).since(TODAY)
    bookings = Bookings(office.databases.cases, MONDAY)
    coming = [each for one in offers if one.place == PLACE for each in await bookings.of_offer(one.id)]
    assert {each.case for each in coming} == {row["case"] for row in rows if row["state"] == "terjadwal"}


async def _pair(office: DemoOffice) -> KeyPair:
    return (await office.rehearsal()).server_key.pair


@pytest.mark.anyio
async def test_it_opens_as_everything_here_does_and_says_that_nobody_in_it_is_real(office: DemoOffice) -> None:
    await (await office.rehearsal()).begin()
    names = await office.names()
    assert len(names) > 20
    key, notes = await office.key("seal"), set()
    for event in await office.databases.cases.all_docs(start="ev.", end="ev/", include_docs=True):
        if event.doc is not None and event.doc["note"]:
            case, n, [v, *_] = (event.doc[name] for name in ("case", "n", "on"))
            version = await office.databases.cases.get(f"app.{case}.{v}")
            notes.add(open_note(b64u_decode(event.doc["note"]), await office.dek(version, key), case, n))
    plan = tomllib.loads((office.settings.content / FILE).read_text())
    assert notes == {step["note"] for case in plan["case"] for step in case.get("steps", ()) if "note" in step}


@pytest.mark.anyio
async def test_an_office_with_cases_stays_as_it_is_and_two_of_one_day_are_the_same(
    office: DemoOffice, tmp_path: Path
) -> None:
    assert await (await office.rehearsal()).begin() > 20
    first = await office.numbers()
    assert await (await office.rehearsal(now=MONDAY + 86400)).begin() == 0
    assert await office.numbers() == first
    async with demo_office(tmp_path / "other") as other:
        await (await other.rehearsal()).begin()
        assert await other.numbers() == first
        assert await other.names() == await office.names()


@pytest.mark.anyio
async def test_it_begins_anew_with_other_people_and_nothing_of_the_old_ones_opens(office: DemoOffice) -> None:
    count = await (await office.rehearsal()).begin()
    first, names = await office.numbers(), await office.names()
    await office.databases.staff.bulk_docs([{"_id": f"work.{min(first)}", "type": "casework", "assigned": None}])
    again = await office.rehearsal()
    assert await again.reset(who="command") == count
    assert not first & await office.numbers()
    assert set(names) != set(await office.names())
    assert len((await office.work())["rows"]) == count - 1
    [kept] = await office.databases.staff.all_docs(keys=[f"work.{min(first)}"])
    assert kept.deleted
    offers = [one for one in await Offers(office.databases.public, "", again.server_key.pair).since(TODAY)]
    coming = [await Bookings(office.databases.cases, MONDAY).of_offer(one.id) for one in offers if one.place == PLACE]
    assert not {each.case for one in coming for each in one} & first
    assert sum(map(len, coming)) == 4
    deeds = [deed_of(entry) async for entry in read_entries(office.databases.staff)]
    assert [(deed.name, deed.about) for deed in deeds if "rehearsal" in deed.name] == [
        ("rehearsal-reset", {"cases": count})
    ]


@pytest.mark.anyio
async def test_in_a_real_office_nothing_is_ever_rehearsed(tmp_path: Path) -> None:
    settings = load_settings({"RANTAU_DATA": str(tmp_path / "data")})
    await found(settings, DEMO, now=MONDAY)
    async with open_databases(settings) as databases:
        real = DemoOffice(settings, databases)
        for deed in ((await real.rehearsal()).begin(), (await real.rehearsal()).reset(who="command")):
            with pytest.raises(RehearsalError, match="real office"):
                await deed
        assert await databases.cases.all_docs() == []
        assert [deed_of(entry).name async for entry in read_entries(databases.staff)] == ["founded"]


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("word", "wrong"),
    [('service = "permit-visit"', 'service = "gone"'), ('"{country}"', '"{nowhere}"'), ("sent = 24", "")],
)
async def test_a_plan_that_is_wrong_is_told_in_a_sentence_and_nothing_is_written(
    office: DemoOffice, tmp_path: Path, word: str, wrong: str
) -> None:
    plan = (office.settings.content / FILE).read_text()
    (tmp_path / FILE).write_text(plan.replace(word, wrong))
    assert word in plan
    rehearsal = replace(await office.rehearsal(), settings=replace(office.settings, content=tmp_path))
    with pytest.raises(RehearsalError, match=r"rehearsal\.toml"):
        await rehearsal.begin()
    assert await office.databases.cases.all_docs() == []


def test_every_page_of_the_console_has_the_frame_that_says_so() -> None:
    pages = {path.name: path.read_text() for path in (ROOT / "templates" / "staff").glob("*.html")}
    assert [name for name, text in pages.items() if "<html" in text] == ["base.html"]
    assert 'class="rehearsal"' in pages["base.html"]
