"""The exchange and the pages without JavaScript over a real connection to a real server process."""

import gzip
import html
import json
import re
import socket
import time
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlencode

import pytest

from server.ndjson import NDJSON
from tests.applicants import Applicant
from tests.people import person
from tests.serving import PATIENCE, Reply, RunningOffice

HELLO = b'{"v":1}'
HEADERS = {"Content-Type": NDJSON}
FORM_HEADERS = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "text/html"}
MAX_STATUS_PAGE = 2048  # bytes as sent: one packet more than its headers


@pytest.fixture(scope="module")
def applicant(office_server: RunningOffice) -> Applicant:
    return Applicant(office_server.url)


def to_line(pair: Any) -> bytes:
    return json.dumps(pair, separators=(",", ":")).encode()


def lines(reply: Reply) -> list[Any]:
    return [json.loads(line) for line in reply.body.splitlines()]


def head_of(length: int) -> bytes:
    """Write the head of an exchange, for a body that will not come as it says."""
    fields = ["POST /exchange HTTP/1.1", "Host: localhost", f"Content-Type: {NDJSON}", f"Content-Length: {length}"]
    return "\r\n".join([*fields, "", ""]).encode()


def missing(office: RunningOffice, ids: list[str]) -> int:
    body = json.dumps({"v": 1, "have": ids}).encode()
    return len(lines(office.ask("POST", "/exchange", headers=HEADERS, body=body))) - 1


def test_fifty_items_come_in_one_request(office_server: RunningOffice, applicant: Applicant) -> None:
    pairs = [applicant.seal() for _ in range(50)]
    body = gzip.compress(b"\n".join([HELLO, *map(to_line, pairs)]))
    reply = office_server.ask("POST", "/exchange", headers=HEADERS | {"Content-Encoding": "gzip"}, body=body)
    assert [row[:2] for row in lines(reply)[1:]] == [[version["_id"], "ok"] for version, _ in pairs]


def test_a_body_in_pieces_is_answered(office_server: RunningOffice, applicant: Applicant) -> None:
    pairs = [applicant.seal() for _ in range(3)]
    pieces: Iterator[bytes] = (line + b"\n" for line in [HELLO, *map(to_line, pairs)])
    reply = office_server.ask("POST", "/exchange", headers=HEADERS, body=pieces)
    assert [row[1] for row in lines(reply)[1:]] == ["ok"] * 3


def test_a_connection_cut_in_the_middle_keeps_what_came_whole(
    office_server: RunningOffice, applicant: Applicant
) -> None:
    pairs = [applicant.seal() for _ in range(5)]
    ids = [version["_id"] for version, _ in pairs]
    body = b"\n".join([HELLO, *map(to_line, pairs)])
    half = len(body) // 2
    with socket.create_connection(("localhost", office_server.port)) as connection:
        connection.sendall(head_of(len(body)) + body[:half])
    wait_until(lambda: missing(office_server, ids) < 5)
    assert 1 <= missing(office_server, ids) < 5
    assert "ERROR" not in office_server.log.read_text()
    reply = office_server.ask("POST", "/exchange", headers=HEADERS, body=body)
    assert [row[1] for row in lines(reply)[1:]] == ["ok"] * 5
    assert missing(office_server, ids) == 0


def test_fifty_megabytes_are_refused(office_server: RunningOffice) -> None:
    with socket.create_connection(("localhost", office_server.port), timeout=PATIENCE) as connection:
        connection.sendall(head_of(50 << 20))
        assert connection.recv(4096).startswith(b"HTTP/1.1 413")


def test_an_application_goes_all_the_way_without_javascript(office_server: RunningOffice) -> None:
    typed = {key: "1" if value is True else str(value) for key, value in person(5).items() if value is not False}
    review = post(office_server, "/id/apply/passport-new", typed)
    assert review.status == 200
    hidden = {name: value_of(review.text, name) for name in ("item", "code")}
    sent = post(office_server, "/id/send", hidden)
    assert sent.status == 200
    assert hidden["code"] in sent.text
    status = post(office_server, "/id/track", {"code": hidden["code"]}, **{"Accept-Encoding": "gzip"})
    assert status.status == 200
    assert len(status.body) <= MAX_STATUS_PAGE
    assert typed["nama_lengkap"] not in sent.text + gzip.decompress(status.body).decode()


def test_a_form_with_errors_comes_back_as_it_was_typed(office_server: RunningOffice) -> None:
    again = post(office_server, "/en/apply/passport-new", {"nama_lengkap": "Zaharawati 7"})
    assert (again.status, again.headers["cache-control"]) == (422, "no-store")
    assert "Zaharawati 7" in again.text


def post(office: RunningOffice, path: str, fields: dict[str, str], **headers: str) -> Reply:
    return office.ask("POST", path, headers=FORM_HEADERS | headers, body=urlencode(fields).encode())


def value_of(page: str, name: str) -> str:
    found = re.search(f'name="{name}" value="([^"]*)"', page)
    assert found
    return html.unescape(found[1])


def wait_until(is_so: Callable[[], bool]) -> None:
    until = time.monotonic() + PATIENCE
    while not is_so() and time.monotonic() < until:
        time.sleep(0.02)
