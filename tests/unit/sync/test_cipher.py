"""HKDF and AES-256-GCM."""

import pytest

from sync.cipher import OVERHEAD, aes_open, aes_seal, hkdf
from sync.errors import OpenError

KEY = bytes(range(32))


def test_hkdf_with_an_empty_salt_is_the_published_one() -> None:
    # RFC 5869, A.3: SHA-256, salt and info empty.
    okm = hkdf(b"\x0b" * 22, b"", 42).hex()
    assert okm == "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8"


def test_the_nonce_stands_in_front() -> None:
    sealed = aes_seal(KEY, b"plain", b"aad", lambda n: b"n" * n)
    assert sealed[:12] == b"n" * 12
    assert len(sealed) == 5 + OVERHEAD
    assert aes_open(KEY, sealed, b"aad") == b"plain"


def test_nothing_that_was_changed_opens() -> None:
    sealed = aes_seal(KEY, b"plain", b"aad")
    for place in range(len(sealed)):
        changed = sealed[:place] + bytes([sealed[place] ^ 0x80]) + sealed[place + 1 :]
        with pytest.raises(OpenError):
            aes_open(KEY, changed, b"aad")
    others = [(bytes(32), sealed, b"aad"), (KEY, sealed, b""), (KEY, sealed[:-1], b"aad"), (KEY, b"", b"aad")]
    for key, data, aad in others:
        with pytest.raises(OpenError):
            aes_open(key, data, aad)
