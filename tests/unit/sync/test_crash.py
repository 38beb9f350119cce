"""The embedded store survives `kill -9` at any moment: what was answered is there, whole, and nothing is twice."""

import asyncio
import os
import random
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from sync.sqlite_store import open_sqlite

WRITER = """
import asyncio, sys
from pathlib import Path
from sync.sqlite_store import open_sqlite

async def worker(store, name):
    n = 0
    while True:
        doc = {"_id": f"{name}.{n}", "_rev": "1-abc", "text": "x" * 3000, "n": n}
        if n % 7 == 3:
            doc["_attachments"] = {"body": {"data": "QUJD" * 33_000}}
        (row,) = await store.bulk_docs([doc], new_edits=False)
        assert row.durable
        print(row.id, flush=True)
        n += 1

async def main():
    store = open_sqlite(Path(sys.argv[1]), "cases")
    await asyncio.gather(*(worker(store, f"{sys.argv[2]}{i}") for i in range(4)))

asyncio.run(main())
"""


def write_and_be_killed(folder: Path, name: str, *, answers: int) -> list[str]:
    """Let a process of its own write, kill it after so many answers, and give every answer that came out."""
    process = subprocess.Popen([sys.executable, "-c", WRITER, folder, name], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    told = [process.stdout.readline().strip() for _ in range(answers)]
    os.kill(process.pid, signal.SIGKILL)
    told += process.stdout.read().split("\n")
    process.wait()
    process.stdout.close()
    # A line that the kill cut in two is no answer.
    return [line for line in told if line.count(".") == 1 and line[-1].isdigit()][:-1]


@pytest.mark.anyio
async def test_every_answered_write_survives_a_kill(tmp_path: Path) -> None:
    rng = random.Random(20261125)
    told: list[str] = []
    for turn in range(12):
        told += await asyncio.to_thread(write_and_be_killed, tmp_path, f"t{turn}w", answers=rng.randrange(1, 60))
        await check_whole(tmp_path, told)
    assert len(told) > 100


async def check_whole(folder: Path, told: list[str]) -> None:
    store = open_sqlite(folder, "cases")
    rows = await store.all_docs(keys=told, include_docs=True)
    ids = [change.id for change in (await store.changes()).results]
    for row in rows:
        assert row.doc is not None, f"{row.id} was answered and is gone"
        assert len(row.doc["text"]) == 3000
        if "_attachments" in row.doc:
            assert (await store.attachment(row.id, "body")).data == b"ABC" * 33_000
    assert len(ids) == len(set(ids)) == (await store.info()).doc_count
    await store.close()
    with closing(sqlite3.connect(folder / "cases.sqlite")) as file:
        assert file.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
