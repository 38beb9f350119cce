"""The counter scans or types a ticket and notes who came; a wrong number is said, and nothing is noted twice."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from server.appointments.arrivals import read_ticket
from server.appointments.booking_desk import offers_of, ticket_number
from server.appointments.bookings import Bookings
from server.appointments.offers import Offer
from sync.receipt_code import spoken_number
from tests.api_desk import ApiDesk, sit_down
from tests.asgi import Answer
from tests.sealed_items import NOW, OfficeKeys
from tests.small_office import SmallOffice, deeds_of, routes_of, small_office

KEYS = OfficeKeys()
TEMPLATE = """{{ day }}|{{ error }}|{{ ticket }}|{{ noted }}|{% for offer, rows in hours %}[{{ offer.id }}
{%- for row in rows %} {{ row.ticket }}={{ row.case }}:{{ row.came }}{% endfor %}]{% endfor %}"""
PAGE = "/staff/id/queue"
CASE = "a" * 24


def hour(name: str, begins: int) -> Offer:
    return Offer(
        id=name, kind="office", place="Kantor", area=None, begins=begins, ends=begins + 3600, places=3, kept=0,
        priority=0, at=NOW - 86400,
    )  # fmt: skip


TODAY, TOMORROW = hour("261125-aaaa", NOW + 3600), hour("261126-bbbb", NOW + 90_000)


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[SmallOffice]:
    routes = routes_of("arrivals", "note_arrival", "tickets")
    async with small_office(tmp_path, routes, {"staff/arrivals.html": TEMPLATE}, KEYS) as office:
        await offers_of(office.app.state.office).publish([TODAY, TOMORROW])
        yield office


async def post(desk: ApiDesk, **fields: str) -> Answer:
    return await desk.client.post_form(PAGE, {"csrf": desk.csrf, **fields})


@pytest.mark.anyio
async def test_a_scanned_ticket_is_noted_and_a_slip_is_put_right(office: SmallOffice) -> None:
    booking = await Bookings(office.databases.cases, NOW).take(CASE, TODAY, why=("online",))
    ticket = ticket_number(TODAY.id, booking.number)
    desk = await sit_down(office, "siti", "desk")
    assert f"[{TODAY.id} {ticket}={spoken_number(CASE)}:None]" in (await desk.client.get(PAGE)).text
    scanned = await post(desk, ticket=ticket.replace(" ", "").lower())
    assert scanned.status == 200
    assert f"{ticket}={spoken_number(CASE)}:arrived" in scanned.text
    assert f"('{ticket}', 'arrived', '{spoken_number(CASE)}')" in scanned.text.replace("&#39;", "'")
    assert "'arrived'" in (await post(desk, ticket=ticket)).text.replace("&#39;", "'"), (
        "who scans it again is told the same"
    )
    assert ":absent]" in (await post(desk, ticket=ticket, came="absent")).text
    deeds = [(deed.name, deed.who, deed.about["case"]) for deed in await deeds_of(office)]
    assert deeds == [(f"applicant-{came}", "siti", CASE) for came in ("arrived", "absent")]
    assert await Bookings(office.databases.cases, NOW).taken([TODAY.id]) == {TODAY.id: {booking.number}}


@pytest.mark.anyio
async def test_a_double_click_notes_an_arrival_once_and_whoever_has_the_place_next_is_noted_too(
    office: SmallOffice,
) -> None:
    bookings, only = Bookings(office.databases.cases, NOW), replace(TODAY, id="261125-dddd", places=1)
    await offers_of(office.app.state.office).publish([only])
    booking = await bookings.take(CASE, only, why=("online",))
    ticket = ticket_number(only.id, booking.number)
    desk = await sit_down(office, "siti", "desk")
    both = await asyncio.gather(*(post(desk, ticket=ticket) for _ in range(2)))
    assert [f"('{ticket}', 'arrived'" in page.text.replace("&#39;", "'") for page in both] == [True, True]
    await bookings.cancel(CASE)
    await bookings.take("b" * 24, only, why=("online",))
    await post(desk, ticket=ticket)
    assert [(deed.name, deed.about["case"]) for deed in await deeds_of(office)] == [
        ("applicant-arrived", CASE), ("applicant-arrived", "b" * 24),
    ]  # fmt: skip


@pytest.mark.anyio
async def test_what_is_no_ticket_of_today_is_said_and_noted_nowhere(office: SmallOffice) -> None:
    await Bookings(office.databases.cases, NOW).take(CASE, TOMORROW, why=("online",))
    desk = await sit_down(office, "siti", "desk")
    wrong_check = ticket_number(TODAY.id, 1)[:-1] + "?"
    for typed, error in (
        ("", "no-ticket"),
        ("ROSMAINI", "no-ticket"),
        (wrong_check, "no-ticket"),
        (ticket_number(TODAY.id, 1), "unknown"),
        (ticket_number("261125-zzzz", 1), "unknown"),
        (ticket_number(TOMORROW.id, 1), "other-day"),
    ):
        answer = await post(desk, ticket=typed)
        assert (answer.status, answer.text.split("|")[1:3]) == (422, [error, typed])
    assert await deeds_of(office) == []
    other = (await desk.client.get(f"{PAGE}?day=2026-11-26")).text
    assert other.startswith("2026-11-26|None")
    assert f"[{TOMORROW.id}" in other
    for wrong in ("tomorrow", "9999-12-31", "0001-01-01"):
        assert (await desk.client.get(f"{PAGE}?day={wrong}")).text.startswith("2026-11-25"), wrong


@pytest.mark.parametrize("number", [1, 42, 107])
def test_a_ticket_is_read_as_it_is_written_scanned_or_spoken(number: int) -> None:
    shown = ticket_number(TODAY.id, number)
    for typed in (shown, shown.lower(), shown.replace(" ", ""), shown.replace(" ", "-"), f" {shown}\n"):
        assert read_ticket(typed) == ("aaaa", number)


@pytest.mark.anyio
async def test_the_console_is_told_who_has_a_ticket_on_a_day_by_the_hour(office: SmallOffice) -> None:
    early = hour("261125-cccc", NOW + 1800)
    await offers_of(office.app.state.office).publish([early])
    bookings = Bookings(office.databases.cases, NOW)
    numbers = [
        (await bookings.take(case * 24, offer, why=("online",))).number
        for case, offer in zip("ab", (TODAY, early), strict=True)
    ]
    desk = await sit_down(office, "siti", "officer")
    told = (await desk.get("tickets")).json()
    assert [told[name] for name in ("day", "today", "zone")] == ["2026-11-25", "2026-11-25", "Asia/Jakarta"]
    assert [(each["begins"], each["tickets"]) for each in told["hours"]] == [
        (offer.begins, [{"ticket": ticket_number(offer.id, n), "id": id_, "case": spoken_number(id_), "came": None}])
        for offer, n, id_ in ((early, numbers[1], "b" * 24), (TODAY, numbers[0], CASE))
    ]
    assert (await desk.get("tickets?day=2026-11-26")).json()["hours"] == [], "nobody has a place there"
    assert (await desk.get("tickets?day=besok")).status == 400
