"""The office's calendar: what is on offer and taken, holidays with their source, and why each place was given."""

import re
from collections.abc import AsyncIterator
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from server.appointments.booking_desk import BookingDesk, ticket_number
from server.appointments.booking_record import record_id
from server.appointments.bookings import Bookings
from server.appointments.calendar_page import view_of
from server.appointments.keep_rounds import hold_round
from server.appointments.offers import Offer
from server.appointments.waiting import Queue
from sync.receipt_code import spoken_number
from tests.sealed_items import new_keys
from tests.staff_office import StaffDesk, StaffOffice, staff_office
from tests.unit.server.figures.test_figures import desk_of

DASH = "\N{EN DASH}"


def at(day: int, hour: int) -> int:
    return int(datetime(2026, 11, day, hour, tzinfo=ZoneInfo("Asia/Jakarta")).timestamp())


KANTOR = Offer(
    id="261130-aaaa", kind="office", place="Kantor", area=None, begins=at(30, 9), ends=at(30, 10), places=4, kept=2,
    priority=1, at=at(20, 9),
)  # fmt: skip
TALU = Offer(
    id="261130-bbbb", kind="outreach", place="Kantor Wali Nagari Talu", area="13.12.04.2001", begins=at(30, 13),
    ends=at(30, 14), places=10, kept=4, priority=0, at=at(20, 9), is_closed=True,
)  # fmt: skip


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[StaffOffice]:
    async with staff_office(tmp_path) as office:
        await office.hire("heri", "head")
        office.times[0] = at(26, 9)
        await BookingDesk(office.office).offers.publish([KANTOR, TALU])
        yield office


async def round_of_four(office: StaffOffice) -> tuple[str, dict[str, int]]:
    """One books online; four wish the same hour, in which three places are left for them, one for who has priority."""
    cases, now = office.office.databases.cases, office.times[0]
    online = new_keys().case
    await Bookings(cases, now).take(online, KANTOR, why=("online",))
    queue = Queue(cases, {KANTOR.id: KANTOR}, now)
    for case in (new_keys().case for _ in range(4)):
        await queue.wish(case, [KANTOR.id])
    office.times[0] = at(26, 18)
    await hold_round(office.office, "")
    drawn = {
        str(deed.about["case"]): int(deed.about["draw"]) for deed in await office.deeds() if deed.name == "place-drawn"
    }
    return online, drawn


async def week(desk: StaffDesk, day: str) -> str:
    return (await desk.get(f"calendar?week={day}")).text


@pytest.mark.anyio
async def test_a_month_shows_what_is_on_offer_and_how_full_it_is_with_holidays_and_their_source(
    office: StaffOffice,
) -> None:
    heri = await desk_of(office, "heri")
    await Bookings(office.office.databases.cases, office.times[0]).take(new_keys().case, KANTOR, why=("online",))
    page = (await heri.get("calendar")).text
    assert "November 2026" in page
    days = re.findall(r'<td[^>]*>\s*<a class="tap" href="\?week=([0-9-]+)', page)
    assert (days[0], days[-1], len(days)) == ("2026-10-26", "2026-12-06", 42)
    cells = dict(re.findall(r'href="\?week=([0-9-]+)#.*?</a>(.*?)</td>', page, re.S))
    said = re.sub(r"<[^>]+>|\s+", " ", cells["2026-11-30"])
    assert re.sub(" +", " ", said).strip().replace(DASH, "-") == (
        "09.00-10.00 Kantor: 1 dari 4 terisi 13.00-14.00 Jemput bola · Kantor Wali Nagari Talu: 0 terisi · Ditutup"
    )
    talu = (await week(heri, "2026-11-30")).partition(f'data-offer="{TALU.id}"')[2].partition("</article>")[0]
    assert "<strong>0 terisi</strong>" in talu
    assert "10" not in re.sub(r"<[^>]+>", "", talu), "nobody can have the places of an hour that is closed"
    assert "Undian" not in talu, "nor are they drawn"
    december = (await heri.get("calendar?month=2026-12")).text
    assert "<strong>Kelahiran Yesus Kristus</strong>" in december
    assert "SKB 3 Menteri 1497/2025" in december
    assert "diperiksa 30 November 2026" in december
    assert "Perkiraan: keputusan untuk tahun 2027" in december, "its last week ends in January"
    assert "Daftar hari libur 2028 belum ada" in (await heri.get("calendar?month=2028-02")).text


