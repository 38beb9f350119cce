"""The survey's report: sums of what an officer's browser counted, by period and service, and none of too few."""

import csv
import io
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from server.survey.skm import ELEMENTS
from server.survey.survey_plan import SurveyError, load_survey_plan
from sync.receipt_code import derive, new_code
from tests.asgi import Answer
from tests.sealed_items import NOW, OfficeKeys, seal_pair
from tests.staff_office import StaffDesk, StaffOffice, staff_office

DASH = "\N{EN DASH}"
CONTENT = Path(__file__).parents[4] / "content"


def sums(month: str, service: str, answer: int, people: int, **who: dict[str, int]) -> list[Any]:
    elements = {key: [people if each == answer else 0 for each in (1, 2, 3, 4)] for key in ELEMENTS}
    return [month, service, elements, who]


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[StaffOffice]:
    async with staff_office(tmp_path) as office:
        await office.hire("ani", "officer")
        await office.hire("heri", "head")
        yield office


async def desk_of(office: StaffOffice, login: str) -> StaffDesk:
    desk = office.desk(login)
    await desk.sign_in()
    return desk


async def send_sums(desk: StaffDesk, content: object) -> Answer:
    csrf = (await desk.get("security")).text.split('name="csrf" value="')[1].split('"')[0]
    headers = {"content-type": "application/json", "x-csrf": csrf, "sec-fetch-site": "same-origin"}
    return await desk.client.request("POST", "/staff/api/survey", headers=headers, body=[json.dumps(content).encode()])


@pytest.mark.anyio
async def test_what_was_counted_is_reported_by_period_and_service(office: StaffOffice) -> None:
    ani, heri = await desk_of(office, "ani"), await desk_of(office, "heri")
    assert "belum pernah dihitung" in (await heri.get("survey")).text
    rows = [
        sums("2026-03", "passport-new", 4, 6, usia={"26": 5, "61": 1}),
        sums("2026-05", "passport-new", 3, 6),
        sums("2026-05", "permit-visit", 1, 2),
        sums("2025-12", "passport-new", 1, 50),
    ]
    assert (await send_sums(ani, {"rows": rows, "unread": 1})).status == 201
    assert ("survey-counted", {"answers": 64}) in [(deed.name, deed.about) for deed in await office.deeds()]

    # 6 x 4 + 6 x 3 + 2 x 1 = 44 of 14 answers; 44 / 14 = 3,142857; x 25 = 78,57.
    page = (await heri.get("survey")).text
    assert f"IKM 78,57 {DASH} B, baik" in page
    assert "14 jawaban dalam periode ini" in page
    assert "1 jawaban tidak terbuka" in page
    assert f"87,50 {DASH} B" in page, "passports alone: 42 of 12 answers"
    assert "kurang dari 5" in page, "the two about a permit could be told"
    assert "25,00" not in page
    assert f"26{DASH}40 tahun: 5" in page
    assert "di atas 60 tahun" not in page
    assert f"IKM 100,00 {DASH} A" in (await heri.get("survey?from=2026-03&to=2026-04")).text
    assert f"IKM 25,00 {DASH} D" in (await heri.get("survey?from=2025-01&to=2025-12")).text
    assert "Belum ada 5 jawaban" in (await heri.get("survey?from=2024-01&to=2024-12")).text

    table = await heri.get("survey.csv?from=2026-01&to=2026-12")
    assert table.headers["content-disposition"] == 'attachment; filename="skm-2026-01-2026-12.csv"'
    lines = list(csv.DictReader(io.StringIO(table.text)))
    assert [line["element"] for line in lines if line["service"] == ""] == [*ELEMENTS, "ikm"]
    assert [line["value"] for line in lines if line["element"] == "ikm"] == ["78.57", "87.50"]


@pytest.mark.anyio
@pytest.mark.parametrize("period", ["from=2026-13&to=2026-12", "from=x", "from=2026-05&to=2026-01"])
async def test_a_period_that_is_none_is_explained(office: StaffOffice, period: str) -> None:
    page = await (await desk_of(office, "heri")).get(f"survey?{period}")
    assert page.status == 422
    assert "Periode: tulis dua bulan" in page.text


