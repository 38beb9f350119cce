"""The open feed: anybody reads the schedule and the published figures; where a group stands, who holds its token."""

import asyncio
import csv
import io
import json
import re
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from server.appointments.bookings import ONLINE, Bookings
from server.appointments.offers import Offer, Offers
from server.couch import door as couch_door
from server.figures import feed_door
from server.figures.feed_door import A_MINUTE, Paces
from server.figures.open_data import TABLES
from server.rights import RIGHTS
from server.settings import Licence
from server.staff.login_delays import FREE_OF_ADDRESS
from sync.canonical import b64u_encode, sha256
from sync.events import sign_event
from sync.key_pair import verify
from sync.receipt_code import spoken_number
from tests.asgi import Answer, Client
from tests.facing import basic
from tests.sealed_items import OfficeKeys, new_keys, seal_pair
from tests.staff_office import ORIGIN, START, StaffDesk, StaffOffice, staff_office
from tests.unit.server.figures.test_figures import busy_march, desk_of

HOUR = Offer(id="261201-abcd", kind="outreach", place='Balai Nagari "Aua", aula', area="13.12.03.2004",
             begins=START + 172_800, ends=START + 176_400, places=4, kept=0, priority=1, at=START)  # fmt: skip
OTHER = "13.12.03.2005"


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[StaffOffice]:
    async with staff_office(tmp_path) as office:
        await office.hire("heri", "head")
        yield office


def anybody(office: StaffOffice) -> Client:
    return Client(office.app, origin=ORIGIN)


async def publish(office: StaffOffice, *offers: Offer) -> None:
    opened = office.office
    await Offers(opened.databases.public, opened.server_kid, opened.server_key).publish(offers)


async def receive(office: StaffOffice, service: str, area: str | None = None, at: int = START) -> str:
    """Put an application of nobody into the office and give its case."""
    version, _ = seal_pair(OfficeKeys(), keys := new_keys(), service=service, at=at, area=area)
    office.times[0] = at
    await office.office.databases.cases.bulk_docs([version])
    await office.office.projection.caught_up()
    office.times[0] = START
    return keys.case


def rows_of(answer: Answer) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(answer.text, newline="")))


async def token_of(heri: StaffDesk, name: str = "biro-umrah") -> str:
    page = await heri.post_proved("stakeholders", name=name, title="Biro Umrah Simpang")
    assert page.status == 200
    return page.text.partition("data-token>")[2].partition("<")[0]


async def ask(office: StaffOffice, token: str, kind: str = "json") -> Answer:
    return await anybody(office).get(f"/open/v1/groups.{kind}", headers={"authorization": f"Bearer {token}"})


@pytest.mark.anyio
async def test_anybody_reads_the_schedule_as_json_and_csv_and_asks_again_for_nothing(office: StaffOffice) -> None:
    await publish(office, HOUR)
    await Bookings(office.office.databases.cases, START).take(await receive(office, "passport-new"), HOUR, why=ONLINE)
    answer = await anybody(office).get("/open/v1/schedule.json")
    told = answer.json()
    assert told["rows"] == [
        {
            "id": HOUR.id, "kind": "outreach", "place": HOUR.place, "area": HOUR.area, "area_name": "Aua Kuniang",
            "begins": "2026-11-27T07:00:00+07:00", "ends": "2026-11-27T08:00:00+07:00", "places": 4, "left": 2,
            "status": "open",
        }
    ]  # fmt: skip
    assert (told["licence"], told["official"], told["table"]) == ("CC-BY-4.0", False, "schedule")
    assert told["generated_at"] == "2026-11-25T07:00:00+07:00"
    assert answer.headers["cache-control"] == "public, max-age=300"
    assert answer.headers["access-control-allow-origin"] == "*"
    office.wait(60)
    again = await anybody(office).get("/open/v1/schedule.json", headers={"if-none-match": answer.headers["etag"]})
    assert (again.status, again.body) == (304, b"")

    table = await anybody(office).get("/open/v1/schedule.csv")
    assert table.headers["content-type"] == "text/csv; charset=utf-8; header=present"
    assert table.body.count(b"\r\n") == 2
    assert rows_of(table) == [{key: str(value) for key, value in told["rows"][0].items()}]
    await publish(office, replace(HOUR, id="261202-abcd", place="=1+1"))
    guarded = rows_of(await anybody(office).get("/open/v1/schedule.csv"))
    assert [row["place"] for row in guarded] == [HOUR.place, "'=1+1"], "no text is worked out by a spreadsheet"
    assert (await anybody(office).get("/open/v1/cases.json")).status == 404
    assert (await anybody(office).get("/open/v1/schedule.xml")).status == 404


