"""Whatever is sent to any route: no failure of ours, nothing of it comes back, and the strict headers always."""

import base64
import gzip
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings

from server.couch.words import is_face
from server.headers import data_headers, strict_headers
from server.ndjson import NDJSON
from server.posted import FORM
from server.routes import ROWS, Row
from sync.bundle import TYPE
from tests.odd_requests import ENDS_THE_SESSION, METHODS, OddRequest, odd_requests, url_of
from tests.officers import ApiOfficer
from tests.raw_http import Header, RawReply, ask_raw, request_bytes
from tests.serving import RunningOffice

PEER = "induk"
MARK = b"zqxmarkxqz"  # stands in every odd part, and must come back in none
HEADERS = {name.lower() for name in strict_headers("http://localhost")}
DATA_HEADERS = {name.lower() for name in data_headers("http://localhost")}
# What the parser of HTTP refuses before there is a request: without a word, so there is nothing to protect.
UNREAD = {400, 414, 431, 505}
MOST_MEMORY = 400 << 20  # bytes that the server may have used at its highest; a bomb or a tree of JSON is far over


@dataclass
class Door:
    """The office, and an officer's session at it."""

    office: RunningOffice
    officer: ApiOfficer
    secret: str  # of a peer that may write

    def ask(self, method: str, target: bytes, headers: Sequence[Header], body: bytes = b"") -> RawReply | None:
        return ask_raw(self.office.port, request_bytes(method, target, headers, body), method=method)

    @property
    def session(self) -> list[Header]:
        cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in self.officer.jar)
        return [
            ("Cookie", cookies.encode()), ("X-CSRF", self.officer.csrf.encode()), ("Sec-Fetch-Site", b"same-origin"),
        ]  # fmt: skip

    def own(self, row: Row) -> list[Header]:
        """Give the headers of somebody who may ask a row."""
        if not is_face(row.path):
            return self.session
        return [("Authorization", b"Basic " + base64.b64encode(f"{PEER}:{self.secret}".encode()))]


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    folder = tmp_path_factory.mktemp("walked")
    with RunningOffice(folder, env={"RANTAU_POSTS_PER_SECOND": "0"}) as office:
        officer = ApiOfficer(office.url).sign_in()
        officer.step_up()
        added = office.run("peers", "add", PEER, "--database", "cases", "--database", "blobs")
        yield Door(office, officer, added.stdout.split()[-1])
        text = office.log.read_text()
        assert "failure" not in text
        assert MARK.decode() not in text


def sound(reply: RawReply | None, *, mark: bytes = MARK, to_peer: bool = False) -> RawReply:
    """See that an answer is one of ours and keeps what was promised; a peer reads the ids that it sent, as JSON."""
    assert reply is not None, "hung up without an answer"
    is_of_the_parser = reply.status in UNREAD and not reply.body
    is_declared = reply.status in (429, 503) and "retry-after" in reply.headers
    # A peer that asks for what we do not have is told so in CouchDB's word.
    is_declared = is_declared or (to_peer and reply.status == 501 and b'"not_implemented"' in reply.body)
    assert reply.status < 500 or is_declared, (reply.status, reply.body[:300])
    wanted = DATA_HEADERS if "json" in reply.headers.get("content-type", "") else HEADERS
    assert is_of_the_parser or set(reply.headers) >= wanted, (reply.status, wanted - set(reply.headers))
    if to_peer and mark in reply.body:
        assert reply.headers["content-type"].split(";")[0] in PROGRAMS_READ
    else:
        assert mark not in reply.body
    assert mark.decode() not in str(reply.headers)
    return reply


READING = [row for row in ROWS if row.method == "GET"]
TAKING = [row for row in ROWS if row.body_limit and row.name not in ENDS_THE_SESSION]
READ_BY = {"exchange": NDJSON, "take_bundle": TYPE}
PROGRAMS_READ = {"application/json", "multipart/mixed", "multipart/related"}


def type_of(row: Row) -> bytes:
    """Name the type of body that a row takes."""
    return READ_BY.get(
        row.name, "application/json" if row.path.startswith(("/staff/api/", "/couch")) else FORM
    ).encode()


