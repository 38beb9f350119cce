"""Complaints: taken without JavaScript too, anonymous where asked, answered by their class within working days."""

import html
import json
import subprocess
from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from server.content import load_content
from server.erasure.erasure import forget_keys
from server.projection.projection import Projection
from server.settings import ROOT, load_settings
from server.site.site import _promises
from sync.events import sign_event
from sync.receipt_code import CodeKeys, derive, parse_code
from sync.seal import open_version, open_wrap_as_office
from tests.api_desk import ApiDesk, sit_down
from tests.asgi import Client
from tests.sealed_items import OfficeKeys, new_keys, seal_pair
from tests.small_office import SmallOffice, routes_of, small_office

KEYS = OfficeKeys()
CONTENT = load_content(load_settings({}).content)
FORM = CONTENT.forms.latest("complaint")
TEMPLATES = {
    "form.html": "{{ errors | tojson }}",
    "review.html": "{{ item }}\n{{ code }}\n"
    "{% for one in promised %}{{ one.state }} {{ one.day }} {{ one.is_sure }};{% endfor %}",
    "sent.html": "{{ state }} {{ promise.day if promise else none }}",
    "status.html": "{{ status.state }} {% if promise %}{{ promise.day }} {{ promise.is_late }}{% endif %}",
}
MONDAY = 1_796_004_000  # 2026-11-30 09:00 WIB
MIDNIGHT = 1_795_971_600  # the same day, 00:00 WIB
TYPED = {
    "kelas": "pengaduan", "topik": "pungli", "uraian": "Diminta uang <b>rokok</b>", "tempat": "Loket 2",
    "tanggal_kejadian": "28-11-2026", "harapan": "Ditindak", "identitas": "terbuka", "nama_pelapor": "Upik Abu",
}  # fmt: skip


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[SmallOffice]:
    routes = routes_of("review", "send", "status", "work", "cases", "add_event", "case_documents")
    async with small_office(tmp_path, routes, TEMPLATES, KEYS) as office:
        office.app.state.office.deadlines = CONTENT.deadlines
        office.now = MONDAY
        yield office


async def complain(client: Client, **changes: str) -> tuple[CodeKeys, str, dict[str, Any], list[str]]:
    """Fill in and send; give the keys, the code, the version and what the pages promised."""
    answer = await client.post_form("/id/apply/complaint", TYPED | changes)
    assert answer.status == 200, answer.text
    item, code, promised = html.unescape(answer.text).split("\n")
    sent = await client.post_form("/id/send", {"item": item, "code": code})
    return derive(parse_code(code)), code, json.loads(item)[0], [*promised.split(";")[:-1], sent.text]


def opened(version: dict[str, Any], wrap: dict[str, str]) -> list[Any]:
    return open_version(version, open_wrap_as_office(version, wrap, "k1", KEYS.seal))["personal"]


async def step(desk: ApiDesk, keys: CodeKeys, version: dict[str, Any], n: int, name: str) -> int:
    v = version["_id"].split(".")[2]
    event = sign_event(case=keys.case, n=n, step=name, at=MONDAY + n, on=[v], note=None, kid="o1", private=KEYS.office)
    return (await desk.post(f"cases/{keys.case}/events", event)).status


async def work_of(desk: ApiDesk, keys: CodeKeys) -> dict[str, Any]:
    told = (await desk.get(f"work?case={keys.case}")).json()
    [row] = told["rows"] or [[None] * len(told["columns"])]
    return dict(zip(told["columns"], row, strict=True))


@pytest.mark.anyio
async def test_a_complaint_is_sealed_and_told_by_when_it_is_answered(office: SmallOffice) -> None:
    keys, _, version, promised = await complain(office.client())
    assert version["_id"].startswith(f"cmp.{keys.case}.")
    assert (version["type"], version["at"], version["device"], version["area"]) == ("complaint", MONDAY, None, None)
    assert promised == ["terkirim 2026-12-03 True", "aduan_pengaduan 2026-12-18 True", "ok 2026-12-03"]
    stored = await office.texts_in(*office.stores)
    assert version["_id"] in stored
    assert not [word for word in ("Upik", "rokok", "Loket", "pungli") if word in stored]
    wraps = await office.databases.wraps.all_docs(include_docs=True)
    [wrap] = [{key: text for key, text in row.doc.items() if key[0] != "_"} for row in wraps]
    assert opened(version, wrap)[2] == "Diminta uang <b>rokok</b>"


