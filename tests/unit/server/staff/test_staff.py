"""Officers sign in with a password, one try at a time; who is wrong waits, and nobody learns which logins exist."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from server.staff.passwords import hash_password
from tests.asgi import Client
from tests.sealed_items import OfficeKeys
from tests.small_office import SmallOffice, deeds_of, routes_of, small_office

KEYS = OfficeKeys()
PASSWORD = "nagari jauh di mato"
PHC = hash_password(PASSWORD)
TEMPLATES = {
    "staff/login.html": "{{ lang }}|{{ error }}|{{ login }}",
    "staff/console.html": "{{ lang }}|{{ user.login }}|{{ csrf }}",
}


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[SmallOffice]:
    routes = routes_of("login_page", "login", "logout", "console", "console_in")
    async with small_office(tmp_path, routes, TEMPLATES, KEYS) as office:
        common = {"type": "user", "password": PHC, "lang": "en"}
        accounts = [("upik", "officer", {}), ("siti", "volunteer", {}), ("lama", "officer", {"disabled": True})]
        await office.databases.staff.bulk_docs(
            [common | {"_id": f"user.{name}", "login": name, "roles": [role]} | more for name, role, more in accounts]
        )
        yield office


@pytest.fixture
def client(office: SmallOffice) -> Client:
    return office.client()


async def try_login(client: Client, name: str, password: str, **headers: str) -> int:
    return (await client.post_form("/staff/login", {"login": name, "password": password}, headers=headers)).status


@pytest.mark.anyio
async def test_the_right_password_opens_the_console(client: Client) -> None:
    assert (await client.get("/staff/")).headers["location"] == "/staff/login"
    answer = await client.post_form("/staff/login", {"login": " Upik ", "password": PASSWORD})
    assert (answer.status, answer.headers["location"]) == (303, "/staff/")
    page = await client.get("/staff/")
    lang, who, csrf = page.text.split("|")
    assert (page.status, lang, who) == (200, "en", "upik")
    assert len(csrf) == 22
    assert page.headers["cache-control"] == "no-store"
    assert (await client.get("/staff/id/")).text.startswith("id|")


@pytest.mark.anyio
@pytest.mark.parametrize(("name", "password"), [("upik", "wrong"), ("nobody", PASSWORD), ("lama", PASSWORD), ("", ""),
                                                ("../x", "y"), ("upik", "x" * 5000)])  # fmt: skip
async def test_every_failure_looks_the_same(client: Client, name: str, password: str) -> None:
    answer = await client.post_form("/staff/login", {"login": name, "password": password})
    assert answer.status == 403
    assert answer.text.split("|")[1] == "Nama masuk atau kata sandi salah."
    assert client.cookies == {}
    assert password not in answer.text or not password


@pytest.mark.anyio
async def test_failures_make_the_next_try_wait_and_time_heals(office: SmallOffice, client: Client) -> None:
    assert [await try_login(client, "upik", "wrong") for _ in range(5)] == [403, 403, 403, 403, 429]
    answer = await client.post_form("/staff/login", {"login": "upik", "password": PASSWORD})
    assert (answer.status, answer.headers["retry-after"]) == (429, "2")
    assert "2" in answer.text.split("|")[1]
    office.now += 2
    assert await try_login(client, "upik", PASSWORD) == 303
    assert await try_login(client, "upik", "wrong") == 403


@pytest.mark.anyio
async def test_a_volunteer_has_no_console(client: Client) -> None:
    assert await try_login(client, "siti", PASSWORD) == 303
    assert (await client.get("/staff/")).status == 403


@pytest.mark.anyio
async def test_a_login_from_another_site_is_refused(client: Client) -> None:
    assert await try_login(client, "upik", PASSWORD, **{"sec-fetch-site": "cross-site"}) == 403
    assert client.cookies == {}


@pytest.mark.anyio
async def test_signing_out_needs_the_token_and_ends_the_session(client: Client) -> None:
    await try_login(client, "upik", PASSWORD)
    csrf, cookies = (await client.get("/staff/")).text.split("|")[2], dict(client.cookies)
    assert (await client.post_form("/staff/logout", {"csrf": "guessed"})).status == 403
    assert (await client.get("/staff/")).status == 200
    assert (await client.post_form("/staff/logout", {"csrf": csrf})).status == 303
    client.cookies = cookies
    assert (await client.get("/staff/")).status == 303


@pytest.mark.anyio
async def test_signing_in_and_failing_to_are_noted_without_a_password(office: SmallOffice, client: Client) -> None:
    await try_login(client, "upik", "wrong horse")
    await try_login(client, "ghost", "wrong horse")
    await try_login(client, "upik", PASSWORD)
    assert [(deed.name, deed.who) for deed in await deeds_of(office)] == [
        ("login-failed", "upik"),
        ("login-failed", "?"),
        ("login", "upik"),
    ]
    assert "wrong horse" not in await office.texts_in("staff")
    assert PASSWORD not in await office.texts_in("staff")
