"""Wycheproof's vectors through our own functions, which the twin in JavaScript (crypto-wycheproof.test.js) reads too.

Where a function of ours takes less than the standard allows, a case is mapped so: nonce, ciphertext and tag are joined,
as `aes_open` reads them; an ECDH value is met inside HPKE, so a message is sealed from the published value and our
`hpke` must open it; compressed points are refused, because a point of ours has 65 bytes; private scalars are brought
to 32 bytes; public keys as WebCrypto writes them become points. What no function of ours can be asked is left out of
the files by tests/vectors/wycheproof/trim.py.
"""

import hmac
import json
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from sync import hpke
from sync.canonical import b64u_decode
from sync.cipher import aes_open, aes_seal, hkdf
from sync.errors import OpenError
from sync.key_pair import KeyPair, key_pair_from, verify_bytes
from sync.receipt_code import stretch

FOLDER = Path(__file__).parents[2] / "vectors" / "wycheproof"
INFO, SECRET = b"wycheproof", b"what is sealed"
Case = dict[str, Any]


def cases_of(name: str) -> list[Any]:
    tests = json.loads((FOLDER / f"{name}_test.json").read_text())["tests"]
    return [pytest.param(case, id=f"{case['tcId']} {case['comment']}") for case in tests]


def unhex(case: Case, *names: str) -> list[bytes]:
    return [bytes.fromhex(case[name]) for name in names]


@pytest.mark.parametrize(
    ("name", "count"),
    [
        ("aes_gcm", 66),
        ("ecdh_secp256r1_ecpoint", 355),
        ("ecdh_secp256r1_webcrypto", 348),
        ("ecdsa_secp256r1_sha256_p1363", 262),
        ("hkdf_sha256", 23),
        ("hmac_sha256", 81),
        ("pbkdf2_hmacsha256", 60),
    ],
)
def test_the_files_are_whole(name: str, count: int) -> None:
    assert len(cases_of(name)) == count


@pytest.mark.parametrize("case", cases_of("aes_gcm"))
def test_aes_256_gcm(case: Case) -> None:
    key, iv, aad, plain, sealed, tag = unhex(case, "key", "iv", "aad", "msg", "ct", "tag")
    if case["result"] == "valid":
        assert aes_open(key, iv + sealed + tag, aad) == plain
        assert aes_seal(key, plain, aad, lambda n: iv) == iv + sealed + tag
    else:
        with pytest.raises(OpenError):
            aes_open(key, iv + sealed + tag, aad)


@pytest.mark.parametrize("case", cases_of("ecdh_secp256r1_ecpoint"))
def test_ecdh_with_points(case: Case) -> None:
    scalar, point = int(case["private"], 16).to_bytes(32, "big"), bytes.fromhex(case["public"])
    check_exchange(case, point, key_pair_from(scalar))


@pytest.mark.parametrize("case", cases_of("ecdh_secp256r1_webcrypto"))
def test_ecdh_with_keys_as_webcrypto_writes_them(case: Case) -> None:
    point, own = (b"\4" + b64u_decode(key["x"]) + b64u_decode(key["y"]) for key in (case["public"], case["private"]))
    check_exchange(case, point, KeyPair(b64u_decode(case["private"]["d"]), own))


def check_exchange(case: Case, point: bytes, pair: KeyPair) -> None:
    if case["result"] == "valid":
        assert hpke.open_(sealed_with(bytes.fromhex(case["shared"]), point, pair.pub), pair, INFO) == SECRET
        assert hpke.seal(SECRET, point, INFO)
    else:
        with pytest.raises(OpenError):
            hpke.open_(point + bytes(hpke.OVERHEAD + len(SECRET)), pair, INFO)
        with pytest.raises(OpenError):
            hpke.seal(SECRET, point, INFO)


def sealed_with(shared_point: bytes, enc: bytes, public: bytes) -> bytes:
    """Seal by HPKE written once more, from the Diffie-Hellman value on (RFC 9180, 4.1 and 5.1)."""

    def extract(suite: bytes, salt: bytes, label: bytes, ikm: bytes) -> bytes:
        return hmac.digest(salt, b"HPKE-v1" + suite + label + ikm, "sha256")

    def expand(suite: bytes, prk: bytes, label: bytes, info: bytes, length: int) -> bytes:
        labeled = length.to_bytes(2, "big") + b"HPKE-v1" + suite + label + info + b"\1"
        return hmac.digest(prk, labeled, "sha256")[:length]

    kem, suite = b"KEM\0\x10", b"HPKE\0\x10\0\1\0\2"
    shared = expand(kem, extract(kem, b"", b"eae_prk", shared_point), b"shared_secret", enc + public, 32)
    context = b"\0" + extract(suite, b"", b"psk_id_hash", b"") + extract(suite, b"", b"info_hash", INFO)
    secret = extract(suite, shared, b"secret", b"")
    key, nonce = expand(suite, secret, b"key", context, 32), expand(suite, secret, b"base_nonce", context, 12)
    return enc + AESGCM(key).encrypt(nonce, SECRET, b"")


@pytest.mark.parametrize("case", cases_of("hkdf_sha256"))
def test_hkdf_without_a_salt(case: Case) -> None:
    ikm, info = unhex(case, "ikm", "info")
    if case["result"] == "valid":
        assert hkdf(ikm, info, case["size"]).hex() == case["okm"]
    else:
        with pytest.raises(ValueError, match="large"):
            hkdf(ikm, info, case["size"])


@pytest.mark.parametrize("case", cases_of("hmac_sha256"))
def test_hmac_as_versions_are_marked(case: Case) -> None:
    key, message, tag = unhex(case, "key", "msg", "tag")
    is_its_own = hmac.compare_digest(hmac.digest(key, message, "sha256"), tag)
    assert is_its_own == (case["result"] == "valid")


@pytest.mark.parametrize("case", cases_of("pbkdf2_hmacsha256"))
def test_pbkdf2_as_receipt_codes_are_stretched(case: Case) -> None:
    password, salt = unhex(case, "password", "salt")
    assert stretch(password, salt, case["iterationCount"], case["dkLen"]).hex() == case["dk"]


@pytest.mark.parametrize("case", cases_of("ecdsa_secp256r1_sha256_p1363"))
def test_ecdsa_with_r_and_s_joined(case: Case) -> None:
    message, signature, public = unhex(case, "msg", "sig", "public")
    if case["result"] == "valid":
        verify_bytes(message, signature, public)
    else:
        with pytest.raises(OpenError):
            verify_bytes(message, signature, public)
