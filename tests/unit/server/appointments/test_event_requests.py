"""What bodies ask for: an event near them, sealed as an application is, with steps of its own, and counted as none."""

import html
import json
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from server.appointments.booking_desk import BookingDesk
from server.content import load_content
from server.figures.figures import figures_of
from server.figures.report_page import asked_of, tables_of
from server.settings import load_settings
from sync.events import sign_event
from sync.receipt_code import derive, parse_code
from sync.seal import open_version, open_wrap_as_office
from tests.api_desk import sit_down
from tests.sealed_items import OfficeKeys, new_keys, seal_pair
from tests.small_office import SmallOffice, routes_of, small_office
from tests.staff_office import START, StaffOffice, staff_office
from tests.unit.server.figures.test_figures import MARCH, desk_of, walk

KEYS = OfficeKeys()
FORM = load_content(load_settings({}).content).forms.latest("event-request")
TEMPLATES = {
    "form.html": "{{ errors | tojson }}",
    "review.html": "{{ item }}\n{{ code }}",
    "sent.html": "{{ state }}",
    "status.html": "{{ status.state }}",
}
TYPED = {
    "lembaga": "Pemerintah Nagari Talu", "tempat_kegiatan": "Balai Nagari Talu", "nagari": "13.12.04.2002",
    "jumlah_orang": "40", "tanggal_1": "07-12-2026", "keterangan": "Banyak lansia", "nama_lengkap": "Yusra",
    "telp_hp": "0753 123456",
}  # fmt: skip


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[SmallOffice]:
    routes = routes_of("review", "send", "status", "work", "add_event")
    async with small_office(tmp_path, routes, TEMPLATES, KEYS) as office:
        yield office


@pytest.fixture
async def staffed(tmp_path: Path) -> AsyncIterator[StaffOffice]:
    async with staff_office(tmp_path) as office:
        await office.hire("heri", "head")
        yield office


@pytest.mark.anyio
async def test_a_request_is_sealed_stands_among_the_work_and_is_answered_by_its_code(office: SmallOffice) -> None:
    client = office.client()
    wrong = await client.post_form("/id/apply/event-request", TYPED | {"jumlah_orang": "0", "telp_hp": "nanti"})
    assert set(wrong.json()) == {"jumlah_orang", "telp_hp"}
    answer = await client.post_form("/id/apply/event-request", TYPED)
    item, code = html.unescape(answer.text).split("\n")
    assert (await client.post_form("/id/send", {"item": item, "code": code})).text == "ok"
    version, wrap = json.loads(item)
    assert version["area"] == TYPED["nagari"], "which nagari asks is what the work is sorted by"
    answers = open_version(version, open_wrap_as_office(version, wrap, "k1", KEYS.seal))["personal"]
    assert answers[1:5] == ["Balai Nagari Talu", "13.12.04.2002", 40, "2026-12-07"]
    stored = await office.texts_in(*office.stores)
    assert not [word for word in ("Yusra", "123456", "Balai", "lansia") if word in stored]

    desk, case = await sit_down(office), derive(parse_code(code)).case
    work = (await desk.get("work")).json()
    [row] = [dict(zip(work["columns"], row, strict=True)) for row in work["rows"]]
    assert (row["service"], row["state"], row["area"]) == ("event-request", "terkirim", TYPED["nagari"])
    on = [version["_id"].rpartition(".")[2]]
    event = sign_event(
        case=case, n=1, step="kegiatan_diterima", at=office.now, on=on, note=None, kid="o1", private=KEYS.office
    )
    assert (await desk.post(f"cases/{case}/events", event)).status == 201
    assert (await client.post_form("/id/track", {"code": code})).text == "kegiatan_diterima"


@pytest.mark.anyio
async def test_a_request_is_no_application_in_any_figure_and_books_no_hour(staffed: StaffOffice) -> None:
    office = staffed.office
    for _ in range(6):
        await walk(staffed, "event-request", MARCH, ("kegiatan_diterima", 1), ("ditolak", 2))
    assert (await figures_of(office, "2026-03", "2026-03")).is_empty
    asked = asked_of({"from": "2026-03-01", "to": "2026-03-02"}, office)
    tables = {table.key: table.rows for table in await tables_of(office, asked)}
    assert {row[1:] for row in tables["arrivals"]} == {(0, 0)}
    assert [tables[key] for key in ("stock", "stays", "areas")] == [()] * 3

    version, _ = seal_pair(KEYS, keys := new_keys(), service="event-request", at=START)
    await office.databases.cases.bulk_docs([version])
    assert await BookingDesk(office).refusal(keys.case) == "unknown"


@pytest.mark.anyio
async def test_a_request_is_drafted_as_hours_and_published_only_by_the_officer(staffed: StaffOffice) -> None:
    heri = await desk_of(staffed, "heri")
    asked = {"place": "Balai Nagari", "area": "13.12.04.2002", "first": "2026-12-07", "people": "40"}
    page = await heri.post("offers", **asked)
    assert (page.status, "sekitar 40 orang" in page.text) == (200, True)
    typed = typed_on(page.text)
    shares = {key: typed[key] for key in ("places", "kept", "priority")}
    assert (typed["place"], typed["first"], shares) == (
        "Balai Nagari", "2026-12-07", {"places": "6", "kept": "1", "priority": "1"}
    )  # fmt: skip
    assert await BookingDesk(staffed.office).listed() == []
    assert (await heri.post("offers", **typed, area=asked["area"], minutes="60")).status == 303
    offers = [offer for offer, _, _ in await BookingDesk(staffed.office).listed()]
    assert {(offer.kind, offer.place, offer.area) for offer in offers} == {("outreach", "Balai Nagari", asked["area"])}
    assert sum(offer.places for offer in offers) >= 40


def typed_on(page: str) -> dict[str, Any]:
    """Read what the page's form would post, without what is chosen from a list."""
    tags = [tag for tag in re.findall(r"<input[^>]+>", page) if 'type="radio"' not in tag or " checked" in tag]
    named = [re.search(r'name="([^"]+)"[^>]* value="([^"]*)"', tag) for tag in tags]
    return {found[1]: html.unescape(found[2]) for found in named if found and found[1] != "csrf"}
