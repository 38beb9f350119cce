"""Canonical bytes and the strict decoders."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.canonical import MAX_INT, b32_decode, b32_encode, b64u_decode, b64u_encode, canonical, h16, sha256

VECTORS = json.loads((Path(__file__).parents[2] / "vectors" / "canonical.json").read_text())
PLAIN = st.text(st.sampled_from([chr(c) for c in range(0x21, 0x7F) if chr(c) not in '"\\']))
VALUES = st.recursive(st.none() | st.integers(0, MAX_INT) | PLAIN, st.lists)


@pytest.mark.parametrize(("value", "text"), VECTORS["canonical"]["good"])
def test_an_array_has_one_canonical_text(value: Any, text: str) -> None:
    assert canonical(value) == text.encode()


@pytest.mark.parametrize("value", [*VECTORS["canonical"]["bad"], [1.0], [2.0**60], [b"x"], [...]], ids=repr)
def test_anything_else_has_none(value: Any) -> None:
    with pytest.raises(ValueError, match="canonical"):
        canonical(value)


@given(st.lists(VALUES))
def test_canonical_bytes_are_the_array_without_white_space(value: list[Any]) -> None:
    assert json.loads(canonical(value)) == value
    assert not set(canonical(value)) & set(b" \n\t\\")


@pytest.mark.parametrize(("data", "text"), VECTORS["base64url"]["good"])
def test_base64url_goes_both_ways(data: str, text: str) -> None:
    assert (b64u_encode(bytes.fromhex(data)), b64u_decode(text)) == (text, bytes.fromhex(data))


@pytest.mark.parametrize(("data", "text"), VECTORS["base32"]["good"])
def test_base32_goes_both_ways(data: str, text: str) -> None:
    assert (b32_encode(bytes.fromhex(data)), b32_decode(text)) == (text, bytes.fromhex(data))


@pytest.mark.parametrize("text", [*VECTORS["base64url"]["bad"], None, 1, b"AA"], ids=repr)
def test_what_base64url_would_not_write_is_refused(text: Any) -> None:
    with pytest.raises(ValueError, match="base64url"):
        b64u_decode(text)


@pytest.mark.parametrize("text", [*VECTORS["base32"]["bad"], None, 1, b"aa"], ids=repr)
def test_what_base32_would_not_write_is_refused(text: Any) -> None:
    with pytest.raises(ValueError, match="base32"):
        b32_decode(text)


@given(st.text("ABCDEFXYZabcxyz0123456789-_+/= \n", max_size=12))
def test_no_two_texts_decode_to_the_same_bytes(text: str) -> None:
    for decode, encode in ((b64u_decode, b64u_encode), (b32_decode, b32_encode)):
        try:
            data = decode(text)
        except ValueError:
            continue
        assert encode(data) == text


def test_h16_is_the_first_half_of_sha_256() -> None:
    assert h16(b"abc").hex() == "ba7816bf8f01cfea414140de5dae2223"
    assert sha256(b"abc")[:16] == h16(b"abc")
