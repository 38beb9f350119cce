"""What somebody has to look at again: by its date, by its own words, and done with one button that lasts."""

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date
from html import unescape
from pathlib import Path

import pytest

from server.content import load_content
from server.editing.checked_values import list_checked, list_due, name_of, with_checked
from server.editing.edited_content import Filed
from server.editing.edits import keep_edit, list_edits
from server.settings import load_settings
from sync.statements import verify_public
from tests.staff_office import StaffDesk, StaffOffice, staff_office

LOOKED = date(2026, 11, 25)  # the day that most values of the content folder name
LAST, FIRST_DUE = date(2027, 2, 23), date(2027, 2, 24)  # 90 days after it, and 91
DAY = 86_400
# Rules of the program itself whose lengths nobody has read in a law or a standard, and how an officer is told.
FROM_PRACTICE = {"passport-ri": "nomor paspor RI", "phone": "nomor telepon"}


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[StaffOffice]:
    async with staff_office(tmp_path) as office:
        await office.hire("ani", "head")
        await office.hire("budi", "officer")
        await office.hire("desi", "desk")
        yield office


@pytest.fixture
async def ani(office: StaffOffice) -> StaffDesk:
    desk = office.desk("ani")
    await desk.sign_in()
    return desk


def test_a_value_is_work_after_ninety_days_and_one_that_nobody_checked_at_once() -> None:
    settings = load_settings({})
    content = load_content(settings.content)
    fee = content.fees.values[0]
    assert fee.checked == LOOKED

    def is_work(today: date) -> bool:
        return name_of(fee) in [one.name for one in list_due(settings, content, today)]

    assert [is_work(LOOKED), is_work(LAST), is_work(FIRST_DUE)] == [False, False, True]
    first = list_due(settings, content, LOOKED)
    assert first
    assert all(one.checked is None for one in first)
    kinds = {one.title for one in list_checked(settings, content)}
    assert {f"staff.content.{kind}" for kind in ("fee", "deadline", "guide", "profile", "form")} <= kinds


def test_every_form_with_a_rule_that_is_only_known_from_practice_says_so_where_it_is_looked_at_again() -> None:
    settings = load_settings({})
    content = load_content(settings.content)
    asked = {
        (service, words)
        for service in content.forms.services
        for field in content.forms.latest(service).every_field
        for rule, words in FROM_PRACTICE.items()
        if rule in {one.rule for one in field.hard}
    }
    told = {one.of: one.unverified or {} for one in list_checked(settings, content) if one.file == "forms.toml"}
    for service, words in asked:
        title = content.forms.latest(service).title
        [said] = [unverified for of, unverified in told.items() if title in of]
        assert words in said["id"], service
    assert {words for _, words in asked} == set(FROM_PRACTICE.values())


def test_looking_again_holds_for_what_was_looked_at_and_for_nothing_else() -> None:
    settings = load_settings({})
    content = load_content(settings.content)
    fee, rule = content.fees.values[0], settings.retention.rules["applications"]
    dearer = replace(fee, amount=(fee.amount or 0) + 1)
    days = {name_of(fee): "2027-03-01", name_of(rule): "2027-03-02", "gone": "2027-03-03", name_of(dearer): "no day"}
    kept, renewed = with_checked(settings, content, days)
    assert renewed.fees.values[0] == replace(fee, checked=date(2027, 3, 1))
    assert renewed.fees.values[1:] == content.fees.values[1:]
    assert kept.retention.rules["applications"].checked_on == date(2027, 3, 2)
    changed = replace(content, fees=replace(content.fees, values=(dearer, *content.fees.values[1:])))
    assert with_checked(settings, changed, days)[1].fees.values[0].checked == LOOKED, "the folder says something else"
    newer = replace(content, fees=replace(content.fees, values=(replace(fee, checked=date(2027, 4, 1)),)))
    assert with_checked(settings, newer, days)[1].fees.values[0].checked == date(2027, 4, 1)


