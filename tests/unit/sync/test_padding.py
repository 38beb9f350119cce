"""Padding and the compression inside it."""

import json
import math
import os
import zlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.errors import OpenError
from sync.padding import MAX_TEXT, is_padded_length, pad, padded_length, unpad

VECTORS = json.loads((Path(__file__).parents[2] / "vectors" / "padding.json").read_text())


@pytest.mark.parametrize(("length", "padded"), VECTORS["lengths"])
def test_a_length_has_one_class(length: int, padded: int) -> None:
    assert padded_length(length) == padded


@given(st.integers(255, 1 << 24))
def test_a_large_class_is_the_one_padme_gives(length: int) -> None:
    total = length + 2
    exponent = math.floor(math.log2(total))
    zeros = exponent - (math.floor(math.log2(exponent)) + 1)
    assert padded_length(length) == -(-total // 2**zeros) * 2**zeros
    assert padded_length(length) <= total * 1.12


@given(st.integers(0, 1 << 22))
def test_only_a_class_is_a_padded_length(length: int) -> None:
    assert is_padded_length(padded_length(length))
    assert is_padded_length(length) == (length >= 64 and padded_length(length - 2) == length)


@pytest.mark.parametrize(("text", "padded"), VECTORS["as_is"])
def test_uncompressed_padding_is_exact(text: str, padded: str) -> None:
    assert pad(text.encode(), compress=False).hex() == padded
    assert unpad(bytes.fromhex(padded)) == text.encode()


@pytest.mark.parametrize("entry", VECTORS["compressed"], ids=lambda entry: entry["by"])
def test_what_either_language_compressed_is_read(entry: dict[str, str]) -> None:
    padded = bytes.fromhex(entry["padded"])
    assert padded[0] == 1
    assert unpad(padded) == entry["text"].encode()


@given(st.binary(max_size=2000), st.booleans())
def test_content_comes_back(content: bytes, compress: bool) -> None:
    assert unpad(pad(content, compress=compress)) == content


def test_content_is_compressed_only_into_a_smaller_class() -> None:
    assert pad(b"a" * 62)[0] == 0, "64 bytes either way"
    assert pad(b"a" * 63)[0] == 1
    assert pad(os.urandom(4000))[0] == 0


@pytest.mark.parametrize("padded", VECTORS["bad"].values(), ids=VECTORS["bad"])
def test_anything_else_is_refused(padded: str) -> None:
    with pytest.raises(OpenError):
        unpad(bytes.fromhex(padded))


def test_a_mebibyte_is_the_most_that_is_read() -> None:
    assert unpad(pad(bytes(MAX_TEXT))) == bytes(MAX_TEXT)
    for content in (bytes(MAX_TEXT + 1), os.urandom(MAX_TEXT + 1)):
        with pytest.raises(OpenError):
            unpad(pad(content))


def test_a_stream_that_needs_a_dictionary_is_refused() -> None:
    packer = zlib.compressobj(zdict=b"abcabc")
    body = packer.compress(b"abcabc" * 9) + packer.flush()
    with pytest.raises(OpenError):
        unpad((b"\1" + body + b"\x80").ljust(64, b"\0"))
