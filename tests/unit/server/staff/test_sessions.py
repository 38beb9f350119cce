"""A session is a token that only the browser has; it ends by itself, on request, and with the account."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from server.handler import Handler
from server.office import RIGHT
from server.rights import DOOR
from server.staff.sessions import ABSOLUTE, IDLE, Sessions, current_user, is_genuine, sign_in, sign_out
from sync.sqlite_store import open_sqlite
from sync.store import Store
from tests.asgi import Client
from tests.bundled import Bundle
from tests.sealed_items import NOW

ACCOUNT = {"_id": "user.upik", "type": "user", "login": "upik", "roles": ["officer"], "lang": "id", "password": "-"}


@dataclass
class Clock:
    now: int = NOW

    def __call__(self) -> int:
        return self.now


@pytest.fixture
async def staff(tmp_path: Path) -> AsyncIterator[Store]:
    store = open_sqlite(tmp_path, "staff")
    await store.bulk_docs([ACCOUNT])
    yield store
    await store.close()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def sessions(staff: Store, clock: Clock) -> Sessions:
    return Sessions(staff, clock)


@pytest.mark.anyio
async def test_a_token_finds_its_user_and_is_stored_nowhere(sessions: Sessions) -> None:
    token = await sessions.open("upik")
    user = await sessions.find(token)
    assert user is not None
    assert (user.login, user.roles, user.lang) == ("upik", {"officer"}, "id")
    assert len(token) == 43
    rows = await sessions.staff.all_docs(start="s.", end="s/", include_docs=True)
    assert len(rows) == 1
    assert token not in str(rows)
    assert user.csrf not in str(rows)


@pytest.mark.anyio
async def test_another_token_finds_nobody(sessions: Sessions) -> None:
    await sessions.open("upik")
    assert await sessions.find("x" * 43) is None


@pytest.mark.anyio
async def test_it_ends_when_nobody_uses_it(sessions: Sessions, clock: Clock) -> None:
    token = await sessions.open("upik")
    clock.now += IDLE
    assert await sessions.find(token) is not None
    clock.now += IDLE + 1
    assert await sessions.find(token) is None
    clock.now -= IDLE
    assert await sessions.find(token) is None, "it does not come back"


@pytest.mark.anyio
async def test_it_ends_after_a_day_of_work_whatever_happens(sessions: Sessions, clock: Clock) -> None:
    token = await sessions.open("upik")
    for _ in range(ABSOLUTE // IDLE):
        clock.now += IDLE
        assert await sessions.find(token) is not None
    clock.now += 1
    assert await sessions.find(token) is None


@pytest.mark.anyio
async def test_it_ends_on_request(sessions: Sessions) -> None:
    token, other = await sessions.open("upik"), await sessions.open("upik")
    await sessions.close(token)
    await sessions.close(token)
    assert await sessions.find(token) is None
    assert await sessions.find(other) is not None


@pytest.mark.anyio
@pytest.mark.parametrize("change", [{"disabled": True}, {"_deleted": True}])
async def test_it_ends_with_the_account(sessions: Sessions, change: dict[str, bool]) -> None:
    token = await sessions.open("upik")
    account = await sessions.staff.get("user.upik")
    await sessions.staff.bulk_docs([account | change])
    assert await sessions.find(token) is None


async def _enter(request: Request) -> Response:
    response = Response()
    await sign_in(request, response, "upik")
    return response


async def _leave(request: Request) -> Response:
    response = Response()
    await sign_out(request, response)
    return response


async def _who(request: Request) -> Response:
    user = await current_user(request)
    if user is None:
        return JSONResponse(None)
    return JSONResponse(
        {
            "login": user.login,
            "csrf": user.csrf,
            "genuine": is_genuine(request, user, request.headers.get("x-csrf", "")),
        }
    )


def _at_the_door(page: Handler) -> Handler:
    async def inside(request: Request) -> Response:
        request.scope[RIGHT] = DOOR
        return await page(request)

    return inside


def client_of(staff: Store, clock: Clock, origin: str) -> Client:
    pages = {"/in": _enter, "/out": _leave, "/who": _who}
    app = Starlette(routes=[Route(path, _at_the_door(page)) for path, page in pages.items()])
    app.state.office = Bundle(
        settings=SimpleNamespace(origin=origin), databases=SimpleNamespace(staff=staff), clock=clock
    )
    return Client(app, origin=origin)


@pytest.mark.anyio
async def test_the_cookie_is_for_this_site_and_for_no_script(staff: Store, clock: Clock) -> None:
    answer = await client_of(staff, clock, "https://rantau.example").get("/in")
    name, *flags = answer.headers["set-cookie"].split("; ")
    assert name.startswith("__Host-s=")
    assert {flag.lower() for flag in flags} == {"path=/", "secure", "httponly", "samesite=strict"}
    answer = await client_of(staff, clock, "http://localhost:8000").get("/in")
    assert answer.headers["set-cookie"].startswith("s=")
    assert "secure" not in answer.headers["set-cookie"].lower()


@pytest.mark.anyio
async def test_signing_in_again_ends_what_was_before(staff: Store, clock: Clock) -> None:
    client = client_of(staff, clock, "http://localhost")
    await client.get("/in")
    first = dict(client.cookies)
    await client.get("/in")
    assert client.cookies != first
    client.cookies = first
    assert (await client.get("/who")).json() is None


@pytest.mark.anyio
async def test_signing_out_takes_the_cookie_away(staff: Store, clock: Clock) -> None:
    client = client_of(staff, clock, "http://localhost")
    await client.get("/in")
    assert (await client.get("/who")).json()["login"] == "upik"
    await client.get("/out")
    assert client.cookies == {}
    assert (await client.get("/who")).json() is None


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("headers", "genuine"),
    [
        ({}, True),
        ({"sec-fetch-site": "same-origin", "origin": "http://localhost"}, True),
        ({"sec-fetch-site": "same-origin", "origin": "null"}, True),
        ({"sec-fetch-site": "cross-site"}, False),
        ({"sec-fetch-site": "same-site"}, False),
        ({"origin": "https://evil.example"}, False),
        ({"x-csrf": "guessed"}, False),
        ({"x-csrf": ""}, False),
    ],
)
async def test_a_post_is_genuine_only_with_its_token_and_from_here(
    staff: Store, clock: Clock, headers: dict[str, str], genuine: bool
) -> None:
    client = client_of(staff, clock, "http://localhost")
    await client.get("/in")
    csrf = (await client.get("/who")).json()["csrf"]
    answer = await client.get("/who", headers={"x-csrf": csrf} | headers)
    assert answer.json()["genuine"] is genuine
