import pytest

from server.headers import WASM_WORKER, StrictHeaders, content_security_policy, data_headers, strict_headers
from server.ndjson import NDJSON
from tests.asgi import Client
from tests.serving import RunningOffice


def directives(policy: str) -> dict[str, str]:
    return dict(part.split(" ", 1) for part in policy.split("; "))


def test_the_policy_lets_no_inline_script_and_no_other_origin_in() -> None:
    policy = directives(content_security_policy())
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == policy["form-action"] == "'self'"
    assert policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert policy["require-trusted-types-for"] == "'script'"
    assert policy["trusted-types"] == "rantau"
    assert "unsafe" not in content_security_policy()


def test_only_the_worker_of_the_passphrase_may_compile() -> None:
    ordinary, worker = directives(content_security_policy()), directives(WASM_WORKER)
    assert worker.pop("script-src") == "'self' 'wasm-unsafe-eval'"
    ordinary.pop("script-src")
    assert worker == ordinary


def test_strict_transport_is_asked_only_where_there_is_a_certificate() -> None:
    assert "Strict-Transport-Security" not in strict_headers("http://localhost:8000")
    assert "includeSubDomains" in strict_headers("https://rantau.example")["Strict-Transport-Security"]


@pytest.mark.anyio
async def test_an_answer_keeps_what_it_says_itself() -> None:
    async def app(scope, receive, send):
        headers = [(b"content-security-policy", b"default-src 'none'")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body"})

    answer = await Client(StrictHeaders(app, origin="http://localhost")).get("/")
    assert answer.headers["content-security-policy"] == "default-src 'none'"
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_what_is_not_modified_keeps_the_policy_that_its_tag_names(office_server: RunningOffice) -> None:
    for path in ("/id/", "/service-worker.js"):
        first = office_server.ask("GET", path)
        again = office_server.ask("GET", path, headers={"If-None-Match": first.headers["etag"]})
        assert again.status == 304
        assert "content-security-policy" in first.headers
        assert "content-security-policy" not in again.headers


@pytest.mark.parametrize(
    ("method", "path", "headers", "status"),
    [
        ("GET", "/id/track", {}, 200),
        ("GET", "/nowhere", {}, 404),
        ("DELETE", "/id/", {}, 405),
        ("POST", "/exchange", {"Content-Length": "99999999"}, 413),
        ("GET", "/id/", {"Host": "elsewhere.example"}, 400),
        ("GET", "/staff/", {}, 303),
        ("GET", "/staff/api/cases", {}, 401),
    ],
)
def test_every_answer_of_the_server_is_strict(
    office_server: RunningOffice, method: str, path: str, headers: dict[str, str], status: int
) -> None:
    reply = office_server.ask(method, path, headers=headers)
    assert reply.status == status
    strict = data_headers if "json" in reply.headers.get("content-type", "") else strict_headers
    wanted = {name.lower(): value for name, value in strict(office_server.url).items()}
    assert wanted.items() <= reply.headers.items()
    kind = reply.headers.get("content-type", "none")
    assert kind in ("application/problem+json", "text/html; charset=utf-8") or status == 303


def test_data_is_shown_in_no_frame_and_runs_nothing_and_carries_no_more(office_server: RunningOffice) -> None:
    reply = office_server.ask("POST", "/exchange", body=b'{"v":1}\n', headers={"Content-Type": NDJSON})
    assert reply.status == 200
    assert reply.headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"
    assert reply.headers["x-content-type-options"] == "nosniff"
    assert reply.headers["cross-origin-resource-policy"] == "same-origin"
    assert not {"permissions-policy", "cross-origin-opener-policy"} & reply.headers.keys()
