from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from server.databases import Databases, open_databases
from server.hub.identity import FILE as HUB_KEY
from server.hub.identity import HubIdentity, HubIdentityError, read_identity, write_identity
from server.keys.founding import RECOVERY, FoundingError, NewOfficer, check_officer, make_office, office_id
from server.keys.paper import read_paper
from server.keys.server_key import read_server_key, server_key_path
from server.office import read_keys
from server.settings import Settings, load_settings
from server.staff.passwords import verify_password
from sync.document import Doc
from sync.key_pair import key_pair_from, new_key_pair
from sync.keyring import open_grant, unwrap_officer_key, verify_key_list

OFFICER = NewOfficer("upik.2", "sandi untuk masuk", "kunci untuk membuka")
NOW = 1_795_564_800


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load_settings({"RANTAU_DATA": str(tmp_path / "data")})


@pytest.fixture
async def databases(settings: Settings) -> AsyncIterator[Databases]:
    async with open_databases(settings) as databases:
        yield databases


async def everything(databases: Databases) -> list[Doc]:
    rows = [row for store in vars(databases).values() for row in await store.all_docs(include_docs=True)]
    return [row.doc for row in rows if row.doc is not None]


@pytest.mark.anyio
async def test_the_root_on_paper_signed_the_list_and_the_server_has_its_key_in_it(
    settings: Settings, databases: Databases
) -> None:
    paper = await make_office(settings, databases, OFFICER, now=NOW)
    root = key_pair_from(read_paper(paper.root))
    key_list = verify_key_list(await read_keys(databases), root.pub)
    own = read_server_key(settings.data)
    assert own.root == root.pub
    assert key_list.primary("server").pub == own.pair.pub
    assert key_list.primary("seal").kem == 16
    assert not key_list.is_past(NOW + 365 * 86400)


@pytest.mark.anyio
async def test_passphrase_and_recovery_key_open_both_keys_of_the_office(
    settings: Settings, databases: Databases
) -> None:
    paper = await make_office(settings, databases, OFFICER, now=NOW)
    record = await databases.staff.get("officer.upik.2")
    readers = {
        "upik.2": unwrap_officer_key(record, OFFICER.passphrase),
        RECOVERY: key_pair_from(read_paper(paper.recovery)),
    }
    key_list = verify_key_list(await read_keys(databases), read_server_key(settings.data).root)
    for use in ("seal", "office"):
        key = key_list.primary(use)
        for officer, private in readers.items():
            grant = await databases.staff.get(f"grant.{key.kid}.{officer}")
            assert open_grant(grant["sealed"], key.kid, officer, private).pub == key.pub


@pytest.mark.anyio
async def test_nothing_that_is_on_paper_or_was_typed_is_stored(
    settings: Settings, databases: Databases, capfd: pytest.CaptureFixture[str]
) -> None:
    paper = await make_office(settings, databases, OFFICER, now=NOW)
    stored = repr(await everything(databases)) + server_key_path(settings.data).read_text()
    for text in (OFFICER.password, OFFICER.passphrase, *paper.root, *paper.recovery):
        assert text not in stored
        assert text.replace(" ", "") not in stored
        assert text not in repr((paper, OFFICER))
    assert capfd.readouterr() == ("", "")
    user = await databases.staff.get("user.upik.2")
    assert verify_password(user["password"], OFFICER.password)


@pytest.mark.anyio
async def test_a_second_office_is_refused_and_changes_nothing(settings: Settings, databases: Databases) -> None:
    await make_office(settings, databases, OFFICER, now=NOW)
    before = await everything(databases)
    with pytest.raises(FoundingError, match="already"):
        await make_office(settings, databases, replace(OFFICER, login="other"), now=NOW)
    assert await everything(databases) == before


@pytest.mark.anyio
async def test_a_lost_server_key_is_no_reason_for_a_second_office(settings: Settings, databases: Databases) -> None:
    await make_office(settings, databases, OFFICER, now=NOW)
    server_key_path(settings.data).unlink()
    with pytest.raises(FoundingError, match="restore"):
        await make_office(settings, databases, OFFICER, now=NOW)


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"login": ""}, "login"),
        ({"login": "Upik"}, "login"),
        ({"login": "a b"}, "login"),
        ({"login": RECOVERY}, "login"),
        ({"login": "command"}, "login"),
        ({"password": "short"}, "password"),
        ({"passphrase": "short"}, "passphrase"),
        ({"password": "upik.2-sandi-2026"}, "password"),
        ({"password": "passwordpassword"}, "password"),
        ({"passphrase": "imigrasi-padang-2026"}, "passphrase"),
        ({"passphrase": "x" * 1025}, "passphrase"),
        ({"passphrase": OFFICER.password}, "passphrase"),
    ],
)
def test_what_is_not_good_enough_is_named(change: dict[str, str], named: str) -> None:
    with pytest.raises(FoundingError, match=f"^{named}: "):
        check_officer(replace(OFFICER, **change))


def test_the_office_has_a_name_that_can_be_signed() -> None:
    assert office_id("Layanan Imigrasi, Pasaman Barat") == "layanan-imigrasi-pasaman-barat"
    assert office_id("…") == "office"


@pytest.mark.anyio
async def test_a_hub_and_an_office_never_share_a_folder(settings: Settings) -> None:
    """A hub forgets what its office has confirmed: joining in an office's folder emptied that office."""
    own = HubIdentity(
        name="kinali", pair=new_key_pair(), root=new_key_pair().pub, install="", secret="", upstream="http://localhost"
    )
    write_identity(settings.data, own)
    with pytest.raises(HubIdentityError, match="set RANTAU_ROLE=hub"):
        async with open_databases(settings):
            pass
    (settings.data / HUB_KEY).unlink()
    async with open_databases(settings) as databases:
        await make_office(settings, databases, OFFICER, now=NOW)
    with pytest.raises(HubIdentityError, match="folder of an office"):
        write_identity(settings.data, own)
    assert not (settings.data / HUB_KEY).exists()
    with pytest.raises(HubIdentityError, match="folder of an office"):
        read_identity(settings.data)
