"""The shape that intake checks without a key, with the reason for each refusal."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from sync.canonical import b32_encode, b64u_encode, sha256
from sync.errors import ShapeError
from sync.shape import (
    blob_rev,
    case_of_version,
    check_pair,
    check_shape,
    check_wrap_shape,
    is_case,
    is_kid,
    is_v,
    is_whole,
    v_of,
)

VECTORS = json.loads((Path(__file__).parents[2] / "vectors" / "seal.json").read_text())
ENTRY = VECTORS["entries"][1]
VERSION, WRAP = ENTRY["version"], ENTRY["wrap"]


def reason(check: Any, *args: Any) -> str:
    with pytest.raises(ShapeError) as caught:
        check(*args)
    return caught.value.reason


@pytest.mark.parametrize("entry", VECTORS["entries"], ids=lambda entry: f"{entry['by']}: {entry['name']}")
def test_what_was_sealed_has_the_shape(entry: dict[str, Any]) -> None:
    check_pair(entry["version"], entry["wrap"])


@pytest.mark.parametrize("version", [None, [], "app", {}, VERSION | {"_rev": "1-a"}, VERSION | {"nik": "1"}], ids=repr)
def test_other_keys_are_malformed(version: Any) -> None:
    assert reason(check_shape, version) == "malformed"


BAD = {
    "_id": [None, 7, "", "app", VERSION["_id"] + ".x", VERSION["_id"].replace("app", "cmp"), VERSION["_id"].upper()],
    "type": [None, 7, []],
    "service": [None, "", "Passport", "a b", 7, "é", "1a", "a" * 33, "a\n"],
    "form": [None, "", "3", "3.K2X7Q4MA", "03.k2x7q4ma", "3.k2x7q4m", "0.k2x7q4ma", "3.k2x7q4m1"],
    "at": [None, -1, 1.5, True, "1", 2**53],
    "channel": [None, "", "Web", 7],
    "device": ["", "D", 7, "a" * 33],
    "area": ["", "Pasaman Barat", "13.12.", "1312032004", 13],
    "wish": [None, "of.1", [1], ["of.1", "of.1"], [["of.1"]], [""], {}],
    "prev": [None, ["x"], ["a" * 19], ["a" * 19 + "b"], ["a" * 20, "a" * 20], [None]],
    "blobs": [None, ["x"], ["a" * 51], ["a" * 51 + "b"], ["a" * 52, "a" * 52], [None], [{}]],
    "seal": [None, [], {}, {**VERSION["seal"], "x": 1}],
}


@pytest.mark.parametrize(("key", "value"), [(key, value) for key, values in BAD.items() for value in values])
def test_a_wrong_value_is_malformed(key: str, value: Any) -> None:
    assert reason(check_shape, VERSION | {key: value}) == "malformed"


def group(length: int) -> str:
    return b64u_encode(bytes(length))


@pytest.mark.parametrize(
    "change",
    [
        *({"v": 2}, {"v": True}, {"v": 1.0}, {"v": "1"}, {"g": None}, {"g": []}, {"g": {}}, {"g": {"A": group(92)}}),
        *({"g": {"personal": text}} for text in (None, "", group(28), group(28 + 63), group(28 + 65), group(92) + "=")),
        *({key: bad} for key in "wm" for bad in (None, "", "A", group(15), group(33), group(16) + "=", 7)),
    ],
    ids=repr,
)
def test_a_wrong_seal_is_malformed(change: dict[str, Any]) -> None:
    assert reason(check_shape, VERSION | {"seal": {**VERSION["seal"], **change}}) == "malformed"


def test_an_unknown_type_has_its_own_reason() -> None:
    assert reason(check_shape, VERSION | {"type": "letter", "_id": "let.x.y"}) == "type-unknown"


def test_an_id_that_is_not_the_hash_has_its_own_reason() -> None:
    changed = copy.deepcopy(VERSION)
    changed["at"] += 1
    assert reason(check_shape, changed) == "id-mismatch"


@pytest.mark.parametrize(
    "change",
    [
        *({"t": None}, {"t": ""}, {"t": group(59)}, {"t": group(61)}, {"k26a": group(144)}, {"k26a": group(60)}),
        *({"K26A": group(145)}, {"k": group(145)}, {"k23456789": group(145)}, {"k26a": group(145) + "="}, {"k2": 7}),
    ],
    ids=repr,
)
def test_a_wrong_wrap_is_malformed(change: dict[str, Any]) -> None:
    check_wrap_shape(WRAP)
    assert reason(check_wrap_shape, WRAP | change) == "malformed"


@pytest.mark.parametrize("wrap", [None, [], {}, {"t": WRAP["t"]}, {"k26a": WRAP["k26a"]}], ids=list("01234"))
def test_a_wrap_has_the_holders_entry_and_an_office(wrap: Any) -> None:
    assert reason(check_wrap_shape, wrap) == "malformed"


def test_a_wrap_of_another_version_has_its_own_reason() -> None:
    other = VECTORS["entries"][0]["wrap"]
    assert reason(check_pair, VERSION, other) == "wrap-mismatch"
    assert reason(check_pair, VERSION, {kid: WRAP[kid] for kid in ("k26a", "t")}) == "wrap-mismatch"
    assert reason(check_pair, VERSION, WRAP | {"k28a": WRAP["k26a"]}) == "wrap-mismatch"


def test_ids_are_taken_apart() -> None:
    assert f"app.{case_of_version(VERSION)}.{v_of(VERSION)}" == VERSION["_id"]
    assert is_case(case_of_version(VERSION))
    assert is_v(v_of(VERSION))
    assert not is_case(v_of(VERSION))
    assert not is_v(None)


def test_a_blobs_revision_comes_from_its_digest() -> None:
    digest = sha256(b"image")
    assert blob_rev(b32_encode(digest)) == f"1-{digest.hex()[:32]}"


def test_a_kid_is_never_the_holders_entry() -> None:
    assert [is_kid(text) for text in ("k26a", "t", "K26a", "", None, "12345678", "123456789")] == [
        *(True, False, False, False, False, True, False)
    ]


def test_only_integers_that_json_keeps_are_whole() -> None:
    assert all(map(is_whole, [0, 1, 2**53 - 1]))
    assert not any(map(is_whole, [-1, 2**53, 1.0, True, None, "1"]))
