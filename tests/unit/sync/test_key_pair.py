"""Key pairs and signatures."""

import pytest

from sync.canonical import b64u_decode, b64u_encode
from sync.errors import OpenError
from sync.key_pair import KeyPair, key_pair_from, new_key_pair, public_key, sign, verify

PAIR = new_key_pair()
ORDER = int("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551", 16)


def test_a_pair_goes_through_bytes() -> None:
    assert KeyPair.from_bytes(PAIR.to_bytes()) == PAIR == key_pair_from(PAIR.d)
    assert len(PAIR.to_bytes()) == 97


def test_a_pair_does_not_show_its_scalar() -> None:
    assert PAIR.d.hex() not in repr(PAIR)
    assert str(PAIR.d) not in repr(PAIR)


@pytest.mark.parametrize(
    "joined",
    [
        *(b"", PAIR.d, PAIR.d + new_key_pair().pub, bytes(32) + PAIR.pub, ORDER.to_bytes(32, "big") + PAIR.pub),
        *(PAIR.to_bytes() + b"\0", PAIR.to_bytes()[:-1]),
    ],
    ids=["empty", "half", "of another", "zero", "order", "long", "short"],
)
def test_halves_that_do_not_belong_together_are_refused(joined: bytes) -> None:
    with pytest.raises(OpenError):
        KeyPair.from_bytes(joined)


def test_a_public_key_is_an_uncompressed_point() -> None:
    assert public_key(PAIR.pub)
    for pub in (b"", bytes(65), b"\4" + bytes(64), b"\2" + PAIR.pub[1:33]):
        with pytest.raises(OpenError):
            public_key(pub)


def test_a_signature_is_of_one_array_by_one_key() -> None:
    sig = sign(["x", 1, None], PAIR)
    assert len(b64u_decode(sig)) == 64
    verify(["x", 1, None], sig, PAIR.pub)
    assert sign(["x", 1, None], PAIR) == sig
    for array, pub in ((["x", 2, None], PAIR.pub), (["x", 1, None], new_key_pair().pub), (["x", 1.0, None], PAIR.pub)):
        with pytest.raises(OpenError):
            verify(array, sig, pub)


def test_a_signature_has_64_bytes_and_nothing_else() -> None:
    sig = sign(["x"], PAIR)
    raw = b64u_decode(sig)
    zeros = b64u_encode(bytes(64))
    for bad in ("", sig + "A", sig + "==", sig[:-1], b64u_encode(raw + b"\0"), b64u_encode(raw[:-1]), zeros, None, 7):
        with pytest.raises(OpenError):
            verify(["x"], bad, PAIR.pub)
