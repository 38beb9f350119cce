"""An item is read as strictly as something from outside should be, and refused with a reason its sender understands."""

import json
from typing import Any

import pytest

from server.items import MAX_AHEAD, ItemRefused, parse_line, read_item
from tests.sealed_items import FORMS, NOW, OfficeKeys, new_keys, seal_pair, to_line

KEYS = OfficeKeys()
CODE = new_keys()


def refusal(line: bytes) -> tuple[str, str | None]:
    with pytest.raises(ItemRefused) as caught:
        read_item(line, forms=FORMS, key_list=KEYS.key_list, now=NOW)
    return caught.value.reason, caught.value.id


def sealed(**more: Any) -> tuple[dict[str, Any], dict[str, str]]:
    return seal_pair(KEYS, CODE, **more)


def test_a_sealed_item_is_read() -> None:
    version, wrap = sealed()
    item = read_item(to_line([version, wrap]), forms=FORMS, key_list=KEYS.key_list, now=NOW)
    assert (item.version, item.wrap, item.case) == (version, wrap, CODE.case)


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"service": "other"}, "service-unknown"),
        ({"form": "9.aaaaaaaa"}, "form-unknown"),
        ({"groups": {"personal": ["a", "b"], "other": ["c"]}}, "malformed"),
        ({"groups": {"personal": ["a", "b"], "consent": ["c"]}}, "malformed"),  # of nobody's volunteer
        ({"groups": {"consent": ["c"]}, "channel": "volunteer"}, "malformed"),
        ({"recipients": [("k9", KEYS.seal.pub)]}, "kid-unknown"),
        ({"recipients": [("k0", KEYS.seal.pub)]}, "kid-destroyed"),
        ({"recipients": [("o1", KEYS.seal.pub)]}, "kid-unknown"),
        ({"at": NOW + MAX_AHEAD + 1}, "time-future"),
    ],
)
def test_what_the_office_does_not_know_is_refused_by_name(more: dict[str, Any], reason: str) -> None:
    version, wrap = sealed(**more)
    assert refusal(to_line([version, wrap])) == (reason, version["_id"])


def test_a_volunteer_sends_the_consent_beside_the_answers() -> None:
    version, wrap = sealed(channel="volunteer", groups={"personal": ["a", "b"], "consent": ["c"]})
    item = read_item(to_line([version, wrap]), forms=FORMS, key_list=KEYS.key_list, now=NOW)
    assert set(item.version["seal"]["g"]) == {"personal", "consent"}


@pytest.mark.parametrize("at", [0, NOW - 86400 * 3650, NOW + 86400 * 30])
def test_a_wrong_clock_is_no_reason_to_refuse(at: int) -> None:
    read_item(to_line(sealed(at=at)), forms=FORMS, key_list=KEYS.key_list, now=NOW)


def test_a_changed_field_no_longer_fits_the_id() -> None:
    version, wrap = sealed()
    assert refusal(to_line([version | {"at": NOW - 1}, wrap]))[0] == "id-mismatch"


def test_the_wrap_of_another_version_is_refused() -> None:
    version, other = sealed()[0], sealed()[1]
    assert refusal(to_line([version, other])) == ("wrap-mismatch", version["_id"])


def test_an_unknown_type_is_refused() -> None:
    version, wrap = sealed()
    assert refusal(to_line([version | {"type": "gossip"}, wrap]))[0] == "type-unknown"


def test_the_same_key_twice_is_refused() -> None:
    line = to_line(sealed())
    assert refusal(line.replace(b'"type":', b'"at":1,"type":', 1))[0] == "duplicate-key"
    assert refusal(line.replace(b'"t":', b'"t":"x","t":', 1))[0] == "duplicate-key"


@pytest.mark.parametrize(
    "line",
    [
        b"", b"{}", b"[]", b"[1,2]", b"null", b'["a","b"]', b"[{},{}]", b"\xff\xfe", b"[NaN,1]", b"[" * 5000,
        b'[{"seal":' * 30, b"[[[[[1", b'[{"_id":null},{}]',
    ],
)  # fmt: skip
def test_what_is_no_item_is_malformed(line: bytes) -> None:
    assert refusal(line) == ("malformed", None)


def test_a_line_too_long_is_refused_before_it_is_parsed() -> None:
    assert refusal(b'["' + b"a" * 70_000 + b'"]') == ("too-large", None)


@pytest.mark.parametrize("change", [{"_rev": "1-a"}, {"seal": None}, {"at": True}, {"at": 1.5}, {"prev": [[]]}])
def test_a_value_of_another_kind_is_malformed_and_named(change: dict[str, Any]) -> None:
    version, wrap = sealed()
    assert refusal(json.dumps([version | change, wrap]).encode()) == ("malformed", version["_id"])


@pytest.mark.parametrize("text", [b'"\\ud800"', b'{"\\uDFFF": 1}', b'["a", ["\\udc00\\ud800"]]'])
def test_half_a_character_is_no_text(text: bytes) -> None:
    with pytest.raises(ItemRefused, match="malformed"):
        parse_line(text)


def test_a_character_written_in_two_halves_is_one() -> None:
    assert parse_line(b'"\\ud83d\\ude00"') == "\U0001f600"
