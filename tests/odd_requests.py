"""Requests that nobody's browser makes, generated from the server's own table of routes."""

import gzip
import json
import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote_from_bytes, urlencode

from hypothesis import strategies as st

from server.ndjson import NDJSON
from server.posted import FORM
from server.routes import ROWS, Row
from tests.raw_http import Header

SAMPLE = {
    "version": f"app.{'a' * 24}.{'a' * 20}", "digest": "a" * 52,
    "lang": "id", "service": "passport-new", "slug": "passport", "case": "a" * 24, "name": "id", "form": "1.x",
    "first": "2026-03",
    "pack": "0-x", "path": "rules.js", "login": "siti", "device": "d-aaaaaaaa",
    "db": "cases", "doc": "app.a", "id": "none", "kind": "profile", "thing": "office",
}  # fmt: skip
# Beside the rows this is what a walk must not do in a session that the next request needs.
ENDS_THE_SESSION = {"logout"}
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND", "X")
_PARAM = re.compile(r"\{(\w+)(?::\w+)?\}")
_KEYS = (
    "_id", "_rev", "_revisions", "_attachments", "_deleted", "docs", "keys", "ids", "start", "new_edits",
    "type", "v", "watch", "have", "device", "officer", "pub", "grants", "kid", "kdf", "sealed", "case",
    "n", "on", "step", "sig", "at", "note", "claim", "password", "code", "assertion", "id", "rawId", "response",
    "clientDataJSON", "authenticatorData", "signature", "userHandle", "m", "t", "p", "salt", "seal", "g", "w",
)  # fmt: skip
_FIELDS = (
    "csrf", "login", "password", "code", "again", "item", "correct_code", "do", "end", "passkey", "name", "made",
    "secret", "new", "role-head",
)  # fmt: skip
_QUERY = (
    "state", "older", "after", "limit", "case", "lang", "from", "to", "page", "rev", "revs", "open_revs", "keys", "key",
    "startkey", "endkey", "since", "include_docs", "attachments", "new_edits", "skip", "descending", "latest",
    "conflicts", "atts_since", "style", "filter", "batch",
)  # fmt: skip
_HEADERS = (
    "Accept", "Accept-Encoding", "Accept-Language", "Authorization", "Content-Encoding", "Cookie", "Expect",
    "If-Modified-Since", "If-None-Match", "Origin", "Range", "Sec-Fetch-Site", "TE", "Transfer-Encoding", "Upgrade",
    "Tus-Resumable", "Upload-Checksum", "Upload-Length", "Upload-Metadata", "Upload-Offset",
    "User-Agent", "X-CSRF", "X-Forwarded-For", "X-Forwarded-Host", "X-HTTP-Method-Override",
)  # fmt: skip
_ODD_VALUES = (
    b"", b"*", b"null", b"http://[", b"https://]:x", b"bytes=0-,0-,0-", b"bytes=-1", b"gzip;q=nan", b"br;q=1e999",
    b"same-origin", b"s=\xff; s", b"\xe9\xff", b"id;q=,,;=", b"W/\"", b"chunked, gzip", b"100-continue", b"," * 900,
    b"1.0.0", b"92", b"sha1 ===", b"version eA==,digest eA==", b"PATCH",
)  # fmt: skip


@dataclass(frozen=True)
class OddRequest:
    """One request; as a signed-in officer where `is_signed_in`."""

    method: str
    target: bytes
    headers: tuple[Header, ...]
    body: bytes = field(repr=False)
    is_signed_in: bool
    row: str


def url_of(row: Row, params: dict[str, bytes] | None = None) -> bytes:
    """Fill the path of *row* in."""
    values = {name: value.encode() for name, value in SAMPLE.items()} | (params or {})
    return _PARAM.sub(lambda found: quote_from_bytes(values.get(found[1], b"x")), row.path).encode()


def _texts() -> st.SearchStrategy[str]:
    odd = [
        "",
        "\0",
        "\ud800",
        "é",
        "../..",
        "a" * 300,
        "١٢",
        "1e999",
        "-1",
        "9" * 30,
        "9" * 5000,
        "{{7*7}}",
        "user/",
        "%s",
    ]
    return st.one_of(st.sampled_from([*odd, *SAMPLE.values(), "a" * 24]), st.text(max_size=12))


def _params(row: Row) -> st.SearchStrategy[dict[str, bytes]]:
    values = st.one_of(st.binary(max_size=12), _texts().map(lambda text: text.encode(errors="surrogatepass")))
    names = _PARAM.findall(row.path)
    return st.dictionaries(st.sampled_from(names), values, max_size=2) if names else st.just({})


def _queries() -> st.SearchStrategy[bytes]:
    pairs = st.lists(st.tuples(st.sampled_from(_QUERY), _texts()), max_size=3)
    written = pairs.map(lambda rows: urlencode(rows, errors="surrogatepass").encode())
    # What no request line can hold is not for the application: it ends the connection.
    raw = st.binary(max_size=20).map(lambda data: bytes(byte for byte in data if 0x21 <= byte < 0x7F and byte != 0x23))
    return st.one_of(st.just(b""), written, raw)


def _json() -> st.SearchStrategy[Any]:
    leaves = st.one_of(
        st.none(),
        st.booleans(),
        st.sampled_from([0, 1, -1, 2**53, 2**70, 10**400, 1.5, float("inf"), float("nan")]),
        _texts(),
    )
    return st.recursive(
        leaves,
        lambda inner: st.one_of(
            st.lists(inner, max_size=4), st.dictionaries(st.one_of(st.sampled_from(_KEYS), _texts()), inner, max_size=5)
        ),
        max_leaves=12,
    )


def _bodies() -> st.SearchStrategy[bytes]:
    fields = st.lists(st.tuples(st.one_of(st.sampled_from(_FIELDS), _texts()), _texts()), max_size=6)
    lines = st.lists(_json().map(lambda value: json.dumps(value).encode()), max_size=3).map(b"\n".join)
    return st.one_of(
        lines,
        fields.map(lambda pairs: urlencode(pairs, errors="surrogatepass").encode()),
        lines.map(lambda line: b'{"v":1}\n' + line),
        lines.map(gzip.compress),
        st.binary(max_size=200),
    )


def _headers() -> st.SearchStrategy[list[Header]]:
    values = st.one_of(st.sampled_from(_ODD_VALUES), st.binary(max_size=20).map(_as_value))
    return st.lists(st.tuples(st.sampled_from(_HEADERS), values), max_size=4)


def _as_value(data: bytes) -> bytes:
    return bytes(byte for byte in data if byte >= 0x20 and byte != 0x7F).strip()


@st.composite
def odd_requests(draw: st.DrawFn) -> OddRequest:
    """Draw a request for some row of the table."""
    row = draw(st.sampled_from([row for row in ROWS if row.name not in ENDS_THE_SESSION]))
    method = draw(st.one_of(st.just(row.method), st.sampled_from(METHODS)))
    query = draw(_queries())
    body = draw(_bodies()) if method not in ("GET", "HEAD") or draw(st.booleans()) else b""
    types = st.sampled_from(
        [FORM.encode(), NDJSON.encode(), b"application/json", b"multipart/form-data; boundary=x", b";"]
    )
    headers = [*draw(_headers()), ("Content-Type", draw(types))]
    target = url_of(row, draw(_params(row))) + (b"?" + query if query else b"")
    return OddRequest(method, target, tuple(headers), body, draw(st.booleans()), row.name)
