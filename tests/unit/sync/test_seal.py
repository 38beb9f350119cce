"""Sealing: round trips, the vectors of both languages, and every change that must not pass."""

import copy
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sync import hpke
from sync.canonical import MAX_INT, b32_encode, b64u_decode, b64u_encode, canonical, h16, sha256
from sync.errors import OpenError
from sync.key_pair import KeyPair, new_key_pair
from sync.receipt_code import CodeKeys, derive
from sync.seal import open_version, open_wrap_as_holder, open_wrap_as_office, rewrap, seal_version
from sync.shape import first_wrap_rev, version_digest, version_hash, version_id, write_once_rev

VECTORS = json.loads((Path(__file__).parents[2] / "vectors" / "seal.json").read_text())
ENTRIES = VECTORS["entries"]
OFFICE = {kid: KeyPair(b64u_decode(key["d"]), b64u_decode(key["pub"])) for kid, key in VECTORS["recipients"].items()}
KEYS = {code: derive(code) for code in {entry["code"] for entry in ENTRIES}}
FULL = next(entry for entry in ENTRIES if entry["name"] == "a correction with everything")
DEK = bytes.fromhex(FULL["dek"])

by_name = pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: f"{entry['by']}: {entry['name']}")


def sealed(**changes: Any) -> tuple[dict[str, Any], dict[str, str]]:
    content = {**FULL["content"], **changes}
    content.setdefault("code_keys", KEYS[FULL["code"]])
    return seal_version(**content, recipients=[("k26a", OFFICE["k26a"].pub)])


@by_name
def test_each_language_opens_what_either_sealed(entry: dict[str, Any]) -> None:
    version, wrap, keys = entry["version"], entry["wrap"], KEYS[entry["code"]]
    dek = open_wrap_as_holder(version, wrap, keys.open)
    assert dek.hex() == entry["dek"]
    assert {kid: open_wrap_as_office(version, wrap, kid, OFFICE[kid]) for kid in OFFICE} == dict.fromkeys(OFFICE, dek)
    assert open_version(version, dek) == entry["content"]["groups"]


@by_name
def test_the_hash_and_the_revisions_are_exact(entry: dict[str, Any]) -> None:
    assert version_hash(entry["version"]).decode() == entry["h"]
    assert write_once_rev(entry["version"]) == f"1-{version_digest(entry['version'])[:16].hex()}"
    if entry["by"] == "python":
        assert (write_once_rev(entry["version"]), first_wrap_rev(entry["wrap"])) == (entry["rev"], entry["wrap_rev"])


@pytest.mark.parametrize("entry", [e for e in ENTRIES if e["exact"]], ids=lambda e: f"{e['by']}: {e['name']}")
def test_the_same_randomness_gives_the_same_bytes(entry: dict[str, Any]) -> None:
    given = iter(bytes.fromhex(text) for text in entry["random"])
    recipients = [(kid, pair.pub) for kid, pair in OFFICE.items()]
    made = iter(b64u_decode(entry["wrap"][kid]) for kid in OFFICE)  # an encapsulation cannot be asked for twice
    assert seal_version(
        **entry["content"],
        code_keys=KEYS[entry["code"]],
        recipients=recipients,
        random=lambda _: next(given),
        wrap_key=lambda *_: next(made),
    ) == (entry["version"], entry["wrap"])


TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
ANSWERS = st.lists(st.recursive(st.none() | st.integers(-MAX_INT, MAX_INT) | TEXTS, st.lists))


@settings(deadline=None, max_examples=50)
@given(st.dictionaries(st.from_regex(r"[a-z][a-z0-9_-]{0,31}", fullmatch=True), ANSWERS, min_size=1, max_size=3))
def test_whatever_is_answered_opens_for_office_and_holder(groups: dict[str, Any]) -> None:
    version, wrap = sealed(groups=groups)
    dek = open_wrap_as_office(version, wrap, "k26a", OFFICE["k26a"])
    assert dek == open_wrap_as_holder(version, wrap, KEYS[FULL["code"]].open)
    assert open_version({**version, "_rev": write_once_rev(version)}, dek) == groups


def test_no_two_versions_share_anything() -> None:
    (one, wrap_one), (two, wrap_two) = sealed(), sealed()
    assert one["_id"] != two["_id"]
    assert not set(one["seal"]["g"].values()) & set(two["seal"]["g"].values())
    assert not set(wrap_one.values()) & set(wrap_two.values())


def test_the_length_of_an_answer_does_not_show() -> None:
    short, long = (sealed(groups={"personal": [name]})[0] for name in ("A", "SITI AMINAH BINTI AMAT"))
    assert len(short["seal"]["g"]["personal"]) == len(long["seal"]["g"]["personal"])


