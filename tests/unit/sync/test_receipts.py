"""Receipts."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from sync.canonical import b64u_decode
from sync.errors import OpenError
from sync.key_pair import new_key_pair
from sync.keyring import KeyList, ListedKey, verify_key_list
from sync.receipts import sign_receipt, verify_receipt

VECTORS = json.loads((Path(__file__).parents[2] / "vectors" / "keyring.json").read_text())
KEYS = verify_key_list(VECTORS["list"], b64u_decode(VECTORS["root"]["pub"]))
VERSION = VECTORS["receipts"]["version"]
OFFICE, HUB = VECTORS["receipts"]["office"], VECTORS["receipts"]["hub"]


def test_a_receipt_says_who_holds_what_since_when() -> None:
    receipt = verify_receipt(OFFICE, VERSION, KEYS)
    assert (receipt.id, receipt.who, receipt.at) == (VERSION["_id"], "office", 1795565000)
    assert receipt.held == tuple(VERSION["blobs"][:1])
    assert verify_receipt(HUB, VERSION, KEYS).who == "hub:kinali"


@pytest.mark.parametrize("receipt", VECTORS["receipts"]["bad"].values(), ids=VECTORS["receipts"]["bad"])
def test_a_receipt_that_is_signed_but_not_true_is_refused(receipt: Any) -> None:
    with pytest.raises(OpenError):
        verify_receipt(receipt, VERSION, KEYS)


@pytest.mark.parametrize("place", range(8))
@pytest.mark.parametrize("value", [None, "x", 7, []], ids=repr)
def test_a_changed_receipt_is_refused(place: int, value: Any) -> None:
    changed = copy.deepcopy(OFFICE)
    changed[0][place] = value
    with pytest.raises(OpenError):
        verify_receipt(changed, VERSION, KEYS)


@pytest.mark.parametrize("receipt", [None, [], {}, OFFICE[:1], [*OFFICE, 1], [[*OFFICE[0], 1], OFFICE[1]], ["", ""]])
def test_what_is_no_receipt_is_refused(receipt: Any) -> None:
    with pytest.raises(OpenError):
        verify_receipt(receipt, VERSION, KEYS)


def test_a_receipt_for_another_version_is_refused() -> None:
    other = copy.deepcopy(VERSION)
    other["seal"]["m"] = "A" * 43
    with pytest.raises(OpenError):
        verify_receipt(OFFICE, other, KEYS)


@pytest.mark.parametrize(("state", "counts"), [("primary", True), ("old", True), ("next", True), ("destroyed", False)])
def test_a_receipt_outlives_the_change_of_keys(state: str, counts: bool) -> None:
    pair = new_key_pair()
    keys = KeyList("office", 1, 1, 2, (ListedKey("s1", "server", "office", None, state, pair.pub),))
    receipt = sign_receipt(VERSION, at=1, who="office", kid="s1", private=pair)
    if counts:
        assert verify_receipt(receipt, VERSION, keys).kid == "s1"
    else:
        with pytest.raises(OpenError):
            verify_receipt(receipt, VERSION, keys)