@pytest.mark.anyio
async def test_an_anonymous_one_names_nobody_and_tells_no_hour(office: SmallOffice) -> None:
    _, _, version, _ = await complain(office.client(), identitas="anonim")
    assert (version["at"], version["device"], version["area"]) == (MIDNIGHT, None, None)
    wraps = await office.databases.wraps.all_docs(include_docs=True)
    [wrap] = [{key: text for key, text in row.doc.items() if key[0] != "_"} for row in wraps]
    answers = dict(zip((field.key for field in FORM.fields), opened(version, wrap), strict=True))
    assert (answers["identitas"], answers["nama_pelapor"], answers["kontak"]) == ("anonim", None, None)


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("changes", "errors"),
    [
        ({"uraian": ""}, {"uraian"}),
        ({"kelas": ""}, {"kelas"}),
        ({"topik": ""}, {"topik"}),
        ({"topik": "", "kelas": "informasi"}, set()),
        ({"nama_pelapor": ""}, {"nama_pelapor"}),
        ({"nama_pelapor": "", "identitas": "anonim"}, set()),
        ({"tanggal_kejadian": "01-12-2026"}, {"tanggal_kejadian"}),  # tomorrow
        ({"uraian": "a" * 3001}, {"uraian"}),
    ],
)
async def test_what_is_missing_or_wrong_is_named(
    office: SmallOffice, changes: dict[str, str], errors: set[str]
) -> None:
    answer = await office.client().post_form("/id/apply/complaint", TYPED | changes)
    assert (set(json.loads(html.unescape(answer.text))) if answer.status == 422 else set()) == errors


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("state", "day"),
    [
        (None, "2026-12-03"),
        ("aduan_informasi", "2026-12-07"),
        ("aduan_pengaduan", "2026-12-18"),
        ("aduan_aspirasi", "2026-12-18"),
        ("aduan_lapangan", "2027-02-26"),
    ],
)
async def test_the_office_s_class_says_by_when_on_the_desk_and_by_the_code(
    office: SmallOffice, state: str | None, day: str
) -> None:
    client, desk = office.client(), await sit_down(office)
    keys, code, version, _ = await complain(client)
    if state:
        assert await step(desk, keys, version, 1, state) == 201
    row = await work_of(desk, keys)
    assert (row["kind"], row["due"], row["waits_for"]) == ("cmp", day, "office")
    status = await client.post_form("/id/track", {"code": code})
    assert status.text == f"{state or 'terkirim'} {day} False"
    office.now = MONDAY + 100 * 86_400
    assert (await client.post_form("/id/track", {"code": code})).text.endswith(" True")


@pytest.mark.anyio
@pytest.mark.parametrize("days", [-14, 20], ids=["sealed long before", "a clock that is ahead"])
async def test_a_phone_s_clock_moves_no_promise(office: SmallOffice, days: int) -> None:
    client, desk = office.client(), await sit_down(office)
    await desk.get("work")  # what comes from now on is news
    office.now = MONDAY + days * 86_400
    item, code, *_ = html.unescape(
        (await client.post_form("/id/apply/complaint", TYPED | {"tanggal_kejadian": "01-11-2026"})).text
    ).split("\n")
    office.now = MONDAY
    assert (await client.post_form("/id/send", {"item": item, "code": code})).text == "ok 2026-12-03"
    assert (await work_of(desk, derive(parse_code(code))))["due"] == "2026-12-03"
    assert (await client.post_form("/id/track", {"code": code})).text == "terkirim 2026-12-03 False"


@pytest.mark.anyio
async def test_the_lists_say_of_an_anonymous_one_the_day_and_nothing_that_links_it(
    office: SmallOffice, tmp_path: Path
) -> None:
    client, desk = office.client(), await sit_down(office)
    await desk.get("work")
    for now in (MONDAY - 86_400, MONDAY):
        office.now = now
        await complain(client)
        await desk.get("work")  # which it reaches at once
    application, _ = seal_pair(KEYS, new_keys(), at=MONDAY)
    await office.databases.cases.bulk_docs([application])
    office.now = MONDAY + 1
    keys, code, _, _ = await complain(client, identitas="anonim")
    row = await work_of(desk, keys)
    assert (row["first_at"], row["received"], row["last_at"], row["due"]) == (
        MIDNIGHT,
        MIDNIGHT,
        MIDNIGHT,
        "2026-12-03",
    )
    shown = [row[0] for row in (await desk.get("work")).json()["rows"]]
    listed = [row["case"] for row in (await desk.get("cases?limit=2")).json()["rows"]]
    assert shown.index(keys.case) == 1, "before all else of its day"
    assert listed == shown[:2]
    office.now = MONDAY + 600
    item, *_ = html.unescape(
        (await client.post_form("/id/apply/message", {"pesan": "Ini buktinya", "correct_code": code})).text
    ).split("\n")
    await client.post_form("/id/send", {"item": item, "code": code})
    assert (await work_of(desk, keys))["waiting"] == 1
    stories = await office.app.state.office.projection.stories()
    [times] = [(story.received, story.newest) for story in stories if story.case == keys.case]
    assert times == (MIDNIGHT, MIDNIGHT)

    # The same when the lists are made anew.
    anew = Projection(
        tmp_path / "anew.sqlite", office.databases.cases, lambda: MONDAY + 86_400, time_zone="Asia/Jakarta"
    )
    await anew.caught_up()
    assert [row.case for row in (await anew.list()).rows] == shown
    await anew.stop()