@pytest.mark.parametrize(
    "changes",
    [
        *({"type": "letter"}, {"service": "Passport"}, {"service": "a b"}, {"form": "3"}, {"at": 1.5}, {"at": -1}),
        *({"at": True}, {"channel": ""}, {"device": "é"}, {"area": "Pasaman"}, {"wish": ["of.1", "of.1"]}),
        *({"prev": ["x"]}, {"blobs": ["a" * 51]}, {"groups": {}}, {"groups": {"Personal": []}}),
        *({"groups": {"personal": [1.5]}}, {"groups": {"personal": ["\ud800"]}}, {"groups": {"personal": [True]}}),
    ],
    ids=repr,
)
def test_what_the_formats_cannot_hold_is_not_sealed(changes: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"sealed|canonical|answers|surrogates"):
        sealed(**changes)


Change = Callable[[dict[str, Any]], None]
OTHER = copy.deepcopy(sealed(prev=[])[0])


def setter(*path: str, to: Any) -> Change:
    def change(version: dict[str, Any]) -> None:
        place = version
        for name in path[:-1]:
            place = place[name]
        place[path[-1]] = to

    return change


def flipped(text: str, place: int) -> str:
    data = bytearray(b64u_decode(text))
    data[place] ^= 1
    return b64u_encode(bytes(data))


def changes() -> Iterator[tuple[str, Change]]:
    clear = {
        "service": "passport-renewal",
        "form": "4.k2x7q4ma",
        "at": FULL["version"]["at"] + 1,
        "channel": "web",
        "device": None,
        "area": "13.12.03.2005",
        "wish": list(reversed(FULL["version"]["wish"])),
        "prev": [],
        "blobs": list(reversed(FULL["version"]["blobs"])),
    }
    yield from ((f"{key} changed", setter(key, to=value)) for key, value in clear.items())
    yield from ((f"{key} missing", lambda v, key=key: v.pop(key)) for key in FULL["version"])
    yield from ((f"seal.{key} missing", lambda v, key=key: v["seal"].pop(key)) for key in FULL["version"]["seal"])
    yield "a key more", setter("name", to="SITI AMINAH")
    yield "a key more in the seal", setter("seal", "x", to="")
    for version in (0, 2, "1", True, 1.5, None):
        yield f"seal version {version!r}", setter("seal", "v", to=version)
    for name, text in FULL["version"]["seal"]["g"].items():
        for place, what in ((0, "nonce"), (11, "nonce's end"), (12, "text"), (40, "middle"), (-16, "tag"), (-1, "end")):
            yield f"{name}: {what} flipped", setter("seal", "g", name, to=flipped(text, place))
        yield f"{name}: cut", setter("seal", "g", name, to=b64u_encode(b64u_decode(text)[:-1]))
        yield f"{name}: a class longer", setter("seal", "g", name, to=b64u_encode(b64u_decode(text) + bytes(64)))
        yield f"{name}: in clear", setter("seal", "g", name, to="SITI AMINAH")
        yield f"{name}: empty", setter("seal", "g", name, to="")
        yield f"{name}: dropped", lambda v, name=name: v["seal"]["g"].pop(name)
        yield f"{name}: of another version", setter("seal", "g", name, to=OTHER["seal"]["g"][name])
    yield "a group added", setter("seal", "g", "more", to=FULL["version"]["seal"]["g"]["personal"])
    yield "no groups", setter("seal", "g", to={})
    yield "groups swapped", swap_groups
    yield "a group renamed", rename_group
    for key in ("w", "m"):
        text = FULL["version"]["seal"][key]
        for place in (0, -1):
            yield f"{key}: byte {place} flipped", setter("seal", key, to=flipped(text, place))
        yield f"{key}: of another version", setter("seal", key, to=OTHER["seal"][key])
        yield f"{key}: padded", setter("seal", key, to=text + "=")
        yield f"{key}: trailing bits", setter("seal", key, to=text[:-1] + chr(ord(text[-1]) + 1))
        yield f"{key}: cut", setter("seal", key, to=text[:-2])
    prefix, case, v = FULL["version"]["_id"].split(".")
    yield "another type", lambda v: v.update(type="message", _id=v["_id"].replace("app.", "msg."))
    yield "another type, old prefix", setter("type", to="message")
    yield "unknown type", setter("type", to="letter")
    yield "another case", setter("_id", to=f"{prefix}.{'a' * 24}.{v}")
    yield "another v", setter("_id", to=f"{prefix}.{case}.{'a' * 20}")
    yield "no v", setter("_id", to=f"{prefix}.{case}")
    yield "id in upper case", setter("_id", to=FULL["version"]["_id"].upper())
    yield "id not a text", setter("_id", to=None)


def swap_groups(version: dict[str, Any]) -> None:
    groups = version["seal"]["g"]
    groups["personal"], groups["family"] = groups["family"], groups["personal"]


def rename_group(version: dict[str, Any]) -> None:
    version["seal"]["g"]["personnel"] = version["seal"]["g"].pop("personal")