@pytest.mark.anyio
async def test_what_are_no_sums_is_refused_and_nothing_is_kept(office: StaffOffice) -> None:
    ani = await desk_of(office, "ani")
    right = sums("2026-03", "passport-new", 4, 6)
    lacking = ["2026-03", "passport-new", {**right[2], "biaya": [0, 0, 0, 5]}, {}]
    negative = ["2026-03", "passport-new", {key: [-1, 0, 0, 7] for key in ELEMENTS}, {}]
    wrong = [
        [], {"rows": [right]}, {"rows": [right, right], "unread": 0}, {"rows": [lacking], "unread": 0},
        {"rows": [negative], "unread": 0}, {"rows": [["March", *right[1:]]], "unread": 0},
        {"rows": [right], "unread": -1},
        {"rows": [["2026-03", "<b>", *right[2:]]], "unread": 0},
    ]  # fmt: skip
    for content in wrong:
        assert (await send_sums(ani, content)).status == 422, content
    assert "belum pernah dihitung" in (await ani.get("survey")).text


@pytest.mark.anyio
async def test_the_sealed_answers_are_for_officers_alone_and_reading_them_is_on_record(office: StaffOffice) -> None:
    keys = OfficeKeys()
    version, wrap = seal_pair(keys, derive(new_code()), type="survey", service="survey", at=NOW)
    other, _ = seal_pair(keys, derive(new_code()))
    await office.office.databases.cases.bulk_docs([version, other])
    await office.office.databases.wraps.bulk_docs([{"_id": f"w.{version['_id']}", **wrap}])
    ani, heri = await desk_of(office, "ani"), await desk_of(office, "heri")
    answer = (await ani.client.get("/staff/api/survey")).json()
    assert answer == {"rows": [[version, wrap]], "next": None}
    assert (await ani.client.get(f"/staff/api/survey?after={version['_id']}")).json()["rows"] == []
    assert (await heri.client.get("/staff/api/survey")).status == 403
    assert [deed.name for deed in await office.deeds()].count("survey-opened") == 1


@pytest.mark.anyio
async def test_officers_are_reminded_of_a_campaign(office: StaffOffice) -> None:
    campaign = office.office.content.survey.campaigns[0]
    days = {"dimulai": campaign.first.toordinal() - 1, "berjalan": campaign.first.toordinal(),
            "selesai": campaign.last.toordinal() + 2, "": campaign.last.toordinal() + 60}  # fmt: skip
    for said, ordinal in days.items():
        office.times[0] = int(datetime.fromordinal(ordinal).replace(hour=5, tzinfo=UTC).timestamp())
        page = (await (await desk_of(office, "ani")).get("survey")).text
        assert (f"Survei kepuasan tahunan {said}" in page) == bool(said), said


def test_the_plan_that_comes_with_the_app_names_where_each_thing_was_read() -> None:
    plan = load_survey_plan(CONTENT / "survey.toml", languages=("id", "en"))
    assert plan.law
    assert plan.source
    assert plan.checked
    assert all(each.source and each.checked for each in plan.campaigns)
    years = [each.first.year for each in plan.campaigns]
    assert years == list(range(years[0], years[0] + len(years))), "every year once"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('law = "x"\nchecked = 2026-01-01', "'source' is missing"),
        ('law = "x"\nsource = "y"\nchecked = 2026-01-01\norder = ["waktu"]', "order has to name"),
        ('law = "x"\nsource = "y"\nchecked = 2026-01-01\nhelp = 1', "'help' is unknown"),
        ("law = [", "survey.toml"),
        (
            'law = "x"\nsource = "y"\nchecked = 2026-01-01\n[[campaign]]\nfrom = 2026-02-01\nuntil = 2026-01-01\n'
            'source = "z"\nchecked = 2026-01-01',
            "campaign 1: it ends before it begins",
        ),
    ],
)
def test_a_slip_in_the_plan_is_named(tmp_path: Path, text: str, reason: str) -> None:
    path = tmp_path / "survey.toml"
    path.write_text(text)
    with pytest.raises(SurveyError, match=reason):
        load_survey_plan(path, languages=("id", "en"))
