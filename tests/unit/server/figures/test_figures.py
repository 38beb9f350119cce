"""The office in the open: what a head of office publishes is signed, stays, and tells of no group that is too small."""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from server.figures.figures import figures_of
from server.figures.month_sums import keep_sums
from server.figures.published_figures import FIGURES, publish_figures, read_published
from server.publishing import publish_one
from server.survey.survey_tally import Tally, keep_tally, read_rows
from sync.events import sign_event
from sync.key_pair import verify
from sync.statements import sign_gone
from tests.asgi import Answer, Client
from tests.sealed_items import OfficeKeys, new_keys, seal_pair
from tests.staff_office import ORIGIN, START, StaffDesk, StaffOffice, staff_office
from tests.unit.server.survey.test_survey_page import sums

KEYS = OfficeKeys()
DAY = 86400
MARCH = int(datetime(2026, 3, 1, tzinfo=ZoneInfo("Asia/Jakarta")).timestamp())


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[StaffOffice]:
    async with staff_office(tmp_path) as office:
        await office.hire("heri", "head")
        yield office


async def walk(
    office: StaffOffice,
    service: str,
    at: int,
    *steps: tuple[str, float],
    kind: str = "application",
    area: str | None = None,
) -> None:
    """A case that was received then and took these steps so many days later."""
    version, _ = seal_pair(KEYS, keys := new_keys(), service=service, at=at, type=kind, area=area)
    office.times[0] = at
    await office.office.databases.cases.bulk_docs([version])
    await office.office.projection.caught_up()
    events: list[dict[str, Any]] = []
    for n, (step, day) in enumerate(steps, 1):
        when = at + round(day * DAY)
        on = [version["_id"][-20:]]
        event = sign_event(case=keys.case, n=n, step=step, at=when, on=on, note=None, kid="o1", private=KEYS.office)
        events.append(event | {"claim": ["taken", "x", when]})
    await office.office.databases.cases.bulk_docs(events)
    office.times[0] = START


async def busy_march(office: StaffOffice) -> None:
    for days in (2, 3, 4, 5, 16, 40):
        await walk(office, "passport-new", MARCH, ("siap_diambil", days), ("diserahkan", days + 1))
    for _ in range(4):
        await walk(office, "permit-visit", MARCH + DAY, ("ditolak", 1))
    await walk(office, "passport-new", MARCH - 1, ("dibatalkan", 1))
    await keep_tally(office.office.databases.staff, Tally(read_rows([sums("2026-03", "passport-new", 4, 6)]), MARCH))


async def desk_of(office: StaffOffice, login: str) -> StaffDesk:
    desk = office.desk(login)
    await desk.sign_in()
    return desk


@pytest.mark.anyio
async def test_a_month_is_counted_by_the_offices_own_midnight_and_small_groups_are_not_told(
    office: StaffOffice,
) -> None:
    await busy_march(office)
    march = await figures_of(office.office, "2026-03", "2026-03")
    # The sixth was ready in April; the one received a second before midnight belongs to February, its end to March.
    [line] = march.lines
    assert (line.service, line.received, line.ended, line.days) == ("passport-new", 6, 6, 4.0)
    assert march.ikm == ("100.00", "A", 6)
    assert march.complaints is None
    assert (await figures_of(office.office, "2026-02", "2026-02")).is_empty


@pytest.mark.anyio
async def test_complaints_are_in_time_by_the_deadline_of_the_class_they_were_given(office: StaffOffice) -> None:
    given: list[list[tuple[str, float]]] = [
        *[[("aduan_informasi", 1), ("aduan_dijawab", 4)]]
        * 4,  # 5 working days from Sunday, 1 March: until Friday, the 6th
        [("aduan_informasi", 1), ("aduan_dijawab", 7)],  # too late
        [("aduan_informasi", 1), ("aduan_lapangan", 2), ("aduan_dijawab", 50)],  # 60 working days
        [("pesan", 1)],  # a message is no answer, and it was due long ago
    ]
    for steps in given:
        await walk(office, "complaint", MARCH, *steps, kind="complaint")
    assert (await figures_of(office.office, "2026-03", "2026-03")).complaints == 71  # 5 of 7
    for _ in range(6):
        await walk(office, "complaint", START - 5 * DAY, ("aduan_informasi", 1), ("aduan_dijawab", 2), kind="complaint")
    assert (await figures_of(office.office, "2026-11", "2026-11")).complaints == 100
    await walk(office, "complaint", START - DAY, kind="complaint")
    assert (await figures_of(office.office, "2026-11", "2026-11")).complaints is None, "there is time still"


