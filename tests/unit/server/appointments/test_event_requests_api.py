"""A partner's program asks for an event as docs/open-data.md has it, and sees by its token what became of it."""

import json
import os
import re
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from server.figures.stakeholders import MOST_REQUESTS, Stakeholders
from server.keys.founding import DEMO
from server.settings import ROOT
from sync.receipt_code import derive, parse_code, spoken_number
from tests.asgi import Answer, Client
from tests.sealed_items import OfficeKeys, new_keys, seal_pair, to_line
from tests.serving import Reply, RunningOffice
from tests.staff_office import ORIGIN, START, StaffOffice, staff_office
from tests.unit.server.figures.test_open_data import rows_of

FORM_HEADERS = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[StaffOffice]:
    async with staff_office(tmp_path) as office:
        yield office


async def token_of(office: StaffOffice, name: str) -> str:
    return await Stakeholders(office.office.databases.staff, START).add(name, "Pemerintah Nagari")


def item_for(office: StaffOffice, keys: Any = None, service: str = "event-request", **more: Any) -> Any:
    """Seal a request to that office."""
    key = office.office.key_list.primary("seal")
    form = office.office.forms.latest(service).name
    values = {"form": form, "channel": "partner", "recipients": [(key.kid, key.pub)]} | more
    return seal_pair(OfficeKeys(), keys or new_keys(), service=service, at=START, **values)


async def send(office: StaffOffice, token: str, item: Any) -> Answer:
    headers = {"authorization": f"Bearer {token}"}
    return await Client(office.app, origin=ORIGIN).request(
        "POST", "/open/v1/requests.json", headers=headers, body=[item if isinstance(item, bytes) else to_line(item)]
    )


async def seen(office: StaffOffice, token: str, kind: str = "json") -> Answer:
    headers = {"authorization": f"Bearer {token}"}
    return await Client(office.app, origin=ORIGIN).get(f"/open/v1/requests.{kind}", headers=headers)


@pytest.mark.anyio
async def test_a_request_with_a_token_is_receipted_and_seen_by_that_token_alone(office: StaffOffice) -> None:
    mine, other = await token_of(office, "talu"), await token_of(office, "dinas")
    item = item_for(office, keys := new_keys(), area="13.12.03.2004")
    for _ in range(2):  # sent twice it is one
        answer = await send(office, mine, item)
        assert (answer.status, answer.json()["number"]) == (201, spoken_number(keys.case))
        assert answer.json()["receipt"][0][2] == item[0]["_id"]
    row = {"number": spoken_number(keys.case), "received": "2026-11-25", "status": "terkirim", "since": "2026-11-25"}
    assert ((await seen(office, mine)).json()["rows"], rows_of(await seen(office, mine, "csv"))) == ([row], [row])
    assert (await seen(office, other)).json()["rows"] == []
    deeds = [(deed.who, deed.about) for deed in await office.deeds() if deed.name == "event-requested"]
    assert deeds == [("stakeholder:talu", {"stakeholder": "talu", "case": keys.case})]


@pytest.mark.anyio
async def test_no_token_asks_for_anything_else_or_under_the_code_of_another(office: StaffOffice) -> None:
    token, cases = await token_of(office, "talu"), office.office.databases.cases
    await cases.bulk_docs([seal_pair(OfficeKeys(), taken := new_keys(), service="passport-new", at=START)[0]])
    for item, reason in (
        (item_for(office, service="passport-new"), "service-unknown"),
        (item_for(office, taken), "taken"),
        (item_for(office, form="1.aaaaaaaa"), "form-unknown"),
        (b'{"place":"Talu"}', "malformed"),
    ):
        answer = await send(office, token, item)
        assert (answer.status, answer.json()["reason"]) == (422, reason)
    assert (await seen(office, token)).json()["rows"] == []
    assert (await send(office, token[:-1], item_for(office))).status == 401


@pytest.mark.anyio
async def test_a_token_remembers_so_many_and_what_is_withdrawn_asks_no_more(office: StaffOffice) -> None:
    kept = Stakeholders(office.office.databases.staff, START)
    token = await token_of(office, "talu")
    for n in range(MOST_REQUESTS + 1):
        await kept.add_request("talu", f"case{n}")
    found = await kept.find(token)
    assert found is not None
    assert found.requests == tuple(f"case{n}" for n in range(1, MOST_REQUESTS + 1))
    doc = await kept.get("talu")
    assert doc is not None
    await kept.withdraw(doc)
    assert (await send(office, token, item_for(office))).status == 401


def test_the_worked_example_of_the_documentation_asks_a_real_office(
    office_server: RunningOffice, tmp_path: Path
) -> None:
    text = (ROOT / "docs" / "open-data.md").read_text()
    script = tmp_path / "ask_for_event.py"
    script.write_text(text.partition("```python\n")[2].partition("\n```")[0])
    token, told = given_token(office_server), json.loads(office_server.ask("GET", "/office.json").body)

    def run(root: str) -> "subprocess.CompletedProcess[str]":
        env = {**os.environ, "TOKEN": token, "ROOT": root}
        return subprocess.run(
            [sys.executable, script, office_server.url], env=env, capture_output=True, text=True, timeout=60
        )

    assert "another office" in run("elsewhere").stderr
    done = run(told["root"])
    assert done.returncode == 0, done.stderr
    said = dict(line.split(" ", 1) for line in done.stdout.splitlines())
    rows = office_server.ask("GET", "/open/v1/requests.json", headers={"Authorization": f"Bearer {token}"}).json()
    assert [(row["number"], row["status"]) for row in rows["rows"]] == [(said["number"], "terkirim")]
    code = parse_code(said["code"])
    assert spoken_number(derive(code).case) == said["number"]
    page = post(office_server, "/id/track", code=said["code"])
    assert said["number"] in page.text


def given_token(server: RunningOffice) -> str:
    """Have the head of the demo office make a token."""
    signed_in = post(server, "/staff/login", login=DEMO.login, password=DEMO.password)
    cookie = signed_in.headers["set-cookie"].partition(";")[0]
    page = server.ask("GET", "/staff/id/stakeholders", headers={"Cookie": cookie}).text
    csrf = re.search(r'name="csrf" value="([^"]+)"', page)
    assert csrf is not None
    given = post(
        server, "/staff/id/stakeholders", cookie,
        csrf=csrf[1], name="talu", title="Pemerintah Nagari Talu", **{"proof-password": DEMO.password},
    )  # fmt: skip
    return given.text.partition("data-token>")[2].partition("<")[0]


def post(server: RunningOffice, path: str, cookie: str = "", **fields: str) -> Reply:
    headers = FORM_HEADERS | {"Origin": server.url} | ({"Cookie": cookie} if cookie else {})
    return server.ask("POST", path, headers=headers, body=urlencode(fields).encode())
