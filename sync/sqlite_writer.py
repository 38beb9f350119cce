"""The one thread that writes to a file: what waits while it commits shares the next commit."""

import queue
import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, TypeVar

from sync.sqlite_schema import map_errors, transaction

T = TypeVar("T")
Job = Callable[[sqlite3.Connection], Any]
GROUP = 256  # jobs that share one commit at most


class Writer:
    """Runs jobs in the order they come; each is whole or not at all, whatever becomes of those beside it."""

    def __init__(self, connection: sqlite3.Connection, on_commit: Callable[[], None]) -> None:
        self._connection = connection
        self._on_commit = on_commit
        self._waiting: queue.SimpleQueue[tuple[Job, Future[Any]] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="sqlite writer", daemon=True)
        self._thread.start()

    def submit(self, job: Callable[[sqlite3.Connection], T]) -> "Future[T]":
        """Ask for *job* to be run in a transaction; the future has its result after the commit."""
        future: Future[T] = Future()
        self._waiting.put((job, future))
        return future

    def close(self) -> None:
        """Finish what is waiting and end the thread."""
        self._waiting.put(None)
        self._thread.join()

    def _run(self) -> None:
        while (group := self._next_group()) is not None:
            self._commit(group)

    def _next_group(self) -> list[tuple[Job, Future[Any]]] | None:
        first = self._waiting.get()
        if first is None:
            return None
        group = [first]
        while len(group) < GROUP and not self._waiting.empty():
            found = self._waiting.get()
            if found is None:
                self._waiting.put(None)
                break
            group.append(found)
        return group

    def _commit(self, group: list[tuple[Job, Future[Any]]]) -> None:
        outcomes: list[tuple[Any, Exception | None]] = []
        try:
            with map_errors(), transaction(self._connection):
                outcomes = [self._run_one(job) for job, _ in group]
        except Exception as error:
            outcomes = [(None, error)] * len(group)
        for (_, future), (result, failure) in zip(group, outcomes, strict=True):
            future.set_exception(failure) if failure else future.set_result(result)
        self._on_commit()

    def _run_one(self, job: Job) -> tuple[Any, Exception | None]:
        self._connection.execute("SAVEPOINT job")
        try:
            result = job(self._connection)
        except sqlite3.Error:
            raise  # the file is in trouble, not this job
        except Exception as error:
            self._connection.execute("ROLLBACK TO job")
            return None, error
        finally:
            if self._connection.in_transaction:
                self._connection.execute("RELEASE job")
        return result, None
