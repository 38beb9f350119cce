from pathlib import Path

import pytest

from server.databases import NAMES, open_databases
from server.settings import load_settings


@pytest.mark.anyio
async def test_five_databases_are_made_and_found_again(tmp_path: Path) -> None:
    settings = load_settings({"RANTAU_DATA": str(tmp_path / "data")})
    async with open_databases(settings) as databases:
        assert {store.name for store in vars(databases).values()} == set(NAMES)
        await databases.cases.bulk_docs([{"_id": "a"}])
    async with open_databases(settings) as databases:
        assert (await databases.cases.get("a"))["_id"] == "a"


@pytest.mark.anyio
async def test_nobody_else_on_the_machine_can_look_into_the_folder(tmp_path: Path) -> None:
    settings = load_settings({"RANTAU_DATA": str(tmp_path / "data")})
    async with open_databases(settings):
        assert settings.data.stat().st_mode & 0o777 == 0o700