@pytest.mark.anyio
async def test_the_figures_are_those_that_were_published_and_no_nagari_of_fewer_than_five(office: StaffOffice) -> None:
    empty = (await anybody(office).get("/open/v1/figures.json")).json()
    assert (empty["rows"], empty["published_at"]) == ([], None)
    await busy_march(office)
    for area, count in ((HOUR.area, 5), (OTHER, 4)):
        for _ in range(count):
            await receive(office, "passport-new", area, START - 250 * 86400)
    heri = await desk_of(office, "heri")
    await heri.post_proved("figures", **{"from": "2026-03", "to": "2026-03"})
    told = (await anybody(office).get("/open/v1/figures.json")).json()
    values = {(row["measure"], row["service"] or row["area"]): row["value"] for row in told["rows"]}
    assert values == {
        ("received", "passport-new"): 15, ("ended", "passport-new"): 6, ("median_days", "passport-new"): 4.0,
        ("received_by_area", HOUR.area): 5, ("ikm", None): 100.0, ("ikm_respondents", None): 6,
    }  # fmt: skip
    signature = told["signature"]
    verify(signature["signed"], signature["sig"], office.office.key_list.primary("server").pub)
    # Whoever reads it can check it: what is signed is there as it was signed, and the rows say nothing else.
    assert signature["signed"][2] == b64u_encode(sha256(told["body"].encode()))
    [march] = json.loads(told["body"])["periods"]
    [line] = march["lines"]
    assert [line["received"], line["ended"], line["days"]] == [row["value"] for row in told["rows"][:3]]
    assert march["areas"] == [[row["area"], row["value"]] for row in told["rows"] if row["area"]]
    assert {row["published_at"] for row in told["rows"]} == {told["published_at"]}
    # Another month is added; what was published stays as it was, with its day.
    office.wait(86400)
    await heri.post_proved("figures", **{"from": "2026-02", "to": "2026-02"})
    later = (await anybody(office).get("/open/v1/figures.json")).json()
    assert [row for row in later["rows"] if row["from"] == "2026-03"] == told["rows"]
    assert json.loads(later["body"])["periods"][-1] == march
    lines = rows_of(await anybody(office).get("/open/v1/figures.csv"))
    assert [line["value"] for line in lines] == ["15", "6", "4.0", "5", "100.0", "6"]
    assert {(line["from"], line["to"]) for line in lines} == {("2026-03", "2026-03")}
    page = (await anybody(office).get("/id/office/2026-03")).text
    assert '<tr><th scope="row">Aua Kuniang</th><td>5</td></tr>' in page
    assert office.office.regions.name(OTHER) not in page


