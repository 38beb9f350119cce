import re

import pytest

from server.body_lines import BodyLimits
from server.bundles.bundle_api import BUNDLE_LIMIT
from server.couch.body import JSON_LIMIT
from server.couch.words import is_face
from server.rights import RIGHTS
from server.routes import ROWS, Row, build_routes
from tests.serving import Reply, RunningOffice

SAMPLE = {
    "version": f"app.{'a' * 24}.{'a' * 20}", "digest": "a" * 52,
    "lang": "id", "service": "passport-new", "slug": "passport", "case": "a" * 24, "name": "id", "form": "1.x",
    "first": "2026-03",
    "pack": "0-x", "path": "rules.js", "login": "siti", "id": "none",
    "device": "d-aaaaaaaa", "db": "public", "doc": "keys", "offer": "261125-aaaa",
    "guide": "officer-data", "tongue": "id", "kind": "profile", "thing": "office", "file": "arrivals.csv",
    "table": "schedule.json",
}  # fmt: skip
SAME_ORIGIN = {"Sec-Fetch-Site": "same-origin", "Content-Type": "application/x-www-form-urlencoded"}
IDS = [f"{row.method} {row.path}" for row in ROWS]
EVERY = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND")


def url_of(row: Row) -> str:
    return re.sub(r"\{(\w+)(?::\w+)?\}", lambda found: SAMPLE[found[1]], row.path)


def methods_of(row: Row) -> set[str]:
    found: set[str] = {other.method for other in ROWS if other.path == row.path}
    return found | ({"HEAD"} if "GET" in found else set())


def anonymous(office: RunningOffice, row: Row, method: str | None = None) -> Reply:
    return office.ask(method or row.method, url_of(row), headers=SAME_ORIGIN)


def test_names_are_unique_and_paths_are_listed_once_a_method() -> None:
    assert len({row.name for row in ROWS}) == len(ROWS)
    assert len({(row.path, row.method) for row in ROWS}) == len(ROWS)
    assert len(build_routes()) == len({row.path for row in ROWS})


@pytest.mark.parametrize("row", ROWS, ids=IDS)
def test_everything_has_a_limit_for_its_body_and_reading_takes_none(row: Row) -> None:
    assert (row.body_limit == 0) == (row.method in ("GET", "HEAD", "OPTIONS"))
    streamed = {"take_bundle": BUNDLE_LIMIT}  # read piece by piece, never held
    assert row.body_limit <= streamed.get(row.name, JSON_LIMIT if is_face(row.path) else BodyLimits().sent)


@pytest.mark.parametrize("row", ROWS, ids=IDS)
def test_who_is_not_signed_in_gets_nothing_of_the_staffs(office_server: RunningOffice, row: Row) -> None:
    reply = anonymous(office_server, row)
    if RIGHTS[row.name].roles is not None:
        is_of_programs = row.path.startswith(("/staff/api/", "/open/")) or is_face(row.path)
        assert reply.status in ((401,) if is_of_programs else (303,))
        assert reply.headers.get("location", "/staff/login") == "/staff/login"
    else:
        assert reply.status not in (401, 500)


def test_everything_under_staff_is_for_officers_but_the_door() -> None:
    open_to_all = {row.name for row in ROWS if row.path.startswith("/staff") and RIGHTS[row.name].roles is None}
    assert open_to_all == {"to_console", "login_page", "login", "passkey_challenge", "setup_page", "set_up"}


@pytest.mark.parametrize("row", ROWS, ids=IDS)
def test_other_methods_are_not_allowed(office_server: RunningOffice, row: Row) -> None:
    for method in set(EVERY) - methods_of(row):
        reply = anonymous(office_server, row, method)
        assert reply.status == 405, method
        assert set(reply.headers["allow"].split(", ")) == methods_of(row)


@pytest.mark.parametrize("row", [row for row in ROWS if row.method == "GET"], ids=lambda row: row.path)
def test_head_answers_as_get_without_the_body(office_server: RunningOffice, row: Row) -> None:
    get, head = anonymous(office_server, row), anonymous(office_server, row, "HEAD")
    assert head.status == get.status
    assert head.body == b""
    assert head.headers.get("content-length") == get.headers.get("content-length")
    assert head.headers.get("content-type") == get.headers.get("content-type")


@pytest.mark.parametrize("row", [row for row in ROWS if row.body_limit], ids=lambda row: row.path)
def test_a_body_over_its_limit_is_not_read(office_server: RunningOffice, row: Row) -> None:
    limit = max(other.body_limit for other in ROWS if other.path == row.path)
    reply = office_server.ask(row.method, url_of(row), headers={"Content-Length": str(limit + 1)})
    assert reply.status == 413


def test_a_language_that_we_do_not_speak_is_not_there(office_server: RunningOffice) -> None:
    for row in (row for row in ROWS if "{lang" in row.path):
        url = url_of(row).replace("/id", "/xx", 1)
        assert office_server.ask(row.method, url).status in ((308, 404) if row.name == "to_home" else (404,)), url


def test_a_folder_without_its_slash_is_found(office_server: RunningOffice) -> None:
    for path in ("/id", "/staff"):
        reply = office_server.ask("GET", path)
        assert (reply.status, reply.headers["location"]) == (308, f"{path}/")


@pytest.mark.parametrize(
    "path",
    [
        "/pwa/../server/settings.py",
        "/pwa/%2e%2e/README.md",
        "/.git/config",
        "/pwa/",
        "/pwa/form.d.ts",
        "//id/",
    ],
)
def test_nothing_else_of_the_folder_is_served(office_server: RunningOffice, path: str) -> None:
    assert office_server.ask("GET", path).status == 404