@pytest.mark.anyio
async def test_the_first_page_says_what_is_due_where_since_when_and_by_which_source(
    office: StaffOffice, ani: StaffDesk
) -> None:
    budi, desi = office.desk("budi"), office.desk("desi")
    await budi.sign_in()
    await desi.sign_in()
    assert "belum pernah diperiksa" in (await budi.get("")).text, "what nobody has ever checked"
    office.wait((FIRST_DUE - LOOKED).days * DAY)
    for desk in (budi, ani):
        await desk.sign_in()
    line = re.search(r'id="content-due">(.*?)</p>', (await budi.get("")).text, re.S)
    assert line is not None
    assert re.search(r"Isi yang harus diperiksa: [1-9][0-9]*\..* office\.toml", " ".join(line[1].split()))
    assert 'id="content-due"' in (await ani.get("audit")).text
    page = (await ani.get("content")).text
    due = unescape(page.partition("Checked within")[0].partition("Masih berlaku")[0])
    assert "Paspor elektronik 5 tahun" in due
    assert "Masa simpan: Konsep di HP pemohon, 30 hari" in due
    assert all(said in due for said in ("fees.toml", "imigrasi.go.id/biaya_imigrasi", "sejak 24 Februari 2027"))
    assert "Panjang nomor paspor RI (6" in due, "what nobody could confirm stands with it"
    await desi.sign_in()
    assert (await desi.get("content")).status == 403
    assert 'id="content-due"' not in (await desi.get("counter")).text


@pytest.mark.anyio
async def test_checked_today_is_audited_signed_shown_and_still_there_after_the_content_was_read_anew(
    office: StaffOffice, ani: StaffDesk
) -> None:
    fee = name_of(office.office.content.fees.values[0])
    office.wait((FIRST_DUE - LOOKED).days * DAY)
    await ani.sign_in()
    assert (await ani.post("content", value=f"checked.{fee}")).status == 303
    await office.read_edits()
    assert office.office.content.fees.values[0].checked == FIRST_DUE
    assert f'data-value="checked.{fee}"' in (await ani.get("content")).text.partition("Masih berlaku")[2]
    doc = await office.office.databases.public.get(f"edit.checked.{fee}.0001")
    content = (await office.office.databases.public.attachment(doc["_id"], "body")).data
    verify_public(doc, content, office.office.key_list.primary("server").pub)
    about = {"value": fee, "file": "fees.toml"}
    assert ("value-checked", "ani", about) in [(deed.name, deed.who, deed.about) for deed in await office.deeds()]
    office.app.state.office = replace(office.office, content=office.app.state.filed.content)
    await office.read_edits()
    assert office.office.content.fees.values[0].checked == FIRST_DUE
    gone = await ani.post("content", value="checked.nothing")
    assert (gone.status, "baru saja berubah" in gone.text) == (422, True)


@pytest.mark.anyio
async def test_that_an_edit_is_still_true_is_published_once_however_often_it_is_pressed(
    office: StaffOffice, ani: StaffDesk
) -> None:
    guide = office.office.guides.by_lang["id"]["brokers"]
    await keep_edit(office.office, "id", "brokers", guide.text.replace(guide.title, "Awas calo", 1), after=0)
    await office.read_edits()
    office.wait((FIRST_DUE - LOOKED).days * DAY)
    await ani.sign_in()
    pressed = [ani.post("content", value="guide.brokers") for _ in range(2)]
    answers = [*await asyncio.gather(*pressed), await ani.post("content", value="guide.brokers")]
    assert [answer.status for answer in answers] == [303] * 3
    assert [edit.n for edit in await list_edits(office.office.databases.public, "id", "brokers")] == [1, 2]
    await office.read_edits()
    now = office.office.guides.by_lang["id"]["brokers"]
    assert (now.title, now.checked) == ("Awas calo", FIRST_DUE)


@pytest.mark.anyio
async def test_a_guide_and_the_profile_that_are_still_true_have_todays_date_until_the_folder_says_something_else(
    office: StaffOffice, ani: StaffDesk
) -> None:
    before = {lang: office.office.guides.by_lang[lang]["brokers"] for lang in ("id", "en")}
    office.wait((FIRST_DUE - LOOKED).days * DAY)
    await ani.sign_in()
    assert (await ani.post("content", value="guide.brokers")).status == 303
    await office.read_edits()
    for lang, guide in before.items():
        now = office.office.guides.by_lang[lang]["brokers"]
        assert now == replace(guide, checked=FIRST_DUE)
        assert guide.checked < FIRST_DUE
    assert (await ani.post("content", value="profile.office")).status == 303
    await office.read_edits()
    assert office.office.settings.office.checked == FIRST_DUE
    assert [edit.kind for edit in await list_edits(office.office.databases.public)] == ["checked"] * 3

    filed = office.app.state.filed  # as after an update
    newer = replace(before["id"], html="<p>Baru</p>", text="baru")
    guides = filed.content.guides.with_edited({("id", "brokers"): newer})
    profile = replace(filed.settings.office, phone="0753 1")
    office.app.state.filed = Filed(replace(filed.settings, office=profile), replace(filed.content, guides=guides))
    await office.read_edits()
    assert office.office.guides.by_lang["id"]["brokers"] == newer
    assert (office.office.settings.office.phone, office.office.settings.office.checked) == ("0753 1", profile.checked)
