"""Officers keep their own sealed records; keys pass to a colleague's key that was compared, and to no other."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from sync.canonical import b64u_encode
from sync.key_pair import KeyPair, new_key_pair
from sync.keyring import Kdf, open_grant, seal_grant, wrap_officer_key
from tests.api_desk import sit_down
from tests.sealed_items import OfficeKeys
from tests.small_office import SmallOffice, deeds_of, routes_of, small_office

KEYS = OfficeKeys()
OWN = new_key_pair()
LIGHT = Kdf(b"a" * 16, m=19456, t=2)


def record(login: str, key: KeyPair = OWN, passphrase: str = "kunci untuk membuka") -> dict[str, Any]:
    return dict(wrap_officer_key(key, passphrase, login, kdf=LIGHT))


def granting(to: KeyPair = OWN, *, officer: str = "siti", kid: str = "k1", sealed: str = "") -> dict[str, Any]:
    text = sealed or seal_grant(kid, officer, KEYS.seal, to.pub)
    return {"officer": officer, "pub": b64u_encode(to.pub), "grants": {kid: text}}


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[SmallOffice]:
    async with small_office(tmp_path, routes_of("officers", "own_key", "grant"), {}, KEYS) as office:
        yield office


def contents(folder: Path) -> bytes:
    """Give everything that lies in the files of `staff`."""
    return b"".join(path.read_bytes() for path in folder.glob("staff*"))


async def names(office: SmallOffice) -> list[str]:
    return [deed.name for deed in await deeds_of(office)]


@pytest.mark.anyio
async def test_a_key_is_kept_and_another_passphrase_keeps_what_was_granted(office: SmallOffice, tmp_path: Path) -> None:
    desk = await sit_down(office, "siti")
    old, new = record("siti"), record("siti", passphrase="yang baru")
    assert (await desk.post("officer-key", old)).json() == {"granted": False}
    assert (await desk.post("officer-key", new)).json() == {"granted": True}
    assert await names(office) == ["officer-key", "passphrase"]
    # Whoever has the old passphrase finds nothing that it opens.
    files = contents(tmp_path)
    assert (old["sealed"].encode() in files, new["sealed"].encode() in files) == (False, True)


@pytest.mark.anyio
async def test_a_new_key_leaves_the_former_one_to_be_found(office: SmallOffice) -> None:
    desk, other = await sit_down(office, "siti"), new_key_pair()
    for key in (OWN, other):
        assert (await desk.post("officer-key", record("siti", key))).status == 201
    former = await office.databases.staff.get(f"former.siti.{office.now}")
    assert (former["type"], former["pub"]) == ("former-key", b64u_encode(OWN.pub))


@pytest.mark.anyio
@pytest.mark.parametrize(
    "spoilt",
    [
        {"officer": "upik"},
        {"_id": "officer.upik"},
        {"_id": "user.siti"},
        {"pub": "AAAA"},
        {"pub": "!"},
        {"kdf": {"name": "md5"}},
        {"sealed": 1},
        {"roles": ["administrator"]},
    ],
)
async def test_only_ones_own_whole_record_is_taken(office: SmallOffice, spoilt: dict[str, Any]) -> None:
    answer = await (await sit_down(office, "siti")).post("officer-key", record("siti") | spoilt)
    assert (answer.status, answer.json()["error"]) == (422, "bad-record")


@pytest.mark.anyio
async def test_a_grant_opens_for_the_colleague_and_the_list_says_so(office: SmallOffice) -> None:
    await (await sit_down(office, "siti")).post("officer-key", record("siti"))
    desk = await sit_down(office)
    assert (await desk.post("grants", granting())).json() == {"granted": ["k1"]}
    assert (await desk.post("grants", granting())).status == 201  # once more is no harm
    stored = await office.databases.staff.get("grant.k1.siti")
    assert open_grant(stored["sealed"], "k1", "siti", OWN).to_bytes() == KEYS.seal.to_bytes()
    rows = {row["login"]: row for row in (await desk.get("officers")).json()["officers"]}
    assert (rows["siti"]["kids"], rows["siti"]["pub"]) == (["k1"], b64u_encode(OWN.pub))
    assert (rows["upik"]["kids"], rows["upik"]["pub"]) == ([], None)
    assert [deed.about for deed in await deeds_of(office) if deed.name == "grant"] == [{"to": "siti", "keys": 1}] * 2


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("content", "status"),
    [
        (granting(new_key_pair()), 409),
        (granting(officer="nobody"), 409),
        (granting(kid="k0"), 422),
        (granting(kid="s1"), 422),
        (granting(kid="zz"), 422),
        (granting(sealed="AAAA"), 422),
        (granting() | {"grants": {}}, 422),
        ([], 422),
    ],
)
async def test_no_other_key_and_no_other_thing_is_granted(office: SmallOffice, content: Any, status: int) -> None:
    await (await sit_down(office, "siti")).post("officer-key", record("siti"))
    assert (await (await sit_down(office)).post("grants", content)).status == status
    rows = await office.databases.staff.all_docs(start="grant.", end="grant/")
    assert rows == []


@pytest.mark.anyio
@pytest.mark.parametrize("account", [{"disabled": True}, {"roles": ["desk"]}])
async def test_who_may_not_hold_keys_is_granted_none(office: SmallOffice, account: dict[str, Any]) -> None:
    await (await sit_down(office, "siti")).post("officer-key", record("siti"))
    user = await office.databases.staff.get("user.siti")
    await office.databases.staff.bulk_docs([user | account])
    assert (await (await sit_down(office)).post("grants", granting())).status == 409
    assert await office.databases.staff.all_docs(start="grant.", end="grant/") == []


@pytest.mark.anyio
async def test_granting_and_keeping_a_key_ask_who_sits_there(office: SmallOffice) -> None:
    desk = await sit_down(office, proved=False)
    assert (await desk.post("grants", granting())).json()["error"] == "step-up"
    assert (await desk.post("officer-key", record("upik"))).json()["error"] == "step-up"
