import logging

import pytest
from jinja2 import DictLoader, Environment
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from server.failures import EXPLAINED, Failures, explain
from server.i18n import load_catalogues
from server.settings import ROOT
from sync.errors import Unavailable
from tests.asgi import Client
from tests.serving import RunningOffice

CATALOGUES = load_catalogues(ROOT / "content" / "locale")
SECRET = "1312014101990001"  # a NIK, typed where it should not be
BROWSER = {"accept": "text/html"}


async def broken(request: Request) -> Response:
    raise ValueError(f"cannot read {SECRET}")


async def away(request: Request) -> Response:
    raise Unavailable("connection refused")


async def cut(request: Request) -> Response:
    class Cut(Response):
        async def __call__(self, scope, receive, send):
            await send({"type": "http.response.start", "status": 200, "headers": []})
            raise ValueError(SECRET)

    return Cut()


@pytest.fixture
def client() -> Client:
    routes = [
        Route("/broken", broken),
        Route("/away", away),
        Route("/cut", cut),
        Route("/post", away, methods=["POST"]),
    ]
    handlers = {HTTPException: explain, Unavailable: explain}
    app = Starlette(routes=routes, middleware=[Middleware(Failures)], exception_handlers=handlers)
    template = "{{ lang }} {{ status }} {{ title }} {{ message }} {{ id }}"
    app.state.templates = Environment(loader=DictLoader({"error.html": template}), autoescape=True)
    app.state.templates.globals["catalogues"] = CATALOGUES
    return Client(app)


@pytest.mark.anyio
async def test_a_failure_of_ours_is_told_by_number_and_logged_without_what_was_typed(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        answer = await client.get("/broken", headers=BROWSER)
    assert answer.status == 500
    number = answer.text.split()[-1]
    assert number in caplog.text
    assert "ValueError" in caplog.text
    assert "test_failures.py" in caplog.text
    assert SECRET not in caplog.text + answer.text


@pytest.mark.anyio
async def test_a_program_gets_json(client: Client) -> None:
    answer = await client.get("/broken", headers={"accept": "*/*"})
    assert (answer.status, answer.json()["error"]) == (500, "failure")
    assert answer.headers["content-type"] == "application/problem+json"
    assert SECRET not in answer.text


@pytest.mark.anyio
async def test_a_store_that_is_away_is_to_be_asked_again(client: Client) -> None:
    answer = await client.get("/away", headers={"accept": "application/json"})
    assert (answer.status, answer.json()["error"]) == (503, "unavailable")
    assert int(answer.headers["retry-after"]) > 0


@pytest.mark.anyio
async def test_a_wrong_method_is_told_the_right_ones(client: Client) -> None:
    answer = await client.get("/post", headers=BROWSER)
    assert (answer.status, answer.headers["allow"]) == (405, "POST")


@pytest.mark.anyio
async def test_half_an_answer_breaks_instead_of_passing_for_a_whole_one(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(ConnectionAbortedError) as broke:
        await client.get("/cut")
    assert SECRET not in caplog.text + repr(broke.value)
    assert broke.value.__cause__ is None


@pytest.mark.parametrize("lang", CATALOGUES.languages)
def test_every_status_has_its_words(lang: str) -> None:
    for name in (*EXPLAINED, "other"):
        assert CATALOGUES[lang].text(f"error.{name}.title")
        assert CATALOGUES[lang].text(f"error.{name}.text")


def test_the_page_is_in_the_language_of_the_url_or_the_reader_and_does_not_repeat_the_address(
    office_server: RunningOffice,
) -> None:
    english, indonesian = (CATALOGUES[lang].text("error.404.title") for lang in ("en", "id"))
    for path, accepted, title in (("/en/", "id", english), ("/", "en", english), ("/", "fr", indonesian)):
        headers = BROWSER | {"Accept-Language": accepted}
        reply = office_server.ask("GET", f"{path}tidak-ada-{SECRET}?q={SECRET}", headers=headers)
        assert reply.status == 404
        assert title in reply.text
        assert SECRET not in reply.text
        assert reply.headers["cache-control"] == "no-store"
