"""Erasures, voided codes and public documents."""

import json
from pathlib import Path
from typing import Any

import pytest

from sync.canonical import b64u_decode
from sync.errors import OpenError
from sync.key_pair import new_key_pair
from sync.statements import (
    DeviceAuth,
    sign_auth,
    sign_code_mark,
    sign_enrolment,
    verify_auth,
    verify_code_mark,
    verify_enrolment,
    verify_gone,
    verify_public,
    verify_voided_code,
)

VECTORS = json.loads((Path(__file__).parents[2] / "vectors" / "events.json").read_text())
GONE, VOIDED, PUBLIC = (VECTORS["statements"][name] for name in ("gone", "voided", "public"))
PUB = b64u_decode(VECTORS["key"]["pub"])
CASE = VECTORS["entries"][0]["content"]["case"]


def test_an_erased_case_is_named_by_its_mark() -> None:
    assert verify_gone(GONE | {"_rev": "1-a"}, PUB) == CASE


@pytest.mark.parametrize(
    "change",
    [
        {"_id": f"gone.{CASE[::-1]}"},
        {"_id": CASE},
        {"_id": None},
        {"type": "event"},
        {"kid": "t"},
        {"kid": None},
        {"at": 1},
        {"at": None},
        {"sig": ""},
        {"sig": None},
        {"why": "x"},
    ],
    ids=repr,
)
def test_a_changed_mark_erases_nothing(change: dict[str, Any]) -> None:
    with pytest.raises(OpenError):
        verify_gone(GONE | change, PUB)


def test_a_voided_code_leads_to_the_new_case() -> None:
    assert verify_voided_code(VOIDED, PUB) == (VOIDED[0][1], VOIDED[0][2])
    old, new, at = VOIDED[0][1:]
    for array in (["code1", new, old, at], ["code2", old, new, at], ["code1", old, new, at + 1], ["code1", old, new]):
        with pytest.raises(OpenError):
            verify_voided_code([array, VOIDED[1]], PUB)


def test_a_public_document_is_its_bytes_under_its_id() -> None:
    verify_public(PUBLIC, b"bytes", PUB)
    for doc, content, pub in [
        (PUBLIC, b"byte", PUB),
        (PUBLIC | {"_id": "guide.visa"}, b"bytes", PUB),
        (PUBLIC, b"bytes", new_key_pair().pub),
        (PUBLIC | {"sig": None}, b"bytes", PUB),
        ({}, b"bytes", PUB),
    ]:
        with pytest.raises(OpenError):
            verify_public(doc, content, pub)


def test_a_device_says_who_it_is_and_only_with_its_own_key() -> None:
    key, auth = new_key_pair(), DeviceAuth("d-7f2c2aab", 1_795_564_800, "A" * 22)
    signed = sign_auth(auth, private=key)
    assert verify_auth(signed, key.pub) == auth
    with pytest.raises(OpenError):
        verify_auth(signed, new_key_pair().pub)
    name, device, at, nonce = signed[0]
    for array in (
        [name, "d-aaaaaaaa", at, nonce],
        [name, device, at + 1, nonce],
        [name, device, at, "B" * 21 + "A"],
        ["dev2", device, at, nonce],
        [name, device, at],
        [name, "d-9", at, nonce],
        [name, device, -1, nonce],
        [name, device, at, "A"],
        [name, device, at, "é" * 22],
        None,
    ):
        with pytest.raises(OpenError):
            verify_auth([array, signed[1]], key.pub)
    for other in (None, {}, [], [signed[0]], [signed[0], None], "dev1"):
        with pytest.raises(OpenError):
            verify_auth(other, key.pub)


def test_a_device_is_enrolled_by_the_code_that_it_signed() -> None:
    key = new_key_pair()
    sig = sign_enrolment("bodo", private=key)
    verify_enrolment("bodo", sig, key.pub)
    for code, pub in (("bado", key.pub), ("bodo", new_key_pair().pub), ("bodo", b"")):
        with pytest.raises(OpenError):
            verify_enrolment(code, sig, pub)


OLD, NEW, AT = VOIDED[0][1:]
MARK = {"_id": f"code.{OLD}", "type": "code", "kid": "o26a", "to": NEW, "at": AT, "sig": VOIDED[1]}


def test_the_mark_of_a_voided_code_is_the_signed_array_as_a_document() -> None:
    assert verify_code_mark(MARK | {"_rev": "1-a"}, PUB) == (OLD, NEW)
    key = new_key_pair()
    made = sign_code_mark(OLD, NEW, at=AT, kid="o26a", private=key)
    assert made | {"sig": ""} == MARK | {"sig": ""}
    assert verify_code_mark(made, key.pub) == (OLD, NEW)


@pytest.mark.parametrize(
    "change",
    [
        {"_id": f"code.{NEW}"},
        {"_id": OLD},
        {"_id": None},
        {"type": "gone"},
        {"kid": "t"},
        {"to": OLD},
        {"to": None},
        {"at": 1},
        {"at": None},
        {"sig": ""},
        {"sig": None},
        {"why": "x"},
    ],
    ids=repr,
)
def test_a_changed_mark_voids_nothing(change: dict[str, Any]) -> None:
    with pytest.raises(OpenError):
        verify_code_mark(MARK | change, PUB)