@pytest.mark.anyio
async def test_a_message_neither_moves_the_day_nor_is_lost_when_all_was_answered(office: SmallOffice) -> None:
    client, desk = office.client(), await sit_down(office)
    keys, code, version, _ = await complain(client)
    await step(desk, keys, version, 1, "aduan_menunggu")
    assert (await work_of(desk, keys))["waits_for"] == "applicant"
    office.now = MONDAY + 600
    item, *_ = html.unescape(
        (await client.post_form("/id/apply/message", {"pesan": "Ini namanya", "correct_code": code})).text
    ).split("\n")
    await client.post_form("/id/send", {"item": item, "code": code})
    assert (await work_of(desk, keys))["waits_for"] == "office"
    await step(desk, keys, version, 2, "aduan_pengaduan")
    assert (await work_of(desk, keys))["due"] == "2026-12-18"
    await step(desk, keys, version, 3, "aduan_dijawab")
    assert (await work_of(desk, keys))["waiting"] == 1, "answered, and yet somebody waits to be read"


@pytest.mark.anyio
async def test_a_complaint_has_its_own_steps_and_an_application_none_of_them(office: SmallOffice) -> None:
    desk = await sit_down(office)
    keys, _, version, _ = await complain(office.client())
    assert await step(desk, keys, version, 1, "dibayar") == 422
    assert await step(desk, keys, version, 1, "pesan") == 201
    application, code = seal_pair(KEYS, other := new_keys())[0], other
    await office.databases.cases.bulk_docs([application])
    assert await step(desk, code, application, 1, "aduan_dijawab") == 422
    assert await step(desk, code, application, 1, "dibayar") == 201


@pytest.mark.anyio
async def test_what_is_erased_takes_the_keys_of_its_messages_along(office: SmallOffice) -> None:
    client = office.client()
    keys, code, _, _ = await complain(client)
    item, *_ = html.unescape(
        (await client.post_form("/id/apply/message", {"pesan": "Halo", "correct_code": code})).text
    ).split("\n")
    await client.post_form("/id/send", {"item": item, "code": code})
    wraps = office.databases.wraps
    kinds = {row.id.split(".")[1] for row in await wraps.all_docs() if not row.deleted}
    assert kinds == {"cmp", "msg"}
    await forget_keys(wraps, [keys.case])
    assert [row.id for row in await wraps.all_docs() if not row.deleted] == []


def test_every_promise_says_by_which_law_and_where_and_when_it_was_read() -> None:
    rules = [rule for rule in CONTENT.deadlines.rules if "complaint" in rule.services]
    assert {state for rule in rules for state in rule.states} >= {"terkirim", *FORM.steps[:4]}
    assert [rule for rule in rules if not (rule.law and rule.source and rule.checked)] == []


def test_a_phone_counts_the_same_days(tmp_path: Path) -> None:
    told = json.loads(_promises(CONTENT)["/id/promises.json"].body)
    days = ["2026-12-04", "2026-12-06", "2026-12-23", "2026-03-16", "2026-05-26", "2026-12-30", "2028-01-03"]
    counts = [0, 1, 3, 5, 14, 60]
    script = tmp_path / "count.mjs"
    script.write_text(
        f"import {{ workingDayAfter }} from '{ROOT}/pwa/promises.js';\n"
        f"const holidays = new Set({json.dumps(told['holidays'])});\n"
        f"const found = {json.dumps(days)}.map((day) => {counts}.map((n) => workingDayAfter(day, n, holidays)));\n"
        "console.log(JSON.stringify(found));\n"
    )
    found = json.loads(subprocess.run(["node", script], check=True, capture_output=True, text=True).stdout)
    working = CONTENT.working_days
    assert found == [[str(working.after(date.fromisoformat(day), n)) for n in counts] for day in days]
    assert [rule["days"] for rule in told["rules"] if "terkirim" in rule["states"]] == [3]
