import gzip

import brotli
import pytest
import zstandard
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.routing import Route

from server.site.resources import FOR_EVER, choose_encoding, make_resource, respond
from tests.asgi import Client

TEXT = b"Paspor untuk orang Pasaman Barat. " * 100
DECODERS = {
    "br": brotli.decompress,
    "gzip": gzip.decompress,
    "zstd": zstandard.decompress,
}


def client_of(resource) -> Client:
    async def endpoint(request: Request):
        return respond(request, resource)

    return Client(Starlette(routes=[Route("/", endpoint)]))


@pytest.mark.anyio
@pytest.mark.parametrize("encoding", DECODERS)
async def test_every_encoding_holds_the_same_bytes(encoding: str) -> None:
    answer = await client_of(make_resource(TEXT, "text/plain")).get("/", headers={"accept-encoding": encoding})
    assert answer.headers["content-encoding"] == encoding
    assert answer.headers["vary"] == "Accept-Encoding"
    assert DECODERS[encoding](answer.body) == TEXT
    assert int(answer.headers["content-length"]) == len(answer.body) < len(TEXT) / 4


@pytest.mark.anyio
async def test_a_browser_that_reads_no_encoding_gets_it_as_it_is() -> None:
    answer = await client_of(make_resource(TEXT, "text/plain")).get("/")
    assert answer.body == TEXT
    assert "content-encoding" not in answer.headers


@pytest.mark.parametrize(
    ("accepted", "chosen"),
    [
        ("gzip, deflate, br, zstd", "br"),
        ("gzip;q=1.0, br;q=0", "gzip"),
        ("GZIP", "gzip"),
        ("*", "br"),
        ("*, br;q=0", "zstd"),
        ("zstd;q=0.5", "zstd"),
        ("identity", None),
        ("", None),
        ("br;q=0.000", None),
    ],
)
def test_the_smallest_that_is_allowed_is_chosen(accepted: str, chosen: str | None) -> None:
    assert choose_encoding(accepted, {"br": b"1", "zstd": b"12", "gzip": b"123"}) == chosen


@pytest.mark.anyio
async def test_who_has_it_is_told_so_in_a_few_bytes() -> None:
    client = client_of(make_resource(TEXT, "text/plain", headers={"Rantau-Form": "1.abc"}))
    etag = (await client.get("/")).headers["etag"]
    for tag in (etag, etag.removeprefix("W/"), f'"other", {etag}', "*"):
        answer = await client.get("/", headers={"if-none-match": tag})
        assert (answer.status, answer.body) == (304, b"")
        assert answer.headers["etag"] == etag
        assert answer.headers["cache-control"] == "no-cache"
    assert (await client.get("/", headers={"if-none-match": '"other"'})).status == 200


@pytest.mark.anyio
async def test_head_tells_the_length_without_the_body() -> None:
    client = client_of(make_resource(TEXT, "text/plain"))
    answer = await client.request("HEAD", "/", headers={"accept-encoding": "br"})
    assert answer.body == b""
    assert int(answer.headers["content-length"]) == len(brotli.compress(TEXT, quality=11))


def test_pictures_and_tiny_texts_are_not_compressed() -> None:
    assert not make_resource(b"\x89PNG" * 1000, "image/png").encodings
    assert not make_resource(b"ya", "text/plain").encodings


def test_other_bytes_have_another_tag_and_a_named_one_is_kept_for_ever() -> None:
    first, second = make_resource(b"1", "text/plain"), make_resource(b"2", "text/plain", cache=FOR_EVER)
    assert first.etag != second.etag
    assert "immutable" in second.cache
