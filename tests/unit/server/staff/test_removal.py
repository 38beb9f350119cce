"""Whoever is removed is out at once: no session, no grant, no way in; nobody removes themselves."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.api_desk import sit_down
from tests.sealed_items import OfficeKeys
from tests.small_office import SmallOffice, deeds_of, routes_of, small_office


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[SmallOffice]:
    async with small_office(tmp_path, routes_of("remove_officer", "officers"), {}, OfficeKeys()) as office:
        for officer in ("siti", "upik"):
            sealed = f"sealed-to-{officer}"
            grant = {"_id": f"grant.k1.{officer}", "type": "grant", "kid": "k1", "officer": officer, "sealed": sealed}
            await office.databases.staff.bulk_docs([grant])
        yield office


def contents(folder: Path) -> bytes:
    """Give everything that lies in the files of `staff`."""
    return b"".join(path.read_bytes() for path in folder.glob("staff*"))


@pytest.mark.anyio
async def test_account_sessions_and_grants_end_together(office: SmallOffice, tmp_path: Path) -> None:
    leaving, head = await sit_down(office, "siti"), await sit_down(office, "upik", "officer", "administrator")
    assert (await leaving.get("officers")).status == 200
    assert (await head.post("officers/siti/remove", {})).json() == {"grants": 1}
    assert (await leaving.get("officers")).status == 401
    rows = {row["login"]: row for row in (await head.get("officers")).json()["officers"]}
    assert (rows["siti"]["disabled"], rows["siti"]["kids"]) == (True, [])
    assert (rows["upik"]["disabled"], rows["upik"]["kids"]) == (False, ["k1"])
    assert [(deed.name, deed.about) for deed in await deeds_of(office)] == [("removed", {"login": "siti"})]
    files = contents(tmp_path)
    assert (b"sealed-to-siti" in files, b"sealed-to-upik" in files) == (False, True)


@pytest.mark.anyio
@pytest.mark.parametrize(("login", "status"), [("upik", 422), ("nobody", 404)])
async def test_neither_oneself_nor_nobody(office: SmallOffice, login: str, status: int) -> None:
    head = await sit_down(office, "upik", "administrator")
    assert (await head.post(f"officers/{login}/remove", {})).status == status
    assert (await head.get("officers")).status == 200
    assert await deeds_of(office) == []
