"""Every route is walked by everybody: who may gets an answer, who may not gets nothing; one table decides."""

import base64
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from starlette.types import ASGIApp

from server.app import create_app
from server.couch_peers import Peers
from server.databases import open_databases
from server.founding import NewOfficer, make_office
from server.guard import API, guarded
from server.public import ping
from server.rights import PEER, RIGHTS, ROLES, STEP_UP
from server.routes import ROWS, Row
from server.sessions import Sessions
from server.settings import load_settings
from sync.store import Store
from tests.asgi import Answer, Client
from tests.made_before import keep_made, lend_made

OFFICER = NewOfficer("upik", "sandi untuk masuk", "kunci untuk membuka")
ORIGIN = "https://rantau.example"
SAMPLE = {
    "version": f"app.{'a' * 24}.{'a' * 20}", "digest": "a" * 52,
    "lang": "id", "service": "passport-new", "slug": "passport", "case": "a" * 24, "name": "id", "form": "1.x",
    "pack": "0-x", "path": "rules.js", "login": "nobody", "id": "none",
    "device": "d-aaaaaaaa", "db": "public", "doc": "keys",
}  # fmt: skip
OPEN = [row for row in ROWS if RIGHTS[row.name].roles is None]
FACE = [row for row in ROWS if PEER in (RIGHTS[row.name].roles or ())]
CLOSED = [row for row in ROWS if RIGHTS[row.name].roles is not None and row not in FACE]


@dataclass
class Office:
    """A real application with one account a role."""

    app: ASGIApp
    staff: Store
    clock: list[int] = field(default_factory=lambda: [1_795_564_800])

    def now(self) -> int:
        return self.clock[0]

    async def ask(
        self, row: Row, role: str | None, *, genuine: bool = True, stepped_up: bool = True, posted: str = ""
    ) -> Answer:
        """Ask for a route in a new session of somebody with *role*, or of nobody."""
        client, csrf = Client(self.app, origin=ORIGIN), ""
        if role is not None:
            sessions = Sessions(self.staff, self.now)
            token = client.cookies["__Host-s"] = await sessions.open(f"with-{role}")
            if stepped_up:
                await sessions.step_up(token)
            user = await sessions.find(token)
            assert user is not None
            csrf = user.csrf if genuine else "guessed"
        path = re.sub(r"\{(\w+)(?::\w+)?\}", lambda found: SAMPLE[found[1]], row.path)
        headers = {"sec-fetch-site": "same-origin", "x-csrf": csrf}
        if row.method == "GET":
            return await client.request("GET", path, headers=headers)
        if path.startswith((API, "/couch", "/blobs")) or path == "/exchange":
            return await client.request(row.method, path, headers=headers, body=[b"{}"])
        form = {"content-type": "application/x-www-form-urlencoded"}
        return await client.request("POST", path, headers=headers | form, body=[f"csrf={csrf}{posted}".encode()])


