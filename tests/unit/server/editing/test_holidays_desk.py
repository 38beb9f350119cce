"""The holidays of a year are set at the console: previewed, with history, and counted by wherever days are counted."""

import json
import re
from datetime import date
from html import unescape
from pathlib import Path

import pytest

from server.databases import open_databases
from server.editing.edited_content import edited
from server.editing.edits import Edit, write_edit
from server.keys.founding import DEMO
from server.keys.server_key import read_server_key
from server.rehearsal.demo_offers import offer_days
from server.settings import load_settings
from tests.founded_office import found
from tests.staff_office import START, StaffDesk, StaffOffice

PAGE = "content/holidays/2026"  # it is 25 November 2026
DECIDED = {
    "law": "SKB 3 Menteri 9/2026", "source": "kemenag.go.id", "checked": "2026-11-25", "unverified-id": "",
    "unverified-en": "", "after": "0",
}  # fmt: skip
ADDED = "2026-12-28 | Cuti bersama Natal | Joint leave, Christmas"
OFFERED = {
    "kind": "office", "place": "Kantor", "area": "", "first": "2026-12-28", "last": "", "day0": "1", "from": "08:00",
    "to": "09:00", "minutes": "60", "places": "3", "kept": "1", "priority": "0",
}  # fmt: skip


@pytest.fixture
async def budi(office: StaffOffice) -> StaffDesk:
    return await office.sit_down("budi", "officer")


async def days_on(desk: StaffDesk, page: str) -> list[str]:
    found = re.search(r'<textarea id="days"[^>]*>\n(.*?)</textarea>', (await desk.get(page)).text, re.S)
    assert found is not None
    return unescape(found[1]).splitlines()


def words_of(page: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())


@pytest.mark.anyio
async def test_a_day_that_becomes_a_holiday_is_one_in_the_calendar_for_deadlines_on_phones_and_for_hours_on_offer(
    office: StaffOffice, budi: StaffDesk
) -> None:
    before = await days_on(budi, PAGE)
    assert "2026-12-25 | Kelahiran Yesus Kristus | Christmas" in before
    typed = DECIDED | {"days": "\n".join([*(line for line in before if not line.startswith("2026-12-24")), ADDED])}
    shown = words_of((await budi.post(f"{PAGE}/preview", **typed)).text.partition('id="preview"')[2])
    assert "Hari kerja dalam 2026: 240 menurut daftar yang berlaku, 240 menurut daftar ini." in shown
    assert "yang menjadi hari libur: Senin, 28 Desember 2026 Jam kantor yang sudah ditawarkan" in shown
    assert "yang menjadi hari kerja: Kamis, 24 Desember 2026 Januari Kamis, 1 Januari 2026: Tahun Baru Masehi" in shown
    assert "Desember Jumat, 25 Desember 2026: Kelahiran Yesus Kristus · Christmas Senin, 28 Desember 2026: " in shown
    assert office.office.content.working_days.is_working(date(2026, 12, 28)), "nothing is kept yet"

    phones = office.office.public
    assert (await budi.post_proved(PAGE, **typed)).status == 303
    await office.take_up()
    assert ("holidays-published", {"year": "2026"}) in [(deed.name, deed.about) for deed in await office.deeds()]
    assert office.office.public != phones, "phones are told of it"
    told = json.loads((await budi.client.get("/id/promises.json")).text)["holidays"]
    assert {"2026-12-28", "2027-01-01"} <= set(told)
    assert "2026-12-24" not in told
    known = office.office.deadlines.working_days
    assert [known.after(date(2026, 12, day), 1).day for day in (23, 25)] == [24, 29]
    december = (await budi.get("calendar?month=2026-12")).text
    assert "SKB 3 Menteri 9/2026" in december
    assert "Cuti bersama Natal" in words_of(december.partition("?week=2026-12-28#")[2].partition("</td>")[0])
    offered = await budi.post("offers", **OFFERED)
    assert (offered.status, "Senin, 28 Desember 2026: Cuti bersama Natal" in words_of(offered.text)) == (422, True)

    assert ADDED in await days_on(budi, PAGE), "the last edition is changed further"
    assert await days_on(budi, f"{PAGE}?n=0") == before, "the file's"
    assert await days_on(budi, f"{PAGE}?n=1") == sorted(typed["days"].splitlines())


@pytest.mark.anyio
async def test_a_list_that_was_an_estimate_is_certain_once_its_decision_is_published(
    office: StaffOffice, budi: StaffDesk
) -> None:
    page = "content/holidays/2027"
    assert "Perkiraan: keputusan untuk tahun 2027" in (await budi.get(page)).text
    known = office.office.content.working_days
    assert not known.is_sure(date(2027, 1, 4), date(2027, 1, 8))
    typed = DECIDED | {"days": "\n".join(await days_on(budi, page))}
    assert (await budi.post_proved(page, **typed)).status == 303
    await office.read_edits()
    known = office.office.content.working_days
    assert known.is_sure(date(2027, 1, 4), date(2027, 1, 8))
    assert known.years[2026] == office.app.state.filed.content.working_days.years[2026]
    row = (await budi.get("content")).text.partition(f'<a href="/staff/id/{page}">2027</a>')[2].partition("</tr>")[0]
    assert all(said in row for said in ("SKB 3 Menteri 9/2026", "kemenag.go.id", "25 November 2026"))
    half = typed | {"after": "1", "unverified-en": "An estimate."}
    refused = await budi.post_proved(page, **half)
    assert (refused.status, "tulis dalam setiap bahasa" in refused.text) == (422, True)
    assert (await budi.post_proved(page, **half | {"unverified-id": "Perkiraan."})).status == 303
    await office.read_edits()
    assert not office.office.content.working_days.is_sure(date(2027, 1, 4), date(2027, 1, 8))


