"""An answer is compressed as the browser likes it, and never for nothing."""

import gzip

import brotli
import pytest
from starlette.requests import Request
from starlette.responses import Response

from server.packing import choose_live_encoding, encoder_of, pack

PAGE = b"<p>Permohonan</p>\n" * 100


def packed(body: bytes, accepted: str) -> Response:
    headers = [(b"accept-encoding", accepted.encode())]
    return pack(Request({"type": "http", "headers": headers}), Response(body))


@pytest.mark.parametrize(
    ("accepted", "name"),
    [
        ("", None),
        ("identity", None),
        ("gzip", "gzip"),
        ("GZIP, br", "br"),
        ("br;q=0, gzip; q=0.5", "gzip"),
        ("*", "br"),
    ],
)
def test_the_shorter_one_of_what_is_accepted_is_chosen(accepted: str, name: str | None) -> None:
    assert choose_live_encoding(accepted) == name


@pytest.mark.parametrize(("accepted", "unpack"), [("br", brotli.decompress), ("gzip", gzip.decompress), ("", bytes)])
def test_a_page_is_the_same_when_unpacked(accepted: str, unpack: object) -> None:
    assert callable(unpack)
    response = packed(PAGE, accepted)
    assert unpack(response.body) == PAGE
    assert response.headers["content-length"] == str(len(response.body))
    assert response.headers["vary"] == "Accept-Encoding"
    assert len(response.body) < 200 or not accepted


def test_a_short_answer_stays_as_it_is() -> None:
    assert packed(b"short", "br").body == b"short"


@pytest.mark.parametrize(("name", "unpack"), [("br", brotli.decompress), ("gzip", gzip.decompress), (None, bytes)])
def test_what_was_given_out_so_far_can_be_read_so_far(name: str | None, unpack: object) -> None:
    assert callable(unpack)
    encoder = encoder_of(name)
    parts = [encoder.process(b"one\n"), encoder.process(b"two\n"), encoder.finish()]
    assert parts[0]
    assert unpack(b"".join(parts)) == b"one\ntwo\n"
