"""Erasures, voided codes and public documents."""

import json
from pathlib import Path
from typing import Any

import pytest

from sync.canonical import b64u_decode
from sync.errors import OpenError
from sync.key_pair import new_key_pair
from sync.statements import verify_gone, verify_public, verify_voided_code

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
