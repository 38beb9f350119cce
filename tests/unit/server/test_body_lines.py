"""A body is cut into lines however it arrives, and never swells beyond its bounds."""

import gzip
import random
import tracemalloc
import zlib

import pytest

from server.body_lines import BodyLimits, BodyLines, BodyMalformed, BodyTooLarge


def read(lines: BodyLines, data: bytes, size: int = 1 << 20) -> list[bytes]:
    found = [line for i in range(0, len(data), size) for line in lines.feed(data[i : i + size])]
    return found + lines.finish()


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
@pytest.mark.parametrize("is_gzip", [False, True])
def test_lines_are_the_same_however_they_arrive(size: int, is_gzip: bool) -> None:
    plain = b"one\n\ntwo\nthree without an end"
    body = gzip.compress(plain) if is_gzip else plain
    assert read(BodyLines(gzip=is_gzip), body, size) == [b"one", b"", b"two", b"three without an end"]


def test_what_came_whole_before_a_cut_is_given() -> None:
    lines = BodyLines(gzip=True)
    noise = random.Random(1).randbytes(5000).hex().encode()
    body = gzip.compress(b"\n".join([noise[i : i + 100] for i in range(0, 10_000, 100)]))
    found = list(lines.feed(body[: len(body) // 2]))
    assert 20 < len(found) < 80
    with pytest.raises(BodyMalformed):
        lines.finish()


def test_joined_gzip_files_are_one_body() -> None:
    assert read(BodyLines(gzip=True), gzip.compress(b"a\nb") + gzip.compress(b"c\n")) == [b"a", b"bc"]


def test_what_is_no_gzip_is_malformed() -> None:
    with pytest.raises(BodyMalformed):
        read(BodyLines(gzip=True), b"plain text")


def test_lines_before_a_spoilt_part_are_given() -> None:
    found = BodyLines(gzip=True).feed(gzip.compress(b"a\nb\n") + b"spoilt")
    assert [next(found), next(found)] == [b"a", b"b"]
    with pytest.raises(BodyMalformed):
        next(found)


def test_a_bomb_is_stopped_before_it_unfolds() -> None:
    bomb = zlib.compressobj(wbits=31)
    data = b"".join(bomb.compress(bytes(1 << 20)) for _ in range(200)) + bomb.flush()
    tracemalloc.start()
    with pytest.raises(BodyTooLarge):
        read(BodyLines(gzip=True), data)
    assert tracemalloc.get_traced_memory()[1] < 2 << 20
    tracemalloc.stop()


def test_a_body_over_the_limit_is_refused() -> None:
    with pytest.raises(BodyTooLarge):
        read(BodyLines(limits=BodyLimits(sent=10)), b"a\n" * 6, 2)


def test_an_overlong_line_is_shortened_to_one_byte_too_many() -> None:
    found = read(BodyLines(limits=BodyLimits(line=10)), b"x" * 100 + b"\nshort\n" + b"y" * 100, 7)
    assert found == [b"x" * 11, b"short", b"y" * 11]


def test_a_body_of_too_many_lines_is_refused_after_those_that_are_allowed() -> None:
    lines = BodyLines(limits=BodyLimits(lines=3))
    assert list(lines.feed(b"a\nb\n")) == [b"a", b"b"]
    rest = lines.feed(b"c\nd\n")
    assert next(rest) == b"c"
    with pytest.raises(BodyTooLarge):
        next(rest)


def test_a_body_of_too_many_gzip_files_is_refused() -> None:
    lines = BodyLines(gzip=True, limits=BodyLimits(members=3))
    assert read(lines, gzip.compress(b"a\n") * 3, 9) == [b"a"] * 3
    with pytest.raises(BodyTooLarge):
        read(BodyLines(gzip=True, limits=BodyLimits(members=3)), gzip.compress(b"") * 4, 9)