def walk(door: Door, rows: Sequence[Row], ask: Callable[[Row, list[Header]], RawReply | None]) -> None:
    """Ask every row, as nobody and as an officer."""
    for row in rows:
        for headers in ([("Sec-Fetch-Site", b"same-origin")], door.own(row)):
            try:
                sound(ask(row, headers), to_peer=is_face(row.path))
            except AssertionError as error:
                raise AssertionError(f"{row.method} {row.path}: {error}") from error


@pytest.mark.parametrize(
    "host",
    [
        b"x/../admin",
        b"localhost/../admin",
        b"elsewhere.example",
        b"localhost@" + MARK,
        b"localhost:" + MARK,
        b"localhost, " + MARK,
        b"",
        b"localhost\tx",
        b"localhost:80:80",
        b"[::1",
        MARK * 40,
    ],
)
def test_a_poisoned_host_is_refused_everywhere(door: Door, host: bytes) -> None:
    for row in ROWS:
        reply = sound(door.ask(row.method, url_of(row), [("Host", host)]))
        assert reply.status == 400, row.path


def test_two_hosts_are_no_host(door: Door) -> None:
    for hosts in (["localhost", "elsewhere.example"], ["elsewhere.example", "localhost"]):
        reply = door.ask("GET", b"/id/", [("Host", host.encode()) for host in hosts])
        assert sound(reply, mark=b"elsewhere").status == 400


@pytest.mark.parametrize("host", [b"localhost", MARK])
def test_a_whole_url_as_target_names_no_other_host(door: Door, host: bytes) -> None:
    for row in READING:
        sound(door.ask("GET", b"http://" + MARK + url_of(row), [("Host", host)]))


def test_a_flood_of_ranges_is_answered_as_if_there_were_none(door: Door) -> None:
    flood = b"bytes=" + b",".join(b"%d-%d" % (n, n + 9) for n in range(0, 20_000, 10))
    for row in READING:
        plain = sound(door.ask("GET", url_of(row), []))
        for ranges in (flood, b"bytes=0-,0-,0-", b"bytes=-1", b"items=" + MARK):
            ranged = sound(door.ask("GET", url_of(row), [("Range", ranges)]))
            assert ranged.status == plain.status, row.path
            assert len(ranged.body) <= len(plain.body) + 64, row.path


ODD_BODIES = {
    "a key twice": b'{"v":1,"v":1,"' + MARK + b'":1,"' + MARK + b'":2}',
    "a key twice inside": b'{"v":1,"watch":[{"a":1,"a":2}]}',
    "nested without end": b"[" * 5000,
    "nested objects": b'{"a":' * 3000 + b"1" + b"}" * 3000,
    "half a character": b'{"password":"\\ud800","code":"\\udfff","officer":"\\ud800","pub":"","grants":{"\\ud800":1}}',
    "an odd login": b'{"officer":"A b/../\\u0000","pub":"","grants":{"k":""},"password":"a"}',
    "a number without end": b'{"v":' + b"9" * 900 + b',"older":1e999}',
    "not a number": b'{"v":NaN,"n":Infinity}',
    "not UTF-8": b'{"v":"\xff\xfe' + MARK + b'"}',
    "a field twice": b"code=" + MARK + b"&code=b&login=a&login=b&csrf=a&csrf=b",
    "a flood of semicolons": b"a;" * 30_000 + MARK,
    "a flood of ampersands": b"&" * 60_000,
    "a flood of fields": b"&".join(b"f%d=" % n for n in range(5000)) + MARK,
    "broken escapes": b"code=%zz%&login=%ff%fe%00" + MARK + b"&x=%u0041",
    "marks without end": b"code=a&nama_lengkap=a" + b"%CC%80" * 5000 + b"%CC%96" * 5000,
    "zeros": bytes(60_000),
    "a NUL inside": b'{"password":"\\u0000","v":1,"device":"\\u0000"}',
    "nothing": b"",
    "only a line end": b"\r\n",
    "another thing": b"<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]><a>&b;</a>" + MARK,
}


@pytest.mark.parametrize("body", ODD_BODIES.values(), ids=ODD_BODIES)
def test_odd_bodies_are_answered_everywhere(door: Door, body: bytes) -> None:
    walk(door, TAKING, lambda row, own: door.ask(row.method, url_of(row), [*own, ("Content-Type", type_of(row))], body))