def _is_read(field: dict[str, str], text: str) -> bool:
    """Read a value as its schema says: a moment without a format is one of UTC (Table Schema)."""
    match field["type"], field.get("format", "default"):
        case "datetime", "default":
            return bool(re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z", text))
        case "datetime", "any":
            return datetime.fromisoformat(text).tzinfo is not None
        case "yearmonth", _:
            return bool(re.fullmatch("[0-9]{4}-[0-9]{2}", text))
        case "integer", _:
            return int(text) >= 0
        case "number", _:
            return float(text) >= 0
    return field["type"] == "string"


@pytest.mark.anyio
async def test_the_package_names_every_column_that_the_tables_have(office: StaffOffice) -> None:
    await publish(office, HOUR)
    await busy_march(office)
    heri = await desk_of(office, "heri")
    await heri.post_proved("figures", **{"from": "2026-03", "to": "2026-03"})
    shown = {"authorization": f"Bearer {await token_of(heri)}"}
    package = (await anybody(office).get("/open/v1/datapackage.json")).json()
    assert [resource["name"] for resource in package["resources"]] == list(TABLES)
    for resource in package["resources"]:
        path = resource["path"].removeprefix(ORIGIN)
        is_open = "token" not in resource.get("description", "")
        assert (await anybody(office).get(path)).status == (200 if is_open else 401)
        answer = await anybody(office).get(path, headers={} if is_open else shown)
        named = [field["name"] for field in resource["schema"]["fields"]]
        assert answer.text.splitlines()[0].split(",") == named
        row = rows_of(answer)[0] if is_open else {name: "" for name in named}  # nobody has a group yet
        for field in resource["schema"]["fields"]:
            if row[field["name"]]:
                assert _is_read(field, row[field["name"]]), field
    settings = replace(office.office.settings, licence=Licence("CC0-1.0", "https://example.go.id/izin"))
    office.app.state.office = replace(office.office, settings=settings)
    package = (await anybody(office).get("/open/v1/datapackage.json")).json()
    assert package["licenses"] == [{"name": "CC0-1.0", "path": "https://example.go.id/izin"}], "as the office decides"
    answer = await anybody(office).get("/open/v1/schedule.json")
    assert (answer.json()["licence"], answer.headers["link"]) == (
        "CC0-1.0",
        '<https://example.go.id/izin>; rel="license"',
    )
    text = (Path(__file__).parents[4] / "docs" / "open-data.md").read_text()
    assert [name for columns in TABLES.values() for name, _ in columns if f"| `{name}` |" not in text] == []


@pytest.mark.anyio
async def test_a_partner_reads_where_its_own_groups_stand_until_its_token_is_withdrawn(office: StaffOffice) -> None:
    heri = await desk_of(office, "heri")
    assert (await heri.post("stakeholders", name="biro-umrah", title="Biro Umrah")).status == 403, "who sits there?"
    token = await token_of(heri)
    staff = await office.office.databases.staff.all_docs(include_docs=True)
    assert token.partition(".")[2] not in json.dumps([row.doc for row in staff])
    assert token not in (await heri.get("stakeholders")).text, "shown once"

    mine, others, person = [await receive(office, service) for service in ("group", "group", "passport-new")]
    visit = replace(HOUR, id="261202-abcd", kind="group")
    await publish(office, visit)
    await Bookings(office.office.databases.cases, START).take(mine, visit, why=ONLINE)
    assert (await heri.post_proved("stakeholders/biro-umrah/groups", number=spoken_number(mine))).status == 303
    refused = await heri.post_proved("stakeholders/biro-umrah/groups", number=spoken_number(person))
    assert (refused.status, "Tidak ada satu permohonan rombongan" in refused.text) == (422, True)

    for n, (step, day) in enumerate((("berkas_lengkap", 1), ("pesan", 3)), 1):  # of a message not even the day is told
        event = {"at": START + day * 86400, "kid": "o1", "note": None, "on": [], "private": OfficeKeys().office}
        claimed = sign_event(case=mine, n=n, step=step, **event) | {"claim": ["taken", "x", START]}
        await office.office.databases.cases.bulk_docs([claimed])
    row = {
        "number": spoken_number(mine), "received": "2026-11-25", "status": "berkas_lengkap", "since": "2026-11-26",
        "visit_begins": "2026-11-27T07:00:00+07:00", "visit_place": HOUR.place,
    }  # fmt: skip
    answer = await ask(office, token)
    assert (answer.json()["rows"], answer.headers["cache-control"]) == ([row], "no-store")
    assert rows_of(await ask(office, token, "csv")) == [row]
    assert spoken_number(others) not in answer.text
    assert (await ask(office, await token_of(heri, "dinas"))).json()["rows"] == []

    twice = [heri.post_proved("stakeholders/dinas/groups", number=spoken_number(one)) for one in (mine, others, mine)]
    at_once = await asyncio.gather(*twice)
    assert [one.status for one in at_once] == [303] * 3
    page = (await heri.get("stakeholders")).text
    for number in (spoken_number(mine), spoken_number(others)):
        assert number in page.partition('data-stakeholder="dinas"')[2]

    for wrong in ("", "biro-umrah", token[:-1], token.replace("biro-umrah", "nobody"), f"{token}x"):
        assert (await ask(office, wrong)).status == 401
    assert (await anybody(office).get("/open/v1/groups.csv")).headers["www-authenticate"] == 'Bearer realm="Rantau"'
    assert (await heri.client.get("/open/v1/groups.json")).status == 401, "no session opens it"

    ends = await asyncio.gather(*(heri.post("stakeholders/biro-umrah/end") for _ in range(2)))
    assert [one.status for one in ends] == [303, 303], "a double click is no error"
    assert (await ask(office, token)).status == 401
    assert (await heri.post("stakeholders/nobody/end")).status == 404
    assert (await heri.post_proved("stakeholders/biro-umrah/groups", number=spoken_number(mine))).status == 404
    deeds = [(deed.who, deed.name, deed.about.get("stakeholder")) for deed in await office.deeds()]
    assert [deed for deed in deeds if deed[1].startswith(("stakeholder-", "groups-"))] == [
        ("heri", "stakeholder-added", "biro-umrah"),
        ("heri", "stakeholder-group", "biro-umrah"),
        *[("stakeholder:biro-umrah", "groups-read", None)] * 2,
        ("heri", "stakeholder-added", "dinas"),
        ("stakeholder:dinas", "groups-read", None),
        *[("heri", "stakeholder-group", "dinas")] * 2,
        ("heri", "stakeholder-withdrawn", "biro-umrah"),
    ]


@pytest.mark.anyio
async def test_a_double_click_shows_the_one_token_that_opens_it(office: StaffOffice) -> None:
    heri = await desk_of(office, "heri")
    [once] = re.findall(r'name="once" value="([^"]+)"', (await heri.get("stakeholders")).text)
    typed = {"name": "dinas", "title": "Dinas Tenaga Kerja", "once": once}
    assert (await heri.post_proved("stakeholders", name="")).status == 422
    both = await asyncio.gather(*(heri.post("stakeholders", **typed) for _ in range(2)))  # the password was asked
    tokens = {page.text.partition("data-token>")[2].partition("<")[0] for page in both}
    assert len(tokens) == 1, "whichever of the two pages is seen"
    assert (await ask(office, tokens.pop())).status == 200
    assert [deed.name for deed in await office.deeds()].count("stakeholder-added") == 1
    other = typed | {"title": "Dinas Sosial"}
    assert "sudah dipakai" in (await heri.post_proved("stakeholders", **other)).text, (
        "what is typed anew is not dropped"
    )
    assert (await heri.post("stakeholders/dinas/end")).status == 303
    assert "sudah dipakai" in (await heri.post_proved("stakeholders", **typed)).text, "a withdrawn one stays withdrawn"


@pytest.mark.anyio
async def test_two_partners_of_one_form_share_no_secret(office: StaffOffice) -> None:
    heri = await desk_of(office, "heri")
    [once] = re.findall(r'name="once" value="([^"]+)"', (await heri.get("stakeholders")).text)
    given = []
    for name in ("dinas", "biro"):
        page = await heri.post_proved("stakeholders", name=name, title="Dinas Tenaga Kerja", once=once)
        given.append(page.text.partition("data-token>")[2].partition("<")[0])
    (one, _, secret), (other, _, others) = (token.partition(".") for token in given)
    assert [(await ask(office, token)).status for token in given] == [200, 200]
    assert secret != others
    assert once not in (secret, others)
    assert [(await ask(office, token)).status for token in (f"{one}.{others}", f"{other}.{secret}")] == [401, 401]


@pytest.mark.anyio
async def test_what_is_wrong_with_a_new_partner_is_said_and_what_was_typed_stays(office: StaffOffice) -> None:
    heri = await desk_of(office, "heri")
    await token_of(heri, "dinas")
    for name, title, says in (
        ("Biro", "Biro Umrah", "Tulis 2 sampai 32"),
        ("biro", "B", "Tulis nama lembaga"),
        ("dinas", "Disnaker", "sudah dipakai"),
    ):
        page = await heri.post_proved("stakeholders", name=name, title=title)
        assert (page.status, says in page.text, f'value="{title}"' in page.text) == (422, True, True), name


@pytest.mark.anyio
async def test_a_token_is_answered_so_often_a_minute_and_a_wrong_one_keeps_nobody_out(
    office: StaffOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    for door in (feed_door, couch_door):
        monkeypatch.setattr(door, "LONGEST", 0.01)  # seconds that a wrong token waits
    times = [600.0]
    office.app.state.feed_paces = Paces(lambda: times[0])
    heri = await desk_of(office, "heri")
    token, other = await token_of(heri), await token_of(heri, "dinas")
    assert {(await ask(office, token)).status for _ in range(A_MINUTE)} == {200}
    times[0] = 650.0
    refused = await ask(office, token)
    assert (refused.status, refused.headers["retry-after"]) == (429, "10")
    assert (await ask(office, other)).status == 200
    times[0] = 660.0
    assert (await ask(office, token)).status == 200

    for _ in range(2 * FREE_OF_ADDRESS):
        assert (await ask(office, f"{token}x")).status == 401
        assert (await anybody(office).get("/couch/", headers=basic("cermin", "x"))).status == 401
    assert (await ask(office, token)).status == 200
    # Neither who works behind the same address nor an account of the door's name is held up by such scripts.
    await office.hire("stakeholder", "officer")
    for login in ("heri", "stakeholder"):
        desk = office.desk(login)
        assert (await desk.sign_in()).status == 303, login
        assert await desk.is_in()


def test_the_handler_of_groups_reads_nothing_that_they_do_not_tell() -> None:
    assert {*RIGHTS["groups"].reads, *RIGHTS["groups_table"].reads} == {"public", "booking", "case-row"}
