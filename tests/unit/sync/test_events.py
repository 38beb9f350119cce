"""Events and their notes."""

import json
from pathlib import Path
from typing import Any

import pytest

from sync.canonical import b64u_decode, b64u_encode
from sync.errors import OpenError
from sync.events import MESSAGE, STEPS, event_id, open_note, seal_note, sign_event, verify_event
from sync.key_pair import KeyPair, new_key_pair

VECTORS = json.loads((Path(__file__).parents[2] / "vectors" / "events.json").read_text())
ENTRIES = VECTORS["entries"]
PAIR = KeyPair(b64u_decode(VECTORS["key"]["d"]), b64u_decode(VECTORS["key"]["pub"]))
NOTED = next(entry for entry in ENTRIES if entry["text"] is not None)
EVENT, CONTENT, DEK = NOTED["event"], NOTED["content"], bytes.fromhex(NOTED["dek"])

by_name = pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: f"{entry['by']}: {entry['name']}")


@by_name
def test_each_language_verifies_what_either_signed(entry: dict[str, Any]) -> None:
    verify_event(entry["event"], PAIR.pub)


@by_name
def test_each_language_opens_the_note_that_either_sealed(entry: dict[str, Any]) -> None:
    if entry["text"] is None:
        assert entry["event"]["note"] is None
        return
    note = b64u_decode(entry["event"]["note"])
    assert (
        open_note(note, bytes.fromhex(entry["dek"]), entry["content"]["case"], entry["content"]["n"]) == entry["text"]
    )


@pytest.mark.parametrize("entry", [e for e in ENTRIES if e["by"] == "python"], ids=lambda entry: entry["name"])
def test_the_same_randomness_gives_the_same_event(entry: dict[str, Any]) -> None:
    given = iter(bytes.fromhex(text) for text in entry["random"])
    content, note = entry["content"], None
    if entry["text"] is not None:
        note = seal_note(
            entry["text"], bytes.fromhex(entry["dek"]), content["case"], content["n"], lambda _: next(given)
        )
    assert sign_event(**content, note=note, private=PAIR) == entry["event"]


def test_the_claim_and_the_revision_are_not_signed() -> None:
    verify_event(EVENT | {"claim": ["taken", "x", 1], "_rev": "2-a"}, PAIR.pub)


CHANGES: dict[str, Any] = {
    "_id": [event_id(CONTENT["case"], 13), None, "ev"],
    "type": ["step", None],
    "case": ["a" * 24, None, ""],
    "n": [13, 0, 10000, True, 1.0, None, "12"],
    "step": ["ditolak", "", None, "Pesan"],
    "at": [CONTENT["at"] + 1, -1, None, True],
    "on": [[], CONTENT["on"][:1], CONTENT["on"][::-1], CONTENT["on"] * 2, None, ["x"]],
    "note": [None, "", EVENT["note"][:-4], EVENT["note"] + "=", 7],
    "kid": ["o27a", "t", None],
    "sig": ["", EVENT["sig"][:-2], EVENT["sig"] + "=", None, b64u_encode(bytes(64))],
}


@pytest.mark.parametrize(("key", "value"), [(key, value) for key, values in CHANGES.items() for value in values])
def test_a_changed_event_does_not_verify(key: str, value: Any) -> None:
    with pytest.raises(OpenError):
        verify_event(EVENT | {key: value}, PAIR.pub)


@pytest.mark.parametrize("key", EVENT)
def test_an_event_has_all_its_keys(key: str) -> None:
    with pytest.raises(OpenError):
        verify_event({name: value for name, value in EVENT.items() if name != key}, PAIR.pub)


def test_an_event_moved_to_another_number_with_its_id_does_not_verify() -> None:
    with pytest.raises(OpenError):
        verify_event(EVENT | {"n": 13, "_id": event_id(CONTENT["case"], 13)}, PAIR.pub)


def test_an_event_has_no_other_keys_and_one_signer() -> None:
    for event, pub in ((EVENT | {"x": 1}, PAIR.pub), (EVENT, new_key_pair().pub), ({}, PAIR.pub)):
        with pytest.raises(OpenError):
            verify_event(event, pub)


@pytest.mark.parametrize(
    "change",
    [
        {"n": 0},
        {"n": 10000},
        {"step": "Nope"},
        {"case": "x"},
        {"on": ["x"]},
        {"kid": "t"},
        {"at": 1.5},
        {"note": b""},
        {"on": [], "note": b"x"},
    ],
    ids=repr,
)
def test_what_is_no_event_is_not_signed(change: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="event"):
        sign_event(**{**CONTENT, "note": None, **change}, private=PAIR)


def test_a_note_opens_only_with_its_key_in_its_place() -> None:
    note, case, n = b64u_decode(EVENT["note"]), CONTENT["case"], CONTENT["n"]
    for changed, dek, in_case, number in [
        (note[:-1], DEK, case, n),
        (b"", DEK, case, n),
        (note, bytes(32), case, n),
        (note, DEK, "a" * 24, n),
        (note, DEK, case, n + 1),
    ]:
        with pytest.raises(OpenError):
            open_note(changed, dek, in_case, number)


def test_the_steps_are_sixteen_and_the_message_is_one_of_them() -> None:
    assert len(set(STEPS)) == 16
    assert MESSAGE in STEPS
