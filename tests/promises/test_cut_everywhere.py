"""Promise 2 to the byte: an exchange that is cut at any of its bytes, up or down, leaves one record or none."""

import asyncio
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from sync.sqlite_store import open_sqlite
from tests.applicants import Applicant
from tests.serving import RunningOffice


def test_an_exchange_that_is_cut_at_any_byte_is_repeated_into_one_record(tmp_path: Path) -> None:
    # Thousands of posts from one address would otherwise be slowed.
    with RunningOffice(tmp_path / "office", env={"RANTAU_POSTS_PER_SECOND": "0"}) as office:
        version, wrap = Applicant(office.url).seal()
        line = json.dumps([version, wrap], separators=(",", ":"))
        found = cut_everywhere(office.port, {"id": version["_id"], "hello": '{"v":1}', "line": line})
        office.stop()
    for way in ("up", "down"):
        assert found[way]["cuts"] > 300, "the link was not cut"
        assert found[way]["wrong"] == 0
    assert 0 < found["down"]["receipts"] < found["down"]["cuts"], "a receipt that came whole counts"
    assert found["last"] == ["whole", 2, 1]
    ids = asyncio.run(stored(office.folder / "data", version["_id"]))
    assert ids == [version["_id"], f"w.{version['_id']}"]


def cut_everywhere(port: int, told: dict[str, str]) -> Any:
    """Send from the phone's own module over links that carry ever more bytes."""
    command = [Path(sys.prefix) / "bin" / "node", Path(__file__).parent / "cutting-client.js", str(port)]
    node = subprocess.run(command, input=json.dumps(told), capture_output=True, text=True, timeout=150)
    assert node.returncode == 0, node.stderr
    return json.loads(node.stdout)


async def stored(data: Path, id_: str) -> list[str]:
    """Name all that an office holds of a version."""
    stores = [open_sqlite(data, name) for name in ("cases", "wraps")]
    ids = [row.id for store in stores for row in await store.all_docs() if id_ in row.id]
    for store in stores:
        await store.close()
    return ids
