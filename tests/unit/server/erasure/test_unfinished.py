"""What is stuck keeps neither the office from starting nor the rest from being finished, and is tried again."""

from pathlib import Path
from typing import Any

import pytest

from server.app import create_app
from server.databases import Databases, open_databases
from server.erasure.erasure import unfinished_erasures
from server.erasure.unfinished import finish_all
from server.exchange import intake_of
from server.settings import load_settings
from sync.errors import Forbidden
from tests.founded_office import found, prepared_for
from tests.made_before import started
from tests.sealed_items import NOW, OfficeKeys, new_keys, seal_pair
from tests.staff_office import OFFICER

KEYS = OfficeKeys()


class Unpurged:
    """Data keys in a CouchDB whose account may not purge."""

    def __init__(self, wraps: Any) -> None:
        self.wraps = wraps

    def __getattr__(self, name: str) -> Any:
        return getattr(self.wraps, name)

    async def purge(self, *_: object) -> None:
        raise Forbidden("You are not a server admin.")


@pytest.mark.anyio
async def test_an_erasure_that_is_stuck_keeps_no_office_from_starting(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    settings = load_settings({"RANTAU_DATA": str(tmp_path / "data")})
    stuck, free = sorted(new_keys().case for _ in range(2))
    await found(settings, OFFICER, now=NOW)
    async with open_databases(settings) as opened:
        version, wrap = seal_pair(KEYS, new_keys())
        name = version["_id"].split(".")[2]
        await opened.wraps.bulk_docs([{"_id": f"w.app.{stuck}.{name}", **wrap}])
        notes = [{"_id": f"erasing.{case}", "gone": {"_id": f"gone.{case}"}} for case in (stuck, free)]
        await opened.staff.bulk_docs(notes)
        held: Any = Unpurged(opened.wraps)
        databases = Databases(**{**vars(opened), "wraps": held})
        app = create_app(settings, prepared=prepared_for(settings), databases=databases, clock=lambda: NOW)
        async with started(app, settings.data):
            assert [note["_id"] for note in await unfinished_erasures(opened.staff)] == [f"erasing.{stuck}"]
            assert "Forbidden" in caplog.text
            assert stuck not in caplog.text
            await finish_all(opened, intake_of(app.state.office))
            assert await unfinished_erasures(opened.staff) == []
            assert await opened.wraps.all_docs() == []
