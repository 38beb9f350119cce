"""What a thin link carries of an item gives the item back, byte for byte, or is refused."""

import json
from pathlib import Path
from typing import Any

import pytest

from sync.canonical import b64u_decode, b64u_encode
from sync.errors import ShapeError
from sync.packed_item import is_packed, pack_item, unpack_item

VECTORS = json.loads((Path(__file__).parents[2] / "vectors" / "exchange.json").read_text())["items"]
PACKED = [entry for entry in VECTORS if is_packed(entry["packed"])]


def test_the_vectors_hold_both_kinds() -> None:
    assert 0 < len(PACKED) < len(VECTORS)


@pytest.mark.parametrize("entry", VECTORS)
def test_packing_is_the_same_in_both_languages(entry: Any) -> None:
    assert list(pack_item(*entry["item"])) == entry["packed"]


@pytest.mark.parametrize("entry", PACKED)
def test_what_was_packed_comes_back(entry: Any) -> None:
    assert list(unpack_item(entry["packed"])) == entry["item"]


@pytest.mark.parametrize("entry", PACKED)
def test_every_damaged_byte_is_noticed(entry: Any) -> None:
    *fields, text = entry["packed"]
    whole = b64u_decode(text)
    for place in range(len(whole)):
        damaged = whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :]
        with pytest.raises(ShapeError):
            unpack_item([*fields, b64u_encode(damaged)])


@pytest.mark.parametrize(
    ("place", "value", "reason"),
    [
        (0, "other", "type-unknown"), (0, 1, "malformed"), (0, None, "malformed"), (3, NotImplemented, "malformed"),
        (3, 1.5, "malformed"), (3, 1795564801, "id-mismatch"), (7, {}, "malformed"), (7, ["x"], "id-mismatch"),
        (10, 1, "malformed"), (11, None, "malformed"), (11, "k1", "id-mismatch"), (12, "", "malformed"),
        (12, "=", "malformed"), (12, None, "malformed"), (12, "AA", "malformed"),
    ],
)  # fmt: skip
def test_a_field_that_is_not_what_was_packed_is_refused(place: int, value: Any, reason: str) -> None:
    packed = list(PACKED[0]["packed"])
    packed[place] = value
    with pytest.raises(ShapeError) as refused:
        unpack_item(packed)
    assert refused.value.reason == reason
