"""Whatever a program with an account sends to the face, it is answered in CouchDB's words and is no failure of ours."""

import itertools
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.facing import faced_office, peer_of
from tests.sealed_items import OfficeKeys
from tests.small_office import SmallOffice

KEYS = OfficeKeys()
PATHS = [
    "/cases",
    "/cases/",
    "/cases/x",
    "/cases/%00",
    "/cases/%ff",
    "/cases/%ED%A0%80",
    "/cases/_local/x",
    "/cases/_local/%ff",
    "/cases/_local/",
    "/cases/_local",
    "/cases/_local%2Fx",
    "/cases/_design/x/y/z",
    "/cases/_design",
    "/cases/_x/y",
    "/cases/_",
    "/cases/x/y/z",
    "/cases/x//",
    "/cases//x",
    "/cases/..%2f..%2fstaff",
    "/cases/../staff",
    "/%2e%2e/staff",
    "/cases%2fx",
    "//",
    "/cases/_all_docs",
    "/cases/_changes",
    "/cases/_revs_diff",
    "/cases/_bulk_docs",
    "/cases/_bulk_get",
    "/cases/_all_docs/x",
    "/cases/_ensure_full_commit",
    "/_session",
    "/_users/org.couchdb.user:x",
]
QUERIES = [
    "rev=x",
    "rev=1-a",
    "rev=1-%ff",
    "open_revs=x",
    "open_revs=all",
    "open_revs=[1]",
    'open_revs=["1-a"]',
    "atts_since=1",
    'atts_since=["x"]&attachments=true',
    "limit=999999999999999&skip=999999999999999",
    "limit=9999999999999999999",
    "since=9999999999999999999",
    "since=-1",
    "since=%00",
    "startkey=%22%00%22&endkey=%22%ED%A0%80%22",
    "keys=[null,1,{}]",
    "heartbeat=99999999999&feed=normal",
    "timeout=-1",
    "feed=longpoll&timeout=1",
    "style=%00",
    "meta=true&latest=true",
    "new_edits=false",
    "filter=_doc_ids&doc_ids=[1]",
    "conflicts=x",
    "&&=&=",
    "descending=true",
    "attachments=maybe&include_docs=true",
    'atts_since=["1-a"]&include_docs=true',
    "latest=1",
]
BODIES = [
    line.encode("latin-1")
    for line in r"""
{}
[]
null
{"docs":null}
{"docs":[{"_id":null}]}
{"docs":[{"_id":"x","_rev":{}}]}
{"docs":[{"_id":"app.x.y","_attachments":{"a":1}}],"new_edits":false}
{"docs":[{"id":"x","rev":1}]}
{"docs":[{"id":"\u0000","rev":"1-\u0000"}]}
{"docs":[{"_id":"ev.a","claim":["taken","x",1],"_rev":"1-a"}],"new_edits":false}
{"docs":[{"_id":"ev.a","claim":[[],{},1],"case":[],"_rev":"1-a"},{"_id":"gone.","_rev":"1-a"}],"new_edits":false}
{"docs":[{"_id":"code.a","_rev":"1-a","kid":{}}],"new_edits":false}
{"docs":[{"_id":"keys","_rev":"1-a","type":"keys","signed":{},"sig":[]}],"new_edits":false}
{"docs":[{"_id":"a","_rev":"1-a","type":"public","signed":["pub1",1,2,"o1",4],"sig":"x"}],"new_edits":false}
{"docs":[{"_id":"app.a.b","_rev":"1-a","type":[],"seal":{}}],"new_edits":false}
{"_deleted":"yes"}
{"x":["1-a",2]}
{"x":["nonsense"]}
{"x":{}}
{"_revisions":{"start":1e400,"ids":[1]}}
{"_revisions":{"start":1,"ids":["Ã©"]}}
{"_revisions":{"start":true,"ids":["a"]},"_rev":"1-a"}
{"keys":[{}]}
""".strip().split("\n")
] + [
    b"",
    b'{"a":' * 3000 + b"1" + b"}" * 3000,
    b"--b\r\n\r\n{}\r\n--b--",
    b"--b\r\n\r\n[]\r\n--b--",
    b"--b--",
    b'--b\r\n\r\n{"_attachments":{"a":{"follows":true,"length":-1}}}\r\n--b\r\n\r\nx\r\n--b--',
    b'--b\r\n\r\n{"_attachments":{"a":{"follows":true,"encoding":"gzip"}}}\r\n--b\r\n\r\nx\r\n--b--',
    b'--b\r\n\r\n{"_rev":"1-a","_attachments":{"body":{"length":1,"content_type":[]}}}\r\n--b--',
]
TYPES = ("application/json", "multipart/related; boundary=b", "text/plain")


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[SmallOffice]:
    async with faced_office(tmp_path, KEYS) as office:
        yield office


async def sound(office: SmallOffice, requests: list[tuple[str, str, bytes, str]]) -> None:
    peer = await peer_of(office)
    for method, path, body, kind in requests:
        answer = await peer.ask(method, path, headers={"content-type": kind} if body else None, body=body)
        assert answer.status < 500 or answer.status == 501, (method, path[:80], body[:80], answer.text)
        assert answer.is_whole, (method, path[:80], body[:80])
        if answer.status >= 400 and "json" in answer.headers["content-type"]:
            assert set(answer.json()) == {"error", "reason"}, (method, path[:80], answer.text)


@pytest.mark.anyio
async def test_every_odd_path_is_answered_by_every_method(office: SmallOffice) -> None:
    methods = ("GET", "HEAD", "PUT", "POST", "DELETE", "COPY")
    requests = [
        (method, path, b"", "") for method, path in itertools.product(methods, [*PATHS, "/cases/" + "a" * 3000])
    ]
    await sound(office, requests)


@pytest.mark.anyio
async def test_every_odd_query_is_answered(office: SmallOffice) -> None:
    paths = ("/public", "/public/x", "/public/x/y", "/public/_all_docs", "/public/_changes", "/public/_local/x")
    await sound(
        office,
        [
            ("GET", f"{path}?{query}", b"", "")
            for path, query in itertools.product(paths, [*QUERIES, "startkey=" + "[" * 5000])
        ],
    )


@pytest.mark.anyio
@pytest.mark.parametrize("database", ["cases", "blobs", "public"])
async def test_every_odd_body_is_answered_and_nothing_of_it_is_stored(office: SmallOffice, database: str) -> None:
    doors = (
        ("POST", ""), ("POST", "/_bulk_docs"), ("POST", "/_bulk_get"), ("POST", "/_revs_diff"), ("POST", "/_all_docs"),
        ("POST", "/_changes"), ("PUT", "/x"), ("PUT", "/x?new_edits=false"), ("PUT", "/x/y"), ("PUT", "/_design/x"),
        ("PUT", "/blob." + "a" * 52 + "?new_edits=false"),
    )  # fmt: skip
    requests = [
        (method, f"/{database}{path}", body, kind)
        for (method, path), body, kind in itertools.product(doors, BODIES, TYPES)
    ]
    await sound(office, requests)
    assert await office.stores[database].all_docs() == []