@pytest.mark.anyio
async def test_what_is_published_is_signed_and_stands_on_a_page_that_runs_no_script_of_its_own(
    office: StaffOffice,
) -> None:
    await busy_march(office)
    client = Client(office.app, origin=ORIGIN)
    page = (await client.get("/id/office")).text
    assert "bukan situs resmi" in page
    assert office.office.settings.office.address["id"] in page
    assert office.office.settings.office.hours["id"] in page
    assert "belum menerbitkan angka" in page

    heri = await desk_of(office, "heri")
    texts = office.office.catalogues["id"]
    assert texts.text("form.passport-new.title") in (await heri.get("figures?from=2026-03&to=2026-03")).text
    assert (await publish(heri, "2026-03", "2026-03")).status == 303
    before = office.office.public
    await office.take_up()
    assert office.office.public != before, "phones are told of it"
    page = (await client.get("/id/office")).text
    assert "Bulan 2026-03 sampai 2026-03, diterbitkan " in page, "how old they are"
    assert "100,00, mutu A, dari 6 jawaban" in (await client.get("/packs/id.ndjson")).text, (
        "phones have them without a signal"
    )
    site = office.office.site
    await office.take_up()
    assert office.office.site is site, "nothing is made anew while nothing is newer"
    assert page.count("<svg") == 4, "a bar each of what was received, ended, how long it took, and how it was"
    assert page.count("<tr>") == 3, "the tables have it once more"
    assert "style=" not in page
    assert texts.text("form.passport-new.title") in page
    assert texts.text("form.permit-visit.title") not in page, "four people could be told"
    doc = await office.office.databases.public.get(FIGURES, attachments=True)
    verify(doc["signed"], doc["sig"], office.office.key_list.primary("server").pub)
    assert doc["signed"][:2] == ["pub1", FIGURES]
    assert ("figures-published", {"from": "2026-03", "to": "2026-03"}) in [
        (deed.name, deed.about) for deed in await office.deeds()
    ]


BAR = re.compile(r'<dt>([^<]+)</dt>\s*<dd><svg role="img" aria-label="([^"]+)"[^>]*><rect width="([0-9.]+)"')
ROW = re.compile(r'<tr><th scope="row">([^<]+)</th><td>([^<]+)</td></tr>')


@pytest.mark.anyio
async def test_satisfaction_complaints_in_time_and_nagari_have_a_bar_and_a_row_each(office: StaffOffice) -> None:
    await busy_march(office)
    for days in (4, 4, 4, 4, 7):
        await walk(office, "complaint", MARCH, ("aduan_informasi", 1), ("aduan_dijawab", days), kind="complaint")
    for area, count in (("13.12.03.2004", 5), ("13.12.05.2002", 10)):
        for _ in range(count):
            await walk(office, "passport-new", MARCH, area=area)
    heri, client = await desk_of(office, "heri"), Client(office.app, origin=ORIGIN)
    assert (await publish(heri, "2026-03", "2026-03")).status == 303
    page = (await client.get("/en/office/2026-03")).text
    ikm, complaints = "Satisfaction index (IKM)", "Complaints answered in time"
    own, other = (office.office.regions.name(area) for area in ("13.12.03.2004", "13.12.05.2002"))
    bars = {label: (number, length) for label, number, length in BAR.findall(page)}
    assert (bars[ikm], bars[complaints]) == (("100.00 (A)", "100.0"), ("80 %", "80.0"))
    assert (bars[own], bars[other]) == (("5", "50.0"), ("10", "100.0"))
    assert dict(ROW.findall(page)) == {
        ikm: "100.00, band A, of 6 answers", complaints: "80 %", own: "5", other: "10",
    }  # fmt: skip


async def publish(heri: StaffDesk, first: str, last: str) -> Answer:
    return await heri.post_proved("figures", **{"from": first, "to": last})