@pytest.mark.anyio
async def test_every_wrong_line_is_named_with_its_reason_and_what_was_typed_stands_there_still(
    office: StaffOffice, budi: StaffDesk
) -> None:
    days = (
        "2026-12-25 | Natal | Christmas\n\n24 Desember | Cuti bersama | Joint leave\n2027-01-01 | Tahun baru | New year"
        "\n2026-12-25 | Natal lagi | Christmas again\n2026-12-26 | Hari kedua Natal\n2026-12-31 |  | New Year's Eve"
    )
    answer = await budi.post_proved(PAGE, **DECIDED | {"days": days})
    assert answer.status == 422
    said = words_of(answer.text.partition('id="edit-error"')[2].partition("</p>")[0])
    assert re.findall(r"Baris (\d), “(.*?)”: (.*?)[:.,]", said) == [
        ("3", "24 Desember | Cuti bersama | Joint leave", "tidak dimulai dengan hari yang ada"),
        ("4", "2027-01-01 | Tahun baru | New year", "harinya dalam tahun lain"),
        ("5", "2026-12-25 | Natal lagi | Christmas again", "tanggal itu sudah ada di baris di atasnya"),
        ("6", "2026-12-26 | Hari kedua Natal", "di belakang harinya tulis nama dalam bahasa Indonesia"),
        ("7", "2026-12-31 | | New Year's Eve", "di belakang harinya tulis nama dalam bahasa Indonesia"),
    ]
    assert days in unescape(answer.text)
    assert 'value="SKB 3 Menteri 9/2026"' in answer.text
    csrf = re.findall(r'name="csrf" value="([^"]+)"', answer.text)[0]
    english = await budi.client.post_form(
        f"/staff/en/{PAGE}/preview", DECIDED | {"days": "24 Desember | x | y", "csrf": csrf}
    )
    assert "Line 1, “24 Desember | x | y”: it begins with no real day." in unescape(english.text)
    for wrong, why in (
        ({"days": ""}, "Tulis sedikitnya satu hari libur"),
        ({"law": ""}, "Tulis keputusan"),
        ({"source": ""}, "Tulis di mana dibaca"),
        ({"checked": "2026-11-26"}, "Hari dibaca: tulis"),
    ):
        answer = await budi.post_proved(PAGE, **DECIDED | {"days": ADDED} | wrong)
        assert (answer.status, why in answer.text) == (422, True), wrong
    assert office.office.content == office.app.state.filed.content


@pytest.mark.anyio
async def test_the_years_that_can_be_set_are_linked_for_those_who_may(office: StaffOffice, budi: StaffDesk) -> None:
    pages = [f"content/holidays/{year}" for year in ("2026", "2027", "2028", "x")]
    assert [(await budi.get(page)).status for page in pages] == [200, 200, 404, 404]
    assert f'href="/staff/id/{PAGE}"' in (await budi.get("calendar")).text
    desi = await office.sit_down("desi", "desk")
    calendar = await desi.get("calendar")
    assert (calendar.status, "content/holidays" in calendar.text) == (200, False)
    assert (await desi.get(PAGE)).status == 403


@pytest.mark.anyio
async def test_holidays_that_are_work_are_opened_from_the_line_that_says_so(
    office: StaffOffice, budi: StaffDesk
) -> None:
    due = (await budi.get("content")).text.partition('class="scroll"')[2].partition("</table>")[0]
    assert PAGE not in due
    office.wait(100 * 86_400)
    await budi.sign_in()
    due = (await budi.get("content")).text.partition('class="scroll"')[2].partition("</table>")[0]
    assert f'<a href="/staff/id/{PAGE}">2026</a>' in due


@pytest.mark.anyio
async def test_an_edit_that_cannot_be_read_leaves_the_file_s_holidays_and_a_new_language_is_lent_the_first_ones(
    office: StaffOffice,
) -> None:
    filed = office.app.state.filed
    edit = Edit("holidays", "2026", 1, START)
    for text in ("{}", "[]", "x", '{"days": {"2027-01-01": {"id": "x"}}, "law": "", "source": "", "checked": 1}'):
        found = edited(filed, {edit: text})
        assert (found.content, list(found.unread)) == (filed.content, [edit])
    names = {"id": "Natal"}
    text = json.dumps({"days": {"2026-12-25": names}, "law": "x", "source": "y", "checked": "2026-11-25",
                       "unverified": None})  # fmt: skip
    content = edited(filed, {edit: text}).content
    assert content.working_days.holiday(date(2026, 12, 25)) == {"id": "Natal", "en": "Natal"}
    assert content.deadlines.working_days == content.working_days


@pytest.mark.anyio
async def test_the_counter_of_a_demo_is_closed_on_a_holiday_that_was_published(tmp_path: Path) -> None:
    settings = load_settings({"RANTAU_DATA": str(tmp_path / "demo")})
    await found(settings, DEMO, now=START)
    key = read_server_key(settings.data)
    text = json.dumps({"days": {"2026-11-26": {"id": "Libur", "en": "Holiday"}}, "law": "x", "source": "y",
                       "checked": "2026-11-25", "unverified": None})  # fmt: skip
    async with open_databases(settings) as databases:
        await write_edit(databases.public, Edit("holidays", "2026", 1, START), text, kid=key.kid, private=key.pair)
        await offer_days(settings, databases, key, now=START)
        days = {row.id[6:12] for row in await databases.public.all_docs(start="offer.", end="offer/")}
    assert {"261125", "261127"} <= days
    assert "261126" not in days
