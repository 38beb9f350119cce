"""A posted form is small, and holds each field once."""

from urllib.parse import urlencode

import pytest
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import Message

from server.posted import FORM, parse_posted, read_posted


def test_fields_are_read_as_text() -> None:
    assert parse_posted(b"nama=S%C3%BCti+Aminah&kosong=&x=a%2Bb%26") == {
        "nama": "Süti Aminah",
        "kosong": "",
        "x": "a+b&",
    }


@pytest.mark.parametrize(
    ("body", "status"),
    [(b"a=1&a=2", 400), (b"a=%ff", 400), (b"a=\xff", 400), (b"&".join([b"a%d=1" % i for i in range(300)]), 413)],
)
def test_what_could_be_read_in_two_ways_is_refused(body: bytes, status: int) -> None:
    with pytest.raises(HTTPException) as caught:
        parse_posted(body)
    assert caught.value.status_code == status


def test_no_letter_has_marks_without_end() -> None:
    marks = "\u0300\u0316" * 15
    assert parse_posted(urlencode({"a": f"a{marks}b{marks}"}).encode()) == {"a": f"a{marks}b{marks}"}
    with pytest.raises(HTTPException) as caught:
        parse_posted(urlencode({"a": f"a{marks}\u0300"}).encode())
    assert caught.value.status_code == 400


def test_a_semicolon_separates_nothing() -> None:
    assert parse_posted(b"a=1;b=2") == {"a": "1;b=2"}


@pytest.mark.anyio
async def test_a_sender_that_leaves_is_no_failure_of_ours() -> None:
    async def receive() -> Message:
        return {"type": "http.disconnect"}

    request = Request({"type": "http", "headers": [(b"content-type", FORM.encode())]}, receive)
    with pytest.raises(HTTPException) as caught:
        await read_posted(request)
    assert caught.value.status_code == 400
