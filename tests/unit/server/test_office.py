from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from server.databases import Databases, open_databases
from server.keys.founding import NewOfficer, make_office
from server.keys.server_key import server_key_path
from server.office import NoOffice, now
from server.opening import open_office
from server.settings import Settings, load_settings
from server.site.prepared import Prepared, prepare
from sync.key_pair import new_key_pair
from sync.keyring import ListedKey, sign_key_list
from tests.made_before import lent_made

OFFICER = NewOfficer("upik", "sandi untuk masuk", "kunci untuk membuka")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load_settings({"RANTAU_DATA": str(tmp_path / "data")})


@pytest.fixture(scope="module")
def prepared() -> Prepared:
    return prepare(load_settings({}))


@pytest.fixture
async def databases(settings: Settings) -> AsyncIterator[Databases]:
    async with open_databases(settings) as databases:
        yield databases


@pytest.mark.anyio
async def test_an_office_that_was_made_opens(settings: Settings, prepared: Prepared, databases: Databases) -> None:
    await make_office(settings, databases, OFFICER, now=now())
    async with AsyncExitStack() as stack:
        with lent_made(settings.data):
            opened = open_office(settings, prepared, databases=databases)
            office = await stack.enter_async_context(opened)
        assert office.key_list.primary("server").pub == office.server_key.pub
        assert office.public == office.site.revision
        assert "/id/" in office.site.resources
        assert (await office.projection.list()).rows == ()
        assert repr(office.server_key.d) not in repr(office)


@pytest.mark.anyio
async def test_where_nothing_was_made_it_says_what_to_run(settings: Settings, prepared: Prepared) -> None:
    with pytest.raises(NoOffice, match="rantau init"):
        async with open_office(settings, prepared):
            pass


@pytest.mark.anyio
async def test_without_its_key_the_server_does_not_open(
    settings: Settings, prepared: Prepared, databases: Databases
) -> None:
    await make_office(settings, databases, OFFICER, now=now())
    server_key_path(settings.data).unlink()
    with pytest.raises(NoOffice, match=r"server\.key"):
        async with open_office(settings, prepared, databases=databases):
            pass


@pytest.mark.anyio
async def test_whoever_changes_the_database_can_bring_no_root_of_their_own(
    settings: Settings, prepared: Prepared, databases: Databases
) -> None:
    await make_office(settings, databases, OFFICER, now=now())
    mine = new_key_pair()
    keys = [ListedKey("k1", "seal", "office", 16, "primary", mine.pub)]
    signed, sig = sign_key_list("office", 2, at=now(), until=now() + 60, keys=keys, root=mine)
    doc = await databases.public.get("keys")
    await databases.public.bulk_docs([doc | {"signed": signed, "sig": sig}])
    with pytest.raises(NoOffice, match="not signed"):
        async with open_office(settings, prepared, databases=databases):
            pass
