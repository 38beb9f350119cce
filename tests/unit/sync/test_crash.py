"""The embedded store survives `kill -9` at any moment: what was answered is there, whole, and nothing is twice."""

import os
import random
import signal
import subprocess
import sys
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
            doc["_attachments"] = {"body": {"data": "aGVsbG8=", "content_type": "application/octet-stream"}}
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
    for turn in range(8):
        told += write_and_be_killed(tmp_path, f"t{turn}w", answers=rng.randrange(1, 120))

    store = open_sqlite(tmp_path, "cases")
    rows = await store.all_docs(keys=told, include_docs=True)
    feed = await store.changes()
    await store.close()

    assert len(told) > 8
    assert all(row.doc is not None and len(row.doc["text"]) == 3000 for row in rows)
    ids = [change.id for change in feed.results]
    assert len(ids) == len(set(ids))
