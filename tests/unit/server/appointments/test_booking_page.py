"""An officer publishes hours on a page; an applicant without JavaScript books one, moves it once, and gives it up."""

import asyncio
import re
from html import unescape
from pathlib import Path

import pytest

from server.appointments.keep_rounds import hold_round
from sync.receipt_code import derive, new_code, show_code
from tests.asgi import Answer, Client
from tests.sealed_items import OfficeKeys, seal_pair
from tests.staff_office import ORIGIN, StaffOffice, staff_office

TYPED = {
    "kind": "outreach", "place": "Kantor Wali Nagari Talu", "area": "13.12.03.2004", "first": "2026-12-07", "last": "",
    "day0": "1", "from": "08:00", "to": "10:30", "minutes": "60", "places": "3", "kept": "1", "priority": "0",
}  # fmt: skip
CODE = new_code()
HOUR = 3600  # seconds
DAY = 24 * HOUR


async def post(office: StaffOffice, code: str = CODE, **fields: str) -> Answer:
    return await Client(office.app, origin=ORIGIN).post_form("/en/offers", {"code": code, **fields})


@pytest.mark.anyio
async def test_an_hour_from_its_publication_to_its_end(tmp_path: Path) -> None:
    async with staff_office(tmp_path) as office:
        await office.hire("siti", "officer")
        desk = office.desk("siti")
        await desk.sign_in()

        wrong = await desk.post("offers", **TYPED | {"place": "", "kept": "30"})
        assert wrong.status == 422
        assert "Tempat: isi 3 sampai 80 huruf" in wrong.text
        assert "Disimpan untuk yang luring: yang disimpan dan prioritas" in wrong.text
        assert 'value="30"' in wrong.text
        assert (await desk.post("offers", **TYPED)).status == 303
        first, second = re.findall(r'data-offer="([^"]+)"', (await desk.get("offers")).text)
        assert [deed.name for deed in await office.deeds()][-1] == "offers-published"

        keys = derive(CODE)
        await office.office.databases.cases.bulk_docs([seal_pair(OfficeKeys(), keys)[0]])
        page = await Client(office.app, origin=ORIGIN).get("/en/offers")
        assert page.text.count("2 places left") == 2

        mistyped = await post(office, "abcd", do="take", offer=first, priority="1")
        assert mistyped.status == 422
        assert f'value="{first}" checked' in mistyped.text
        assert re.search(r'name="priority" value="1" checked', mistyped.text)
        assert "First choose" in (await post(office, do="take")).text
        assert 'role="alert"' in (await post(office, new_code(), do="take", offer=first)).text

        booked = await post(office, show_code(CODE), do="take", offer=first)
        [number] = re.findall(r"data-ticket>([^<]+)<", booked.text)
        assert booked.status == 200
        assert "<svg" in booked.text
        assert number in (await post(office, do="show")).text
        assert "already" in (await post(office, do="take", offer=second)).text
        assert "1 dari 3 terisi" in (await desk.get("offers")).text

        calendar = re.findall(r'href="(/en/offers/[^"]+[.]ics)"', booked.text)
        kept = await Client(office.app, origin=ORIGIN).get(*calendar)
        assert kept.headers["content-type"] == "text/calendar; charset=utf-8"
        assert "LOCATION:Kantor Wali Nagari Talu\r\n" in kept.text
        assert "DTSTART:20261207T010000Z\r\n" in kept.text  # 08.00 at the office
        assert number not in kept.text

        coming = await desk.get("queue?day=2026-12-07")
        assert f'data-ticket="{number}"' in coming.text
        wrong = await desk.post("queue", ticket=number)
        assert wrong.status == 422
        assert "Tiket ini untuk hari lain." in wrong.text
        assert f'value="{number}"' in wrong.text

        assert (await desk.post(f"offers/{first}/close")).status == 303
        assert first not in (await Client(office.app, origin=ORIGIN).get("/en/offers")).text
        assert (await Client(office.app, origin=ORIGIN).get(*calendar)).status == 404
        assert "The office closed this day" in (await post(office, do="show")).text
        assert "You may still move once" in (await post(office, do="move", offer=second)).text
        assert "Your place was given up" in (await post(office, do="cancel")).text
        assert "no place yet" in (await post(office, do="show")).text
        assert "Your wishes are at the office" in (await post(office, do="wish", offer=second)).text


