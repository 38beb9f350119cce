import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from server.app import create_app
from server.databases import open_databases
from server.keys.founding import NewOfficer
from server.settings import load_settings
from server.staff import totp
from sync.canonical import b64u_decode
from tests.asgi import Client
from tests.founded_office import found, prepared_for
from tests.made_before import started

OFFICER = NewOfficer("upik", "sandi untuk masuk", "kunci untuk membuka")
NOW = 1_795_564_800


@pytest.fixture
async def client(tmp_path: Path) -> AsyncIterator[Client]:
    settings = load_settings({"RANTAU_DATA": str(tmp_path / "data"), "RANTAU_ORIGIN": "https://rantau.example"})
    await found(settings, OFFICER, now=NOW)
    async with open_databases(settings) as databases:
        app = create_app(settings, prepared=prepared_for(settings), databases=databases, clock=lambda: NOW)
        async with started(app, settings.data):
            yield Client(app, origin="https://rantau.example")


@pytest.mark.anyio
async def test_the_parts_are_wired_together(client: Client) -> None:
    told = (await client.get("/office.json")).json()
    assert (told["time"], told["office"]["origin"]) == (NOW, "https://rantau.example")
    answer = await client.get("/id/")
    assert answer.headers["strict-transport-security"].startswith("max-age=")
    assert "trusted-types rantau" in answer.headers["content-security-policy"]


@pytest.mark.anyio
async def test_an_officer_signs_in_with_a_cookie_that_only_this_host_gets(client: Client) -> None:
    assert (await client.get("/staff/")).status == 303
    answer = await client.post_form("/staff/login", {"login": "upik", "password": OFFICER.password})
    assert (answer.status, answer.headers["location"]) == (303, "/staff/")
    assert list(client.cookies) == ["__Host-s"]
    assert (await client.get("/staff/id/audit")).headers["location"] == "/staff/id/security"
    assert (await client.get("/staff/api/keys")).json()["reason"] == "second-factor"


@pytest.mark.anyio
async def test_with_a_second_factor_the_office_opens_and_the_code_is_asked_for(client: Client) -> None:
    await client.post_form("/staff/login", {"login": "upik", "password": OFFICER.password})
    page = (await client.get("/staff/id/security")).text
    hidden = dict(re.findall(r'name="(csrf|secret)" value="([^"]+)"', page))
    wrong = await client.post_form("/staff/id/security/app", hidden | {"code": "000000"})
    assert (wrong.status, hidden["secret"] in wrong.text) == (422, True)
    secret = b64u_decode(hidden["secret"])
    code = totp.code_at(secret, NOW // totp.STEP)
    shown = await client.post_form("/staff/id/security/app", hidden | {"code": code})
    codes = re.findall(r'<li class="words">([a-z ]+)</li>', shown.text)
    assert len(codes) == 10
    answer = await client.get("/staff/api/keys")
    assert (answer.status, len(answer.json()["grants"])) == (200, 2)
    assert answer.headers["cache-control"] == "no-store"

    # From now on the password alone is not enough, and no code counts twice.
    login = {"login": "upik", "password": OFFICER.password}
    client.cookies.clear()
    for given, status in (("", 403), (code, 403), (codes[3].upper(), 303), (codes[3], 403)):
        assert (await client.post_form("/staff/login", login | {"code": given})).status == status, given


@pytest.mark.anyio
async def test_a_form_posted_from_another_site_is_refused(client: Client) -> None:
    answer = await client.post_form("/id/track", {"code": "x"}, headers={"sec-fetch-site": "cross-site"})
    assert answer.status == 403
