"""The key list, grants and officers' keys."""

import json
from pathlib import Path
from typing import Any

import pytest

from sync.canonical import b64u_decode, b64u_encode
from sync.errors import OpenError
from sync.key_pair import KeyPair, new_key_pair
from sync.keyring import (
    Kdf,
    ListedKey,
    new_kdf,
    open_grant,
    seal_grant,
    sign_key_list,
    unwrap_officer_key,
    verify_key_list,
    wrap_officer_key,
)

VECTORS = json.loads((Path(__file__).parents[2] / "vectors" / "keyring.json").read_text())
LIST = VECTORS["list"]


def pair(data: dict[str, str]) -> KeyPair:
    return KeyPair(b64u_decode(data["d"]), b64u_decode(data["pub"]))


ROOT = pair(VECTORS["root"])
CHEAP = Kdf(salt=bytes(16), m=64, t=1, p=1)


def test_the_list_says_which_key_is_for_what() -> None:
    keys = verify_key_list(LIST, ROOT.pub, min_seq=7)
    assert (keys.office, keys.seq, keys.primary("seal").kid) == ("pasaman-barat", 7, "k26a")
    assert keys.primary("hub", "hub:kinali").kid == "h1"
    found = keys.find("k27a")
    assert found is not None
    assert (found.state, found.kem, len(found.pub)) == ("next", 16, 65)
    assert keys.find("k99") is None
    assert [keys.is_past(now) for now in (keys.until, keys.until + 1)] == [False, True]
    with pytest.raises(LookupError):
        keys.primary("hub")


def test_the_list_is_signed_by_the_pinned_root_and_no_older_than_the_last() -> None:
    for signed, root, min_seq in [
        (LIST, new_key_pair().pub, 0),
        (LIST, ROOT.pub, 8),
        ([LIST[0], LIST[1][:-2]], ROOT.pub, 0),
        ([LIST[0][:-1], LIST[1]], ROOT.pub, 0),
        ([[*LIST[0][:2], 8, *LIST[0][3:]], LIST[1]], ROOT.pub, 0),
        ([*LIST, 1], ROOT.pub, 0),
        (LIST[:1], ROOT.pub, 0),
        (None, ROOT.pub, 0),
    ]:
        with pytest.raises(OpenError):
            verify_key_list(signed, root, min_seq=min_seq)


@pytest.mark.parametrize("signed", VECTORS["bad_lists"].values(), ids=VECTORS["bad_lists"])
def test_a_list_that_is_not_understood_is_refused_although_signed(signed: Any) -> None:
    with pytest.raises(OpenError):
        verify_key_list(signed, ROOT.pub)


def test_a_list_that_would_be_refused_is_not_signed() -> None:
    key = ListedKey("k26a", "seal", "office", 16, "primary", ROOT.pub)
    with pytest.raises(ValueError, match="keys"):
        sign_key_list("office", 1, at=1, until=2, keys=[key, key], root=ROOT)


@pytest.mark.parametrize("entry", VECTORS["grants"], ids=lambda entry: entry["by"])
def test_each_language_opens_the_grant_that_either_made(entry: dict[str, Any]) -> None:
    assert open_grant(entry["sealed"], entry["kid"], entry["officer"], pair(entry["to"])) == pair(entry["holds"])


def test_a_grant_is_for_one_key_and_one_officer() -> None:
    epoch, officer = new_key_pair(), new_key_pair()
    grant = seal_grant("k26a", "petugas", epoch, officer.pub)
    assert open_grant(grant, "k26a", "petugas", officer) == epoch
    for sealed, kid, name, private in [
        (grant, "k27a", "petugas", officer),
        (grant, "k26a", "kepala", officer),
        (grant, "k26a", "petugas", epoch),
        (grant + "=", "k26a", "petugas", officer),
        ("", "k26a", "petugas", officer),
        (seal_grant("k26a", "petugas", KeyPair(epoch.d, officer.pub), officer.pub), "k26a", "petugas", officer),
    ]:
        with pytest.raises(OpenError):
            open_grant(sealed, kid, name, private)


@pytest.mark.parametrize("entry", VECTORS["officers"], ids=lambda entry: entry["by"])
def test_each_language_opens_the_record_that_either_made(entry: dict[str, Any]) -> None:
    assert Kdf.from_json(entry["record"]["kdf"]).derive(entry["passphrase"]).hex() == entry["key"]
    assert unwrap_officer_key(entry["record"], entry["passphrase"]) == pair(entry["holds"])


def test_an_officers_record_opens_with_the_passphrase_alone() -> None:
    officer = new_key_pair()
    record = wrap_officer_key(officer, "kunci", "petugas", CHEAP)
    assert unwrap_officer_key(record | {"_rev": "1-a"}, "kunci") == officer
    for changed, passphrase in [
        (record, "Kunci"),
        (record, ""),
        (record | {"officer": "kepala"}, "kunci"),
        (record | {"officer": "a b"}, "kunci"),
        (record | {"pub": b64u_encode(new_key_pair().pub)}, "kunci"),
        (record | {"sealed": record["sealed"][:-1] + "="}, "kunci"),
        (record | {"kdf": {**record["kdf"], "t": 2}}, "kunci"),
        ({"officer": "petugas"}, "kunci"),
    ]:
        with pytest.raises(OpenError):
            unwrap_officer_key(changed, passphrase)


@pytest.mark.parametrize(
    "change",
    [
        {"name": "scrypt"},
        {"m": 1 << 21},
        {"m": 7},
        {"t": 0},
        {"t": 17},
        {"p": 0},
        {"p": 5},
        {"m": "64"},
        {"x": 1},
        {"salt": "=="},
        {"salt": None},
    ],
    ids=repr,
)
def test_parameters_that_are_unknown_or_absurd_are_refused(change: dict[str, Any]) -> None:
    with pytest.raises(OpenError):
        Kdf.from_json({**CHEAP.to_json(), **change})


def test_todays_parameters_take_64_mib_and_a_fresh_salt() -> None:
    assert (new_kdf().m, new_kdf().t, new_kdf().p, len(new_kdf().salt)) == (65536, 3, 1, 16)
    assert new_kdf() != new_kdf()


def test_an_officers_name_fits_into_an_id() -> None:
    with pytest.raises(ValueError, match="officer"):
        wrap_officer_key(ROOT, "kunci", "Siti Aminah", CHEAP)
