"""The threads that read from a file, each on a connection of its own: nothing that reads waits for what is written."""

import asyncio
import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from sync.errors import Unavailable
from sync.sqlite_schema import connect, map_errors, snapshot

THREADS = 4

T = TypeVar("T")


class Readers:
    """Runs jobs beside the event loop; each sees the file as it was at one moment, however many rows it reads."""

    def __init__(self, path: Path, name: str) -> None:
        self._path = path
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix=f"sqlite {name}")
        self._local = threading.local()
        self._opened: list[sqlite3.Connection] = []

    async def run(self, job: Callable[[sqlite3.Connection], T]) -> T:
        """Give what *job* reads.

        Raises:
            Unavailable: the readers are closed, or SQLite cannot read.
        """
        try:
            reading = asyncio.get_running_loop().run_in_executor(self._threads, self._read, job)
        except RuntimeError:
            raise Unavailable("the store is closed") from None
        return await reading

    def close(self) -> None:
        """Finish what is being read and close every connection; safe to call twice."""
        self._threads.shutdown()
        while self._opened:
            self._opened.pop().close()

    def _read(self, job: Callable[[sqlite3.Connection], T]) -> T:
        with map_errors():
            connection = self._connection()
            with snapshot(connection):
                return job(connection)

    def _connection(self) -> sqlite3.Connection:
        if not hasattr(self._local, "connection"):
            self._local.connection = connect(self._path)
            self._opened.append(self._local.connection)
        connection: sqlite3.Connection = self._local.connection
        return connection