@pytest.mark.anyio
async def test_each_place_says_why_it_was_given_as_the_rounds_record_and_the_audit_have_it(
    office: StaffOffice,
) -> None:
    online, drawn = await round_of_four(office)
    assert len(drawn) == 2, "the third place left is for who declares priority"
    heri = await desk_of(office, "heri")
    page = await week(heri, "2026-11-30")
    assert "<strong>3 dari 4 terisi</strong>" in page
    assert re.search(r"untuk semua 1/1,\s+untuk yang luring 2/2,\s+prioritas 0/1", page)
    assert reason_of(page, online) == "memesan sendiri secara daring"
    for case, draw in drawn.items():
        assert reason_of(page, case) == f"undian 26 November 2026: giliran {draw} dari 4, keinginan ke-1"
    assert "tidak cocok" not in page

    held = await week(heri, "2026-11-26")
    assert "Undian pukul 17.00: 4 ikut, 2 mendapat tempat" in held
    turns = re.findall(r'<th scope="row">(\d)</th><td>([^<]+)</td><td><code>([0-9a-f]{8})</code></td><td>([^<]+)', held)
    assert [int(turn) for turn, *_ in turns] == [1, 2, 3, 4]
    assert [lot for *_, lot, _ in turns] == sorted(lot for *_, lot, _ in turns), (
        "among equals the lower lot comes first"
    )
    assert {number: int(turn) for turn, number, _, outcome in turns if outcome.startswith("tiket")} == {
        spoken_number(case): draw for case, draw in drawn.items()
    }
    assert [outcome for *_, outcome in turns].count("semua keinginannya penuh, ikut undian berikutnya") == 2


@pytest.mark.anyio
async def test_a_place_that_the_round_did_not_give_so_is_marked(office: StaffOffice) -> None:
    _, drawn = await round_of_four(office)
    cases, (case, *_) = office.office.databases.cases, drawn
    record = await cases.get(record_id(case))
    await cases.bulk_docs([record | {"why": ["round", 261126, 4 if drawn[case] != 4 else 3, 4, 1]}])
    heri = await desk_of(office, "heri")
    page = await week(heri, "2026-11-30")
    assert page.count("tidak cocok dengan catatan undian") == 1
    # Whoever gives a place back is in the round's list still, and no ticket stands there.
    await Bookings(cases, office.times[0]).cancel(case)
    assert "tidak menunggu lagi" in await week(heri, "2026-11-26")


@pytest.mark.anyio
async def test_a_case_whose_code_was_voided_is_found_in_its_round_under_the_new_one(office: StaffOffice) -> None:
    _, drawn = await round_of_four(office)
    cases, (old, *_), new = office.office.databases.cases, drawn, new_keys().case
    await cases.bulk_docs([{"_id": f"code.{old}", "type": "code", "to": new}])
    await Bookings(cases, office.times[0]).sweep(KANTOR)
    page = await week(await desk_of(office, "heri"), "2026-11-30")
    assert reason_of(page, new) == f"undian 26 November 2026: giliran {drawn[old]} dari 4, keinginan ke-1"
    assert "tidak cocok" not in page
    held = await Bookings(cases, office.times[0]).of(new)
    assert held is not None
    assert ticket_number(held.offer, held.number) in page


def test_months_and_weeks_are_whole_and_what_is_none_is_this_month() -> None:
    today = date(2026, 11, 26)
    december = view_of({"month": "2026-12"}, today)
    assert (december.first, december.last) == (date(2026, 11, 30), date(2027, 1, 3))
    assert (december.before.query, december.after.query) == ("month=2026-11", "month=2027-01")
    week = view_of({"week": "2026-12-02"}, today)
    assert (week.first, week.last) == (date(2026, 11, 30), date(2026, 12, 6))
    assert (week.before.query, week.after.query) == ("week=2026-11-23", "week=2026-12-07")
    for wrong in ({"month": "2026-13"}, {"week": "besok"}, {"week": "0001-01-01"}, {"month": "1"}):
        shown = view_of(wrong, today)
        assert (shown.is_wrong, shown.query) == (True, "month=2026-11")


def reason_of(page: str, case: str) -> str:
    found = re.search(rf"<td>{spoken_number(case)}</td><td>([^<]+)", page)
    assert found is not None
    return found[1].strip()