@pytest.mark.parametrize(("what", "change"), list(changes()), ids=lambda value: value if isinstance(value, str) else "")
def test_a_changed_version_does_not_open(what: str, change: Change) -> None:
    """Also when whoever changed it computed the id anew."""
    version = copy.deepcopy(FULL["version"])
    change(version)
    assert_refused(version)
    try:
        version["_id"] = version_id(version["type"], version["_id"].split(".")[1], version_digest(version))
    except (KeyError, ValueError, AttributeError, IndexError):
        return  # no id can be computed for it
    if what not in ("another v", "no v"):  # there the right id is back
        assert_refused(version)


def assert_refused(version: dict[str, Any]) -> None:
    with pytest.raises(OpenError) as caught:
        open_version(version, DEK)
    assert str(caught.value) == ""


def test_a_version_does_not_open_with_another_key() -> None:
    for dek in (bytes(32), DEK[:-1], DEK + b"\0", b""):
        with pytest.raises(OpenError):
            open_version(FULL["version"], dek)


def assert_wrap_refused(version: dict[str, Any], wrap: dict[str, Any], keys: CodeKeys = KEYS[FULL["code"]]) -> None:
    with pytest.raises(OpenError):
        open_wrap_as_office(version, wrap, "k26a", OFFICE["k26a"])
    with pytest.raises(OpenError):
        open_wrap_as_holder(version, wrap, keys.open)


def test_a_wrap_moved_to_another_version_opens_nothing_of_it() -> None:
    version, _ = sealed()
    dek = open_wrap_as_holder(version, FULL["wrap"], KEYS[FULL["code"]].open)
    with pytest.raises(OpenError):
        open_version(version, dek)


def test_a_wrap_moved_to_another_case_or_type_does_not_open() -> None:
    foreign = next(entry for entry in ENTRIES if entry["code"] != FULL["code"])
    assert_wrap_refused(foreign["version"], FULL["wrap"])
    assert_wrap_refused(sealed(type="message")[0], FULL["wrap"])


def test_a_wrap_with_a_changed_byte_does_not_open() -> None:
    for place in (0, 20, -1):
        assert_wrap_refused(FULL["version"], {kid: flipped(text, place) for kid, text in FULL["wrap"].items()})
    for wrap in ({}, {"k26a": None, "t": None}, {"k26a": "", "t": ""}, {"k26a": FULL["wrap"]["t"], "t": ""}):
        assert_wrap_refused(FULL["version"], wrap)


def test_a_wrap_under_another_kid_or_key_does_not_open() -> None:
    version, wrap = FULL["version"], FULL["wrap"]
    for kid, pair in (
        ("k26a", OFFICE["k27a"]),
        ("k27a", OFFICE["k26a"]),
        ("k28a", OFFICE["k26a"]),
        ("t", new_key_pair()),
    ):
        with pytest.raises(OpenError):
            open_wrap_as_office(version, wrap, kid, pair)
    with pytest.raises(OpenError):
        open_wrap_as_office(version, {"k27a": wrap["k26a"]}, "k27a", OFFICE["k26a"])


def test_nobody_without_the_code_makes_a_version_that_an_office_opens() -> None:
    """A server or hub knows the case, the proof and every public key, but not `sign`."""
    true = KEYS[FULL["code"]]
    forged = CodeKeys(case=true.case, open=bytes(32), read=true.read, sign=sha256(true.proof.encode())[:16], proof="")
    version, wrap = sealed(code_keys=forged)
    assert_wrap_refused(version, wrap)


def test_a_wrap_of_another_length_inside_does_not_open() -> None:
    keys, pair = KEYS[FULL["code"]], OFFICE["k26a"]
    info = canonical(["sl1-wrap", "application", keys.case, "k26a"])
    tail = h16(keys.read) + keys.sign
    for plain, opens in ((DEK + tail, True), (DEK, False), (DEK + tail + b"\0", False), (DEK + tail[:-1], False)):
        wrap = {"k26a": b64u_encode(hpke.seal(plain, pair.pub, info)), "t": ""}
        if opens:
            assert open_wrap_as_office(FULL["version"], wrap, "k26a", pair) == DEK
        else:
            assert_wrap_refused(FULL["version"], wrap)


def test_rotation_adds_an_entry_and_keeps_the_old_ones() -> None:
    version, wrap, fresh = FULL["version"], FULL["wrap"], new_key_pair()
    rotated = rewrap(version, wrap, "k26a", OFFICE["k26a"], to=("k28a", fresh.pub))
    assert open_wrap_as_office(version, rotated, "k28a", fresh) == DEK
    assert {kid: rotated[kid] for kid in wrap} == wrap
    with pytest.raises(OpenError):
        rewrap(version, wrap, "k26a", fresh, to=("k28a", fresh.pub))


def test_an_id_is_part_of_the_digest() -> None:
    assert FULL["version"]["_id"].split(".")[2] == b32_encode(version_digest(FULL["version"])[:12])