@pytest.mark.parametrize(
    "type_", [b"", b"text/plain", b"multipart/form-data; boundary=" + MARK, b"application/xml", MARK, b"\xff", b";;;"]
)
def test_another_type_of_body_is_answered_everywhere(door: Door, type_: bytes) -> None:
    body = b'--x\r\nContent-Disposition: form-data; name="a"; filename="b"\r\n\r\n' + MARK + b"\r\n--x--\r\n"
    walk(door, TAKING, lambda row, own: door.ask(row.method, url_of(row), [*own, ("Content-Type", type_)], body))


def test_a_megabyte_of_semicolons_is_not_read(door: Door) -> None:
    for row in TAKING:
        body = b"a;" * (512 * 1024)
        reply = door.ask(row.method, url_of(row), [("Content-Type", FORM.encode())], body)
        # Who is still sending when the answer comes may find the connection closed; nobody has read it then either.
        if reply is not None:
            assert sound(reply).status in (400, 401, 403, 412, 413, 415), row.path


def test_a_bomb_is_not_unpacked(door: Door) -> None:
    headers = [("Content-Type", NDJSON.encode()), ("Content-Encoding", b"gzip")]
    first = b'{"v":1}\n'
    for bomb in (
        gzip.compress(bytes(512 << 20)),
        gzip.compress(first + b"[" * (64 << 20)),
        gzip.compress(gzip.compress(bytes(64 << 20))),
        gzip.compress(first) + gzip.compress(b"\n" * (64 << 20)),
        gzip.compress(first)[:-4],
        gzip.compress(first) + MARK,
        b"\x1f\x8b" + MARK,
        gzip.compress(b"") * 5000,
    ):
        sound(door.ask("POST", b"/exchange", headers, bomb))


def test_millions_of_lines_are_not_answered_one_by_one(door: Door) -> None:
    noise = (
        random.Random(1).randbytes(300 << 10).replace(b"\n", b"n")
    )  # so that the whole swells by less than is allowed
    body = b'{"v":1}\n' + noise + b"\n" + b"x\n" * (7 << 20)
    packed = [("Content-Type", NDJSON.encode()), ("Content-Encoding", b"gzip")]
    reply = sound(door.ask("POST", b"/exchange", packed, gzip.compress(body)))
    assert reply.body.splitlines()[-1].startswith(b'[null,"refused","too-large",')
    assert len(reply.body) < 1 << 20


def test_who_says_it_is_packed_twice_or_otherwise_is_refused(door: Door) -> None:
    for encoding in (b"gzip, gzip", b"br", b"zstd", b"deflate", b"identity", MARK):
        headers = [("Content-Type", NDJSON.encode()), ("Content-Encoding", encoding)]
        assert sound(door.ask("POST", b"/exchange", headers, gzip.compress(b"x"))).status == 415


def test_oversized_headers_are_refused(door: Door) -> None:
    for headers in (
        [("X-Long", MARK * 20_000)],
        [("Cookie", b"; ".join(b"c%d=" % n + MARK for n in range(4000)))],
        [(f"X-{n}", MARK) for n in range(500)],
        [("Accept-Language", b"id;q=0.1," * 6000)],
        [("Accept-Encoding", b"br;q=0.000," * 5000)],
        [("If-None-Match", b'"' + MARK + b'",' * 3000)],
    ):
        sound(door.ask("GET", b"/id/", headers))
    sound(door.ask("GET", b"/id/?" + MARK * 10_000, []))


@pytest.mark.parametrize(
    "odd",
    [
        b"%ff%fe",
        b"%00",
        b"%0d%0aSet-Cookie:%20a=" + MARK,
        b"%ED%A0%80",
        b"%2e%2e%2f%2e%2e%2f",
        b"%",
        b"%zz",
        MARK,
        b"a" * 4000,
    ],
)
def test_odd_paths_and_queries_are_answered_everywhere(door: Door, odd: bytes) -> None:
    def in_every_part(row: Row, own: list[Header]) -> RawReply | None:
        path = url_of(row)
        for part in ("lang", "service", "case", "login", "slug", "path", "name", "form", "pack"):
            if f"{{{part}" in row.path:
                folder, _, _ = row.path.partition(f"{{{part}")
                sound(
                    door.ask(row.method, folder.replace("{lang:lang}", "id").encode() + odd, own),
                    to_peer=is_face(row.path),
                )
        sound(door.ask(row.method, path + b"/" + odd, own), to_peer=is_face(row.path))
        query = b"?" + b"&".join(b"%s=%s" % (name, odd) for name in (b"state", b"older", b"limit", b"after", odd))
        return door.ask(row.method, path + query, own)

    walk(door, [row for row in ROWS if row.name not in ENDS_THE_SESSION], in_every_part)