@pytest.fixture(params=["optional"])
async def office(tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[Office]:
    environ = {"RANTAU_DATA": str(tmp_path / "d"), "RANTAU_ORIGIN": ORIGIN, "RANTAU_SECOND_FACTOR": request.param}
    settings = load_settings(environ)
    async with open_databases(settings) as databases:
        clock = [1_795_564_800]
        await make_office(settings, databases, OFFICER, now=clock[0])
        app = create_app(settings, databases=databases, clock=lambda: clock[0])
        accounts = [{"_id": f"user.with-{role}", "type": "user", "login": f"with-{role}", "roles": [role],
                     "password": None} for role in ROLES]  # fmt: skip
        await databases.staff.bulk_docs(accounts)
        lend_made(settings.data)
        async with app.router.lifespan_context(app):
            keep_made(settings.data)
            yield Office(app, databases.staff, clock)


def is_shut(answer: Answer) -> bool:
    """Say whether nothing was given: refused, or sent to the door."""
    return answer.status in (401, 403) or answer.headers.get("location") == "/staff/login"


def test_the_table_and_the_routes_name_the_same() -> None:
    assert set(RIGHTS) == {row.name for row in ROWS}


def test_a_route_that_the_table_does_not_name_is_nobodys() -> None:
    with pytest.raises(LookupError):
        guarded("forgotten", ping)


def test_every_role_of_the_staff_has_something_to_do_and_no_table_row_is_for_nobody() -> None:
    for role in ("administrator", "head", "officer", "desk"):
        assert [row for row in CLOSED if RIGHTS[row.name].roles == {role}] or role == "desk"
    assert all(RIGHTS[row.name].roles for row in CLOSED)
    assert "desk" in (RIGHTS["counter"].roles or ())


@pytest.mark.anyio
async def test_who_may_gets_an_answer_and_who_may_not_gets_nothing(office: Office) -> None:
    for role, row in product((*ROLES, None), CLOSED):
        answer = await office.ask(row, role)
        may = role is not None and RIGHTS[row.name].allows(frozenset({role}))
        assert is_shut(answer) is not may or row.name == "logout", f"{row.name}, {role}: {answer.status}"
        assert answer.status < 500, row.name
        if row.name not in ("login_page", "setup_page"):
            assert answer.headers.get("cache-control", "no-store") == "no-store", row.name


@pytest.mark.anyio
async def test_the_face_is_for_accounts_of_peers_and_no_session_opens_it(office: Office) -> None:
    secret = await Peers(office.staff, office.now()).add("cermin", ["public"], read_only=True)
    basic = base64.b64encode(f"cermin:{secret}".encode()).decode()
    assert {row.path.split("/")[1] for row in FACE} == {"couch"}
    for row in FACE:
        assert RIGHTS[row.name].roles == {PEER}, row.name
        for role in (*ROLES, None):
            assert (await office.ask(row, role)).status == 401, f"{row.name}: {role}"
        path = re.sub(r"\{(\w+)(?::\w+)?\}", lambda found: SAMPLE[found[1]], row.path)
        headers = {"authorization": f"Basic {basic}", "content-type": "application/json"}
        answer = await Client(office.app, origin=ORIGIN).request(
            row.method, path, headers=headers, body=[b'{"docs":[]}']
        )
        assert answer.status not in (401, 500), row.name
        if set(RIGHTS[row.name].writes) - {"checkpoint"}:
            assert answer.status == 403, row.name


@pytest.mark.anyio
async def test_who_tries_what_is_not_theirs_is_in_the_log(office: Office, caplog: pytest.LogCaptureFixture) -> None:
    [accounts] = [row for row in CLOSED if row.name == "accounts"]
    [add] = [row for row in CLOSED if row.name == "add_account"]
    await office.ask(accounts, "desk")
    await office.ask(add, "administrator", genuine=False)
    refused = [record.getMessage() for record in caplog.records if record.name == "rantau.guard"]
    assert ["with-desk" in refused[0], "accounts" in refused[0]] == [True, True]
    assert ["with-administrator" in refused[1], "add_account" in refused[1]] == [True, True]


@pytest.mark.anyio
async def test_what_is_everybodys_answers_everybody_alike(office: Office) -> None:
    for row in OPEN:
        anonymous = await office.ask(row, None)
        assert anonymous.status not in (401, 500), row.name
        for role in ROLES:
            office.clock[0] += 600  # nobody waits for another's failures
            assert (await office.ask(row, role)).status == anonymous.status, f"{row.name}: {role}"


@pytest.mark.anyio
async def test_nothing_changes_without_the_token_of_the_page(office: Office) -> None:
    for row in CLOSED:
        if row.method == "POST":
            role = sorted(RIGHTS[row.name].roles or ())[0]
            assert (await office.ask(row, role, genuine=False)).status == 403, row.name


@pytest.mark.anyio
async def test_what_needs_a_fresh_proof_asks_for_it_and_keeps_what_was_posted(office: Office) -> None:
    rows = [row for row in CLOSED if RIGHTS[row.name].needs_step_up]
    assert {"erase_case", "grant", "add_account", "change_account", "remove_officer"} <= {row.name for row in rows}
    for row in rows:
        right = RIGHTS[row.name]
        assert row.method == "POST", "a page that asks answers only what was posted"
        await give_second_factor(office.staff)
        answer = await office.ask(row, sorted(right.roles or ())[0], stepped_up=False, posted="&do=that%22%3E")
        assert answer.status == 403, row.name
        if row.path.startswith(API):
            assert answer.json()["error"] == "step-up"
        else:
            assert 'name="proof-password"' in answer.text
            assert '<input type="hidden" name="do" value="that&#34;&gt;">' in answer.text
        assert not is_shut(await office.ask(row, sorted(right.roles or ())[0])), row.name


@pytest.mark.anyio
async def test_a_proof_ends(office: Office) -> None:
    row = next(row for row in CLOSED if row.name == "add_account")
    client, sessions = Client(office.app, origin=ORIGIN), Sessions(office.staff, office.now)
    client.cookies["__Host-s"] = token = await sessions.open("with-administrator")
    await sessions.step_up(token)
    user = await sessions.find(token)
    assert user is not None
    fields: dict[str, Any] = {"csrf": user.csrf}
    for passed, status in ((STEP_UP, 422), (1, 403)):
        office.clock[0] += passed
        assert (await client.post_form(row.path.replace("{lang:lang}", "id"), fields)).status == status


@pytest.mark.anyio
@pytest.mark.parametrize("office", ["required"], indirect=True)
async def test_without_a_second_factor_there_is_only_setting_one_up(office: Office) -> None:
    for row in CLOSED:
        role = sorted(RIGHTS[row.name].roles or ())[0]
        answer = await office.ask(row, role, stepped_up=False)
        if RIGHTS[row.name].is_for_setting_up:
            assert not is_shut(answer) or row.name == "logout", row.name
        elif row.path.startswith(API):
            assert (answer.status, answer.json()["reason"]) == (403, "second-factor"), row.name
        else:
            assert (answer.status, answer.headers["location"]) == (303, "/staff/id/security"), row.name


async def give_second_factor(staff: Store) -> None:
    rows = await staff.all_docs(start="user.with-", end="user.with.", include_docs=True)
    await staff.bulk_docs([row.doc | {"totp": {"secret": "A" * 27, "last": 0}} for row in rows if row.doc])
