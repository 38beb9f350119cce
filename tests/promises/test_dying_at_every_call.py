"""Promises 1 to 3, with the server's process killed at every single call of its stores while it takes items in.

Nothing is lost, nothing is doubled, and no receipt was given for what is not there.
"""

import asyncio
import http.client
import json
from pathlib import Path
from typing import Any

import pytest

from server.ndjson import NDJSON
from sync.document import Doc
from sync.sqlite_store import open_sqlite
from tests.applicants import Applicant
from tests.forked_office import ForkedOffice
from tests.serving import RunningOffice

ITEMS = 3
MOST_CALLS = 30  # far more than intake makes; a test that needs them is wrong


def send(office: RunningOffice, pairs: list[Any]) -> tuple[list[Any], bool]:
    """Send items; give the answers that came out whole, and whether the answer ended as it should."""
    body = "\n".join(json.dumps(line) for line in [{"v": 1}, *pairs]).encode()
    connection = http.client.HTTPConnection("127.0.0.1", office.port, timeout=30)
    try:
        connection.request("POST", "/exchange", body, {"Content-Type": NDJSON, "Host": f"localhost:{office.port}"})
        answer = connection.getresponse()
        text, whole = read_all(answer)
    except (http.client.HTTPException, OSError):
        return [], False
    finally:
        connection.close()
    lines = text.split(b"\n")[:-1]
    return [json.loads(line) for line in lines][1:], whole


def read_all(answer: http.client.HTTPResponse) -> tuple[bytes, bool]:
    text = b""
    try:
        while piece := answer.read1():
            text += piece
    except (http.client.HTTPException, OSError):
        return text, False
    return text, True


def stored(office: RunningOffice) -> dict[str, list[Doc | str]]:
    """Give every leaf of every document of the cases and the wraps, read from the files themselves."""

    async def read() -> dict[str, list[Doc | str]]:
        found: dict[str, list[Doc | str]] = {}
        for name in ("cases", "wraps"):
            store = open_sqlite(office.folder / "data", name)
            for row in await store.all_docs():
                found[row.id] = await store.open_revs(row.id, "all")
            await store.close()
        return found

    return asyncio.run(read())


def receipts(rows: list[Any]) -> set[str]:
    return {row[0] for row in rows if row[1] == "ok"}


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_server_that_dies_at_any_call_loses_and_doubles_nothing(when: str, tmp_path: Path) -> None:
    first_start = RunningOffice(tmp_path).start()
    first_start.kill()
    everything: set[str] = set()
    with ForkedOffice(first_start) as office:
        office.reborn()
        for n in range(1, MOST_CALLS):
            pairs = [Applicant(office.url).seal() for _ in range(ITEMS)]
            ids = {version["_id"] for version, _ in pairs}
            office.reborn(n, when)
            first, survived = send(office, pairs)
            if not survived:
                office.wait_until_dead()
            office.kill()
            there = stored(office)
            assert all({f"w.{id}", id} <= set(there) for id in receipts(first)), "a receipt for what is not there"
            office.reborn()
            again, whole = send(office, pairs)
            everything |= ids
            assert whole
            assert receipts(again) == ids
            if survived:
                break
        else:
            pytest.fail(f"intake made {MOST_CALLS} calls and was not done")

    there = stored(office)
    assert n > 3, "intake was never interrupted"
    assert {id for id in there if id.startswith("app.")} == everything
    assert {id for id in there if id.startswith("w.")} == {f"w.{id}" for id in everything}
    assert all(len(leaves) == 1 for leaves in there.values())