@pytest.mark.parametrize(
    "origin", [None, b"null", b"http://[", b"http://" + MARK, b"http://localhost:1", b"\xff", b"://"]
)
def test_where_a_post_comes_from_may_be_anything(door: Door, origin: bytes | None) -> None:
    for row in TAKING:
        headers: list[Header] = [("Content-Type", type_of(row))] + ([] if origin is None else [("Origin", origin)])
        for site in (None, b"cross-site", b"none", MARK):
            sites: list[Header] = [] if site is None else [("Sec-Fetch-Site", site)]
            reply = sound(door.ask(row.method, url_of(row), [*headers, *sites, *door.session[:1]], b"a=1"))
            # A session alone is no leave to change anything: without the page's token nothing is done.
            assert reply.status not in (200, 201, 303) or row.name in (
                "review",
                "send",
                "search_guides",
                "status",
                "exchange",
                "login",
                "set_up",
            )


@pytest.mark.parametrize("method", [*METHODS, "CONNECT", "get", MARK.decode()])
def test_methods_nobody_has_heard_of_are_refused_by_name_of_the_known_ones(door: Door, method: str) -> None:
    for row in ROWS:
        known = {other.method for other in ROWS if other.path == row.path}
        if method in known | ({"HEAD"} if "GET" in known else set()):
            continue
        reply = sound(door.ask(method, b"localhost:443" if method == "CONNECT" else url_of(row), []))
        assert reply.status in (400, 404, 405, 501), (row.path, reply.status)


@pytest.mark.parametrize(
    "framing",
    [
        [("Content-Length", b"-1")],
        [("Content-Length", b"5"), ("Content-Length", b"6")],
        [("Content-Length", b"5"), ("Transfer-Encoding", b"chunked")],
        [("Transfer-Encoding", b"gzip, chunked")],
        [("Transfer-Encoding", b"chunked, identity")],
        [("Transfer-Encoding", b" chunked"), ("Content-Length", b"0x5")],
        [("Content-Length", b"\xd9\xa5")],
        [("Expect", b"200-" + MARK), ("Content-Length", b"5")],
    ],
)
def test_a_body_whose_end_is_in_doubt_is_not_two_requests(door: Door, framing: list[Header]) -> None:
    smuggled = b"0\r\n\r\nGET /" + MARK + b" HTTP/1.1\r\nHost: localhost\r\n\r\n"
    for path in (b"/id/track", b"/exchange"):
        reply = door.ask("POST", path, framing, smuggled)
        if reply is not None:
            assert sound(reply).status in (400, 413, 415, 417, 422, 501), framing


@settings(
    max_examples=200,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
@example(OddRequest("GET", b"/staff/api/cases?older=" + b"9" * 30, (), b"", True, "cases"))
@given(odd_requests())
def test_generated_requests_are_answered(door: Door, odd: OddRequest) -> None:
    row = next(row for row in ROWS if row.name == odd.row)
    own = door.own(row) if odd.is_signed_in else []
    names = {name for name, _ in odd.headers}
    headers = [*odd.headers, *(header for header in own if header[0] not in names)]
    reply = door.ask(odd.method, odd.target, headers, odd.body)
    # A framing that contradicts itself ends the connection, which is an answer too.
    if reply is None:
        assert names & {"Transfer-Encoding", "Upgrade", "Expect"}, odd
        return
    sound(reply, to_peer=is_face(row.path))


@pytest.mark.parametrize("path", ["/staff/api/cases", "/staff/{lang:lang}/accounts", "/couch/{db:couchdb}"])
def test_the_walk_was_let_in_all_the_time(door: Door, path: str) -> None:
    row = next(row for row in ROWS if row.path == path)
    assert sound(door.ask("GET", url_of(row), door.own(row))).status == 200


def test_the_walk_has_not_filled_the_memory(door: Door) -> None:
    [pid] = Path(f"/proc/{door.office.process.pid}/task/{door.office.process.pid}/children").read_text().split()
    status = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    assert int(status["VmHWM"].split()[0]) << 10 < MOST_MEMORY