@pytest.mark.anyio
async def test_who_waits_sees_for_which_hour_and_how_often_in_vain_and_takes_the_wish_back(tmp_path: Path) -> None:
    async with staff_office(tmp_path) as office:
        siti = await office.sit_down("siti", "officer")
        await siti.post("offers", **TYPED | {"places": "1", "kept": "0"})
        first = re.findall(r'data-offer="([^"]+)"', (await siti.get("offers")).text)[0]
        lucky = new_code()
        for code in (CODE, lucky):
            await office.office.databases.cases.bulk_docs([seal_pair(OfficeKeys(), derive(code))[0]])
        assert "data-ticket" in (await post(office, lucky, do="take", offer=first)).text
        assert "Your wishes were taken back" in (await post(office, do="withdraw")).text, "pressed twice"
        assert "Your wishes are at the office" in (await post(office, do="wish", offer=first)).text

        waits = (await post(office, do="show")).text
        assert "Waiting for the round" in waits
        assert re.findall(r"<li><strong>[^<]*08:00[^<]*</strong> · ([^<]+)</li>", waits) == ["Kantor Wali Nagari Talu"]
        assert "Rounds so far" not in waits
        office.wait(3 * DAY + 10 * HOUR)  # at five in the afternoon
        await hold_round(office.office, "")
        assert "Rounds so far without a place: 1" in (await post(office, do="show")).text

        wrong = await post(office, "abcd", do="withdraw")
        assert wrong.status == 422
        assert 'role="alert"' in wrong.text
        assert 'value="withdraw"' in wrong.text, "it can be tried again there"
        assert "data-ticket" in (await post(office, lucky, do="withdraw")).text, "who has a place keeps it"
        assert "Your wishes were taken back" in (await post(office, do="withdraw")).text
        assert "no place yet" in (await post(office, do="show")).text

        await post(office, do="wish", offer=first)
        office.wait(8 * DAY + 15 * HOUR)  # the hour begins
        begun = (await post(office, do="show")).text.partition("data-waiting>")[2].partition("</ol>")[0]
        assert "That day is no longer on offer." in begun
        assert "08:00" not in begun


@pytest.mark.anyio
async def test_a_double_click_publishes_each_hour_once_and_says_which_were_there(tmp_path: Path) -> None:
    async with staff_office(tmp_path) as office:
        siti = await office.sit_down("siti", "officer")
        both = await asyncio.gather(siti.post("offers", **TYPED), siti.post("offers", **TYPED))
        assert {answer.status for answer in both} <= {200, 303}
        listed = re.findall(r'data-offer="([^"]+)"', (await siti.get("offers")).text)
        assert len(listed) == 2
        assert [deed.about["count"] for deed in await office.deeds() if deed.name == "offers-published"] == [2]
        longer = await siti.post("offers", **TYPED | {"to": "11:30"})
        assert "Sudah ditawarkan sebelumnya: 2 jam, dibiarkan seperti semula. Baru diterbitkan: 1." in longer.text
        there = longer.text.partition("data-there")[2].partition("</ul>")[0]
        assert re.findall(r"(\d\d\.\d\d) WIB", there) == ["08.00", "09.00"]
        assert 'value="11:30"' in longer.text, "what was typed stands there still"
        [last] = [deed for deed in await office.deeds() if deed.name == "offers-published"][-1:]
        assert last.about["count"] == 1

        both = await asyncio.gather(*(siti.post(f"offers/{listed[0]}/close") for _ in range(2)))
        assert [answer.status for answer in both] == [303, 303]
        assert [deed.name for deed in await office.deeds()].count("offer-closed") == 1
        assert "Baru diterbitkan: 1." in (await siti.post("offers", **TYPED)).text, "a closed hour is offered again"


