"""Who finished which training: staff by their account, volunteers by the code of their phone; and who is due."""

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from server.guides.training import KEPT, Finished, code_of, find_code
from server.staff.enrolment import plain
from tests.staff_office import StaffDesk, StaffOffice, staff_office
from tests.volunteers import Device, code_on

RIGHT = {"q0": "1", "q1": "0", "q2": "1"}
TODAY = date(2026, 11, 25)
DAY = 86_400


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[StaffOffice]:
    async with staff_office(tmp_path) as office:
        yield office


async def sit(office: StaffOffice, login: str, *roles: str) -> StaffDesk:
    await office.hire(login, *roles)
    desk = office.desk(login)
    await desk.sign_in()
    return desk


def row(page: str, who: str) -> str:
    """Read what the list of who is due says of somebody."""
    found = re.search(rf'data-who="{who}.*?</tr>', page, re.DOTALL)
    assert found is not None, who
    return re.sub(r"<[^>]*>|\s+", " ", found[0])


@pytest.mark.anyio
async def test_an_officer_finishes_with_all_answers_right_and_is_due_again_after_a_year(office: StaffOffice) -> None:
    upik, ani = await sit(office, "upi", "desk"), await sit(office, "ani", "head")
    wrong = await upik.post("training/officer-data", **RIGHT | {"q2": "0"})
    assert (wrong.status, "Belum semuanya benar." in wrong.text) == (422, True)
    assert "Belum pernah selesai" in (await upik.get("training")).text
    both = await asyncio.gather(*(upik.post("training/officer-data", **RIGHT) for _ in range(2)))
    assert [answer.status for answer in both] == [303, 303]
    assert "Selesai 25 November 2026" in (await upik.get("training")).text
    assert "Harus diulang" not in (await upik.get("training")).text
    said = row((await ani.get("trained")).text, "upi")
    assert said.count("Harus dikerjakan.") == 1, "the other one"
    assert "Petugas: data pribadi: Selesai 25 November 2026; berlaku sampai 25 November 2027" in " ".join(said.split())

    office.wait(365 * DAY)
    await upik.sign_in()
    await ani.sign_in()
    assert "Harus diulang sejak 25 November 2027" in (await upik.get("training")).text
    assert row((await ani.get("trained")).text, "upi").count("Harus dikerjakan.") == 2
    assert (await upik.get("trained")).status == 403
    deeds = [(deed.name, deed.who) for deed in await office.deeds()]
    assert deeds.count(("training-finished", "upi")) == 1, "a double click is one training"


@pytest.mark.anyio
async def test_a_volunteers_code_tells_device_guide_and_day(office: StaffOffice) -> None:
    ani, phone = await sit(office, "ani", "head"), Device()
    invited = plain(code_on((await ani.post_proved("volunteers", login="buyung")).text))
    await phone.enrol(office.desk("nobody").client, invited)
    assert row((await ani.get("trained")).text, "buyung").count("Harus dikerjakan.") == 2
    code = code_of(Finished(phone.name, "volunteer-day", TODAY))
    unknown = await ani.post("trained", code="abcd efgh")
    assert (unknown.status, 'value="abcd efgh"' in unknown.text) == (422, True)
    noted = await ani.post("trained", code=f" {code[:4].upper()} {code[4:]}")
    assert "Dicatat: buyung, Relawan: satu hari di nagari, 25 November 2026." in noted.text
    assert row(noted.text, "buyung").count("Harus dikerjakan.") == 1


def test_a_code_counts_for_four_months_and_from_a_clock_that_is_a_day_ahead() -> None:
    for day, counts in (
        (TODAY + timedelta(1), True),
        (TODAY - timedelta(KEPT - 2), True),
        (TODAY - timedelta(KEPT), False),
    ):
        done = Finished("d-abcdefgh", "volunteer-day", day)
        assert (find_code(code_of(done), ["d-zzzzzzzz", done.who], ["x", done.guide], TODAY) == done) is counts, day


def test_the_code_is_the_one_that_phones_show() -> None:
    assert (
        code_of(Finished("d-abcdefgh", "volunteer-day", date(2026, 11, 30))) == "l4hv2jxv"
    )  # also in tests/unit/pwa/training.test.js
