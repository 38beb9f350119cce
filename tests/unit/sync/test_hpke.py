"""HPKE against the published vectors."""

import json
from pathlib import Path

import pytest
from cryptography.hazmat.bindings._rust import openssl
from hypothesis import given, settings
from hypothesis import strategies as st

from sync import hpke
from sync.errors import OpenError
from sync.key_pair import KeyPair, key_pair_from

PUBLISHED = json.loads((Path(__file__).parents[2] / "vectors" / "hpke.json").read_text())
VECTOR = {name: bytes.fromhex(text) for name, text in PUBLISHED.items() if name != "source"}
PAIR = hpke.new_key_pair()


def test_the_suite_is_the_published_one() -> None:
    # The public interface has no aad, which every published encryption uses; the library's own tests go this way too.
    suite, private = hpke._SUITE, KeyPair(VECTOR["skRm"], VECTOR["pkRm"]).private_key()
    sealed = VECTOR["enc"] + VECTOR["ct"]
    assert openssl.hpke._decrypt_with_aad(suite, sealed, private, VECTOR["info"], VECTOR["aad"]) == VECTOR["pt"]


def test_the_public_half_belongs_to_the_published_scalar() -> None:
    assert key_pair_from(VECTOR["skRm"]).pub == VECTOR["pkRm"]


@settings(deadline=None)
@given(st.binary(max_size=200), st.binary(max_size=100))
def test_what_was_sealed_opens(plain: bytes, info: bytes) -> None:
    sealed = hpke.seal(plain, PAIR.pub, info)
    assert len(sealed) == len(plain) + hpke.OVERHEAD
    assert hpke.open_(sealed, PAIR, info) == plain


@pytest.mark.parametrize("place", [0, 1, 64, 65, 80, -1])
def test_a_changed_byte_does_not_open(place: int) -> None:
    sealed = bytearray(hpke.seal(b"secret", PAIR.pub, b"info"))
    sealed[place] ^= 1
    with pytest.raises(OpenError):
        hpke.open_(bytes(sealed), PAIR, b"info")


def test_another_key_or_context_or_length_does_not_open() -> None:
    sealed = hpke.seal(b"secret", PAIR.pub, b"info")
    for changed, pair, info in [
        (sealed, hpke.new_key_pair(), b"info"),
        (sealed, PAIR, b"inf"),
        (sealed[:-1], PAIR, b"info"),
        (sealed + b"\0", PAIR, b"info"),
        (b"", PAIR, b"info"),
    ]:
        with pytest.raises(OpenError):
            hpke.open_(changed, pair, info)


@pytest.mark.parametrize(
    "public",
    [b"", b"\4" + bytes(64), PAIR.pub[:-1], b"\2" + PAIR.pub[1:33], PAIR.pub + b"\0"],
    ids=["empty", "zero", "short", "compressed", "long"],
)
def test_nothing_is_sealed_to_what_is_no_point(public: bytes) -> None:
    with pytest.raises(OpenError):
        hpke.seal(b"secret", public, b"")