HOLIDAYS = TYPED | {
    "kind": "office", "first": "2026-12-21", "last": "2027-01-03", "to": "09:00", **{f"day{n}": "1" for n in range(5)},
}  # fmt: skip


def told(page: str) -> str:
    """What the page says of holidays, without its tags."""
    said = page.partition("data-holidays>")[2].partition("</ul>")[0]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", said)).split())


@pytest.mark.anyio
async def test_the_office_s_hours_are_not_offered_on_holidays_and_the_officer_reads_which(tmp_path: Path) -> None:
    async with staff_office(tmp_path) as office:
        siti = await office.sit_down("siti", "officer")
        page = await siti.post("offers", **HOLIDAYS)
        assert page.status == 200
        assert told(page.text) == (
            "Tidak ditawarkan, karena kantor tutup pada hari libur ini. Baru diterbitkan: 7. "
            "Kamis, 24 Desember 2026: Cuti bersama Natal Jumat, 25 Desember 2026: Kelahiran Yesus Kristus "
            "Jumat, 1 Januari 2027: Tahun Baru Masehi"
        )
        days = re.findall(r'data-offer="([0-9]{6})', page.text)
        assert days == ["261221", "261222", "261223", "261228", "261229", "261230", "261231"]
        assert 'value="2027-01-03"' in page.text, "what was typed stands there still"
        csrf = {"csrf": re.findall(r'name="csrf" value="([^"]+)"', page.text)[0]}
        english = (await siti.client.post_form("/staff/en/offers", HOLIDAYS | csrf)).text
        assert "Friday, 25 December 2026: Christmas" in told(english)

        alone = await siti.post("offers", **HOLIDAYS | {"first": "2026-12-24", "last": "2026-12-25"})
        assert (alone.status, "kantor tutup pada semua hari yang dipilih" in alone.text) == (422, True)
        assert "Kamis, 24 Desember 2026" in told(alone.text)
        assert "Baru diterbitkan" not in told(alone.text)

        office.wait(28 * DAY + 3 * HOUR)  # past nine on the 23rd, the working day among those that are chosen
        await siti.sign_in()
        over = await siti.post("offers", **HOLIDAYS | {"first": "2026-12-23", "last": "2026-12-25"})
        assert over.status == 422
        assert "kantor tutup pada semua hari" not in over.text, "it is not"
        assert "Kamis, 24 Desember 2026" in told(over.text)


@pytest.mark.anyio
async def test_an_event_on_a_holiday_is_offered_and_the_officer_is_warned_also_in_the_draft(tmp_path: Path) -> None:
    async with staff_office(tmp_path) as office:
        siti = await office.sit_down("siti", "officer")
        christmas = {"place": "Balai Nagari Talu", "area": "13.12.03.2004", "first": "2026-12-25"}
        draft = (await siti.post("offers", people="40", **christmas)).text
        warned = "Hari-hari ini hari libur. Jam jemput bola dan rombongan tetap ditawarkan pada hari libur: "
        assert told(draft).startswith(warned)
        assert told(draft).endswith("dimaksudkan. Jumat, 25 Desember 2026: Kelahiran Yesus Kristus")
        assert "data-offer=" not in draft
        after = christmas | {"first": "2026-12-28"}
        assert "data-holidays" not in (await siti.post("offers", people="40", **after)).text
        page = (await siti.post("offers", **TYPED | christmas | {"day4": "1"})).text
        assert told(page).startswith(warned)
        assert "dimaksudkan. Baru diterbitkan: 2. Jumat, 25 Desember 2026" in told(page)
        assert len(re.findall(r'data-offer="261225-', page)) == 2