@pytest.mark.anyio
async def test_a_month_is_published_once_when_it_is_over_and_stays(office: StaffOffice) -> None:
    await busy_march(office)
    heri, client = await desk_of(office, "heri"), Client(office.app, origin=ORIGIN)
    assert (await publish(heri, "2026-03", "2026-03")).status == 303
    before = await read_published(office.office)
    await walk(office, "passport-new", MARCH)
    for first, last, says in (
        ("2026-01", "2026-10", "Dari 2026-01 sampai 2026-10 ada bulan yang sudah diterbitkan"),
        ("2026-03", "2026-03", "ada bulan yang sudah diterbitkan"),
        ("2026-04", "2026-11", "2026-11 belum dapat diterbitkan"),
        ("2026-13", "x", "Periode: tulis dua bulan"),
    ):
        answer = await publish(heri, first, last)
        assert (answer.status, says in answer.text) == (422, True), (first, last)
        assert await read_published(office.office) == before, "the difference of two numbers may be one person"

    await keep_tally(office.office.databases.staff, Tally(read_rows([sums("2026-05", "passport-new", 4, 6)]), MARCH))
    assert 'name="to" value="2026-10"' in (await heri.get("figures")).text, "the months since, up to the last one over"
    page = (await heri.get("figures?from=2026-04&to=2026-10")).text
    form = dict(re.findall(r'type="hidden" name="(after|from|to)" value="([^"]+)"', page))
    both = await asyncio.gather(*(heri.post("figures", **form) for _ in range(2)))
    assert [answer.status for answer in (*both, await heri.post("figures", **form))] == [303] * 3, "pressed twice"
    assert [deed.name for deed in await office.deeds()].count("figures-published") == 2, "once for each period"
    page = (await client.get("/id/office/2026-04")).text
    assert "Bulan 2026-04 sampai 2026-10" in page
    assert "Bulan 2026-03 sampai 2026-03" in (await client.get("/id/office/2026-03")).text
    assert '<a class="tap" href="/id/office/2026-03">' in page
    assert (await client.get("/id/office/2026-05")).status == 404
    assert [one.first for one in (await read_published(office.office)).periods] == ["2026-03", "2026-04"]


@pytest.mark.anyio
async def test_what_was_published_in_other_words_is_in_nobodys_way(office: StaffOffice) -> None:
    await publish_one(office.office, FIGURES, b'{"first":"2026-01","last":"2026-02"}', over=None)
    await busy_march(office)
    assert (await read_published(office.office)).periods == ()
    assert await publish_figures(office.office, "2026-03", "2026-03", who="heri") is None
    assert [one.first for one in (await read_published(office.office)).periods] == ["2026-03"]


@pytest.mark.anyio
async def test_of_two_who_publish_at_once_neither_takes_away_what_the_other_did(office: StaffOffice) -> None:
    await busy_march(office)
    answers = await asyncio.gather(
        *(publish_figures(office.office, f"2026-{n:02}", f"2026-{n:02}", who="heri") for n in (3, 4, 4, 5))
    )
    assert sorted(answers, key=str) == [None, None, None, "published"]
    assert [one.first for one in (await read_published(office.office)).periods] == ["2026-03", "2026-04", "2026-05"]


@pytest.mark.anyio
async def test_nagari_are_not_told_where_the_sums_differ_by_so_few(office: StaffOffice) -> None:
    elsewhere = {"2026-03": (0, 1), "2026-04": (1, 0), "2026-05": (4, 0), "2026-06": (5, 2)}
    for n, (others, _) in enumerate(elsewhere.values()):
        for area, count in (("13.12.03.2004", 5), ("13.12.03.2005", others)):
            for _ in range(count):
                await walk(office, "passport-new", MARCH + n * 31 * DAY, area=area)
    for month, (others, told) in elsewhere.items():
        figures = await figures_of(office.office, month, month)
        assert [line.received for line in figures.lines] == [5 + others]
        assert len(figures.areas) == told, month


@pytest.mark.anyio
async def test_what_is_erased_later_is_still_counted_and_a_month_that_is_not_whole_is_not_published(
    office: StaffOffice,
) -> None:
    await busy_march(office)
    for _ in range(5):
        await walk(office, "passport-new", MARCH, area="13.12.03.2004")
    whole = await figures_of(office.office, "2026-02", "2026-03")
    assert whole.areas == (("13.12.03.2004", 5),)
    kept = await keep_sums(office.office)
    assert kept == [f"2026-{n:02}" for n in range(2, 11)], "from the first case to the last month that is over"
    assert await keep_sums(office.office) == [], "a month is counted once"

    cases = [row.case for row in (await office.office.projection.list(limit=200)).rows]
    marks = [sign_gone(case, at=START, kid="o1", private=KEYS.office) for case in cases]
    await office.office.databases.cases.bulk_docs(marks)
    assert (await office.office.projection.caught_up()) is None
    assert (await office.office.projection.list()).rows == ()
    assert replace(await figures_of(office.office, "2026-02", "2026-03"), at=whole.at) == whole
    text = json.dumps(await office.office.databases.staff.get("tally.2026-03"))
    assert not any(case in text for case in cases), "numbers, and of nobody"

    heri = await desk_of(office, "heri")
    answer = await publish(heri, "2026-01", "2026-03")  # January was never counted
    assert (answer.status, "tidak lengkap lagi" in answer.text) == (422, True)
    assert (await publish(heri, "2026-02", "2026-03")).status == 303
    assert (await publish(heri, "2026-09", "2026-10")).status == 303, "nothing of these days can be erased yet"
