"""Words for bytes: the same in both languages, and a bit more or less is another word."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.canonical import b64u_decode
from sync.speakable import CONSONANTS, VOWELS, fingerprint, speakable

VECTORS = json.loads((Path(__file__).parents[2] / "vectors" / "speakable.json").read_text())


@pytest.mark.parametrize(("data", "count", "words"), VECTORS["words"])
def test_bytes_have_their_words(data: str, count: int, words: str) -> None:
    assert speakable(bytes.fromhex(data), count) == words


@pytest.mark.parametrize(("pub", "words"), VECTORS["fingerprints"])
def test_a_key_has_its_fingerprint(pub: str, words: str) -> None:
    assert fingerprint(b64u_decode(pub)) == words


@given(st.binary(min_size=12, max_size=12))
def test_the_words_hold_every_bit(data: bytes) -> None:
    bits = 0
    for letter in speakable(data, 8).replace(" ", ""):
        place, width = (CONSONANTS.find(letter), 4) if letter in CONSONANTS else (VOWELS.find(letter), 2)
        bits = bits << width | place
    assert bits.to_bytes(12) == data


def test_too_few_bytes_are_refused() -> None:
    with pytest.raises(ValueError, match="too few"):
        speakable(bytes(11), 8)
