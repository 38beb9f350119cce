"""Multipart bodies are read the same wherever they are cut."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.couch.multipart import Event, PartBegins, PartData, PartEnds, PartReader, PartWriter, boundary_of
from sync.errors import BadRequest

PLAIN = (
    b"before\r\n--b\r\nContent-Type: application/json\r\n\r\n{}\r\n--b\r\n\r\n\r\n--b\r\nX: 1\r\n\r\na--b\r\n-b\r\n"
    b"--b--\r\nafter"
)
Parts = list[tuple[dict[str, str], bytes]]


def read(body: bytes, boundary: bytes = b"b", *, size: int = 0) -> Parts:
    reader, events = PartReader(boundary), list[Event]()
    for at in range(0, len(body), size or len(body)):
        events += reader.feed(body[at : at + (size or len(body))])
    assert reader.is_whole
    return together(events)


def together(events: list[Event]) -> Parts:
    parts: Parts = []
    for event in events:
        if isinstance(event, PartBegins):
            parts.append((dict(event.headers), b""))
        elif isinstance(event, PartData):
            parts[-1] = (parts[-1][0], parts[-1][1] + event.data)
        else:
            assert isinstance(event, PartEnds)
    return parts


def test_parts_are_told_apart() -> None:
    expected = [({"content-type": "application/json"}, b"{}"), ({}, b""), ({"x": "1"}, b"a--b\r\n-b")]
    for size in (0, 1, 2, 7):
        assert read(PLAIN, size=size) == expected


def test_what_only_looks_like_a_boundary_is_refused() -> None:
    with pytest.raises(BadRequest):
        list(PartReader(b"b").feed(b"--b\r\n\r\nab\r\n--bc\r\n--b--\r\n"))


@given(st.lists(st.binary(max_size=300), min_size=1, max_size=4), st.integers(1, 400))
def test_what_is_written_is_read_wherever_it_is_cut(contents: list[bytes], size: int) -> None:
    writer = PartWriter()
    body = b"".join(
        writer.part({"Content-Type": "a/b", "N": str(n)}, is_first=n == 0) + content
        for n, content in enumerate(contents)
    )
    parts = read(body + writer.end, boundary_of(writer.content_type("related")), size=size)
    assert parts == [({"content-type": "a/b", "n": str(n)}, content) for n, content in enumerate(contents)]


@pytest.mark.parametrize("kind", ["multipart/related", 'multipart/related; boundary=""', "multipart/related;boundary"])
def test_a_body_without_a_boundary_is_refused(kind: str) -> None:
    with pytest.raises(BadRequest):
        boundary_of(kind)


@pytest.mark.parametrize("body", [b"--b\r\nno colon\r\n\r\n", b"--b\r\n" + b"a: b\r\n" * 5000])
def test_broken_headers_are_refused(body: bytes) -> None:
    with pytest.raises(BadRequest):
        list(PartReader(b"b").feed(body))


def test_a_long_part_is_not_held() -> None:
    reader = PartReader(b"b")
    list(reader.feed(b"--b\r\n\r\n"))
    for _ in range(100):
        assert sum(len(event.data) for event in reader.feed(bytes(10_000)) if isinstance(event, PartData)) > 9_000
