"""Every route is walked by everybody: who may gets an answer, who may not gets nothing; one table decides."""

import re
from collections.abc import AsyncIterator
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from server.couch.peers import Peers
from server.figures.stakeholders import Stakeholders
from server.guard import API, guarded
from server.public import ping
from server.rights import PEER, RIGHTS, ROLES, STAKEHOLDER, STEP_UP
from server.routes import ROWS
from server.staff.sessions import Sessions
from sync.store import Store
from tests.asgi import Client
from tests.walked_office import CLOSED, FACE, FEED, OPEN, ORIGIN, Office, is_shut, walked_office


@pytest.fixture(params=["optional"])
async def office(tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[Office]:
    async with walked_office(tmp_path, request.param) as office:
        yield office


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


@pytest.mark.timeout(240)  # it opens an office and asks every route in every role
@pytest.mark.anyio
async def test_who_may_gets_an_answer_and_who_may_not_gets_nothing(office: Office) -> None:
    for role, row in product((*ROLES, None), CLOSED):
        answer = await office.ask(row, role)
        may = role is not None and RIGHTS[row.name].allows(frozenset({role}))
        assert is_shut(answer) is not may or row.name == "logout", f"{row.name}, {role}: {answer.status}"
        assert answer.status < 500, row.name
        kept = answer.headers.get("cache-control", "no-store" if answer.status >= 300 else None)
        assert kept == "no-store", f"{row.name}, {role}: {answer.status}"


def test_reading_writes_nothing() -> None:
    # HEAD of an upload may finish it: what came is kept under the digest that it was sent for.
    assert [row.name for row in ROWS if row.method in ("GET", "HEAD", "OPTIONS") and RIGHTS[row.name].writes] == [
        "show_upload"
    ]


@pytest.mark.anyio
async def test_signing_out_is_in_sight_on_every_page(office: Office) -> None:
    pages = [row for row in CLOSED if row.method == "GET" and not row.path.startswith(API) and "{lang" in row.path]
    assert len(pages) >= 9
    for row in pages:
        page = await office.ask(row, sorted(RIGHTS[row.name].roles or ())[0])
        is_page = page.headers.get("content-type", "").startswith("text/html")
        if page.status != 303 and is_page:  # each role has the page that its work begins on
            assert re.search(r'<form method="post" action="/staff/logout">.*?<button', page.text, re.S), row.name


@pytest.mark.anyio
async def test_the_face_is_for_accounts_of_peers_and_no_session_opens_it(office: Office) -> None:
    secret = await Peers(office.staff, office.now()).add("cermin", ["public"], read_only=True)
    assert {row.path.split("/")[1] for row in FACE} == {"couch"}
    for row in FACE:
        assert RIGHTS[row.name].roles == {PEER}, row.name
        for role in (*ROLES, None):
            assert (await office.ask(row, role)).status == 401, f"{row.name}: {role}"
        answer = await office.ask_as_peer(row, secret)
        assert answer.status not in (401, 500), row.name
        if set(RIGHTS[row.name].writes) - {"checkpoint"}:
            assert answer.status == 403, row.name


@pytest.mark.anyio
async def test_the_feed_of_a_partner_s_own_is_for_tokens_and_no_session_opens_it(office: Office) -> None:
    token = await Stakeholders(office.staff, office.now()).add("biro", "Biro Umrah")
    assert len(FEED) == 5
    for row in FEED:
        assert RIGHTS[row.name].roles == {STAKEHOLDER}
        assert not RIGHTS[row.name].writes or row.method == "POST"
        for role in (*ROLES, None):
            assert (await office.ask(row, role)).status == 401, f"{row.name}: {role}"
        # What is posted is no request, which is told only to who got in.
        assert (await office.ask_as_stakeholder(row, token)).status == (422 if row.method == "POST" else 200)


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
