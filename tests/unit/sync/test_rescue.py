"""The way back to a draft: sealed here or on a phone, opened by whoever holds the office's epoch key."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from sync.canonical import b64u_decode, b64u_encode
from sync.errors import OpenError
from sync.key_pair import KeyPair, new_key_pair
from sync.rescue import open_draft, open_rescue, seal_rescue

ENTRIES = json.loads((Path(__file__).parents[2] / "vectors" / "rescue.json").read_text())["entries"]
ENTRY = ENTRIES[0]
DRAFT = ENTRY["draft"]
OFFICE = KeyPair(b64u_decode(ENTRY["to"]["d"]), b64u_decode(ENTRY["to"]["pub"]))


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry["by"])
def test_the_office_opens_a_draft_that_was_handed_over(entry: dict[str, Any]) -> None:
    draft = entry["draft"]
    data_key = open_rescue(draft["rescue"]["k26a"], draft["p"], draft["id"], kid="k26a", private=OFFICE)
    assert data_key.hex() == entry["key"]
    assert open_draft(draft, data_key) == entry["content"]


def test_what_is_sealed_here_opens_again_and_weighs_113_bytes() -> None:
    data_key = os.urandom(32)
    rescue = seal_rescue(data_key, "p1", "d1", kid="k26a", pub=OFFICE.pub)
    assert len(b64u_decode(rescue)) == 113
    assert open_rescue(rescue, "p1", "d1", kid="k26a", private=OFFICE) == data_key


@pytest.mark.parametrize(
    ("profile", "draft", "kid", "private"),
    [
        ("another", DRAFT["id"], "k26a", OFFICE),
        (DRAFT["p"], "another", "k26a", OFFICE),
        (DRAFT["p"], DRAFT["id"], "k27a", OFFICE),
        (DRAFT["p"], DRAFT["id"], "k26a", new_key_pair()),
    ],
)
def test_it_opens_for_its_own_place_and_key_alone(profile: str, draft: str, kid: str, private: KeyPair) -> None:
    with pytest.raises(OpenError):
        open_rescue(DRAFT["rescue"]["k26a"], profile, draft, kid=kid, private=private)


@pytest.mark.parametrize("rescue", ["", "AA=", DRAFT["rescue"]["k26a"][:-4], "A" * 151])
def test_bytes_that_are_none_are_refused(rescue: str) -> None:
    with pytest.raises(OpenError):
        open_rescue(rescue, DRAFT["p"], DRAFT["id"], kid="k26a", private=OFFICE)


def test_a_key_of_another_length_is_refused() -> None:
    with pytest.raises(OpenError):
        open_rescue(
            seal_rescue(bytes(31), "p1", "d1", kid="k26a", pub=OFFICE.pub), "p1", "d1", kid="k26a", private=OFFICE
        )


@pytest.mark.parametrize(
    "changed",
    [{"n": 4}, {"id": "another"}, {"p": "another"}, {"iv": b64u_encode(bytes(12))}, {"ct": ""}, {"ct": "AA="}],
)
def test_a_draft_opens_in_its_own_place_alone(changed: dict[str, Any]) -> None:
    with pytest.raises(OpenError):
        open_draft(DRAFT | changed, bytes.fromhex(ENTRY["key"]))
    with pytest.raises(OpenError):
        open_draft({"id": DRAFT["id"]}, bytes.fromhex(ENTRY["key"]))
