"""The survey's yearly campaign is set at the console, with history; people are asked while it lasts, and no longer."""

import re
from datetime import date

import pytest

from server.survey.survey_plan import Campaign, SurveyPlan
from tests.staff_office import StaffDesk, StaffOffice

PAGE = "content/campaign/2026"  # it is 25 November 2026
DAYS = {
    "from": "2026-11-20", "until": "2026-12-05", "served": "1800", "source": "Rapat 3 November",
    "checked": "2026-11-24", "after": "0",
}  # fmt: skip
ASKED = "Kantor menanyakan kepuasan setiap pemohon sampai"
DAY = 86_400


@pytest.fixture
async def budi(office: StaffOffice) -> StaffDesk:
    return await office.sit_down("budi", "officer")


@pytest.mark.anyio
async def test_people_are_asked_from_the_first_day_to_the_last_that_an_officer_set(
    office: StaffOffice, budi: StaffDesk
) -> None:
    assert ASKED not in (await budi.client.get("/id/")).text
    shown = await budi.post(f"{PAGE}/preview", **DAYS)
    assert f"{ASKED} 5 Desember 2026" in shown.text.partition('id="preview"')[2]
    assert (await budi.post_proved(PAGE, **DAYS)).status == 303
    await office.take_up()
    assert f"{ASKED} 5 Desember 2026" in (await budi.client.get("/id/")).text
    assert f"{ASKED} 5 Desember 2026" in (await budi.client.get("/packs/id.ndjson")).text, "phones have it next"
    survey = (await budi.get("survey")).text
    assert "berjalan sampai 5 Desember 2026" in survey, "officers are reminded on every page"
    assert all(said in survey for said in ("Survei 20 November 2026 sampai 5 Desember 2026.", "Rapat 3 November"))
    assert ("campaign-published", {"year": "2026"}) in [(deed.name, deed.about) for deed in await office.deeds()]
    assert re.search(r'id="from" name="from" value="2026-11-20"', (await budi.get(f"{PAGE}?n=1")).text)
    assert re.search(r'id="from" name="from" value="2026-12-01"', (await budi.get(f"{PAGE}?n=0")).text), "the file's"
    office.wait(12 * DAY)
    await office.take_up()
    assert ASKED not in (await budi.client.get("/id/")).text, "it was over on the sixth"


@pytest.mark.anyio
async def test_what_is_wrong_is_named_and_only_this_year_and_the_next_are_set(
    office: StaffOffice, budi: StaffDesk
) -> None:
    for wrong, said in (
        ({"from": "2025-11-20"}, "Hari pertama: tulis"),
        ({"from": "20 November"}, "Hari pertama: tulis"),
        ({"until": "2026-11-19"}, "Hari terakhir: tulis"),
        ({"until": "2027-06-30"}, "Hari terakhir: tulis"),
        ({"served": "banyak"}, "Orang yang dilayani: tulis"),
        ({"source": ""}, "Tulis siapa"),
        ({"checked": "2026-11-27"}, "Hari ditentukan: tulis"),
    ):
        answer = await budi.post_proved(PAGE, **DAYS | wrong)
        assert (answer.status, said in answer.text) == (422, True), wrong
    assert (await budi.get("content/campaign/2027")).status == 200
    assert [(await budi.get(f"content/campaign/{year}")).status for year in ("2025", "2028", "x")] == [404, 404, 404]
    next_year = DAYS | {"from": "2027-02-01", "until": "2027-03-01"}
    assert (await budi.post_proved("content/campaign/2027", **next_year)).status == 303
    await office.read_edits()
    campaigns = office.office.content.survey.campaigns
    assert [(each.first, each.served) for each in campaigns] == [(date(2026, 12, 1), None), (date(2027, 2, 1), 1800)]


def test_a_year_without_a_campaign_is_told() -> None:
    told = {"served": None, "source": "x", "checked": date(2026, 1, 1), "unverified": None}
    plan = SurveyPlan(law="Permenpan RB 14/2017", campaigns=(
        Campaign(first=date(2026, 12, 1), last=date(2026, 12, 31), **told),))  # fmt: skip
    assert plan.reminder(date(2026, 6, 1)) is None
    assert plan.reminder(date(2027, 6, 1)) == ("unset", date(2027, 12, 31))
    assert plan.reminder(date(2027, 1, 5)) == ("over", date(2026, 12, 31))
    assert [plan.asking(date(2026, 11, 30)), plan.asking(date(2027, 1, 1))] == [None, None]
    assert plan.asking(date(2026, 12, 31)) == plan.campaigns[0]
